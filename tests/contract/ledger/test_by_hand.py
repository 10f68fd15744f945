"""The operator's moves; whatever could post twice is refused, with the reason and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import LATER, NEWS, NOW, POST, REWRITTEN, SOON, THREAD, claimed, doubted, happened, receipt

from bot.errors import LedgerError, Refused
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.ledger import Ledger
    from bot.model import Delivery

    Move = Callable[[Ledger, int], Delivery]

MOVES: dict[str, Move] = {
    "retry": lambda ledger, number: ledger.retry(number, NOW),
    "cancel": lambda ledger, number: ledger.cancel(number, NOW),
    "posted": lambda ledger, number: ledger.resolve_posted(number, "https://example.org/seen", "seen", NOW),
    "resend": lambda ledger, number: ledger.resolve_resend(number, NOW),
}
REFUSED = {
    State.SCHEDULED: {"posted", "resend"},
    State.SENDING: {"retry", "cancel", "posted", "resend"},
    State.UNKNOWN: {"cancel"},
    State.DELIVERED: {"retry", "cancel", "posted", "resend"},
    State.DISCARDED: {"posted", "resend"},
    State.CANCELLED: {"cancel", "posted", "resend"},
    State.EXPIRED: {"cancel", "posted", "resend"},
}


def bring_to(state: State, ledger: Ledger, delivery: Delivery) -> None:
    match state:
        case State.SENDING:
            claimed(ledger, delivery)
        case State.UNKNOWN:
            doubted(ledger, delivery)
        case State.DELIVERED:
            ledger.confirm(claimed(ledger, delivery), receipt(), now=NOW)
        case State.DISCARDED:
            ledger.discard(claimed(ledger, delivery), "refused", now=NOW)
        case State.CANCELLED:
            ledger.cancel(delivery.id, NOW)
        case State.EXPIRED:
            ledger.expire(delivery, now=NOW)
    assert state == ledger.delivery(delivery.id).state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_or_refused_by_the_state(ledger: Ledger, scheduled: Delivery, state: State, name: str) -> None:
    bring_to(state, ledger, scheduled)
    before, told = ledger.delivery(scheduled.id), ledger.events()

    if name in REFUSED[state]:
        with pytest.raises(Refused, match=rf"^delivery {scheduled.id}: .+\. [A-Z].+") as refusal:
            MOVES[name](ledger, scheduled.id)
        assert "\n" not in str(refusal.value)
        assert (before, told) == (ledger.delivery(scheduled.id), ledger.events())
    else:
        assert MOVES[name](ledger, scheduled.id) == ledger.delivery(scheduled.id)
        assert len(told) + 1 == len(ledger.events())


@pytest.mark.parametrize("name", MOVES)
def test_a_delivery_that_is_not_there_is_told_in_one_line(ledger: Ledger, name: str) -> None:
    with pytest.raises(LedgerError, match=r"^there is no delivery 99\. "):
        MOVES[name](ledger, 99)


@pytest.mark.parametrize("state", [State.DISCARDED, State.CANCELLED, State.EXPIRED])
def test_retry_schedules_what_had_ended(ledger: Ledger, scheduled: Delivery, state: State) -> None:
    bring_to(state, ledger, scheduled)

    back = ledger.retry(scheduled.id, LATER)

    assert (State.SCHEDULED, LATER, 0, None, None) == (back.state, back.due_at, back.attempts, back.error, back.post)
    assert REWRITTEN == claimed(ledger, back, REWRITTEN).post


def test_retry_hurries_what_is_scheduled(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.note_error(scheduled, "19 too long", now=NOW, due_at=None)

    back = ledger.retry(scheduled.id, SOON)

    assert (State.SCHEDULED, SOON, None) == (back.state, back.due_at, back.error)


def test_retry_of_what_is_unknown_finds_out_first(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, due_at=None)

    back = ledger.retry(scheduled.id, SOON)

    assert (State.UNKNOWN, SOON, 0, POST) == (back.state, back.due_at, back.attempts, back.post)
    assert unknown.first_attempt_at == back.first_attempt_at


def test_retry_of_a_half_thread_keeps_what_stands(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    ledger.discard(half, "refused", now=NOW)

    back = ledger.retry(scheduled.id, NOW)

    assert (State.SCHEDULED, THREAD, (receipt(0),)) == (back.state, back.post, back.receipts)


def test_retry_of_what_was_discarded_in_doubt_is_in_doubt(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.discard(claimed(ledger, doubted(ledger, scheduled)), "duplicate", now=NOW)

    back = ledger.retry(scheduled.id, NOW)

    assert (State.UNKNOWN, POST) == (back.state, back.post)


def test_what_stands_in_part_cannot_be_cancelled(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    ledger.postpone(half, "down", now=NOW, due_at=NOW)

    with pytest.raises(Refused, match="parts of it stand on the network"):
        ledger.cancel(scheduled.id, NOW)


def test_what_is_sent_again_cannot_be_cancelled(ledger: Ledger, scheduled: Delivery) -> None:
    doubted(ledger, scheduled)
    ledger.resolve_resend(scheduled.id, NOW)

    with pytest.raises(Refused, match="may be on the network"):
        ledger.cancel(scheduled.id, NOW)


def test_what_the_operator_saw_is_delivered(ledger: Ledger, scheduled: Delivery) -> None:
    doubted(ledger, scheduled)

    done = ledger.resolve_posted(scheduled.id, "https://example.org/seen", "seen", SOON)

    assert (State.DELIVERED, None, None) == (done.state, done.due_at, done.error)
    assert [(0, "seen", "https://example.org/seen")] == [
        (part.index, part.remote_id, part.url) for part in done.receipts
    ]


def test_the_rest_of_a_thread_follows_what_the_operator_saw(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    ledger.doubt(half, "no answer", now=NOW, due_at=None)

    rest = ledger.resolve_posted(scheduled.id, "https://example.org/seen", "seen", SOON)

    assert (State.SCHEDULED, SOON, 0, THREAD, NOW) == (
        rest.state,
        rest.due_at,
        rest.attempts,
        rest.post,
        rest.first_attempt_at,
    )
    assert [0, 1] == [part.index for part in rest.receipts]


def test_the_operator_cannot_give_one_post_to_two_deliveries(ledger: Ledger, scheduled: Delivery) -> None:
    doubted(ledger, scheduled)
    ledger.resolve_posted(scheduled.id, "https://example.org/seen", "seen", NOW)
    (other,) = ledger.again(scheduled.article, [NEWS], now=NOW, due_at=NOW)
    unknown = doubted(ledger, other)

    with pytest.raises(Refused, match=f"is the receipt of delivery {scheduled.id} already"):
        ledger.resolve_posted(other.id, "https://example.org/seen", "seen", NOW)

    assert unknown == ledger.delivery(other.id)


def test_what_is_sent_again_keeps_its_bytes_key_and_time(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, due_at=None)

    back = ledger.resolve_resend(scheduled.id, SOON)
    assert (State.SCHEDULED, SOON, 0, None) == (back.state, back.due_at, back.attempts, back.error)

    for _ in range(2):  # also when that attempt certainly did not arrive: the operator may have been wrong
        held = claimed(ledger, back, REWRITTEN, now=LATER)
        assert (POST, unknown.key, NOW) == (held.post, held.key, held.first_attempt_at)
        waits = ledger.postpone(held, "down", now=LATER, due_at=LATER)
        assert waits
        assert State.SCHEDULED == waits.state
        back = waits

    assert "resolved: resend" in happened(ledger)
