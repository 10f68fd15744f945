"""What is forgotten with time, and that it keeps nothing from being published once, and once only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, EDITED, NEWS, NOW, SPORT, UNRELATED, claimed, doubted, happened, receipt

from bot.errors import LedgerError
from bot.model import Article, Delivery, State

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ledger import Ledger
    from bot.ledger.pruning import Pruned

YEAR = timedelta(days=365)
MUCH_LATER = NOW + 2 * YEAR
BEFORE = MUCH_LATER - YEAR


def prune(ledger: Ledger, before: datetime = BEFORE) -> Pruned:
    return ledger.prune(before, now=MUCH_LATER)


def delivered(ledger: Ledger, delivery: Delivery, *, name: str = "remote", now: datetime = NOW) -> Delivery:
    confirmed = ledger.confirm(claimed(ledger, delivery, now=now), receipt(name=name), now=now)
    assert confirmed is not None
    return confirmed


@pytest.fixture
def done(ledger: Ledger, scheduled: Delivery) -> Delivery:
    """A delivery that ended long ago, and one thing that happened since."""
    ended = delivered(ledger, scheduled)
    ledger.pause("news", "by hand", now=MUCH_LATER)
    return ended


def test_what_happened_to_an_article_that_is_long_done_is_forgotten(ledger: Ledger, done: Delivery) -> None:
    assert {"taken in", "scheduled", "claimed", "delivered"} <= set(happened(ledger))
    pruned = prune(ledger)
    assert (1, 4) == (pruned.articles, pruned.events)
    assert ["paused", "pruned"] == happened(ledger)
    assert f"what had ended by {BEFORE:%Y-%m-%d %H:%M:%S} UTC" == ledger.pruned()
    with pytest.raises(LedgerError, match="the words of article 1 are pruned"):
        ledger.article(done.article)


def test_what_keeps_it_from_going_out_twice_stays(ledger: Ledger, done: Delivery) -> None:
    prune(ledger)
    assert done == ledger.delivery(done.id)
    assert done.receipts == ledger.delivery(done.id).receipts != ()
    assert done.article == ledger.find(ARTICLE.identities)
    assert {"remote/0"} == ledger.taken("news", besides=0)
    assert 1 == len(ledger.sent("news", NOW - YEAR)), "what caps and budgets count"
    assert 1 == ledger.counts()[State.DELIVERED]


@pytest.mark.parametrize(
    "again",
    [
        ARTICLE,
        EDITED,
        replace(ARTICLE, identities=("queue:1.md",)),
        replace(ARTICLE, identities=ARTICLE.identities[:1]),
    ],
    ids=["the same", "edited", "by its file", "by its address"],
)
def test_an_article_that_comes_in_once_more_is_known_and_not_posted_again(
    ledger: Ledger, done: Delivery, again: Article
) -> None:
    prune(ledger)
    taken = ledger.take_in(again, [NEWS, SPORT], now=MUCH_LATER, due_at=MUCH_LATER, back=True)
    assert (done.article, False, [done.id]) == (taken.article, taken.new, [each.id for each in taken.deliveries])
    assert [State.DELIVERED] == [each.state for each in taken.deliveries]
    assert (again.headline, None) == (ledger.article(done.article).headline, ledger.next_due("news"))


def test_its_words_are_kept_again_from_then_on(ledger: Ledger, done: Delivery) -> None:
    prune(ledger)
    ledger.take_in(ARTICLE, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER)
    assert 0 == prune(ledger).articles
    (again,) = ledger.again(done.article, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER)
    assert State.SCHEDULED is again.state


def test_without_its_words_it_is_not_posted_again_by_hand(ledger: Ledger, done: Delivery) -> None:
    prune(ledger)
    with pytest.raises(LedgerError, match="BOT_HISTORY"):
        ledger.again(done.article, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER)


@pytest.mark.parametrize("how", ["scheduled", "sending", "unknown", "late"])
def test_nothing_is_forgotten_of_what_is_not_done_or_was_lately(ledger: Ledger, scheduled: Delivery, how: str) -> None:
    match how:
        case "sending":
            claimed(ledger, scheduled)
        case "unknown":
            doubted(ledger, scheduled)
        case "late":
            delivered(ledger, scheduled, now=BEFORE)
    before = happened(ledger)
    assert 0 == prune(ledger).articles
    assert (before, "Hello") == (happened(ledger), ledger.article(scheduled.article).headline)


def test_nor_of_one_that_is_done_on_one_account_only(ledger: Ledger) -> None:
    first, _ = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    delivered(ledger, first)
    assert 0 == prune(ledger).articles


def test_what_was_called_off_with_its_file_goes_on_when_that_is_back(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.withdraw("queue:1.md", now=NOW)
    ledger.pause("news", "by hand", now=NOW)
    assert 1 == prune(ledger).articles
    (back,) = ledger.take_in(ARTICLE, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER, back=True).deliveries
    assert (scheduled.id, State.SCHEDULED, "Hello") == (back.id, back.state, ledger.article(back.article).headline)


def test_what_a_person_called_off_stays_so(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.cancel(scheduled.id, now=NOW)
    ledger.release("queue:1.md", now=NOW)
    assert 1 == prune(ledger).articles
    (back,) = ledger.take_in(ARTICLE, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER, back=True).deliveries
    assert State.CANCELLED is back.state


def test_a_receipt_that_came_too_late_is_still_pointed_out(ledger: Ledger, scheduled: Delivery) -> None:
    late = claimed(ledger, scheduled)
    ledger.discard(late, "refused", now=NOW)
    assert None is ledger.confirm(late, receipt(name="late"), now=NOW)
    ledger.cancel(scheduled.id, now=NOW)
    assert [scheduled.id] == [each.id for each in ledger.attention()]
    assert 1 == prune(ledger).articles
    assert [scheduled.id] == [each.id for each in ledger.attention()]


def test_the_daemon_misses_no_news_where_all_was_forgotten(ledger: Ledger, scheduled: Delivery) -> None:
    delivered(ledger, scheduled)
    last, _ = ledger.happened(None)
    prune(ledger)
    ledger.take_in(UNRELATED, [NEWS], now=MUCH_LATER, due_at=MUCH_LATER)
    _, news = ledger.happened(last)
    assert ["pruned", "taken in", "scheduled"] == [each.event for each in news]


def test_it_goes_on_step_by_step_and_says_so_once(ledger: Ledger) -> None:
    from bot.ledger.pruning import STEP

    for number in range(STEP + 5):
        article = replace(ARTICLE, identities=(f"id:{number}",))
        (delivery,) = ledger.take_in(article, [NEWS], now=NOW, due_at=NOW).deliveries
        ledger.expire(delivery, now=NOW)
    first = prune(ledger)
    assert first.next is not None
    second = ledger.prune(BEFORE, after=first.next, first=False, now=MUCH_LATER)
    assert (STEP, 5, None) == (
        first.articles,
        second.articles,
        ledger.prune(BEFORE, after=second.next or 0, now=NOW).next,
    )
    assert 1 == happened(ledger).count("pruned")
    assert (0, 0) == (prune(ledger).articles, prune(ledger).events), "once is enough"


def test_how_accounts_fared_is_forgotten_but_for_the_last_of_each_kind(ledger: Ledger, scheduled: Delivery) -> None:
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        ledger.back_off("news", at, reason="no answer", now=at)
        ledger.pause("news", f"by hand {minute}", now=at)
    ledger.expire(scheduled, now=NOW)
    assert 4 == ledger.prune_accounts(BEFORE)
    assert ["taken in", "scheduled", "backing off", "paused", "expired"] == happened(ledger)
    assert ["by hand 2"] == [each.detail for each in ledger.events() if each.event == "paused"]
