"""The X adapter on our X server: what it finds again in a timeline that shows texts in its own way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.lossy import Fault, answers, cuts, drops, loses
from servers.on_x.made import LINK, ME, NOW, POST, TIMELINE, adapter, delivery, plant, problem, said

from bot.errors import OutcomeUnknown, RateLimited, Unauthorized, Unavailable
from bot.model import Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

    from bot.errors import DeliveryError
    from bot.networks.base import Adapter


SENT = [
    "Plain.",
    f"With a link {LINK} in the middle",
    f"{LINK} {LINK}",
    "Bare example.org/path/ and README.md and https://example.org/",
    "https://example.com/日本語, 例えばexample.comです #東京",
    "HTTPS://Example.ORG/Upper. (https://en.wikipedia.org/wiki/Foo_(bar))",
    "AT&T <b>bold</b> 1 > 0",
    "Literally &amp; and &lt; and &amp;amp; &eacute;",
    "Decomposed Cafe\u0301\r\n\r\n  blanks  inside and around ",
    "👩‍🚀 🐦‍🔥 https://example.org/🎉 ünïcode “quotes” …",
    "Shortened by hand: https://t.co/abcdefghij",
]


@pytest.mark.parametrize("text", SENT)
def test_what_was_done_without_an_answer_is_found_as_x_shows_it(
    login: Login, wire: Lossy, through: Adapter, text: str
) -> None:
    wire.next(POST, loses)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(delivery(text)))
    [post] = login.posts()
    assert [Receipt(0, post["id"], f"https://x.com/i/status/{post['id']}")] == list(through.find(delivery(text), ()))


def test_each_of_many_is_found_among_the_others_and_none_for_another(login: Login, here: Adapter) -> None:
    numbers = {text: next(here.publish(delivery(text))).remote_id for text in SENT}
    for text, number in numbers.items():
        assert [number] == [receipt.remote_id for receipt in here.find(delivery(text), ())]
        others = set(numbers.values()) - {number}
        assert [number] == [receipt.remote_id for receipt in here.find(delivery(text), others)]


def test_a_long_post_is_found_by_all_of_its_text(x_server: XServer, tmp_path: Path) -> None:
    long = adapter(x_server.account(premium=True), tmp_path, max_length=4_000)
    texts = [f"{'Many words & more. ' * 40}{LINK} {ending}" for ending in ("The end.", "Another end.")]
    receipts = [next(long.publish(delivery(text))) for text in texts]
    for text, receipt in zip(texts, receipts, strict=True):
        others = {other.remote_id for other in receipts if other != receipt}
        assert [receipt] == list(long.find(delivery(text), others))


def test_a_thread_is_found_part_by_part_as_far_as_it_stands(here: Adapter) -> None:
    receipts = list(here.publish(delivery("One.", "Two.")))
    assert receipts == list(here.find(delivery("One.", "Two.", "Three."), ()))
    assert receipts[1:] == list(here.find(delivery("One.", "Two.", "Three.", receipts=(receipts[0],)), ()))


def test_the_same_words_that_answer_nothing_are_not_taken_for_a_part(login: Login, here: Adapter) -> None:
    [first] = here.publish(delivery("One."))
    plant(login, "Two.")
    with pytest.raises(OutcomeUnknown, match="is like what was sent"):
        list(here.find(delivery("One.", "Two.", receipts=(first,)), ()))


def test_what_is_not_there_is_absent(here: Adapter) -> None:
    assert [] == list(here.find(delivery(f"Hello {LINK}"), ()))
    list(here.publish(delivery("Something else https://example.org/other")))
    assert [] == list(here.find(delivery(f"Hello {LINK}"), ()))


def test_what_another_delivery_holds_is_absent(here: Adapter) -> None:
    [theirs] = here.publish(delivery(f"Hello {LINK}"))
    assert [] == list(here.find(delivery(f"Hello {LINK}"), {theirs.remote_id}))


def test_of_two_equal_posts_each_delivery_finds_its_own(login: Login, here: Adapter) -> None:
    first, second = plant(login, f"Hello {LINK}"), plant(login, f"Hello {LINK}")
    assert [first] == [receipt.remote_id for receipt in here.find(delivery(f"Hello {LINK}"), ())]
    assert [second] == [receipt.remote_id for receipt in here.find(delivery(f"Hello {LINK}"), {first})]
    assert [] == list(here.find(delivery(f"Hello {LINK}"), {first, second}))


@pytest.mark.parametrize(
    "standing",
    [
        f"Hello! {LINK}",
        f"Hello, and more {LINK}",
        LINK,
        "By hand: https://EXAMPLE.org/a?b=1&c=2 (our story)",
        "HELLO https",
    ],
)
def test_a_near_match_is_for_a_person_to_tell(login: Login, here: Adapter, standing: str) -> None:
    sent = delivery(f"Hello {LINK}") if LINK.lower() in standing.lower() else delivery("Hello, HTTPS!", url=None)
    number = plant(login, standing)
    with pytest.raises(OutcomeUnknown, match=number):
        list(here.find(sent, ()))
    assert [] == list(here.find(sent, {number}))


def test_a_text_that_only_an_escape_tells_apart_is_a_near_match_at_most(login: Login, here: Adapter) -> None:
    plant(login, "Fish & Chips")
    assert [] == list(here.find(delivery("Fish &amp; Chips"), ()))
    assert 1 == len(list(here.find(delivery("Fish & Chips"), ())))


def test_a_timeline_is_read_page_by_page_from_a_day_before_the_first_attempt(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    ours = plant(login, f"Hello {LINK}")
    for number in range(230):
        plant(login, f"Later {number}")
    assert [ours] == [receipt.remote_id for receipt in through.find(delivery(f"Hello {LINK}"), ())]
    pages = [path for path in wire.seen if path.startswith(f"/2/users/{login.user_id}/tweets?")]
    assert 3 == len(pages)
    assert all("start_time=2026-11-22T10%3A00%3A00Z" in page for page in pages)


def test_what_stood_long_before_the_first_attempt_is_another_post(login: Login, here: Adapter) -> None:
    plant(login, f"Hello {LINK}", at=NOW - timedelta(days=1, seconds=1))
    assert [] == list(here.find(delivery(f"Hello {LINK}"), ()))


def page(*posts: dict[str, Any], **meta: Any) -> Fault:
    return said(200, {"data": posts, "meta": meta | {"result_count": len(posts)}})


def shown(number: int, text: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": text, **more}


HUNDRED = [shown(number, f"Post {number}") for number in range(100)]
FAILURES: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "refused": (problem(401), Unauthorized),
    "limited": (problem(429), RateLimited),
    "forbidden": (problem(403), Unauthorized),
    "failed": (problem(500), Unavailable),
    "a page": (answers(200, "<html></html>"), Unavailable),
    "a list": (said(200, []), Unavailable),
    "nothing": (answers(200), Unavailable),
    "cut": (cuts, Unavailable),
    "lost": (loses, Unavailable),
    "dropped": (drops, Unavailable),
}
ODDITIES: dict[str, tuple[str, Fault]] = {
    "no such user": (TIMELINE, said(200, {"errors": [{"title": "Not Found Error"}]})),
    "posts and errors": (TIMELINE, said(200, {"data": [], "meta": {"result_count": 0}, "errors": [{}]})),
    "a count of more than is shown": (TIMELINE, said(200, {"data": [shown(1)], "meta": {"result_count": 2}})),
    "a count of posts that are not shown": (TIMELINE, said(200, {"meta": {"result_count": 1}})),
    "no count": (TIMELINE, said(200, {"data": [], "meta": {}})),
    "a post without a number": (TIMELINE, page({"text": "a"})),
    "a post without a text": (TIMELINE, page({"id": "1"})),
    "a post that is none": (TIMELINE, said(200, {"data": ["a"], "meta": {"result_count": 1}})),
    "a link that is not explained": (TIMELINE, page(shown(1, "https://t.co/abc"))),
    "odd entities": (TIMELINE, page(shown(1, entities=[1]))),
    "a page that breaks off the rest": (TIMELINE, page(*HUNDRED, next_token="unknown")),
}


@pytest.mark.parametrize("at", [ME, TIMELINE])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_look_that_fails_is_to_be_repeated(wire: Lossy, through: Adapter, at: str, failure: str) -> None:
    fault, told = FAILURES[failure]
    wire.next(at, fault)
    with pytest.raises(told):
        list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize("look", ODDITIES)
def test_a_timeline_that_cannot_be_trusted_says_nothing_about_the_post(
    wire: Lossy, through: Adapter, look: str
) -> None:
    wire.next(*ODDITIES[look])
    with pytest.raises(OutcomeUnknown):
        list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize("user", [{"id": "a", "username": "a"}, {"id": "1"}, {}, []])
def test_who_is_nobody_says_nothing_about_the_post(wire: Lossy, through: Adapter, user: object) -> None:
    wire.next(ME, said(200, {"data": user}))
    with pytest.raises(Unavailable):
        list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize("further", [{"next_token": "more"}, {}])
def test_a_timeline_that_does_not_reach_back_far_enough_says_nothing(
    wire: Lossy, through: Adapter, further: dict[str, str]
) -> None:
    wire.next(TIMELINE, page(*HUNDRED, next_token="more"), times=31)
    wire.next(TIMELINE, page(*HUNDRED, **further))
    with pytest.raises(OutcomeUnknown, match="3,200 posts"):
        list(through.find(delivery("Hello."), ()))
    assert 32 == wire.count(TIMELINE)


def test_what_was_only_passed_on_is_not_ours(wire: Lossy, through: Adapter) -> None:
    passed_on = shown(1, "RT @reporter: Hello https://t.co/…", referenced_tweets=[{"type": "retweeted", "id": "2"}])
    wire.next(TIMELINE, page(passed_on))
    assert [] == list(through.find(delivery("Hello."), ()))
