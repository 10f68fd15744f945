"""How many posts X says that an account has left, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.networks.outcomes import clock_skew, quota, retry_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SHORT = "x-rate-limit"
_KINDS = {
    _SHORT: "posts",
    "x-user-limit-24hour": "posts a day",
    "x-app-limit-24hour": "posts a day of the whole app",
}
_LONGEST = 11  # digits of a moment, until the year 5138


class Window(NamedTuple):
    """So many of `limit` posts are left until a moment by our clock."""

    kind: str
    limit: int
    left: int
    until: datetime

    def __str__(self) -> str:
        return quota(self.left, self.limit, _KINDS[self.kind], self.until)


def told(headers: Mapping[str, str], now: datetime) -> list[Window]:
    """What the headers of an answer say; what is missing in them, or odd, says nothing."""
    values = {kind: [headers.get(f"{kind}-{name}") for name in ("limit", "remaining", "reset")] for kind in _KINDS}
    return list(_windows(values, _skew(headers, now)))


def to_keep(windows: Iterable[Window]) -> dict[str, list[int]]:
    """The same in JSON."""
    return {window.kind: [window.limit, window.left, int(window.until.timestamp())] for window in windows}


def kept(shelf: Mapping[str, Any], now: datetime) -> list[Window]:
    """What was kept, as far as it still holds."""
    # One that ends in days to come was written down by a clock that was wrong.
    return [window for window in _windows(shelf, timedelta()) if retry_at(window.until, now) == window.until]


def pause_until(headers: Mapping[str, str], now: datetime) -> datetime:
    """When X takes posts again, by an answer that refuses one: when all that is used up is there again."""
    used_up = [window.until for window in told(headers, now) if not window.left]
    return retry_at(max(used_up, default=_moment(headers.get(f"{_SHORT}-reset"), _skew(headers, now))), now)


def _skew(headers: Mapping[str, str], now: datetime) -> timedelta:
    return clock_skew(headers.get("date"), now) or timedelta()


def _windows(values: Mapping[str, Any], skew: timedelta) -> Iterator[Window]:
    for kind in _KINDS:
        match values.get(kind):
            case [limit, left, reset]:
                of, rest, until = _number(limit), _number(left), _moment(reset, skew)
                if of is not None and rest is not None and until is not None:
                    yield Window(kind, of, rest, until)


def _moment(reset: Any, skew: timedelta) -> datetime | None:
    seconds = _number(reset)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC) + skew
    except OverflowError:  # by a Date of the year 9999
        return None


def _number(value: Any) -> int | None:
    digits = str(value).strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST else None
