"""A file that is taken from the queue calls off what waits of its article; put back, it goes on; one daemon a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from contract.ledger.story import (
    ARTICLE,
    EDITED,
    LATER,
    NEWS,
    NOW,
    POST,
    SOON,
    SPORT,
    claimed,
    doubted,
    happened,
    receipt,
)

from bot.ledger import open_ledger
from bot.model import Article, State

if TYPE_CHECKING:
    from pathlib import Path

    from bot.ledger import Ledger, Taken
    from bot.model import Delivery

PLACE = "queue:1.md"


def back(ledger: Ledger, article: Article = ARTICLE, **more: object) -> Taken:
    return ledger.take_in(article, [NEWS], now=LATER, due_at=LATER, back=True, **more)  # type: ignore[arg-type]


def test_the_ledger_knows_which_files_stand_in_the_queue(ledger: Ledger, scheduled: Delivery) -> None:
    assert {PLACE: scheduled.article} == ledger.queued()
    ledger.withdraw(PLACE, now=NOW)
    assert {} == ledger.queued()


def test_what_is_withdrawn_is_called_off(ledger: Ledger, scheduled: Delivery) -> None:
    (called_off,) = ledger.withdraw(PLACE, now=SOON)
    assert (State.CANCELLED, None) == (called_off.state, called_off.due_at)
    assert called_off == ledger.delivery(scheduled.id)
    assert ["left the queue", "withdrawn"] == happened(ledger)[-2:]


def test_while_another_file_holds_the_article_it_stays(ledger: Ledger, scheduled: Delivery) -> None:
    moved = replace(ARTICLE, identities=(ARTICLE.identities[0], "queue:2.md"))
    ledger.take_in(moved, [NEWS], now=NOW, due_at=NOW)
    assert () == ledger.withdraw(PLACE, now=NOW)
    assert State.SCHEDULED is ledger.delivery(scheduled.id).state
    assert 1 == len(ledger.withdraw("queue:2.md", now=NOW))


def test_a_place_that_is_not_known_calls_nothing_off(ledger: Ledger, scheduled: Delivery) -> None:
    before = ledger.events()
    assert () == ledger.withdraw("queue:another.md", now=NOW)
    assert () == ledger.withdraw("url:https://example.org/1", now=NOW)
    assert before == ledger.events()


def test_what_may_be_out_there_is_not_called_off(ledger: Ledger) -> None:
    first, second = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW).deliveries
    doubted(ledger, first)
    claimed(ledger, second)
    assert () == ledger.withdraw(PLACE, now=NOW)
    assert [State.UNKNOWN, State.SENDING] == [ledger.delivery(each.id).state for each in (first, second)]


def test_a_file_that_is_back_undoes_it_in_the_words_that_it_has_now(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.withdraw(PLACE, now=NOW)
    taken = back(ledger, replace(EDITED, expires_at=LATER + timedelta(hours=1)))
    (delivery,) = taken.deliveries
    assert (scheduled.id, State.SCHEDULED, LATER, "Hello again") == (
        delivery.id,
        delivery.state,
        delivery.due_at,
        delivery.headline,
    )
    assert {PLACE: scheduled.article} == ledger.queued()


def test_for_a_planned_account_the_plan_says_when(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.withdraw(PLACE, now=NOW)
    (delivery,) = back(ledger, planned=["news"]).deliveries
    assert (State.SCHEDULED, None) == (delivery.state, delivery.due_at)


def test_an_article_that_comes_another_way_undoes_nothing(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.withdraw(PLACE, now=NOW)
    ledger.take_in(ARTICLE, [NEWS], now=LATER, due_at=LATER)
    assert State.CANCELLED is ledger.delivery(scheduled.id).state


def test_what_a_person_cancelled_stays_cancelled(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.cancel(scheduled.id, now=NOW)
    ledger.withdraw(PLACE, now=NOW)
    (delivery,) = back(ledger).deliveries
    assert State.CANCELLED is delivery.state


def test_what_was_published_anew_meanwhile_is_not_put_back_beside_it(ledger: Ledger, scheduled: Delivery) -> None:
    ledger.withdraw(PLACE, now=NOW)
    (again,) = ledger.again(scheduled.article, [NEWS], now=NOW, due_at=NOW)
    taken = ledger.claim(again, POST, now=NOW)
    assert taken is not None
    ledger.confirm(taken, receipt(), now=NOW)
    first, second = back(ledger).deliveries
    assert [State.CANCELLED, State.DELIVERED] == [first.state, second.state]


def test_it_tells_what_happened_since_it_was_last_asked(ledger: Ledger, scheduled: Delivery) -> None:
    last, none = ledger.happened(None)
    assert () == none
    ledger.cancel(scheduled.id, now=NOW)
    later, events = ledger.happened(last)
    assert [("cancelled", "news", "Hello")] == [(each.event, each.account, each.headline) for each in events]
    assert (later, ()) == ledger.happened(later)


def test_a_file_has_one_daemon_and_tells_the_second_who_that_is(tmp_path: Path) -> None:
    one, two = (open_ledger(f"sqlite:///{tmp_path}/bot.db", lanes=tmp_path / "lanes") for _ in range(2))
    with one.alone("process 1") as nobody:
        assert nobody is None
        with two.alone("process 2") as other:
            assert "process 1" == other
    with two.alone("process 2") as nobody:
        assert nobody is None
    one.close()
    two.close()


def test_on_postgresql_there_may_be_several_daemons(postgres_url: str, tmp_path: Path) -> None:
    one, two = (open_ledger(postgres_url, lanes=tmp_path) for _ in range(2))
    with one.alone("process 1"), two.alone("process 2") as other:
        assert other is None
    one.close()
    two.close()
