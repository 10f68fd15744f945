"""Quiet hours: stretches of the wall clock in which nothing is published."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.schedule.rhythm import Quiet
from bot.schedule.walls import moment

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

_RANGE = re.compile(
    r"([01]?\d|2[0-3])(?::([0-5]\d))?\s*[-–]\s*(?:([01]?\d|2[0-3])(?::([0-5]\d))?|(24)(?::00)?)", re.ASCII
)
_DAY = 24 * 60


def parse(text: str) -> tuple[Quiet, ...]:
    """The stretches of a setting such as `22:00-07:00; 12:00-13:00`. Raises ValueError where there is none in it."""
    ranges = tuple(_range(piece.strip()) for piece in re.split("[;,]", text) if piece.strip())
    if text and not ranges:
        raise ValueError(f"{text!r} names no quiet hours: write them as 22:00-07:00, or leave it empty")
    if _whole_day(ranges):
        raise ValueError(f"{text} is quiet all day, and nothing would go out: leave some hours, or pause the account")
    return ranges


def of_day(ranges: tuple[Quiet, ...], day: date, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """From when to when it is quiet, for each range that begins on this day of the calendar."""
    found = []
    for quiet in ranges:
        end = day + timedelta(days=quiet.end <= quiet.begin)
        begins, ends = (moment(datetime.combine(*wall), zone) for wall in ((day, quiet.begin), (end, quiet.end)))
        found.append((begins, ends))
    return tuple(found)


def _range(text: str) -> Quiet:
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} are no quiet hours: write them as 22:00-07:00")
    begin = time(int(found[1]), int(found[2] or 0))
    end = time.min if found[5] else time(int(found[3]), int(found[4] or 0))
    if begin == end:
        raise ValueError(f"{text} begins when it ends: write quiet hours as 22:00-07:00, or pause the account")
    return Quiet(begin, end)


def _whole_day(ranges: tuple[Quiet, ...]) -> bool:
    minutes: set[int] = set()
    for quiet in ranges:
        begin, end = (each.hour * 60 + each.minute for each in (quiet.begin, quiet.end))
        minutes |= {minute % _DAY for minute in range(begin, end if end > begin else end + _DAY)}
    return len(minutes) == _DAY
