"""Never twice, never lost: every move of a sender depends on the state and the claim number that he knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import (
    ARTICLE,
    LATER,
    NEWS,
    NOW,
    POST,
    REWRITTEN,
    SOON,
    SPORT,
    THREAD,
    UNRELATED,
    claimed,
    doubted,
    happened,
    receipt,
)

from bot.errors import Refused
from bot.model import Post, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.ledger import Ledger
    from bot.model import Delivery

    Finish = Callable[[Ledger, Delivery], Delivery | None]

FINISHES: dict[str, Finish] = {
    "confirm": lambda ledger, held: ledger.confirm(held, receipt(), now=NOW),
    "postpone": lambda ledger, held: ledger.postpone(held, "down", now=NOW, due_at=SOON),
    "doubt": lambda ledger, held: ledger.doubt(held, "no answer", now=NOW, due_at=SOON),
    "discard": lambda ledger, held: ledger.discard(held, "refused", now=NOW),
}
finishes = pytest.mark.parametrize("finish", FINISHES.values(), ids=FINISHES.keys())


def test_a_claim_writes_ahead_what_is_about_to_be_sent(ledger: Ledger, another: Ledger, scheduled: Delivery) -> None:
    held = ledger.claim(scheduled, POST, now=SOON)

    assert (
        replace(scheduled, state=State.SENDING, claim=1, frozen_by=1, attempts=1, post=POST, first_attempt_at=SOON)
        == held
        == another.delivery(scheduled.id)
    )


def test_only_one_of_two_gets_a_claim(ledger: Ledger, another: Ledger, scheduled: Delivery) -> None:
    assert ledger.claim(scheduled, POST, now=NOW)
    assert another.claim(scheduled, POST, now=NOW) is None


def test_a_claim_needs_the_claim_number_as_well_as_the_state(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.postpone(claimed(ledger, scheduled), "down", now=NOW, due_at=NOW)

    assert State.SCHEDULED == ledger.delivery(scheduled.id).state
    assert ledger.claim(scheduled, POST, now=NOW) is None


def test_a_claim_needs_the_state_as_well_as_the_claim_number(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.cancel(scheduled.id, NOW)

    assert ledger.claim(scheduled, POST, now=NOW) is None
    assert ledger.claim(ledger.delivery(scheduled.id), POST, now=NOW) is None
    assert State.CANCELLED == ledger.delivery(scheduled.id).state


def test_a_claim_needs_the_state_that_its_holder_saw(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled)
    ledger.resolve_resend(scheduled.id, NOW)

    assert ledger.claim(unknown, POST, now=NOW) is None


def test_claim_numbers_are_never_given_back(ledger: Ledger, scheduled: Delivery) -> None:
    for number in range(1, 4):
        held = claimed(ledger, ledger.delivery(scheduled.id))
        assert (number, 1) == (held.claim, held.attempts)
        ledger.postpone(held, "slow down", now=NOW, due_at=NOW)

    assert (3, 0) == (ledger.delivery(scheduled.id).claim, ledger.delivery(scheduled.id).attempts)


def test_attempts_are_counted(ledger: Ledger, scheduled: Delivery) -> None:
    for number in range(1, 4):
        held = claimed(ledger, ledger.delivery(scheduled.id))
        assert number == held.attempts
        ledger.doubt(held, "no answer", now=NOW, due_at=NOW)


def test_the_first_attempts_of_an_account_rise_whatever_the_clock_does(ledger: Ledger) -> None:
    times = []
    for number, clock in enumerate([NOW, NOW, NOW - timedelta(days=1), LATER]):
        article = replace(ARTICLE, identities=(f"own:{number}",))
        (delivery,) = ledger.take_in(article, [NEWS], now=NOW, due_at=NOW).deliveries
        times.append(claimed(ledger, delivery, now=clock).first_attempt_at)

    tick = timedelta(microseconds=1)
    assert [NOW, NOW + tick, NOW + 2 * tick, LATER] == times


def test_accounts_keep_time_each_for_itself(ledger: Ledger) -> None:
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)

    assert [NOW, NOW] == [claimed(ledger, delivery).first_attempt_at for delivery in taken.deliveries]


def test_a_post_is_frozen_while_it_may_be_out_there(ledger: Ledger, scheduled: Delivery) -> None:
    first = claimed(ledger, scheduled)
    unknown = ledger.doubt(first, "no answer", now=NOW, due_at=SOON)
    assert unknown

    second = claimed(ledger, unknown, REWRITTEN, now=LATER)

    assert (POST, NOW, first.key) == (second.post, second.first_attempt_at, second.key)
    assert (2, 2) == (second.claim, second.attempts)


def test_a_post_that_certainly_did_not_arrive_is_thawed(ledger: Ledger, scheduled: Delivery) -> None:
    back = ledger.postpone(claimed(ledger, scheduled), "down", now=NOW, due_at=SOON)
    assert back
    assert (State.SCHEDULED, SOON, "down", None, None) == (
        back.state,
        back.due_at,
        back.error,
        back.post,
        back.first_attempt_at,
    )

    again = claimed(ledger, back, REWRITTEN, now=LATER)
    assert (REWRITTEN, LATER) == (again.post, again.first_attempt_at)


def test_a_certain_failure_does_not_answer_for_the_attempt_before(ledger: Ledger, scheduled: Delivery) -> None:
    held = claimed(ledger, doubted(ledger, scheduled), now=LATER)

    back = ledger.postpone(held, "down", now=LATER, due_at=LATER)

    assert back
    assert (State.UNKNOWN, LATER, POST, NOW) == (back.state, back.due_at, back.post, back.first_attempt_at)


def test_a_half_thread_goes_on_frozen_where_it_broke(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    for number in (2, 3):  # however often it has to wait
        back = ledger.postpone(half, "down", now=NOW, due_at=SOON)
        assert back
        assert (State.SCHEDULED, THREAD, NOW) == (back.state, back.post, back.first_attempt_at)
        half = claimed(ledger, back, REWRITTEN, now=LATER)
        assert (number, THREAD, NOW, (receipt(0),)) == (half.claim, half.post, half.first_attempt_at, half.receipts)


def test_a_half_thread_in_doubt_stays_in_doubt(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    unknown = ledger.doubt(half, "no answer", now=NOW, due_at=NOW)
    assert unknown

    back = ledger.postpone(claimed(ledger, unknown), "down", now=NOW, due_at=NOW)

    assert back
    assert (State.UNKNOWN, (receipt(0),)) == (back.state, back.receipts)


def test_the_last_receipt_delivers_and_puts_the_account_in_good_order(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.back_off("news", LATER, reason="no route", now=NOW)
    ledger.note_error(scheduled, "odd", now=NOW, due_at=NOW)

    done = ledger.confirm(claimed(ledger, scheduled), receipt(), now=SOON)

    assert done
    assert (State.DELIVERED, None, None, (receipt(),)) == (done.state, done.due_at, done.error, done.receipts)
    lane = ledger.lane_of("news")
    assert (0, None, None) == (lane.failures, lane.backoff_until, lane.reason)
    assert ["claimed", "delivered"] == happened(ledger)[-2:]


def test_a_delivery_does_not_end_a_pause(ledger: Ledger, scheduled: Delivery) -> None:
    held = claimed(ledger, scheduled)
    ledger.pause("news", "by hand", now=NOW)
    ledger.confirm(held, receipt(), now=NOW)

    assert (True, "by hand") == (ledger.lane_of("news").paused, ledger.lane_of("news").reason)


def test_a_thread_is_delivered_with_its_last_part_only(ledger: Ledger, scheduled: Delivery) -> None:
    held: Delivery | None = claimed(ledger, scheduled, THREAD)
    states = []
    for part in (1, 0, 2):
        assert held
        held = ledger.confirm(held, receipt(part), now=NOW)
        states.append(held and held.state)

    assert [State.SENDING, State.SENDING, State.DELIVERED] == states
    assert held
    assert [receipt(0), receipt(1), receipt(2)] == list(held.receipts)
    assert ["part posted", "part posted", "delivered"] == happened(ledger)[-3:]


def test_the_same_receipt_twice_is_no_matter(ledger: Ledger, scheduled: Delivery) -> None:
    held = claimed(ledger, scheduled, THREAD)

    assert ledger.confirm(held, receipt(0), now=NOW) == ledger.confirm(held, receipt(0), now=NOW)


@pytest.mark.parametrize("part", [0, 3])
def test_a_receipt_for_no_waiting_part_is_refused(ledger: Ledger, scheduled: Delivery, part: int) -> None:
    held = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert held

    with pytest.raises(Refused, match=f"part {part + 1} is not one that waits"):
        ledger.confirm(held, receipt(part, "other"), now=NOW)

    assert held == ledger.delivery(scheduled.id)


def test_what_another_delivery_holds_is_refused_as_ours(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.confirm(claimed(ledger, scheduled), receipt(), now=NOW)
    (other,) = ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW).deliveries
    held = claimed(ledger, other)

    with pytest.raises(Refused, match=f"remote/0 is the receipt of delivery {scheduled.id} already"):
        ledger.confirm(held, receipt(), now=NOW)

    assert held == ledger.delivery(other.id)


def test_two_accounts_may_have_the_same_name_for_a_post(ledger: Ledger) -> None:
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)

    done = [ledger.confirm(claimed(ledger, delivery), receipt(), now=NOW) for delivery in taken.deliveries]

    assert [State.DELIVERED] * 2 == [delivery and delivery.state for delivery in done]


@finishes
def test_a_finish_needs_the_claim_number_as_well_as_the_state(
    ledger: Ledger, scheduled: Delivery, finish: Finish
) -> None:
    cut_off = claimed(ledger, scheduled)
    (unknown,) = ledger.abandoned("news", now=NOW)
    held = claimed(ledger, unknown)

    assert finish(ledger, cut_off) is None

    assert held == ledger.delivery(scheduled.id)


@finishes
def test_a_finish_needs_the_state_as_well_as_the_claim_number(
    ledger: Ledger, scheduled: Delivery, finish: Finish
) -> None:
    cut_off = claimed(ledger, scheduled)
    (unknown,) = ledger.abandoned("news", now=NOW)

    assert finish(ledger, cut_off) is None
    assert finish(ledger, unknown) is None

    assert unknown == ledger.delivery(scheduled.id)


def test_a_receipt_that_comes_too_late_is_told_to_the_operator(ledger: Ledger, scheduled: Delivery) -> None:
    cut_off = claimed(ledger, scheduled)
    (unknown,) = ledger.abandoned("news", now=NOW)
    done = ledger.confirm(claimed(ledger, unknown), receipt(0, "second"), now=NOW)

    assert ledger.confirm(cut_off, receipt(0, "first"), now=LATER) is None

    late = ledger.events()[-1]
    assert ("late receipt", "https://example.org/first/0 first/0") == (late.event, late.detail)
    assert (scheduled.id, scheduled.article, "news", LATER) == (late.delivery, late.article, late.account, late.at)
    assert (done,) == ledger.attention()


def test_a_late_receipt_that_was_found_meanwhile_is_no_matter(ledger: Ledger, scheduled: Delivery) -> None:
    cut_off = claimed(ledger, scheduled)
    (unknown,) = ledger.abandoned("news", now=NOW)
    ledger.confirm(claimed(ledger, unknown), receipt(), now=NOW)

    assert ledger.confirm(cut_off, receipt(), now=NOW) is None

    assert () == ledger.attention()


def test_doubt_waits_for_its_time_or_for_the_operator(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, due_at=None)

    assert (State.UNKNOWN, None, "no answer") == (unknown.state, unknown.due_at, unknown.error)
    assert ledger.turn("news", LATER)[1] is None


def test_a_refused_post_is_discarded_with_the_networks_words(ledger: Ledger, scheduled: Delivery) -> None:
    gone = ledger.discard(claimed(ledger, scheduled), "Text is too long", now=NOW)

    assert gone
    assert (State.DISCARDED, None, "Text is too long") == (gone.state, gone.due_at, gone.error)
    assert ("discarded", "Text is too long") == (ledger.events()[-1].event, ledger.events()[-1].detail)


def test_what_was_left_in_sending_is_made_unknown_and_stays_frozen(ledger: Ledger, another: Ledger) -> None:
    news, sport = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    claimed(ledger, news)
    untouched = claimed(ledger, sport)

    (left,) = another.abandoned("news", now=LATER)

    assert (news.id, State.UNKNOWN, LATER, POST, NOW) == (
        left.id,
        left.state,
        left.due_at,
        left.post,
        left.first_attempt_at,
    )
    assert left.error
    assert untouched == ledger.delivery(sport.id)
    assert "abandoned" == happened(ledger)[-1]
    assert () == another.abandoned("news", now=LATER)


def test_what_cannot_be_composed_stays_scheduled_with_its_error(ledger: Ledger, scheduled: Delivery) -> None:
    noted = ledger.note_error(scheduled, "19 too long", now=NOW, due_at=None)

    assert replace(scheduled, error="19 too long", due_at=None) == noted == ledger.delivery(scheduled.id)
    assert ledger.note_error(claimed(ledger, scheduled), "too late", now=NOW, due_at=None) is None


def test_what_is_out_of_date_expires(ledger: Ledger, scheduled: Delivery) -> None:
    over = ledger.expire(scheduled, now=LATER)

    assert over
    assert (State.EXPIRED, None) == (over.state, over.due_at)


def test_what_may_be_out_there_does_not_expire(ledger: Ledger, scheduled: Delivery) -> None:
    assert ledger.expire(claimed(ledger, scheduled), now=LATER) is None
    (unknown,) = ledger.abandoned("news", now=NOW)
    assert ledger.expire(unknown, now=LATER) is None
    assert ledger.expire(ledger.resolve_resend(scheduled.id, NOW), now=LATER) is None


def test_what_stands_in_part_does_not_expire(ledger: Ledger, scheduled: Delivery) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    back = ledger.postpone(half, "down", now=NOW, due_at=NOW)
    assert back

    assert ledger.expire(back, now=LATER) is None


def test_every_word_of_a_post_survives(ledger: Ledger, scheduled: Delivery) -> None:
    post = Post((*THREAD.parts, *POST.parts), "t", "https://example.org", "ko", "war", "unlisted", ("2 hashtags",))

    assert post == claimed(ledger, scheduled, post).post == ledger.delivery(scheduled.id).post
