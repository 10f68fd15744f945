"""What a delivery costs: as it was last reckoned while it may still change, and as it was frozen from then on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from contract.ledger.story import ARTICLE, EDITED, LATER, NEWS, NOW, POST, SOON, SPORT, UNRELATED, receipt

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery

LOW, HIGH, ALL = Decimal("0.015"), Decimal("0.200"), Decimal("0.000001")


def cost(ledger: Ledger, delivery: Delivery) -> Decimal | None:
    waiting = ledger.waits(delivery.id)
    return waiting.cost if waiting else None


def spent(ledger: Ledger) -> list[Decimal]:
    return [each.cost for each in ledger.sent("news", NOW)]


def test_what_is_taken_in_edited_or_sent_again_costs_what_is_said_of_each_account(ledger: Ledger) -> None:
    news, sport = ledger.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW, costs={"news": HIGH, "x": LOW}).deliveries
    assert [HIGH, 0] == [cost(ledger, each) for each in (news, sport)]
    ledger.take_in(EDITED, [NEWS, SPORT], now=NOW, due_at=NOW, costs={"news": LOW, "sport": ALL})
    assert [LOW, ALL] == [cost(ledger, each) for each in (news, sport)]
    assert LOW == ledger.cost_of_waiting("news")
    ledger.cancel(news.id, NOW)
    (more,) = ledger.again(news.article, [NEWS], now=NOW, due_at=NOW, costs={"news": HIGH})
    assert (HIGH, HIGH) == (cost(ledger, more), ledger.cost_of_waiting("news"))


def test_what_is_claimed_keeps_the_cost_that_was_frozen_with_it(ledger: Ledger) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW, costs={"news": LOW}).deliveries
    held = ledger.claim(delivery, POST, now=NOW, cost=HIGH)
    assert held
    ledger.take_in(EDITED, [NEWS], now=NOW, due_at=NOW, costs={"news": ALL})
    ledger.reprice({delivery.id: ALL})
    ledger.free(["news"])
    unknown = ledger.doubt(held, "no answer", now=NOW, due_at=SOON)
    assert unknown
    again = ledger.claim(unknown, POST, now=SOON, cost=ALL)
    assert again
    assert ledger.confirm(again, receipt(), now=SOON)
    assert ([HIGH], Decimal(0)) == (spent(ledger), ledger.cost_of_waiting("news"))
    assert [] == list(ledger.unsent("news"))


def test_what_certainly_did_not_go_may_cost_something_else_next_time(ledger: Ledger) -> None:
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW, costs={"news": LOW}).deliveries
    held = ledger.claim(delivery, POST, now=NOW, cost=HIGH)
    assert held
    ledger.postpone(held, "down", now=NOW, due_at=SOON)
    assert ([], HIGH) == (spent(ledger), ledger.cost_of_waiting("news"))
    ledger.reprice({delivery.id: ALL})
    assert ALL == cost(ledger, delivery)


def test_what_waits_is_given_out_some_at_a_time_with_its_article(ledger: Ledger) -> None:
    articles = [replace(UNRELATED, identities=(f"id:{number}",)) for number in range(501)]
    taken = [ledger.take_in(each, [NEWS], now=NOW, due_at=NOW, costs={"news": LOW}).deliveries[0] for each in articles]
    some = list(ledger.unsent("news"))
    expected = {delivery.id: (article, LOW) for delivery, article in zip(taken, articles, strict=True)}
    assert ([500, 1], expected) == ([len(each) for each in some], {n: (a, c) for each in some for n, a, c in each})
    ledger.reprice(dict.fromkeys(expected, HIGH))
    assert 501 * HIGH == ledger.cost_of_waiting("news")
    ledger.free(["sport", "news"])
    assert 0 == ledger.cost_of_waiting("news")


def test_what_is_too_dear_takes_no_place_in_line(ledger: Ledger) -> None:
    for number, price in enumerate((HIGH, HIGH, HIGH, LOW, LOW)):
        ledger.take_in(
            replace(UNRELATED, identities=(f"id:{number}",)), [NEWS], now=NOW, due_at=NOW, costs={"news": price}
        )
    line = ledger.line("news", now=NOW, until=LATER, horizon=LATER, most=2, in_all=9, dearest=Decimal("0.1"))
    assert [HIGH, HIGH, LOW, LOW] == sorted((each.cost for each in line), reverse=True)
