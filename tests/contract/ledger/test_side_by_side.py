"""Several threads and processes use one ledger at once, and each promise holds for all of them together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

from contract.ledger.story import ARTICLE, EDITED, NEWS, NOW, POST, SPORT, THREAD, claimed, receipt

from bot.ledger import Ledger, open_ledger
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.model import Delivery

CROWD = 8
Result = TypeVar("Result")


def together(task: Callable[[int], Result]) -> list[Result]:
    """What came of a crowd that began the same task at the same moment, each with a number of its own."""
    start = Barrier(CROWD)

    def begin(number: int) -> Result:
        start.wait()
        return task(number)

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(begin, range(CROWD)))


def test_an_article_taken_in_at_once_is_one_article(ledger: Ledger, another: Ledger) -> None:
    def take_in(number: int) -> tuple[bool, int]:
        taken = (ledger, another)[number % 2].take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)
        return taken.new, taken.article

    answers = together(take_in)

    assert [False] * (CROWD - 1) + [True] == sorted(new for new, _ in answers)
    assert 1 == len({article for _, article in answers})
    assert ["news", "sport"] == [delivery.account for delivery in ledger.deliveries(answers[0][1])]


def test_a_delivery_claimed_at_once_has_one_holder(ledger: Ledger, another: Ledger, scheduled: Delivery) -> None:
    def claim(number: int) -> Delivery | None:
        return (ledger, another)[number % 2].claim(scheduled, POST, now=NOW)

    holders = together(claim)

    assert 1 == len([holder for holder in holders if holder])
    assert 1 == ledger.delivery(scheduled.id).claim


def test_one_more_delivery_asked_for_at_once_is_one(ledger: Ledger, another: Ledger) -> None:
    number = ledger.take_in(ARTICLE, [], now=NOW, due_at=NOW).article

    def ask(number: int) -> int:
        who = (ledger, another)[number % 2]
        return len(who.take_in(EDITED, [NEWS], now=NOW, due_at=NOW, to={"news"}).deliveries)

    assert [1] * CROWD == together(ask)
    assert 1 == len(ledger.deliveries(number))


def test_many_writers_lose_nothing(ledger: Ledger, another: Ledger) -> None:
    def publish(number: int) -> None:
        who = (ledger, another)[number % 2]
        article = replace(ARTICLE, identities=(f"own:{number}",))
        (delivery,) = who.take_in(article, [NEWS], now=NOW, due_at=NOW).deliveries
        held: Delivery | None = claimed(who, delivery, THREAD)
        for part in range(3):
            assert held
            held = who.confirm(held, receipt(part, f"{number}"), now=NOW)

    together(publish)

    assert CROWD == ledger.counts()[State.DELIVERED]
    moments = [ledger.delivery(number).first_attempt_at for number in range(1, CROWD + 1)]
    assert CROWD == len(set(moments))


def test_a_ledger_opened_at_once_is_begun_once(url: str, lanes: Path) -> None:
    ledgers = together(lambda _: open_ledger(url, lanes=lanes))
    for ledger in ledgers:
        ledger.ensure([NEWS])
        ledger.close()

    assert [False] * (CROWD - 1) + [True] == sorted(ledger.begun_anew for ledger in ledgers)
