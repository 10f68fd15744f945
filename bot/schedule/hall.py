"""All who wait for a place without a moment of their own: in their turn, spread after an outage, or held back for a while."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from bot.schedule.ending import deadline, is_spread
from bot.schedule.line import Line, arrival
from bot.schedule.values import Waiting, Why
from bot.schedule.walls import MINUTE, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.schedule.diary import Diary
    from bot.schedule.rhythm import Rhythm

_Held = tuple["datetime", tuple[int, "datetime", int, int], Why, Waiting]


class Hall:
    """Who is next, moment after moment. `over` collects those whose turn came after their deadline."""

    def __init__(
        self, waiting: Sequence[Waiting], served: Mapping[str, datetime], diary: Diary, rhythm: Rhythm
    ) -> None:
        """`waiting` is in the order of arrival."""
        self._diary = diary
        self._rhythm = rhythm
        self._held: list[_Held] = []
        turns: list[Waiting] = []
        backlog: list[Waiting] = []
        for each in waiting:
            if each.not_before is not None and each.not_before > diary.now:
                self._held.append((each.not_before, arrival(each), Why.NOT_BEFORE, each))
            else:
                (backlog if is_spread(each, rhythm) else turns).append(each)
        heapify(self._held)
        self._turns, self._backlog = Line(turns, served), Line(backlog, served)
        self.over: list[Waiting] = []

    def choose(self, at: datetime) -> Waiting | None:
        """Take out who goes at this moment; None where all who are left must wait on."""
        while self._held and self._held[0][0] <= at:
            self._put_back(heappop(self._held)[-1])
        while line := self._line(at):
            waiting = line.take()
            end = deadline(waiting, self._rhythm)
            if end is not None and end <= at:
                self.over.append(waiting)
            elif found := self._diary.full_until(at, waiting.cost):
                heappush(self._held, (max(found[0], at + MINUTE), arrival(waiting), found[1], waiting))
            else:
                return waiting
        return None

    def reopens(self, at: datetime) -> tuple[datetime, Why]:
        """When somebody may go again, after all had to wait on, and what they wait for."""
        found = [(until, why) for until, _, why, _ in self._held[:1]]
        if self._backlog.first() and (until := self._diary.spread_from(at)):
            found.append((until, Why.SPREAD))
        return min(found, default=(NEVER, Why.LATER))

    def left(self) -> Iterator[tuple[Waiting, Why | None]]:
        """All that are still here, and what holds back those who are held."""
        for line in (self._turns, self._backlog):
            yield from ((each, None) for each in line)
        yield from ((each, why) for _, _, why, each in self._held)

    def _line(self, at: datetime) -> Line | None:
        """The line whose first goes first."""
        one, other = self._turns.first(), self._backlog.first()
        if other and (one is None or other < one) and not self._diary.spread_from(at):
            return self._backlog
        return self._turns if one else None

    def _put_back(self, waiting: Waiting) -> None:
        line = self._backlog if is_spread(waiting, self._rhythm) else self._turns
        line.put_back(waiting)
