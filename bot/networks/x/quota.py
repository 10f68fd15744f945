"""How many posts X says that an account has left, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.networks import rates
from bot.networks.outcomes import clock_skew, retry_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SHORT = "x-rate-limit"
_KINDS = {
    _SHORT: "posts",
    "x-user-limit-24hour": "posts a day",
    "x-app-limit-24hour": "posts a day of the whole app",
}


class Left(NamedTuple):
    """So many of `limit` posts of a kind are left until a moment by our clock."""

    kind: str
    left: int
    limit: int
    until: datetime

    def __str__(self) -> str:
        return rates.Window(self.left, self.limit, self.until).of(self.what)

    @property
    def what(self) -> str:
        """The kind in words."""
        return _KINDS[self.kind]


def told(headers: Mapping[str, str], now: datetime) -> list[Left]:
    """What the headers of an answer say; what is missing in them, or odd, says nothing."""
    return list(_windows(headers, clock_skew(headers.get("date"), now) or timedelta()))


def to_keep(windows: Iterable[Left]) -> dict[str, str]:
    """The same as such headers, by our clock."""
    kept: dict[str, str] = {}
    for kind, left, limit, until in windows:
        reset = str(int(until.timestamp()))
        kept |= {f"{kind}-limit": str(limit), f"{kind}-remaining": str(left), f"{kind}-reset": reset}
    return kept


def kept(shelf: Mapping[str, Any], now: datetime) -> list[Left]:
    """What was kept, as far as it still holds."""
    headers = {name: value for name, value in shelf.items() if isinstance(value, str)}
    # One that ends in days to come was written down by a clock that was wrong.
    return [left for left in _windows(headers, timedelta()) if retry_at(left.until, now) == left.until]


def pause_until(headers: Mapping[str, str], now: datetime) -> datetime:
    """When X takes posts again, by an answer that refuses one: when all that is used up is there again."""
    used_up = [left.until for left in _windows(headers, timedelta()) if not left.left]
    return retry_at(max(used_up, default=rates.reset(headers, _SHORT)), now, date=headers.get("date"))


def _windows(headers: Mapping[str, str], skew: timedelta) -> Iterator[Left]:
    for kind in _KINDS:
        match rates.window(headers, kind):
            case rates.Window(left, limit, datetime() as until):
                try:
                    yield Left(kind, left, limit, until + skew)
                except OverflowError:  # by a Date of the year 9999
                    continue
