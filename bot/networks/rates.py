"""How much of a quota is left, by the headers of an answer; one that is missing or odd says nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_NUMBER = 11  # digits; as seconds since 1970 until the year 5138


class Window(NamedTuple):
    """How many of `limit` are left until a moment by the network's clock, which it may not tell."""

    left: int
    limit: int
    until: datetime | None

    def of(self, what: str) -> str:
        """The same for people."""
        ends = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{self.left:,} of {self.limit:,} {what} left{ends}"


def window(headers: Mapping[str, str], prefix: str) -> Window | None:
    """What the three headers with this prefix say; names are taken as the mapping takes them."""
    limit, left = number(headers.get(f"{prefix}-limit")), number(headers.get(f"{prefix}-remaining"))
    return None if limit is None or left is None else Window(left, limit, reset(headers, prefix))


def reset(headers: Mapping[str, str], prefix: str) -> datetime | None:
    """When the quota is full again: in seconds since 1970, or as ISO 8601."""
    told = headers.get(f"{prefix}-reset", "")
    seconds = number(told)
    try:
        moment = datetime.fromisoformat(told) if seconds is None else datetime.fromtimestamp(seconds, UTC)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def number(value: Any) -> int | None:
    """The number that a header or a file says, of a length that makes sense."""
    digits = str(value).strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None
