"""The daemon's loop: takes in what comes, plans, and gives each account its turns; the turns themselves are taken elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.daemon.pace import LOOK, SLICE, Looked, plan_at, rest, survey_at
from bot.daemon.turns import next_turn
from bot.schedule.diary import LATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.daemon.bell import Bell
    from bot.daemon.inbox import Inbox
    from bot.daemon.turns import Turn
    from bot.ledger import Event, Ledger
    from bot.planning import Planner

Dues = dict[str, "datetime | None"]
"""When something is due next on each account."""
_AFTER_TROUBLE = 5.0  # seconds: a full disk is not asked again at once


class Clock(Protocol):
    """Wakes each account at its moment, and remembers how its last turn ended."""

    @property
    def turns(self) -> Mapping[str, Turn]: ...

    def set(self, moments: Mapping[str, datetime]) -> None: ...


class Loop:
    """
    One look after another, each of them short.

    `news` is given what happened, by whosever hand, and `trouble` what went wrong; neither ends the loop. `looked` is called
    after each look, with when each account's next post is due; `patience` is how long it may sleep at most.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        planner: Planner,
        inbox: Inbox,
        roster: Clock,
        bell: Bell,
        news: Callable[[Sequence[Event]], None],
        trouble: Callable[[Exception], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        looked: Callable[[Dues], None] = lambda dues: None,  # noqa: ARG005 - nobody asked to be told
        patience: float = LOOK,
    ) -> None:
        self._ledger = ledger
        self._planner = planner
        self._inbox = inbox
        self._roster = roster
        self._bell = bell
        self._news = news
        self._trouble = trouble
        self._clock = clock
        self._monotonic = monotonic
        self._looked = looked
        self._patience = patience
        self._dues: Dues = {}
        self._surveyed = Looked()
        self._planned = Looked()
        self._changed = True
        self._last_event: int | None = None
        self._replanned_at: datetime | None = None

    @property
    def is_awake(self) -> bool:
        """Whether the plan knows what the time is: after a machine's sleep a turn may come before the first look."""
        return self._replanned_at is not None and self._clock() - self._replanned_at <= LATE

    def run(self) -> None:
        """Look whenever there is a reason, and at least once a minute, until the bell says stop."""
        while not self._bell.is_stopped:
            wait = self.look()
            self._looked(self._dues)
            self._bell.wait(min(wait, self._patience))

    def look(self) -> float:
        """Do what is to be done now; how long nothing more is, as far as can be told. What fails is tried again."""
        self._changed = self._bell.took_files() or self._changed
        troubled = False
        for part in (self._begin_the_news, self._read_the_queue, self._plan):  # neither holds up the other
            try:
                part()
            except Exception as error:  # noqa: BLE001 - one surprise ends no other account's work
                self._trouble(error)
                self._changed = troubled = True
        if troubled:
            return _AFTER_TROUBLE
        times = (self._next_survey(), self._planned.at + LOOK)
        return rest(self._monotonic(), *times, pending=self._inbox.pending)

    def _begin_the_news(self) -> None:
        """What happened before the first look is none."""
        if self._last_event is None:
            self.tell_news()

    def _read_the_queue(self) -> None:
        if self._monotonic() >= self._next_survey():
            began, self._changed = self._monotonic(), False
            try:
                self._tell(self._inbox.survey())
            finally:
                self._surveyed = Looked(began, self._monotonic() - began)
        self._tell(self._inbox.take_some(SLICE).troubles)
        self._inbox.withdraw()

    def _next_survey(self) -> float:
        """Also before anything is called off: the folder may have gone since."""
        at = survey_at(self._surveyed, changed=self._changed, unsettled=self._inbox.unsettled)
        withdrawing_at = self._inbox.withdrawing_at
        return at if withdrawing_at is None else min(at, withdrawing_at)

    def _plan(self) -> None:
        """Bring plan and ledger together, and tell the clock; whatever is due leaves meanwhile, by the plan that stands."""
        began = self._monotonic()
        if began < plan_at(self._planned, pending=self._inbox.pending):
            return
        self._planner.spread_backlogs()
        self._planner.replan(at_work=True)
        self._replanned_at = self._clock()
        self._dues, turns = self._planner.next_dues(), self._roster.turns
        now, monotonic = self._clock(), self._monotonic()
        self._roster.set(
            {each: next_turn(due, turns.get(each), now=now, monotonic=monotonic) for each, due in self._dues.items()}
        )
        self.tell_news()
        self._planned = Looked(began, self._monotonic() - began)

    def tell_news(self) -> None:
        """Tell what happened since this was last called, and clear the queue of what is done."""
        self._last_event, events = self._ledger.happened(self._last_event)
        self._news(events)
        done = {each.article for each in events if each.article is not None}
        if done:
            self._tell(self._inbox.clear(done))

    def _tell(self, troubles: Iterable[Exception]) -> None:
        for trouble in troubles:
            self._trouble(trouble)
