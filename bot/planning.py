"""The plan at work: made from the ledger by each account's rhythm, written back as due moments, and asked before each post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from bot.model import State
from bot.schedule.calendar import Calendar
from bot.schedule.caps import Tally, least_budget
from bot.schedule.diary import HORIZON, LATE, SPREAD, Diary
from bot.schedule.ending import deadline
from bot.schedule.plan import plan
from bot.schedule.purse import Purse, purse
from bot.schedule.values import Pause, Planned, Why
from bot.schedule.walls import MINUTE
from bot.schedule.words import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from bot.ledger import Lane, Ledger
    from bot.model import Delivery
    from bot.schedule.rhythm import Rhythm
    from bot.schedule.values import Sent, Waiting

OUTAGE = timedelta(minutes=15)
"""Not at work for longer than that is an outage: cron that calls every five minutes is sometimes late."""
_DAY = timedelta(days=1)
_STALE = timedelta(minutes=15)
_WINDOW = 24  # moments that are planned ahead; those after them come when these are near
_BURST = 500  # where nothing keeps posts apart
_WINDOWS = 4_000  # of all sections together: a plan has no more room than that, however much waits
_WHOLE = 10_000


@dataclass
class _Known:
    """What an account's last plan came to: its first moment, and the first one after that."""

    planned_at: datetime
    first: datetime | None
    second: datetime | None

    def is_old(self, now: datetime) -> bool:
        """Whether time alone has made another plan of it: clocks step, moments go by, and new ones come into sight."""
        if not self.planned_at <= now < self.planned_at + _STALE:
            return True
        by_now = self.second is not None and self.second <= now  # they are to go apart
        return by_now or (self.first is not None and self.first <= now - MINUTE)


@dataclass(frozen=True)
class Outlook:
    """What is planned for an account, soonest first, and then what has no moment; `more` wait beyond what was planned."""

    planned: tuple[Planned, ...]
    rhythm: Rhythm
    pause: Pause | None
    more: int = 0
    whole: bool = False

    @property
    def first(self) -> datetime | None:
        """The next moment."""
        return self.planned[0].moment if self.planned else None

    def why(self, planned: Planned) -> str:
        """In words, what moved one of them to its moment, or stands against one."""
        return reason(planned, self.rhythm, self.pause)


