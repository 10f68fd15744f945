"""What every adapter promises the courier, held against a real server behind a proxy that loses and spoils things."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from contract.adapters.stages import NETWORKS, WIRED, Stage
from servers.lossy import Fault, Held, answers, cuts, dribbles, drops, late, loses

from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unauthorized
from bot.model import Delivery, Part, Post, Receipt, State

if TYPE_CHECKING:
    from pathlib import Path

    from bot.errors import DeliveryError
    from bot.networks.base import Adapter

SINGLE = ("A post on its own, with #tags and ünïcode.",)
THREAD = tuple(f"Part {n} of a thread of five." for n in range(1, 6))
POSTS = pytest.mark.parametrize("texts", [SINGLE, THREAD], ids=["single", "thread"])

LOST: dict[str, Fault] = {
    "dropped before it arrives": drops,
    "answered 200 with nothing": answers(200),
    "answered 200 with a page": answers(200, "<html>Log in to the hotel's network</html>", content_type="text/html"),
    "answered 200 with half an object": answers(200, '{"uri": "at', content_type="application/json"),
    "answered 200 with another object": answers(200, '{"hello": "world"}', content_type="application/json"),
    "answered 200 with a list": answers(200, "[1, 2]", content_type="application/json"),
    "answered 302": answers(302, location="http://127.0.0.1:9/"),
    "answered 400 with a page": answers(400, "<html>Bad Request</html>"),
    "answered 403 with a page": answers(403, "<html>Are you a robot?</html>"),
    "answered 500": answers(500, '{"error": "InternalServerError"}', content_type="application/json"),
    "answered 500 with a list": answers(500, "[1]", content_type="application/json"),
    "answered 502": answers(502, "<html>Bad Gateway</html>"),
    "answered 503 with bytes": answers(503, "\x00\xff\x1f"),
    "answered 504": answers(504),
    "answered with more than anybody reads": answers(200, "x" * 2_000_000),
}
DONE: dict[str, Fault] = {
    "done, the answer lost": loses,
    "done, the answer cut in the middle": cuts,
    "done, answered too late": late,
    "done, the headers dribble": dribbles(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "done, the body dribbles": dribbles(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.fixture(params=NETWORKS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return NETWORKS[request.param](request, tmp_path)


@pytest.fixture(params=WIRED)
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return NETWORKS[request.param](request, tmp_path)


def claimed(texts: tuple[str, ...], number: int = 1) -> Delivery:
    """A delivery as the courier hands it over at its first attempt; one with another number is another one, and later."""
    post = Post(tuple(Part(text) for text in texts), title="A headline", url="https://example.org/a", lang="en")
    return Delivery(
        id=number,
        article=1,
        headline="A headline",
        account="a",
        network="n",
        key=f"delivery-{number}",
        state=State.SENDING,
        due_at=None,
        attempts=1,
        frozen_by=1,
        claim=1,
        first_attempt_at=datetime(2026, 11, 23, 10, number, 0, 123456, tzinfo=UTC),
        post=post,
    )


def attempt(adapter: Adapter, delivery: Delivery) -> tuple[Delivery, Exception | None]:
    """One attempt as the courier makes it: what was confirmed, and how it ended."""
    try:
        if delivery.attempts > 1 and not adapter.network.repeatable:
            for receipt in adapter.find(delivery, ()):
                delivery = delivery.with_receipt(receipt)
        for receipt in adapter.publish(delivery):
            delivery = delivery.with_receipt(receipt)
    except Exception as error:  # noqa: BLE001 - what the courier would meet
        return delivery, error
    return delivery, None


def again(stage: Stage, delivery: Delivery) -> tuple[Receipt, ...]:
    """The receipts after one more attempt, which meets no fault."""
    delivery, error = attempt(
        stage.connect(30), replace(delivery, attempts=delivery.attempts + 1, claim=delivery.claim + 1)
    )
    assert error is None
    return delivery.receipts


@POSTS
def test_a_post_stands_once_in_the_order_of_its_parts(stage: Stage, texts: tuple[str, ...]) -> None:
    delivery, error = attempt(stage.connect(30), claimed(texts))
    assert error is None
    assert list(range(len(texts))) == [receipt.index for receipt in delivery.receipts]
    assert len(texts) == len({receipt.remote_id for receipt in delivery.receipts})
    assert list(texts) == stage.texts()


@POSTS
def test_a_delivery_whose_parts_all_have_receipts_posts_nothing(stage: Stage, texts: tuple[str, ...]) -> None:
    delivery, _ = attempt(stage.connect(30), claimed(texts))
    assert delivery.receipts == again(stage, delivery)
    assert list(texts) == stage.texts()


@POSTS
def test_what_stands_is_found_again_with_the_same_receipts(stage: Stage, texts: tuple[str, ...]) -> None:
    delivery, _ = attempt(stage.connect(30), claimed(texts))
    assert list(delivery.receipts) == list(stage.connect(30).find(claimed(texts), ()))


@POSTS
def test_what_does_not_stand_is_not_found(stage: Stage, texts: tuple[str, ...]) -> None:
    attempt(stage.connect(30), claimed(("Another post.",), number=2))
    assert not list(stage.connect(30).find(claimed(texts), ()))


def test_two_deliveries_of_the_same_words_are_two_posts(stage: Stage) -> None:
    first, _ = attempt(stage.connect(30), claimed(SINGLE))
    second, error = attempt(stage.connect(30), claimed(SINGLE, number=2))
    if stage.unequal:
        assert (SINGLE, Rejected) == (tuple(stage.texts()), type(error))
        return
    assert error is None
    assert [*SINGLE, *SINGLE] == stage.texts()
    assert first.receipts[0].remote_id != second.receipts[0].remote_id


@POSTS
@pytest.mark.parametrize("fault", LOST)
def test_what_was_lost_is_uncertain_and_a_repeat_posts_it_once(
    wired: Stage, texts: tuple[str, ...], fault: str
) -> None:
    _uncertain(wired, texts, LOST[fault], [])


@POSTS
@pytest.mark.parametrize("fault", DONE)
def test_what_was_done_is_uncertain_and_a_repeat_posts_nothing(
    wired: Stage, texts: tuple[str, ...], fault: str
) -> None:
    _uncertain(wired, texts, DONE[fault], list(texts) if wired.together else [texts[0]])


def _uncertain(wired: Stage, texts: tuple[str, ...], fault: Fault, standing: list[str]) -> None:
    assert wired.wire
    wired.wire.next(wired.writes, fault)
    began = monotonic()
    delivery, error = attempt(wired.connect(1), claimed(texts))
    assert monotonic() - began < 20, "the deadline holds, whatever the server does"
    assert isinstance(error, OutcomeUnknown), repr(error)
    assert not delivery.receipts
    assert standing == wired.texts()
    receipts = again(wired, delivery)
    assert list(range(len(texts))) == [receipt.index for receipt in receipts]
    assert list(texts) == wired.texts()
    assert receipts == again(wired, claimed(texts))
    assert list(texts) == wired.texts()


@POSTS
@pytest.mark.parametrize("kind", [RateLimited, Unauthorized, Rejected])
def test_a_refusal_is_certain_and_told_in_the_networks_words(
    wired: Stage, texts: tuple[str, ...], kind: type[DeliveryError]
) -> None:
    assert wired.wire
    wired.wire.next(wired.writes, wired.says[kind])
    delivery, error = attempt(wired.connect(30), claimed(texts))
    assert kind is type(error), repr(error)
    assert "as the network words it" in str(error)
    assert [] == wired.texts()
    again(wired, delivery)
    assert list(texts) == wired.texts()


@pytest.mark.parametrize("fault", [drops, loses, cuts, answers(502)])
def test_a_thread_broken_midway_goes_on_where_it_broke(wired: Stage, fault: Fault) -> None:
    assert wired.wire
    wired.wire.next(wired.writes, fault, after=2)
    delivery, error = attempt(wired.connect(30), replace(claimed(THREAD), attempts=2, claim=2))
    assert isinstance(error, OutcomeUnknown)
    assert [0, 1] == [receipt.index for receipt in delivery.receipts]
    again(wired, delivery)
    assert list(THREAD) == wired.texts()


@POSTS
@pytest.mark.parametrize("order", ["before the repeat", "after the repeat"])
def test_a_request_that_arrives_when_its_sender_has_given_up_makes_no_second_post(
    wired: Stage, texts: tuple[str, ...], order: str
) -> None:
    assert wired.wire
    held = Held()
    wired.wire.next(wired.writes, held)
    delivery, error = attempt(wired.connect(1), claimed(texts))
    assert isinstance(error, OutcomeUnknown)
    if order == "before the repeat":
        held.let_go()
    if order == "after the repeat" and not wired.guarded:
        assert not wired.connect(30).network.repeatable, "the settling time is what such a network has instead"
        return
    again(wired, delivery)
    if order == "after the repeat":
        held.let_go()
    assert list(texts) == wired.texts()
