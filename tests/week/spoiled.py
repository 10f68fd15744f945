"""Records with something wrong in them, each for the rule that must complain."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from week.network import Request
from week.record import End, Record
from week.stories import Deed
from week.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from week.record import Post

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def changed(record: Record, **values: object) -> Record:
    """The same week with something else in it."""
    other = copy(record)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def moved(record: Record, post: Post, at: datetime) -> Record:
    """As if this post had gone at another time."""
    key = next(each.key for each in record.requests if each.arrived and _is(each, post))
    requests = [replace(each, at=at) if each.key == key else each for each in record.requests]
    return changed(record, requests=sorted(requests, key=lambda each: each.at))


def sent(record: Record, account: str, story: int, at: datetime) -> Record:
    """As if this had gone as well."""
    post = Request(at, account, f"another {story}", record.stories[story].headline(1), "ok")
    return changed(record, requests=sorted([*record.requests, post], key=lambda each: each.at))


def lost(record: Record, post: Post) -> Record:
    return changed(record, requests=[each for each in record.requests if not _is(each, post)])


def posts(record: Record, account: str, priority: str = "normal") -> Iterator[tuple[View, Post]]:
    """The posts of an account that waited in line, or were breaking news."""
    view = View(record, account)
    for post in view.posts:
        story = view.story(post.story)
        if story.priority == priority and (priority == "breaking" or not view.is_appointed(post.story)):
            yield view, post


def appointments(record: Record, account: str) -> Iterator[tuple[View, Post]]:
    view = View(record, account)
    yield from ((view, post) for post in view.posts if view.is_appointed(post.story))


def twice(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "wire"):
        yield sent(record, "wire", post.story, post.left + HOUR)


def never(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "berlin"):
        yield lost(record, post)


def for_no_reason(record: Record) -> Iterator[Record]:
    """A post that is gone, and called expired long before its time."""
    for view, post in posts(record, "berlin"):
        end = End("expired", "its time was over before it could go", view.record.came[post.story] + MINUTE)
        yield changed(lost(record, post), ends={**record.ends, (post.story, "berlin"): end})


def unnoticed(record: Record) -> Iterator[Record]:
    for story, at in record.came.items():
        yield changed(record, came={**record.came, story: at + MINUTE})


def of_an_older_edition(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "wire"):
        if post.edition > 1:
            older = record.stories[post.story].headline(1)
            requests = [replace(each, text=older) if _is(each, post) else each for each in record.requests]
            yield changed(record, requests=requests)


def while_withdrawn(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "wire"):
        away = Deed(post.left - MINUTE, post.story, "withdraw"), Deed(post.left + MINUTE, post.story, "return")
        yield changed(record, deeds=sorted([*record.deeds, *away]))


def over_the_day(record: Record) -> Iterator[Record]:
    yield two_days_in_one(record, "lordhowe")


def over_the_budget(record: Record) -> Iterator[Record]:
    yield two_days_in_one(record, "newyork")


def two_days_in_one(record: Record, account: str) -> Record:
    early = [
        replace(each, at=each.at - DAY) if each.account == account and each.at > record.start + DAY else each
        for each in record.requests
    ]
    return changed(record, requests=sorted(early, key=lambda each: each.at))


def over_the_month(record: Record) -> Iterator[Record]:
    tight = replace(record.beats["kolkata"], per_month=len(View(record, "kolkata").posts) // 2)
    yield changed(record, beats={**record.beats, "kolkata": tight})


def at_night(record: Record) -> Iterator[Record]:
    for view, post in posts(record, "berlin"):
        yield moved(record, post, view.walls.quiet[3][0])


def too_near(record: Record) -> Iterator[Record]:
    view = View(record, "wire")
    for one, other in pairwise(view.posts):
        yield moved(record, other, one.left + view.beat.least - SECOND)


def too_early(record: Record) -> Iterator[Record]:
    for view, post in appointments(record, "wire"):
        yield moved(record, post, view.wish(post.story) - MINUTE)


def too_old(record: Record) -> Iterator[Record]:
    for view, post in posts(record, "berlin"):
        if end := view.deadline(post.story):
            yield moved(record, post, end)


def breaking_late(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "wire", "breaking"):
        yield moved(record, post, post.left + 20 * MINUTE)


def appointment_late(record: Record) -> Iterator[Record]:
    for _, post in appointments(record, "wire"):
        yield moved(record, post, post.left + 20 * MINUTE)


def beside_its_slot(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "lordhowe"):
        yield moved(record, post, post.left + 7 * MINUTE)


def slot_twice(record: Record) -> Iterator[Record]:
    found = list(posts(record, "berlin"))
    for (_, one), (_, other) in pairwise(found):
        yield moved(record, other, one.left + 20 * SECOND)


def slot_empty(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "berlin"):
        yield moved(record, post, post.left + 10 * MINUTE)


def moment_lost(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "kolkata"):
        yield moved(record, post, post.left + 90 * MINUTE)


def slot_shown_again(record: Record) -> Iterator[Record]:
    view = View(record, "berlin")
    change = next(change for change in view.walls.changes if view.record.start < change)
    for _, post in posts(record, "berlin"):
        yield moved(record, post, change + 30 * MINUTE)


def out_of_turn(record: Record) -> Iterator[Record]:
    found = list(posts(record, "berlin"))
    for (_, one), (_, other) in pairwise(found[9:]):
        yield moved(moved(record, one, other.left), other, one.left)


def passed_over_and_sent(record: Record) -> Iterator[Record]:
    view = View(record, "lordhowe")
    for story in view.ways:
        if view.is_missed(story) and story not in view.left:
            yield sent(record, "lordhowe", story, record.off[-1].end + HOUR)


def not_as_shown(record: Record) -> Iterator[Record]:
    for _, plan in record.shown:
        for story, account in plan:
            for post in View(record, account).posts:
                if post.story == story:
                    yield moved(record, post, post.left + 2 * MINUTE)


def seconds_late(record: Record) -> Iterator[Record]:
    for _, post in posts(record, "lordhowe"):
        yield moved(record, post, post.left + 3 * SECOND)


def _is(request: Request, post: Post) -> bool:
    return request.account == post.account and request.text.startswith(f"{post.story:04}.")


SPOILED: tuple[tuple[str, Callable[[Record], Iterator[Record]]], ...] = (
    ("never twice", twice),
    ("never lost: posted, or ended for a reason that is true", never),
    ("never lost: posted, or ended for a reason that is true", for_no_reason),
    ("taken in within seconds", unnoticed),
    ("the words as last edited", of_an_older_edition),
    ("nothing while it is withdrawn", while_withdrawn),
    ("caps: a day", over_the_day),
    ("caps: a month", over_the_month),
    ("the budget of a day", over_the_budget),
    ("quiet hours, but for breaking news where it may", at_night),
    ("the least gap", too_near),
    ("never before publish_at", too_early),
    ("never after expires_at or the maximum age", too_old),
    ("breaking news wait for nothing below quiet hours and gap", breaking_late),
    ("publish_at yields to caps, quiet hours and gap alone", appointment_late),
    ("normal posts go in slots", beside_its_slot),
    ("no slot is used twice", slot_twice),
    ("no slot stays empty while somebody may take it", slot_empty),
    ("no free moment is lost where there are no slots", moment_lost),
    ("slots where the clocks change", slot_shown_again),
    ("fair order: priority, then the section that waited longest", out_of_turn),
    ("a backlog by the account's policy", passed_over_and_sent),
    ("the plan as shown, where nothing happened", not_as_shown),
    ("on time to the second where nothing is in the way", seconds_late),
)
