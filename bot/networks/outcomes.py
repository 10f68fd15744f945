"""What an error says about a post, as far as that is the same on every network."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

import httpcore

from bot.errors import DeliveryError, OutcomeUnknown, Rejected, Unauthorized, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=25)
_LONGEST_WORDS = 200


class Stakes(NamedTuple):
    """What a refusal means here, and what it means when nobody knows how a request ended."""

    refused: type[DeliveryError]
    unclear: type[DeliveryError]


NOTHING_POSTED = Stakes(refused=Unauthorized, unclear=Unavailable)
PERHAPS_POSTED = Stakes(refused=Rejected, unclear=OutcomeUnknown)
LOOKING = Stakes(refused=OutcomeUnknown, unclear=Unavailable)


def never_left(failure: BaseException | None) -> bool:
    """Whether it is certain that a request that failed like this never left: no name, no connection, no handshake."""
    return isinstance(failure, httpcore.ConnectError | httpcore.ConnectTimeout)


def broken(failure: BaseException, timeout: float) -> str:
    """What became of a request that got no whole answer, for people."""
    if isinstance(failure, httpcore.TimeoutException):
        return f"gave no whole answer within {timeout:g} s"
    return f"broke off before it had answered ({type(failure).__name__})"


def retry_at(reset: datetime | None, now: datetime, *, date: str | None = None) -> datetime:
    """
    When the network takes posts again: `reset`, by the network's clock, unless that is nonsense.

    `date` is the answer's own Date header: with it a clock of ours that is wrong does no harm.
    """
    if reset is None:
        return now + _PAUSE
    wait = reset - (_moment(date) or now)
    return now + wait if timedelta(0) < wait < _LONGEST_PAUSE else now + _PAUSE


def clock_skew(date: str | None, now: datetime) -> timedelta | None:
    """How far our clock is before the network's, by the Date header of an answer that came just now."""
    moment = _moment(date)
    return now - moment if moment else None


def quota(left: int, limit: int, of: str, until: datetime | None = None) -> str:
    """What is left of a quota, for people."""
    return f"{left:,} of {limit:,} {of} left" + (f" until {until:%Y-%m-%d %H:%M} UTC" if until else "")


def in_words(text: str, secrets: Iterable[str] = ()) -> str:
    """A network's own words on one short line, without our secrets, should it repeat them."""
    for secret in secrets:
        text = text.replace(secret, "…") if secret else text
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None
