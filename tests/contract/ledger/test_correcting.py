"""What is to become of posts that stand: wished in the transaction of its cause, and over only when nobody wishes more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import (
    ARTICLE,
    EDITED,
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
from bot.ledger import Correction, Kind
from bot.model import Article, Corrections, Priority, State

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery, Post

EDIT, REPLY, REPOST = ({"news": each} for each in (Corrections.EDIT, Corrections.REPLY, Corrections.REPOST))


def delivered(ledger: Ledger, delivery: Delivery, post: Post = POST) -> Delivery:
    sending: Delivery | None = claimed(ledger, delivery, post)
    for index in range(len(post.parts)):
        assert sending
        sending = ledger.confirm(sending, receipt(index, delivery.key), now=NOW)
    assert sending
    return sending


def edited(ledger: Ledger, policies: dict[str, Corrections], article: Article = EDITED) -> None:
    assert ledger.take_in(article, [NEWS], now=SOON, due_at=SOON, corrections=policies).changed


def wished(ledger: Ledger, delivery: Delivery) -> Correction:
    correction = ledger.correction(delivery.id)
    assert correction
    return correction


@pytest.mark.parametrize("policies", [EDIT, REPLY, REPOST])
def test_an_edit_of_what_stands_wishes_what_its_account_says(
    ledger: Ledger, scheduled: Delivery, policies: dict[str, Corrections]
) -> None:
    stands = delivered(ledger, scheduled)
    edited(ledger, policies)
    (due,) = ledger.due_corrections("news", SOON)
    assert (policies["news"].value, stands.id, SOON) == (due.kind.value, due.delivery.id, ledger.next_due("news"))
    assert ledger.unfinished(stands.article), "its file and its pictures are still needed"


@pytest.mark.parametrize("policies", [{}, {"news": Corrections.LEAVE}, {"sport": Corrections.EDIT}])
def test_what_is_left_is_left(ledger: Ledger, scheduled: Delivery, policies: dict[str, Corrections]) -> None:
    delivered(ledger, scheduled)
    edited(ledger, policies)
    assert () == ledger.corrections()


def test_what_did_not_change_and_what_is_not_out_needs_no_correction(ledger: Ledger, scheduled: Delivery) -> None:
    edited(ledger, EDIT)
    assert () == ledger.corrections(), "it goes out in its new words"
    delivered(ledger, scheduled)
    ledger.take_in(EDITED, [NEWS], now=SOON, due_at=SOON, corrections=EDIT)
    assert () == ledger.corrections()


def test_what_may_be_out_is_corrected_when_that_is_settled(ledger: Ledger, scheduled: Delivery) -> None:
    sending = claimed(ledger, scheduled)
    edited(ledger, EDIT)
    assert ((), None) == (ledger.due_corrections("news", LATER), ledger.next_due("news"))
    ledger.confirm(sending, receipt(), now=LATER)
    (due,) = ledger.due_corrections("news", LATER)
    assert scheduled.id == due.delivery.id


def test_a_wish_that_was_renewed_outlives_the_work_on_the_one_before(ledger: Ledger, scheduled: Delivery) -> None:
    delivered(ledger, scheduled)
    edited(ledger, EDIT)
    begun = ledger.begin_correction(wished(ledger, scheduled), now=SOON)
    assert begun
    edited(ledger, EDIT, replace(EDITED, headline="Hello once more"))
    ledger.revised(begun, REWRITTEN, now=SOON)
    assert (REWRITTEN, 2, True) == (
        ledger.delivery(scheduled.id).post,
        wished(ledger, scheduled).asked,
        wished(ledger, scheduled).begun,
    )
    ledger.put_off_correction(begun, "too late", now=LATER, due_at=None)
    ledger.needless(begun)
    assert SOON == wished(ledger, scheduled).due_at
    ledger.revised(wished(ledger, scheduled), REWRITTEN, now=SOON)
    assert () == ledger.corrections()


def test_an_answer_is_one_delivery_more_that_waits_for_no_slot(ledger: Ledger, scheduled: Delivery) -> None:
    delivered(ledger, scheduled)
    edited(ledger, REPLY)
    answer = ledger.answered(wished(ledger, scheduled), now=SOON)
    assert answer
    assert (State.SCHEDULED, SOON, scheduled.id) == (answer.state, answer.due_at, answer.corrects)
    waits = ledger.waits(answer.id)
    assert waits
    assert Priority.BREAKING is waits.priority
    edited(ledger, REPLY, replace(EDITED, headline="Hello once more"))
    assert () == ledger.corrections(), "it goes out in the newest words"
    waits = ledger.waits(answer.id)
    assert waits
    assert Priority.BREAKING is waits.priority, "and keeps its place"


def test_what_is_posted_anew_is_so_in_the_transaction_that_saw_the_last_part_go(
    ledger: Ledger, scheduled: Delivery
) -> None:
    thread = delivered(ledger, scheduled, THREAD)
    edited(ledger, REPOST)
    for part in (2, 1):
        left = ledger.taken_down(thread, thread.receipts[part], now=SOON)
        assert (1, part) == (len(ledger.deliveries(thread.article)), len(left.standing))
    gone = ledger.taken_down(thread, thread.receipts[0], now=SOON)
    before, anew = ledger.deliveries(thread.article)
    assert (State.DELIVERED, True) == (before.state, gone.taken_down)
    assert (State.SCHEDULED, SOON, thread.id) == (anew.state, anew.due_at, anew.corrects)
    assert anew.key != before.key
    assert () == ledger.corrections()


def test_what_is_half_gone_goes_and_what_was_to_go_is_not_edited(ledger: Ledger, scheduled: Delivery) -> None:
    thread = delivered(ledger, scheduled, THREAD)
    edited(ledger, REPOST)
    ledger.taken_down(thread, thread.receipts[2], now=SOON)
    edited(ledger, EDIT, replace(EDITED, headline="Hello once more"))
    assert Kind.REPOST is wished(ledger, thread).kind
    ledger.retract(thread.article, ["news"], now=SOON)
    edited(ledger, EDIT, ARTICLE)
    assert Kind.RETRACT is wished(ledger, thread).kind
    for part in (1, 0):
        ledger.taken_down(thread, thread.receipts[part], now=SOON)
    assert [thread.id] == [each.id for each in ledger.deliveries(thread.article)], "and nothing is posted anew"


def test_retracting_calls_off_what_waits_and_wishes_away_what_stands_only_there(ledger: Ledger) -> None:
    made = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    delivered(ledger, made[0])
    (other,) = ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW).deliveries
    ledger.retract(made[0].article, ["sport"], now=SOON)
    assert () == ledger.corrections()
    assert State.CANCELLED is ledger.delivery(made[1].id).state
    for _ in range(2):  # asking again is harmless
        ledger.retract(made[0].article, ["news", "sport"], now=SOON)
    assert [(made[0].id, Kind.RETRACT)] == [(each.delivery.id, each.kind) for each in ledger.corrections()]
    assert State.SCHEDULED is ledger.delivery(other.id).state
    assert 1 == happened(ledger).count("correction")


def test_a_thread_that_broke_midway_is_called_off_and_what_stands_is_taken_down(
    ledger: Ledger, scheduled: Delivery
) -> None:
    half = ledger.confirm(claimed(ledger, scheduled, THREAD), receipt(0), now=NOW)
    assert half
    ledger.postpone(half, "down", now=NOW, due_at=NOW)
    ledger.retract(half.article, ["news"], now=SOON)
    assert State.CANCELLED is ledger.delivery(half.id).state
    (due,) = ledger.due_corrections("news", SOON)
    ledger.taken_down(due.delivery, receipt(0), now=SOON)
    with pytest.raises(Refused, match=r"parts of it were taken down.*--again"):
        ledger.retry(half.id, LATER)


def test_what_may_be_out_is_taken_down_when_that_is_settled(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled, due_at=None)
    ledger.retract(unknown.article, ["news"], now=SOON)
    assert (State.UNKNOWN, ()) == (ledger.delivery(unknown.id).state, ledger.due_corrections("news", LATER))
    ledger.resolve_posted(unknown.id, "https://example.org/seen", "seen", LATER)
    (due,) = ledger.due_corrections("news", LATER)
    assert ("seen", Kind.RETRACT) == (due.delivery.receipts[0].remote_id, due.kind)


def test_what_failed_for_good_is_shown_until_its_operator_says_something(ledger: Ledger, scheduled: Delivery) -> None:
    stands = delivered(ledger, scheduled)
    edited(ledger, EDIT)
    assert () == ledger.attention()
    ledger.put_off_correction(wished(ledger, stands), "no edits here", now=SOON, due_at=None)
    assert ([stands.id], None) == ([each.id for each in ledger.attention()], ledger.next_due("news"))
    assert [(stands.id, "no edits here")] == [(each.id, each.error) for each in ledger.wanting()]
    ledger.retry(stands.id, LATER)
    assert ((), LATER) == (ledger.attention(), ledger.next_due("news"))
    assert State.DELIVERED is ledger.cancel(stands.id, LATER).state
    assert () == ledger.corrections()
    with pytest.raises(Refused):
        ledger.cancel(stands.id, LATER)


def test_a_post_that_was_taken_down_stays_known_and_goes_out_only_when_asked(
    ledger: Ledger, scheduled: Delivery
) -> None:
    stands = delivered(ledger, scheduled)
    ledger.retract(stands.article, ["news"], now=SOON)
    ledger.taken_down(stands, stands.receipts[0], now=SOON)
    edited(ledger, REPOST)
    assert ((), 1) == (ledger.corrections(), len(ledger.deliveries(stands.article)))
    assert {stands.receipts[0].remote_id} == ledger.taken("news", besides=0)
    (again,) = ledger.again(stands.article, [NEWS], now=LATER, due_at=LATER)
    assert (State.SCHEDULED, None) == (again.state, again.corrects)


def test_an_article_that_is_to_be_corrected_keeps_its_words(ledger: Ledger, scheduled: Delivery) -> None:
    delivered(ledger, scheduled)
    edited(ledger, REPLY)
    assert 0 == ledger.prune(LATER, now=LATER).articles
    ledger.answered(wished(ledger, scheduled), now=SOON)
    assert () == ledger.corrections()
