"""Slots: cron expressions as people write them, and the moments of a day that they name."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from bot.schedule.walls import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

_FIELDS = {
    "minute": "0-59",
    "hour": "0-23",
    "day-of-month": "1-31, L, LW",
    "month": "1-12, JAN-DEC",
    "day-of-week": "0-7 where 0 and 7 are Sunday, SUN-SAT, 5L, 1#2",
}
_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_SECOND = timedelta(seconds=1)
_LONGEST = 200


def parse(text: str) -> tuple[str, ...]:
    """The cron expressions of a setting, which are separated by `;`. Raises ValueError for one that is none."""
    expressions = tuple(" ".join(piece.split()) for piece in text.split(";") if piece.strip())
    if text and not expressions:
        raise ValueError(f"{text!r} names no slot: write one such as '0 8-22/2 * * *', or leave it empty")
    for expression in expressions:
        _check(expression)
    return tuple(dict.fromkeys(expressions))


def of_day(expressions: Iterable[str], day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """
    The moments that the expressions name on this day of the calendar, in order, each once.

    A skipped wall time is taken at the gap's end, which may be on the day after; a repeated one the first time.
    """
    walls = merge(*(_walls(expression, day) for expression in expressions))
    return tuple(dict.fromkeys(moment(wall, zone) for wall in dict.fromkeys(walls)))


def _walls(expression: str, day: date) -> Iterator[datetime]:
    """
    What the wall clock shows at each of them.

    Cronsim is never shown the zone: where minute or hour is a star, it leaves out the times that daylight saving skips,
    and gives the repeated ones twice.
    """
    before = datetime.combine(day, time.min) - _SECOND
    return takewhile(lambda wall: wall.date() == day, CronSim(expression, before))


def _check(expression: str) -> None:
    if len(expression) > _LONGEST:
        raise ValueError(f"a slot of {len(expression)} characters is too long: separate several with ;")
    if len(fields := expression.split()) != len(_FIELDS):
        raise ValueError(f"{expression!r} is no slot: {_meant(expression, len(fields))}")
    try:
        next(CronSim(expression, datetime(2024, 1, 1)), None)  # noqa: DTZ001 - a wall clock's time has no zone
    except CronSimError as error:
        name = str(error).removeprefix("Bad ")
        written = fields[list(_FIELDS).index(name)]
        raise ValueError(f"{expression!r} is no slot: its {name} is {written!r}, {_remedy(name, written)}") from None


def _meant(expression: str, fields: int) -> str:
    if said := _NAMED.get(expression.lower()):
        return f"write {said!r}"
    if clock := _CLOCK.fullmatch(expression):
        return f"write '{int(clock[2])} {int(clock[1])} * * *' for every day at {expression}"
    seconds = ", and none of them is seconds" if fields == len(_FIELDS) + 1 else ""
    return f"it has {fields} of the five fields minute hour day month weekday{seconds}"


def _remedy(name: str, written: str) -> str:
    """What to write instead; a range that runs over the end of its field is the commonest trap."""
    if name == "day-of-month" and re.fullmatch(r"30|31|30-31", written):
        return "which its months do not have"
    if name == "hour" and (turned := re.fullmatch(r"(\d+)-(\d+)", written)) and int(turned[1]) > int(turned[2]):
        return f"over midnight write {turned[1]}-23,0-{turned[2]}"
    if name == "day-of-week" and re.fullmatch(r"\w+-SUN", written.upper()):
        return f"where Sunday is the last day write numbers, such as {_weekday(written)}-7"
    return f"one of {_FIELDS[name]} is meant"


def _weekday(written: str) -> str:
    first = written.upper().partition("-")[0]
    return str(_WEEKDAYS.index(first)) if first in _WEEKDAYS else first
