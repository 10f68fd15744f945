"""A week's record as its checker sees it: who waited when, what stood in the way, and nothing of the planner's code."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from week.clocks import walls
from week.network import FAILED, LIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from week.record import Post, Record
    from week.stories import Story

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OPEN = 5 * MINUTE
"""How long a slot stays open that nothing was ready for."""
APART = 10 * MINUTE
"""How far apart a backlog is spread."""
NOTICED = timedelta(seconds=3.2)
"""In how long a change of the queue has reached the plan: a second to settle, a second of saving, and some."""
CALLED_OFF = timedelta(seconds=6)
"""The same for a file that was taken away: it may be away for three seconds."""
LONGEST_HOLD = timedelta(hours=1)


class View:
    """One account's week."""

    def __init__(self, record: Record, account: str) -> None:
        assert record.until is not None
        self.record = record
        self.beat = record.beats[account]
        self.walls = walls(self.beat, record.start, record.until)
        self.posts = [post for post in record.posts() if post.account == account]
        self.lefts = [post.left for post in self.posts]
        self.left = {post.story: post.left for post in reversed(self.posts)}
        self.ways = [story for story, of in record.ways if of == account]
        self.appointed = [number for number in self.ways if self.is_appointed(number)]
        self.order = {number: place for place, number in enumerate(record.came)}
        self.requests = [request for request in record.requests if request.account == account]

    def story(self, number: int) -> Story:
        return self.record.stories[number]

    def is_appointed(self, number: int) -> bool:
        wish = self.story(number).publish_at
        return wish is not None and wish > self.record.came[number]

    def is_breaking(self, number: int) -> bool:
        return self.story(number).priority == "breaking"

    def has_own_moment(self, number: int) -> bool:
        return self.is_breaking(number) or self.is_appointed(number)

    def is_missed(self, number: int) -> bool:
        """Whether it was of a backlog, by the plan as it stood when the machine fell asleep."""
        return (number, self.beat.name) in self.record.missed and self.story(number).priority != "evergreen"

    def wish(self, number: int) -> datetime:
        """When it would go if nothing stood against it, slots aside."""
        came, at = self.record.came[number], self.story(number).publish_at
        return at if at is not None and at > came else came

    def deadline(self, number: int) -> datetime | None:
        story = self.story(number)
        ends = [story.expires_at] if story.expires_at else []
        if self.beat.max_age and story.priority != "evergreen":
            ends.append((story.publish_at or self.record.came[number]) + timedelta(hours=self.beat.max_age))
        return min(ends, default=None)

    def ended(self, number: int) -> datetime | None:
        """When it left the line: sent for the first time, or ended."""
        end = self.record.ends.get((number, self.beat.name))
        at = end.at if end else None
        return min(filter(None, (self.left.get(number), at)), default=None)

    @cached_property
    def holds(self) -> list[tuple[datetime, datetime]]:
        """From when to when the lane was left alone at most, by what its network answered."""
        found, failures = [], 0
        for request in self.requests:
            if request.fate in FAILED:
                found.append((request.at, request.at + min(LONGEST_HOLD, timedelta(seconds=2 * 4 ** min(failures, 8)))))
                failures += 1
            elif request.fate == "limited":
                found.append((request.at, request.at + LIMITED))
            else:
                failures = 0
        return found

    def is_held(self, at: datetime) -> bool:
        """Whether the bot was off, or left the network alone."""
        off = any(each.begin <= at < each.end + SECOND for each in self.record.off if each.is_ours)
        return off or any(begin <= at < end + SECOND for begin, end in self.holds)

    def pending(self, at: datetime, *, besides: int = 0) -> Iterator[int]:
        """Appointments that were known at this moment, and had not gone."""
        for number in self.appointed:
            if number != besides and self.record.came[number] <= at:
                ended = self.ended(number)
                if ended is None or ended > at:
                    yield number

    def blocked(self, at: datetime, number: int) -> str:
        """What stood against sending this at this moment; nothing where it was free."""
        breaking = self.is_breaking(number)
        if self.is_held(at):
            return "held"
        if self.is_full(at, number):
            return "cap"
        if self.walls.is_quiet(at) and not (breaking and self.beat.breaking_in_quiet):
            return "quiet"
        if self._is_near(at, number):
            return "gap"
        if self.is_missed(number) and self.beat.backlog == "spread" and self._is_near_backlog(at, number):
            return "spread"
        return ""

    def is_full(self, at: datetime, number: int) -> bool:
        """Whether the caps or the budget were reached by what had gone, and by the appointments that were to come."""
        if not (self.beat.most or self.beat.per_month):
            return False
        day = self.walls.day(at)
        before = self._days[: bisect_left(self.lefts, at)]
        due = [] if self.is_breaking(number) else [self.wish(each) for each in self.pending(at, besides=number)]
        days = before + [self.walls.day(max(each, at)) for each in due]
        month = sum((each.year, each.month) == (day.year, day.month) for each in days)
        return bool(
            (self.beat.most and days.count(day) >= self.beat.most)
            or (self.beat.per_month and month >= self.beat.per_month)
        )

    @cached_property
    def _days(self) -> list[date]:
        return [self.walls.day(left) for left in self.lefts]

    def eligible(self, at: datetime) -> Iterator[int]:
        """Who waited in line at this moment, without a moment of his own."""
        for number in self.ways:
            if not self.has_own_moment(number) and self.waits(number, at):
                yield number

    def waits(self, number: int, at: datetime) -> bool:
        """Whether it was in the ledger, in the queue, in time, and not gone or ended."""
        ended, deadline = self.ended(number), self.deadline(number)
        return (
            self.record.came[number] <= at - 2 * SECOND
            and (ended is None or ended > at)
            and (deadline is None or deadline > at)
            and not self.is_away(number, at)
        )

    def is_away(self, number: int, at: datetime) -> bool:
        """Whether its file was not in the queue at this moment, nor some seconds before."""
        return any(begin <= at <= end + CALLED_OFF for begin, end in self.away.get(number, ()))

    @cached_property
    def away(self) -> dict[int, list[tuple[datetime, datetime]]]:
        """From when to when each file was withdrawn."""
        assert self.record.until is not None
        found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for deed in self.record.deeds:
            if deed.what == "withdraw":
                found[deed.story].append((deed.at, self.record.until))
            elif deed.what == "return" and found[deed.story]:
                found[deed.story][-1] = (found[deed.story][-1][0], deed.at)
        return dict(found)

    def served(self, section: str, at: datetime) -> datetime | None:
        """When the section was last posted before this moment."""
        lefts = self._of_section[section]
        before = bisect_left(lefts, at)
        return lefts[before - 1] if before else None

    @cached_property
    def _of_section(self) -> defaultdict[str, list[datetime]]:
        found: defaultdict[str, list[datetime]] = defaultdict(list)
        for post in self.posts:
            found[self.story(post.story).section].append(post.left)
        return found

    def used(self, slot: datetime) -> list[Post]:
        """What left in a slot's time."""
        return self.posts[bisect_left(self.lefts, slot) : bisect_right(self.lefts, slot + OPEN)]

    def _is_near(self, at: datetime, number: int) -> bool:
        """Whether a post was too near: one before, or an appointment or breaking news to come that was known."""
        gap = self.beat.least
        first, last = bisect_right(self.lefts, at - gap), bisect_left(self.lefts, at + gap)
        for post in self.posts[first:last]:
            if post.story != number and (
                post.left <= at or (self.has_own_moment(post.story) and self.record.came[post.story] <= at)
            ):
                return True
        return any(abs(self.wish(each) - at) < gap for each in self.pending(at, besides=number))

    def _is_near_backlog(self, at: datetime, number: int) -> bool:
        return any(
            abs(post.left - at) < APART for post in self.posts if post.story != number and self.is_missed(post.story)
        )


def editions(record: Record) -> dict[int, list[tuple[datetime, int]]]:
    """When each edition of each story was put into the queue."""
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for deed in record.deeds:
        if deed.what != "withdraw":
            found[deed.story].append((deed.at, deed.edition))
    return dict(found)