class Planner:
    """Plans the accounts that have a rhythm; what is due on all others is so by itself."""

    def __init__(
        self,
        ledger: Ledger,
        rhythms: Mapping[str, Rhythm],
        *,
        clock: Callable[[], datetime],
        took: Callable[[float], None] = lambda seconds: None,  # noqa: ARG005 - nobody asked to be told
    ) -> None:
        """`took` is told how long each plan took."""
        self._took = took
        self._ledger = ledger
        self._clock = clock
        self._calendars = {account: Calendar(rhythm) for account, rhythm in rhythms.items()}
        self._known: dict[str, _Known] = {}
        self._latest: dict[str, Outlook] = {}
        self._last_event: int | None = None
        self.planned = frozenset(account for account, rhythm in rhythms.items() if not rhythm.is_free)
        """The accounts whose moments the plan gives."""

    def replan(self, *, at_work: bool) -> bool:
        """
        Bring the ledger's moments up to date; whether something is due now that was not planned so before.

        Accounts to which nothing happened keep their plan for a while. `at_work` says that due posts are sent from here, and
        that nothing is missed as long as this is called every few minutes.
        """
        now = self._clock()
        if self._last_event is None:
            self._ledger.unplan(self._calendars.keys() - self.planned, now=now)
        last, touched = self._ledger.touched(self._last_event)
        slept = self._ledger.asleep(self.planned, now=now, longest=OUTAGE)
        for account, since in slept.items():
            self._plan_meanwhile(account, since, now - LATE)
        self._ledger.awake(self.planned, slept, now=now, late=LATE, at_work=at_work)
        stale = [each for each in sorted(self.planned) if each in touched | slept.keys() or self._is_old(each, now)]
        began = perf_counter()
        for account in stale:
            self._plan(account, now)
        if stale:
            self._took(perf_counter() - began)
        self._last_event = last
        known = filter(
            None, (self._known.get(each) for each in stale)
        )  # a lane that puts something off forgets its own
        return any(each.first is not None and each.first <= now for each in known)

    def forget(self) -> None:
        """What posts cost may be another than when the plans were made: make all of them anew."""
        self._known.clear()

    def spread_backlogs(self) -> None:
        """After an outage, keep what is overdue apart also on the accounts that have no rhythm; for a bot that stays at work."""
        now, free = self._clock(), self._calendars.keys() - self.planned
        slept = self._ledger.asleep(free, now=now, longest=OUTAGE)
        self._ledger.awake(free, slept, now=now, late=LATE)
        for account in slept:
            self._ledger.spread(account, now=now, apart=SPREAD)

    def next_due(self) -> datetime | None:
        """When something is due next on any account that is not held up, as far as the ledger knows."""
        return min(filter(None, self.next_dues().values()), default=None)

    def next_dues(self) -> dict[str, datetime | None]:
        """The same for each account by itself."""
        now = self._clock()
        lanes = [lane for lane in self._ledger.lanes() if lane.account in self._calendars]
        return {lane.account: self._goes_on(lane, now) for lane in lanes}

    def next_due_of(self, account: str) -> datetime | None:
        """When something is due next on this account, whether it is held up or not."""
        if account not in self.planned:
            return self._ledger.next_due(account)
        times = (self.outlook(account).first, self._ledger.next_by_itself(account))
        return min(filter(None, times), default=None)

    def outlook(self, account: str, *, whole: bool = False) -> Outlook:
        """What is planned for an account as of now, for the near future or for all that waits; changes nothing."""
        now, calendar = self._clock(), self._calendars[account]
        pause = _pause(self._ledger.lane_of(account), now)
        until, most = (now + HORIZON, _WHOLE) if whole else self._window(calendar, pause, now)
        line = self._line(account, calendar, now=now, until=until, most=most)
        planned = plan(
            line,
            calendar.rhythm,
            self._sent(account, now),
            now,
            pause=pause,
            until=None if whole else until,
            calendar=calendar,
        )
        more = self._ledger.in_line(account) - len(line) if whole else 0
        self._latest[account] = Outlook(planned, calendar.rhythm, pause, more, whole)
        return self._latest[account]

    def why(self, delivery: Delivery) -> str | None:
        """In words, why a delivery has its moment or none, by the plan as it was last looked at; None where it has no say."""
        if delivery.account not in self.planned:
            return None
        outlook = self._latest.get(delivery.account) or self.outlook(delivery.account)
        if not outlook.whole and delivery.due_at is None and least_budget(outlook.rhythm) is not None:
            outlook = self.outlook(delivery.account, whole=True)  # what waits for money stands in no nearer one
        return next((outlook.why(each) for each in outlook.planned if each.id == delivery.id), None)

    def may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        """
        Whether a delivery may be sent at this moment, whatever was planned: too much may have gone out meanwhile.

        `cost` is that of the post that is to be sent. One by hand asks caps and budget alone. Any other that may not go now is
        put off until it may.
        """
        waiting = self._ledger.waits(delivery.id) if delivery.account in self.planned else None
        if waiting is None:  # it may be out there, and goes on
            return True
        now = self._clock()
        rhythm = self._calendars[delivery.account].rhythm
        calendar = Calendar(rhythm)  # of our own: lanes are threads
        sent = self._sent(delivery.account, now)
        if by_hand:
            return Tally(calendar, sent, now).full_until(now, cost) is None
        end = deadline(waiting, rhythm)
        if end is not None and end <= now and delivery.state is State.SCHEDULED:
            self._ledger.expire(delivery, now=now, why=reason(Planned(delivery.id, None, Why.EXPIRED), rhythm))
            return False
        diary = Diary(calendar, sent, now, None)
        at = diary.earliest(now, cost, Why.AT_ONCE, breaking=waiting.breaking).at
        if at > now:
            self._ledger.put_off(delivery.id, min(at, now + _DAY), cost)
            self._known.pop(delivery.account, None)
        return at <= now

    def purse(self, account: str) -> Purse:
        """What an account has spent today and this month, and what it may."""
        now = self._clock()
        return purse(self._calendars[account], self._sent(account, now), now)

    def _is_old(self, account: str, now: datetime) -> bool:
        known = self._known.get(account)
        return known is None or known.is_old(now)

    def _plan(self, account: str, now: datetime) -> None:
        """Write an account's plan down; what is over makes room in the window for what stands behind it."""
        while True:
            outlook = self.outlook(account)
            ended = {each.id: outlook.why(each) for each in outlook.planned if each.why.ended}
            moments = {each.id: each.moment for each in outlook.planned if each.moment is not None}
            self._ledger.plan_to(account, moments, ended, now=now)
            if not ended:
                break
        ahead = iter(dict.fromkeys(moments.values()))
        self._known[account] = _Known(now, next(ahead, None), next(ahead, None))

    def _plan_meanwhile(self, account: str, since: datetime, until: datetime) -> None:
        """Carry the plan on through a time when nobody did, so that all is missed that would have gone, however long it was."""
        calendar = Calendar(self._calendars[account].rhythm)  # of the past: the other one looks ahead
        line = self._line(account, calendar, now=since, until=until, most=_WHOLE)
        came = [replace(each, not_before=max(each.created_at, each.not_before or since)) for each in line]
        pause, sent = _pause(self._ledger.lane_of(account), since), self._sent(account, since)
        planned = plan(came, calendar.rhythm, sent, since, pause=pause, until=until, calendar=calendar)
        moments = {each.id: each.moment for each in planned if each.moment is not None}
        self._ledger.plan_to(account, moments, {}, now=until)

    def _line(
        self, account: str, calendar: Calendar, *, now: datetime, until: datetime, most: int
    ) -> tuple[Waiting, ...]:
        in_all, dearest = max(most, _WINDOWS), least_budget(calendar.rhythm)
        horizon = now + HORIZON
        return self._ledger.line(
            account, now=now, until=until, horizon=horizon, most=most, in_all=in_all, dearest=dearest
        )

    def _window(self, calendar: Calendar, pause: Pause | None, now: datetime) -> tuple[datetime, int]:
        """Up to when there are so many moments at most."""
        horizon, rhythm = now + HORIZON, calendar.rhythm
        start = max(now, (pause and pause.until) or now)
        if not rhythm.slots:
            room, most = ((_WINDOW - 1) * rhythm.gap, _WINDOW) if rhythm.gap else (_DAY, _BURST)
            return min(start + room, horizon), most
        at = start - LATE
        for _ in range(_WINDOW):
            slot = calendar.slot(at, horizon)
            if slot is None:
                return horizon, _WINDOW
            at = slot + MINUTE
        return at, _WINDOW

    def _sent(self, account: str, now: datetime) -> Sequence[Sent]:
        """What was published since the month began, and as far back as a gap reaches."""
        calendar = self._calendars[account]
        month = calendar.start(calendar.day(now).replace(day=1))
        return self._ledger.sent(account, min(month, now - max(calendar.rhythm.gap, _DAY)))

    def _goes_on(self, lane: Lane, now: datetime) -> datetime | None:
        pause = _pause(lane, now)
        due = None if pause and pause.until is None else self._ledger.next_due(lane.account)
        return due and max(due, (pause and pause.until) or due)


def _pause(lane: Lane, now: datetime) -> Pause | None:
    """What holds an account's posts back, by somebody's word or while its network is left alone."""
    if lane.paused_at(now):
        return Pause(lane.paused_until)
    return Pause(lane.backoff_until) if lane.backs_off_at(now) else None
