"""An account's calendar: its days, months, slots and quiet hours, each worked out once."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.schedule import quiet, slots
from bot.schedule.walls import moment

if TYPE_CHECKING:
    from bot.schedule.rhythm import Rhythm

_DAY = timedelta(days=1)
_LAST = 31
"""A month's days are all that it keeps of the past: the daemon has one for each account, for months."""


class Calendar:
    """
    What the clocks of an account's zone say; it only remembers what it worked out.

    Keep one from plan to plan, as long as the rhythm is the same.
    """

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self._slots: dict[date, tuple[datetime, ...]] = {}
        self._quiet: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    def day(self, at: datetime) -> date:
        """The day of the calendar on which a moment falls."""
        return at.astimezone(self.rhythm.zone).date()

    def start(self, day: date) -> datetime:
        """When a day begins."""
        return moment(datetime.combine(day, time.min), self.rhythm.zone)

    def slot(self, at: datetime, until: datetime) -> datetime | None:
        """The first slot from `at` on, if there is one before `until` is over."""
        day = self.day(at) - _DAY  # a slot just before a midnight that is skipped is taken after it
        last = self.day(until)
        while day <= last:
            found = self._slots_of(day)
            index = bisect_left(found, at)
            if index < len(found):
                return found[index] if found[index] <= until else None
            day += _DAY
        return None

    def quiet_until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours in which a moment lies; None where it lies in none."""
        if not self.rhythm.quiet:
            return None
        day = self.day(at)
        ends = [end for each in (day - _DAY, day) for begin, end in self._quiet_of(each) if begin <= at < end]
        return max(ends, default=None)

    def forget_before(self, day: date) -> None:
        """Let go of the days of long ago."""
        for kept in (self._slots, self._quiet):
            for old in [each for each in kept if each < day - _LAST * _DAY]:
                del kept[old]

    def _slots_of(self, day: date) -> tuple[datetime, ...]:
        if day not in self._slots:
            self._slots[day] = slots.of_day(self.rhythm.slots, day, self.rhythm.zone)
        return self._slots[day]

    def _quiet_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if day not in self._quiet:
            self._quiet[day] = quiet.of_day(self.rhythm.quiet, day, self.rhythm.zone)
        return self._quiet[day]
