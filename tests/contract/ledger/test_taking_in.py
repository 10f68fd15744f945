"""An article is taken in once, whatever names it comes under, with one delivery for each of its accounts."""

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
    UNRELATED,
    claimed,
    doubted,
    happened,
    receipt,
)

from bot.errors import LedgerError, Refused
from bot.model import State

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery


def test_a_new_article_gets_one_delivery_for_each_account(ledger: Ledger) -> None:
    taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=SOON)

    assert (True, False) == (taken.new, taken.changed)
    assert ["news", "sport"] == [delivery.account for delivery in taken.deliveries]
    assert [(State.SCHEDULED, SOON, 0, 0)] * 2 == [(d.state, d.due_at, d.attempts, d.claim) for d in taken.deliveries]
    assert 2 == len({delivery.key for delivery in taken.deliveries})
    assert {("Hello", "outbox")} == {(delivery.headline, delivery.network) for delivery in taken.deliveries}
    assert ["taken in", "scheduled", "scheduled"] == happened(ledger)


def test_what_was_taken_in_is_given_back_whole(ledger: Ledger) -> None:
    article = replace(ARTICLE, url="https://example.org/1", publish_at=LATER, text={"x": "short"}, hashtags=("한국",))

    assert article == ledger.article(ledger.take_in(article, [], now=NOW, due_at=None).article)


def test_the_same_article_again_changes_nothing(ledger: Ledger, scheduled: Delivery) -> None:
    before = ledger.events()

    taken = ledger.take_in(ARTICLE, [NEWS], now=LATER, due_at=LATER)

    assert (scheduled.article, False, False, (scheduled,)) == (
        taken.article,
        taken.new,
        taken.changed,
        taken.deliveries,
    )
    assert before == ledger.events()


@pytest.mark.parametrize("identity", ARTICLE.identities)
def test_an_article_is_known_by_any_of_its_identities(ledger: Ledger, scheduled: Delivery, identity: str) -> None:
    taken = ledger.take_in(replace(ARTICLE, identities=("id:new", identity)), [NEWS], now=NOW, due_at=NOW)

    assert (scheduled.article, False) == (taken.article, taken.new)


def test_new_identities_of_a_known_article_are_kept(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.take_in(replace(ARTICLE, identities=("id:new", "queue:1.md")), [NEWS], now=NOW, due_at=NOW)

    assert scheduled.article == ledger.find(["id:new"])


def test_the_strongest_identity_wins_where_two_articles_share_one(ledger: Ledger, scheduled: Delivery) -> None:
    other = ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW).article

    mixed = ledger.take_in(replace(ARTICLE, identities=(*UNRELATED.identities, "queue:1.md")), [], now=NOW, due_at=NOW)

    assert other == mixed.article
    assert scheduled.article == ledger.find(["queue:1.md"])


def test_the_same_words_at_another_address_are_another_article(ledger: Ledger) -> None:
    here = replace(ARTICLE, identities=("url:https://example.org/1", "content:abc"))
    there = replace(ARTICLE, identities=("url:https://example.org/2", "content:abc"))

    assert [True, True] == [ledger.take_in(article, [], now=NOW, due_at=NOW).new for article in (here, there)]


def test_words_without_an_address_are_the_article_that_has_them(ledger: Ledger) -> None:
    known = replace(ARTICLE, identities=("url:https://example.org/1", "content:abc"))
    bare = replace(ARTICLE, identities=("content:abc",))
    number = ledger.take_in(known, [], now=NOW, due_at=NOW).article

    assert number == ledger.find(bare.identities)
    assert not ledger.take_in(bare, [], now=NOW, due_at=NOW).new


def test_another_spelling_of_its_identities_is_no_edit(ledger: Ledger, scheduled: Delivery) -> None:
    moved = replace(ARTICLE, identities=("queue:renamed.md", *ARTICLE.identities))

    assert not ledger.take_in(moved, [NEWS], now=NOW, due_at=NOW).changed


def test_an_edit_is_stored_and_told(ledger: Ledger, scheduled: Delivery) -> None:
    taken = ledger.take_in(EDITED, [NEWS], now=NOW, due_at=NOW)

    assert (False, True) == (taken.new, taken.changed)
    assert EDITED == ledger.article(scheduled.article)
    assert ["Hello again"] == [delivery.headline for delivery in taken.deliveries]
    assert "edited" == happened(ledger)[-1]


