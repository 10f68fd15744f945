"""What an error says about a post, as far as that is the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpcore
import pytest

from bot.errors import DeliveryError, OutcomeUnknown, Unanswered, Unavailable
from bot.networks.outcomes import (
    LOOKING,
    NOTHING_POSTED,
    PERHAPS_POSTED,
    Stakes,
    clock_skew,
    in_words,
    network_time,
    never_left,
    retry_at,
    unanswered,
)
from bot.wire import TooLarge

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def header(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("failure", [httpcore.ConnectError("no"), httpcore.ConnectTimeout()])
def test_what_was_never_connected_never_left(failure: Exception) -> None:
    assert never_left(failure)


@pytest.mark.parametrize("failure", [httpcore.ReadTimeout(), httpcore.ReadError(), ConnectionRefusedError(), None])
def test_anything_else_may_have_left(failure: Exception | None) -> None:
    assert not never_left(failure)


def test_a_pause_ends_when_the_network_says() -> None:
    assert NOW + timedelta(seconds=90) == retry_at(NOW + timedelta(seconds=90), NOW)


@pytest.mark.parametrize("skew", [-FIVE, timedelta(0), FIVE], ids=["slow", "right", "fast"])
def test_a_clock_that_is_wrong_neither_shortens_nor_lengthens_a_pause(skew: timedelta) -> None:
    ours = NOW + skew
    assert ours + timedelta(seconds=90) == retry_at(NOW + timedelta(seconds=90), ours, date=header(NOW))


@pytest.mark.parametrize("reset", [None, NOW, NOW - FIVE, NOW + timedelta(days=400)])
@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 23 Nov 2026 10:00:00"])
def test_a_pause_whose_end_is_nonsense_is_five_minutes(reset: datetime | None, date: str | None) -> None:
    assert NOW + FIVE == retry_at(reset, NOW, date=date)


def test_the_networks_clock_tells_how_wrong_ours_is() -> None:
    assert FIVE == clock_skew(header(NOW), NOW + FIVE)
    assert -FIVE == clock_skew(header(NOW), NOW - FIVE)
    assert clock_skew(None, NOW) is None
    assert clock_skew("soon", NOW) is None
    assert NOW == network_time(header(NOW), NOW + FIVE)
    assert NOW == network_time("soon", NOW)


def test_a_networks_words_are_one_short_line_without_our_secrets() -> None:
    assert "no … here" == in_words("no\n\tsecret   here", ["secret", ""])
    assert "half a ?" == in_words("half a \ud83d")
    assert (200, "…") == (len(in_words("x" * 500)), in_words("x" * 500)[-1])


REFUSED, LATE, BROKEN = httpcore.ConnectError("no route"), httpcore.ReadTimeout(), httpcore.RemoteProtocolError("x")
NO_ANSWER: list[tuple[Exception | None, str, tuple[type[DeliveryError], ...]]] = [
    (REFUSED, "cannot be reached (no route)", (Unavailable, Unavailable, Unavailable)),
    (httpcore.ConnectTimeout(), "cannot be reached (no answer)", (Unavailable, Unavailable, Unavailable)),
    (LATE, "gave no whole answer within 2.5 s", (Unavailable, Unavailable, Unanswered)),
    (TooLarge(), "answered more than anybody reads", (Unavailable, OutcomeUnknown, OutcomeUnknown)),
    (BROKEN, "broke off before it had answered (RemoteProtocolError)", (Unavailable, Unavailable, Unanswered)),
    (None, "was sent a request that broke on its way", (Unavailable, Unavailable, Unanswered)),
]


@pytest.mark.parametrize(("failure", "words", "kinds"), NO_ANSWER)
def test_what_no_answer_says_of_a_post_goes_by_what_was_asked(
    failure: Exception | None, words: str, kinds: tuple[type[DeliveryError], ...]
) -> None:
    stakes: tuple[Stakes, ...] = (NOTHING_POSTED, LOOKING, PERHAPS_POSTED)
    told = [unanswered(failure, stake, timeout=2.5, where="n.example") for stake in stakes]
    assert [(kind, f"n.example: {words}") for kind in kinds] == [(type(error), str(error)) for error in told]
