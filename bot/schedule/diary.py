"""What an account's coming days already hold, and where there is room for one more."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.schedule.caps import Tally
from bot.schedule.gap import free_from
from bot.schedule.values import Why
from bot.schedule.walls import MINUTE, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from bot.schedule.calendar import Calendar
    from bot.schedule.values import Pause, Sent

HORIZON = timedelta(days=14)
LATE = timedelta(minutes=5)
"""A slot that nobody used is open for so long after its time: a busy lane or a restart loses none."""
SPREAD = timedelta(minutes=10)
"""The least time between two of a backlog that is spread; a longer gap goes before it."""
_PRECEDENCE = {why: place for place, why in enumerate(Why)}


class Opening(NamedTuple):
    """A moment that is free, or NEVER where there is none before the horizon, and what kept it from being earlier."""

    at: datetime
    why: Why


class Diary:
    """The moments that are taken, by what was sent and what was planned so far."""

    def __init__(self, calendar: Calendar, sent: Sequence[Sent], now: datetime, pause: Pause | None) -> None:
        self.now = now
        self.horizon = now + HORIZON
        self._calendar = calendar
        self._rhythm = calendar.rhythm
        self._begin = now if pause is None else max(now, pause.until or NEVER)
        self._taken = sorted(each.at for each in sent)
        self._spread = sorted(each.at for each in sent if each.missed)
        self._tally = Tally(calendar, sent, now)

    def take(self, at: datetime, cost: Decimal, *, spread: bool) -> None:
        """Write down that something goes out at this moment; `spread` says that it is of a backlog."""
        insort(self._taken, at)
        if spread:
            insort(self._spread, at)
        self._tally.add(at, cost)

    def earliest(
        self, wish: datetime, cost: Decimal, default: Why, *, breaking: bool = False, spread: bool = False
    ) -> Opening:
        """The first free moment from `wish` on, slots aside; `default` is why, where nothing stands against the wish."""
        if wish > self.horizon:
            return Opening(NEVER, Why.LATER)
        at, why = max(wish, self.now), default
        while found := self._barrier(at, cost, breaking=breaking, spread=spread):
            at, why = max(found[0], at + _TICK), stronger(why, found[1])
            if at > self.horizon:
                return Opening(NEVER, why)
        return Opening(at, why)

    def next_slot(self, start: datetime, cost: Decimal) -> Opening:
        """The first free slot from `start` on, and when it is taken: in its time, or, while it is still open, after it."""
        why = Why.SLOT
        while slot := self._calendar.slot(start, self.horizon):
            at, start = max(slot, self._begin), slot + MINUTE
            if self._begin > self.now and at > slot:
                why = stronger(why, Why.PAUSE)
            if at - slot > LATE:
                start = max(start, self._begin - LATE)
            elif not self._is_used(slot, at):
                found = self._obstacle(slot, cost) or (self._obstacle(at, cost) if at > slot else None)
                if found is None:
                    return Opening(at, why)
                start, why = max(start, found[0]), stronger(why, found[1])
            if start > self.horizon:
                break
        return Opening(NEVER, why)

    def spread_from(self, at: datetime) -> datetime | None:
        """When one of a backlog may go, that may not at this moment for the others of it."""
        return free_from(self._spread, at, SPREAD)

    def full_until(self, at: datetime, cost: Decimal) -> tuple[datetime, Why] | None:
        """When there may be room or money again for one at this cost, if there is none at this moment."""
        return self._tally.full_until(at, cost)

    def _barrier(
        self, at: datetime, cost: Decimal, *, breaking: bool = False, spread: bool = False
    ) -> tuple[datetime, Why] | None:
        """What forbids this moment, the strongest first, and until when."""
        if at < self._begin:
            return self._begin, Why.PAUSE
        return self._obstacle(at, cost, breaking=breaking, spread=spread)

    def _obstacle(
        self, at: datetime, cost: Decimal, *, breaking: bool = False, spread: bool = False
    ) -> tuple[datetime, Why] | None:
        """The same, a pause aside."""
        if full := self._tally.full_until(at, cost):
            return full
        loud = breaking and self._rhythm.breaking_in_quiet
        if not loud and (until := self._calendar.quiet_until(at)):
            return until, Why.QUIET
        if self._rhythm.gap and (until := free_from(self._taken, at, self._rhythm.gap)):
            return until, Why.GAP
        if spread and (until := self.spread_from(at)):
            return until, Why.SPREAD
        return None

    def _is_used(self, slot: datetime, at: datetime) -> bool:
        """Whether something goes out in its minute, or from then until `at`: the minute is what cron can tell apart."""
        index = bisect_left(self._taken, slot)
        return index < len(self._taken) and self._taken[index] < max(slot + MINUTE, at + _TICK)


_TICK = timedelta.resolution


def stronger(one: Why, other: Why) -> Why:
    """Which of two reasons wins."""
    return min(one, other, key=_PRECEDENCE.__getitem__)