def test_an_edit_of_the_time_moves_what_is_scheduled(ledger: Ledger, scheduled: Delivery) -> None:
    taken = ledger.take_in(replace(ARTICLE, publish_at=LATER), [NEWS], now=NOW, due_at=LATER)

    assert [LATER] == [delivery.due_at for delivery in taken.deliveries]


def test_an_edit_of_the_words_does_not_move_what_is_scheduled(ledger: Ledger, scheduled: Delivery) -> None:
    (delivery,) = ledger.take_in(EDITED, [NEWS], now=NOW, due_at=LATER).deliveries

    assert NOW == delivery.due_at


def test_an_edit_clears_the_error_that_it_may_have_mended(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.note_error(scheduled, "19 too long", now=NOW, due_at=None)

    (delivery,) = ledger.take_in(EDITED, [NEWS], now=NOW, due_at=SOON).deliveries

    assert (None, SOON) == (delivery.error, delivery.due_at)


def test_an_edit_does_not_touch_what_may_be_out_there(ledger: Ledger, scheduled: Delivery) -> None:
    unknown = doubted(ledger, scheduled)

    (delivery,) = ledger.take_in(replace(EDITED, publish_at=LATER), [NEWS], now=NOW, due_at=LATER).deliveries

    assert replace(unknown, headline="Hello again") == delivery
    assert POST == claimed(ledger, delivery, REWRITTEN).post


def test_a_known_article_is_not_sent_to_a_new_account(ledger: Ledger, scheduled: Delivery) -> None:
    assert 1 == len(ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries)


def test_a_known_article_is_sent_to_an_account_that_is_asked_for_once(ledger: Ledger, scheduled: Delivery) -> None:
    for _ in range(2):
        taken = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW, to={"sport", "news"})

    assert ["news", "sport"] == [delivery.account for delivery in taken.deliveries]


def test_again_is_one_more_delivery_with_a_key_of_its_own(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.confirm(claimed(ledger, scheduled), receipt(), now=NOW)

    (more,) = ledger.again(scheduled.article, [NEWS], now=NOW, due_at=SOON)

    assert (scheduled.article, State.SCHEDULED, SOON, ()) == (more.article, more.state, more.due_at, more.receipts)
    assert scheduled.key != more.key


@pytest.mark.parametrize("state", [State.SCHEDULED, State.SENDING, State.UNKNOWN])
def test_again_is_refused_while_one_is_not_settled(ledger: Ledger, scheduled: Delivery, state: State) -> None:
    if state is State.SENDING:
        claimed(ledger, scheduled)
    if state is State.UNKNOWN:
        doubted(ledger, scheduled)

    with pytest.raises(Refused, match=f"delivery {scheduled.id}: this article is still {state} for news"):
        ledger.again(scheduled.article, [SPORT, NEWS], now=NOW, due_at=NOW)

    assert 1 == len(ledger.deliveries(scheduled.article))


def test_a_path_is_forgotten_when_its_file_leaves_the_queue(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.release("queue:1.md", now=NOW)

    assert ledger.find(["queue:1.md"]) is None
    assert scheduled.article == ledger.find(ARTICLE.identities)
    assert ledger.take_in(replace(UNRELATED, identities=("queue:1.md",)), [], now=NOW, due_at=NOW).new


def test_only_a_path_can_be_forgotten(ledger: Ledger, scheduled: Delivery) -> None:
    with pytest.raises(ValueError, match="keeps its identity"):
        ledger.release(ARTICLE.identities[0], now=NOW)

    assert scheduled.article == ledger.find(ARTICLE.identities[:1])


def test_a_path_that_nobody_knows_is_no_matter(ledger: Ledger) -> None:
    ledger.release("queue:nowhere.md", now=NOW)

    assert [] == happened(ledger)


def test_an_article_that_is_not_there_is_told_in_one_line(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"^there is no article 7\. "):
        ledger.article(7)


def test_text_that_no_database_holds_is_kept_escaped(ledger: Ledger) -> None:
    odd = replace(ARTICLE, headline="nul \0 half \ud83d", identities=("queue:\udcff.md",))
    taken = ledger.take_in(odd, [NEWS], now=NOW, due_at=NOW)

    assert odd == ledger.article(taken.article)
    assert taken.article == ledger.find(["queue:\udcff.md"])
    assert r"nul \x00 half \ud83d" == taken.deliveries[0].headline
