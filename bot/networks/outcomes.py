"""What an error says about a post, as far as that is the same on every network."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

import httpcore

from bot.errors import (
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    Rejected,
    TooSlow,
    Unanswered,
    Unauthorized,
    Unavailable,
)
from bot.wire import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=25)
_LONGEST_WORDS = 200


class Stakes(NamedTuple):
    """
    What it means here that a request is refused, that nobody knows how it ended, and that its answer has no end.

    `late` is what it means that its time ran out, where that is something else than `unclear`.
    """

    refused: type[DeliveryError]
    unclear: type[DeliveryError]
    too_much: type[DeliveryError]
    late: type[DeliveryError] | None = None


NOTHING_POSTED = Stakes(refused=Unauthorized, unclear=Unavailable, too_much=Unavailable)
PERHAPS_POSTED = Stakes(refused=Rejected, unclear=Unanswered, too_much=OutcomeUnknown)
UPLOADING = Stakes(refused=MediaRefused, unclear=Unavailable, too_much=Unavailable, late=TooSlow)
LOOKING = Stakes(refused=OutcomeUnknown, unclear=Unavailable, too_much=OutcomeUnknown)


def never_left(failure: BaseException | None) -> bool:
    """Whether it is certain that a request that failed like this never left: no name, no connection, no handshake."""
    return isinstance(failure, httpcore.ConnectError | httpcore.ConnectTimeout)


def unanswered(failure: BaseException | None, stakes: Stakes, *, timeout: float, where: str) -> DeliveryError:
    """What it says of the post that a request got no whole answer; without a failure it broke before it was sent."""
    if never_left(failure):
        return Unavailable(f"cannot be reached ({in_words(str(failure)) or 'no answer'})", where=where)
    if isinstance(failure, TooLarge):
        return stakes.too_much("answered more than anybody reads", where=where)
    if isinstance(failure, httpcore.TimeoutException):
        return (stakes.late or stakes.unclear)(f"gave no whole answer within {timeout:g} s", where=where)
    broken = f"broke off before it had answered ({type(failure).__name__})"
    return stakes.unclear(broken if failure else "was sent a request that broke on its way", where=where)


def retry_at(reset: datetime | None, now: datetime, *, date: str | None = None) -> datetime:
    """
    When the network takes posts again: `reset`, by the network's clock, unless that is nonsense.

    `date` is the answer's own Date header: with it a clock of ours that is wrong does no harm.
    """
    if reset is None:
        return now + _PAUSE
    wait = reset - network_time(date, now)
    return now + wait if timedelta(0) < wait < _LONGEST_PAUSE else now + _PAUSE


def network_time(date: str | None, now: datetime) -> datetime:
    """What time it is there, by the Date header of an answer that came just now; ours where that says nothing."""
    return _moment(date) or now


def clock_skew(date: str | None, now: datetime) -> timedelta | None:
    """How far our clock is before the network's, by the Date header of an answer that came just now."""
    moment = _moment(date)
    return now - moment if moment else None


def in_words(text: str, secrets: Iterable[str] = ()) -> str:
    """A network's own words on one short line, without our secrets, should it repeat them."""
    for secret in secrets:
        text = text.replace(secret, "…") if secret else text
    line = " ".join(text.encode(errors="replace").decode().split())  # JSON can spell half a character
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None
