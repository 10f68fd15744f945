"""Stretches of time as people write them, such as 90m, 1h30m or 2d."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PIECE = re.compile(r"(\d{1,18})\s*(d|h|m|s)(?:[a-z]*)", re.ASCII | re.IGNORECASE)
_NAMES = re.compile(
    r"(?:d|day|days|h|hr|hrs|hour|hours|m|min|mins|minute|minutes|s|sec|secs|second|seconds)", re.IGNORECASE
)
_LONGEST = timedelta(days=3660)


def parse(text: str) -> timedelta:
    """What is written as 45s, 30m, 1h30m, 2 days or 0. Raises ValueError for what is none, with what to write."""
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit():
        if int(stripped[:9]) == 0 and not stripped.strip("0"):
            return timedelta(0)
        raise ValueError(f"{stripped[:20]!r} of what? Write {stripped[:6]}m for minutes, {stripped[:6]}h for hours")
    if not re.fullmatch(rf"(?:\d{{1,18}}\s*{_NAMES.pattern}\s*)+", stripped, re.ASCII | re.IGNORECASE):
        raise ValueError(f"{stripped[:40]!r} is no stretch of time: write it as 30m, 1h30m or 2d")
    seconds = sum(int(number) * _UNITS[unit.lower()] for number, unit in _PIECE.findall(stripped))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{stripped[:40]} is too long: at most ten years")
    return timedelta(seconds=seconds)


def shown(stretch: timedelta) -> str:
    """As an operator writes it."""
    left = int(stretch.total_seconds())
    pieces = []
    for unit, seconds in _UNITS.items():
        number, left = divmod(left, seconds)
        if number:
            pieces.append(f"{number}{unit}")
    return "".join(pieces) or "0"
