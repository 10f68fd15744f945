"""Limits that stand against each other, and those that leave less room than their operator may think."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from bot.model import Links
from bot.schedule.calendar import Calendar
from bot.schedule.caps import least_budget
from bot.schedule.diary import HORIZON
from bot.schedule.durations import shown
from bot.schedule.walls import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bot.model import Prices
    from bot.schedule.rhythm import Rhythm

_MONTH = timedelta(days=28)


def contradictions(rhythm: Rhythm, now: datetime) -> tuple[str, ...]:
    """
    A line for each that is to be mended, with the settings that it comes from.

    Each lets itself be kept, but not as its operator will have meant it. What depends on the calendar is seen over the
    horizon.
    """
    calendar = Calendar(rhythm)
    return (*_of_caps(rhythm), *(_of_slots(calendar, now) if rhythm.slots else _of_the_gap(rhythm)))


def too_dear(rhythm: Rhythm, prices: Prices, links: Links) -> tuple[str, ...]:
    """A line where a budget is less than a single post costs, whatever else has gone out."""
    budget = least_budget(rhythm)
    if budget is None:
        return ()
    cheapest = min(prices.part, prices.with_link)
    if cheapest > budget:
        return (
            f"a post costs at least {cheapest}, more than the whole budget of {budget}, and none would ever go: raise it",
        )
    if links is not Links.NEVER and prices.with_link > budget:
        linked = f"a post with a link costs {prices.with_link}"
        return (
            f"{linked}, more than the whole budget of {budget}, and would never go: raise it, or set LINKS to never",
        )
    return ()


def surprises(rhythm: Rhythm, now: datetime) -> tuple[str, ...]:
    """A line for each that may be meant so: slots that stay empty, articles that may expire."""
    calendar = Calendar(rhythm)
    loud = [slot for slot in _slots(calendar, now) if not calendar.quiet_until(slot)] if rhythm.slots else []
    return (*_too_many(calendar, loud), *_too_late(calendar, loud)) if loud else ()


def _of_caps(rhythm: Rhythm) -> Iterator[str]:
    day, month = rhythm.per_day, rhythm.per_month
    if day is not None and month is not None and month < day:
        yield f"a day may have {day} posts, but its whole month only {month}: lower the cap of the day, or raise the month's"
    daily, monthly = rhythm.budget_per_day, rhythm.budget_per_month
    if daily is not None and monthly is not None and monthly < daily:
        yield f"a day may cost {daily}, but its whole month only {monthly}: lower the day's budget, or raise the month's"


def _of_the_gap(rhythm: Rhythm) -> Iterator[str]:
    if rhythm.max_age is not None and rhythm.gap > rhythm.max_age:
        gap, age = shown(rhythm.gap), shown(rhythm.max_age)
        yield f"the gap of {gap} is longer than the maximum age of {age}: what comes in after a post is too old for the next"


def _of_slots(calendar: Calendar, now: datetime) -> Iterator[str]:
    slots = list(_slots(calendar, now))
    if not slots:
        yield f"no slot comes in the next {HORIZON.days} days: {_expressions(calendar)}"
        return
    loud = [slot for slot in slots if not calendar.quiet_until(slot)]
    if not loud:
        yield f"all slots are in quiet hours, and nothing would go out: {_expressions(calendar)}"
        return
    yield from _too_close(calendar, loud)


def _too_close(calendar: Calendar, slots: Sequence[datetime]) -> Iterator[str]:
    gap = calendar.rhythm.gap
    nearest = min(((other - one, one) for one, other in pairwise(slots)), default=None)
    if nearest and nearest[0] < gap:
        apart, local = nearest[0], nearest[1].astimezone(calendar.rhythm.zone)
        yield (
            f"the gap of {shown(gap)} is longer than the {shown(apart)} from the slot at {local:%H:%M} to the next, "
            f"which stays empty: lower the gap to {shown(apart)}, or take slots out"
        )


def _too_many(calendar: Calendar, slots: Sequence[datetime]) -> Iterator[str]:
    rhythm = calendar.rhythm
    fullest = max(Counter(calendar.day(slot) for slot in slots).values())
    if rhythm.per_day is not None and rhythm.per_day < fullest:
        yield f"a day has up to {fullest} slots, but may have {rhythm.per_day} posts: its later slots stay empty"
    if rhythm.per_month is not None and rhythm.per_month < len(slots) * _MONTH // HORIZON:
        yield f"{len(slots)} slots in {HORIZON.days} days are more than {rhythm.per_month} posts a month: its end stays empty"


def _too_late(calendar: Calendar, slots: Sequence[datetime]) -> Iterator[str]:
    age = calendar.rhythm.max_age
    furthest = max(((other - one, one) for one, other in pairwise(slots)), key=itemgetter(0), default=None)
    if age is not None and furthest and furthest[0] > age:
        local = furthest[1].astimezone(calendar.rhythm.zone)
        yield (
            f"no slot comes for {shown(furthest[0])} after the one at {local:%a %H:%M}, longer than the maximum age of "
            f"{shown(age)}: what comes in then may expire unsent"
        )


def _slots(calendar: Calendar, now: datetime) -> Iterator[datetime]:
    at = now
    while slot := calendar.slot(at, now + HORIZON):
        yield slot
        at = slot + MINUTE


def _expressions(calendar: Calendar) -> str:
    return "; ".join(calendar.rhythm.slots)
