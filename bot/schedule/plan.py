"""The plan: a moment for each delivery of one account, or the reason why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.model import Priority
from bot.schedule.calendar import Calendar
from bot.schedule.diary import LATE, Diary, Opening, stronger
from bot.schedule.ending import deadline, ended, in_backlog, is_spread
from bot.schedule.hall import Hall
from bot.schedule.line import arrival
from bot.schedule.rhythm import Backlog
from bot.schedule.values import Planned, Waiting, Why
from bot.schedule.walls import NEVER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from decimal import Decimal

    from bot.schedule.rhythm import Rhythm
    from bot.schedule.values import Pause, Sent

_LASTING = {Why.PAUSE, Why.TOO_DEAR, Why.MONTH_CAP, Why.DAY_CAP, Why.MONTH_BUDGET, Why.DAY_BUDGET}


def plan(
    waiting: Collection[Waiting],
    rhythm: Rhythm,
    sent: Sequence[Sent],
    now: datetime,
    *,
    pause: Pause | None = None,
    until: datetime | None = None,
    calendar: Calendar | None = None,
) -> tuple[Planned, ...]:
    """
    The moments of one account's deliveries in order, then those that have none, each with its reason.

    The same values give the same plan, in whatever order they come, and carrying out the first of it leaves the rest as
    it is. `sent` reaches back to the beginning of the month in the account's zone. With `until`, those without a moment
    of their own are planned up to there, and left out where they would come later: of what neither expires nor is held
    up by then, no more of a section need be given than there are moments. A `calendar` of the same rhythm, kept
    from an earlier plan, only saves time.
    """
    calendar = calendar or Calendar(rhythm)
    calendar.forget_before(calendar.day(now))
    line = sorted(waiting, key=arrival)
    draft = Draft(Diary(calendar, sent, now, pause), rhythm, sent)
    draft.unplaced = {each.id: each for each in ended(line, rhythm, now)}
    own: list[Waiting] = []
    others: list[Waiting] = []
    for each in line:
        if each.id not in draft.unplaced:
            (own if _has_its_own_moment(each, rhythm) else others).append(each)
    draft.appoint(own)
    draft.fill(others, until)
    placed = sorted(draft.placed, key=lambda each: each.moment or NEVER)
    return (*placed, *(draft.unplaced[each.id] for each in line if each.id in draft.unplaced))


def _has_its_own_moment(waiting: Waiting, rhythm: Rhythm) -> bool:
    """Whether it goes without a slot."""
    if waiting.priority is Priority.BREAKING or waiting.appointed:
        return True
    return waiting.missed and rhythm.backlog is Backlog.ALL and in_backlog(waiting)


class Kind(NamedTuple):
    """What decides which moments are free for a delivery with a moment of its own."""

    breaking: bool
    spread: bool
    cost: Decimal


class Draft:
    """A plan in the making: those with a moment of their own come first, then the others around them."""

    def __init__(self, diary: Diary, rhythm: Rhythm, sent: Sequence[Sent]) -> None:
        self.placed: list[Planned] = []
        self.unplaced: dict[int, Planned] = {}
        self._diary = diary
        self._rhythm = rhythm
        self._served = {each.section: each.at for each in sorted(sent, key=lambda each: each.at)}
        self._coming: list[tuple[datetime, str]] = []

    def appoint(self, waiting: Sequence[Waiting]) -> None:
        """Give each its own moment, or the first one after it that is free; breaking news choose first."""
        reached: dict[Kind, Opening] = {}
        for later, wish, _, each in sorted(self._wish(each) for each in waiting):
            kind = Kind(not later, is_spread(each, self._rhythm), each.cost)
            reached[kind] = opening = self._own(each, wish, kind, reached.get(kind))
            if self._settle(each, opening):
                self._coming.append((opening.at, each.section))
        self._coming.sort(reverse=True)

    def fill(self, waiting: Sequence[Waiting], until: datetime | None = None) -> None:
        """Give the others, in fair order, the slots that are left, or what is free where the account has no slots."""
        hall = Hall(waiting, self._served, self._diary, self._rhythm)
        cheapest = min((each.cost for each in waiting), default=None)
        at, lull, standing, went = self._diary.now - LATE, Why.LATER, Why.LATER, False
        while cheapest is not None and at is not NEVER:
            opening = self._next(at, cheapest)
            at, standing = opening.at, opening.why
            if at > (until or self._diary.horizon):
                break
            self._serve(at)
            chosen = hall.choose(at)
            if chosen is None:
                at, lull = hall.reopens(at)
            else:
                went = True
                self._settle(chosen, Opening(at, stronger(opening.why, lull)))
                self._served[chosen.section], lull = at, Why.LATER
        if went and standing not in _LASTING:
            standing = Why.LATER  # the last days of the horizon are as full as the others
        self._dismiss(hall, standing, whole=until is None)

    def _own(self, waiting: Waiting, wish: datetime, kind: Kind, before: Opening | None) -> Opening:
        """
        The first moment from its wish on that is free.

        What was not free for the one `before` of its kind is not free for it: without that, a thousand appointments at one
        moment would be a million looks.
        """
        why = self._default(waiting, wish)
        if before is not None and max(wish, self._diary.now) < before.at and wish <= self._diary.horizon:
            if before.at is NEVER:
                return before
            wish, why = before
        return self._diary.earliest(wish, kind.cost, why, breaking=kind.breaking, spread=kind.spread)

    def _dismiss(self, hall: Hall, standing: Why, *, whole: bool) -> None:
        """Say why they have no moment whose turn came too late, and, in a whole plan, those whose turn did not come."""
        for each in hall.over:
            self.unplaced[each.id] = Planned(each.id, None, Why.WILL_EXPIRE)
        if whole:
            for each, why in hall.left():
                self._leave(each, why or standing)

    def _next(self, at: datetime, cost: Decimal) -> Opening:
        if self._rhythm.slots:
            return self._diary.next_slot(at, cost)
        return self._diary.earliest(at, cost, Why.AT_ONCE)

    def _serve(self, until: datetime) -> None:
        """Those with a moment of their own count for their sections when it comes."""
        while self._coming and self._coming[-1][0] <= until:
            at, section = self._coming.pop()
            self._served[section] = at

    def _settle(self, waiting: Waiting, opening: Opening) -> bool:
        """Place it there, unless its time is over by then."""
        end = deadline(waiting, self._rhythm)
        if opening.at is NEVER:
            self._leave(waiting, opening.why)
            return False
        if end is not None and end <= opening.at:
            self.unplaced[waiting.id] = Planned(waiting.id, None, Why.WILL_EXPIRE, opening.why)
            return False
        self._diary.take(opening.at, waiting.cost, spread=is_spread(waiting, self._rhythm))
        self.placed.append(Planned(waiting.id, opening.at, opening.why))
        return True

    def _leave(self, waiting: Waiting, why: Why) -> None:
        """It has no moment within the horizon."""
        why = Why.LATER if why in {Why.SLOT, Why.AT_ONCE} else why
        end = deadline(waiting, self._rhythm)
        expires = end is not None and end <= self._diary.horizon
        planned = Planned(waiting.id, None, Why.WILL_EXPIRE, why) if expires else Planned(waiting.id, None, why)
        self.unplaced[waiting.id] = planned

    def _wish(self, waiting: Waiting) -> tuple[bool, datetime, tuple[int, datetime, int, int], Waiting]:
        """What sorts those with a moment of their own, whatever the time is now; the arrival leaves no tie."""
        wish = waiting.publish_at if waiting.appointed and waiting.publish_at else waiting.created_at
        wish = max(wish, waiting.not_before or wish)
        return waiting.priority is not Priority.BREAKING, wish, arrival(waiting), waiting

    def _default(self, waiting: Waiting, wish: datetime) -> Why:
        """What decides where nothing stands against the wish."""
        if wish < self._diary.now or wish == waiting.created_at:
            return Why.AT_ONCE
        return Why.PUBLISH_AT if wish == waiting.publish_at else Why.NOT_BEFORE
