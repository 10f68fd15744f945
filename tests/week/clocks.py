"""An account's wall clock, read minute by minute from the zone's own tables: nothing of this is the planner's."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from week.beats import Beat

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Walls:
    """What the clock of an account shows in each minute from `begin` to `end`, and when it first shows it."""

    def __init__(self, beat: Beat, begin: datetime, end: datetime) -> None:
        self.beat = beat
        self._firsts: dict[datetime, datetime] = {}
        self.changes: list[datetime] = []
        at = begin.replace(second=0, microsecond=0) - 2 * DAY
        before = self.wall(at)
        while at < end + 2 * DAY:
            wall = self.wall(at)
            if self._firsts and wall - before != MINUTE:
                self.changes.append(at)
            self._firsts.setdefault(wall, at)
            at, before = at + MINUTE, wall

    def wall(self, at: datetime) -> datetime:
        """What it shows, without a zone."""
        return at.astimezone(self.beat.clock).replace(tzinfo=None)

    def day(self, at: datetime) -> date:
        return self.wall(at).date()

    def first(self, wall: datetime) -> datetime:
        """When it first shows this time, or a later one."""
        while wall not in self._firsts:
            wall += MINUTE
        return self._firsts[wall]

    @cached_property
    def days(self) -> list[date]:
        known = sorted({wall.date() for wall in self._firsts})
        return known[1:-1]

    @cached_property
    def slots(self) -> list[datetime]:
        """Each moment that the cron expressions name, once."""
        found = set()
        for expression in filter(None, map(str.strip, self.beat.slots.split(";"))):
            minutes, hours, _, _, weekdays = (_numbers(field) for field in expression.split())
            for day in self.days:
                if {day.isoweekday() % 7, day.isoweekday()} & weekdays:
                    found |= {self.first(datetime.combine(day, time(h, m))) for h in hours & HOURS for m in minutes}
        return sorted(found)

    @cached_property
    def quiet(self) -> list[tuple[datetime, datetime]]:
        """From when to when it is quiet."""
        found = []
        for stretch in filter(None, map(str.strip, self.beat.quiet.split(";"))):
            begin, end = (time.fromisoformat(text) for text in stretch.split("-"))
            for day in self.days[:-1]:
                last = day if end > begin else day + DAY
                found.append((self.first(datetime.combine(day, begin)), self.first(datetime.combine(last, end))))
        return sorted(found)

    def is_quiet(self, at: datetime) -> bool:
        return any(begin <= at < end for begin, end in self.quiet)

    def slot_of(self, at: datetime) -> datetime | None:
        """The last slot that had come by then."""
        index = bisect_right(self.slots, at)
        return self.slots[index - 1] if index else None

    def at_change(self, at: datetime) -> bool:
        """Whether it is within two hours of a change of the clocks."""
        return any(abs(at - change) < timedelta(hours=2) for change in self.changes)


@cache
def walls(beat: Beat, begin: datetime, end: datetime) -> Walls:
    """The walls of these days: a look at each of their minutes, once."""
    return Walls(beat, begin, end)


HOURS = set(range(24))


def _numbers(field: str) -> set[int]:
    """All that one field of a cron expression means, as far as these accounts use them."""
    found: set[int] = set()
    for piece in field.split(","):
        stretch, _, step = piece.partition("/")
        first, _, last = ("0", "", "59") if stretch == "*" else stretch.partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return found
