"""The X adapter on our X server: what it finds again in a timeline that shows texts in its own way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from servers.lossy import loses
from servers.on_x.made import LINK, NOW, POST, TIMELINE, adapter, delivery, page, plant, shown

from bot.errors import OutcomeUnknown
from bot.model import Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

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
    "Compare example.com,example.org and README.md|setup.py and https://a.com~https://b.com/x",
    "Have you read example.com?utm_source=x",
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


def test_a_link_that_x_does_not_explain_makes_its_own_post_uncertain_and_no_other(
    wire: Lossy, through: Adapter
) -> None:
    wire.next(TIMELINE, page(shown(1, "Read https://t.co/abc")), times=3)
    assert [] == list(through.find(delivery("Hello.", f"Look {LINK}"), ()))
    with pytest.raises(OutcomeUnknown, match=r"https://x\.com/i/status/1 is like"):
        list(through.find(delivery(f"Read {LINK}"), ()))
    assert [] == list(through.find(delivery(f"Read {LINK}"), {"1"}))


def test_after_a_restore_a_link_that_x_does_not_explain_may_be_ours(wire: Lossy, through: Adapter) -> None:
    wire.next(TIMELINE, page(shown(1, "In other words https://t.co/abc")))
    with pytest.raises(OutcomeUnknown, match=r"https://x\.com/i/status/1 is like"):
        list(through.find(replace(delivery(f"Read {LINK}"), sought_since=NOW), ()))


def test_the_short_link_of_an_earlier_post_is_found_as_what_it_stands_for(login: Login, here: Adapter) -> None:
    [first] = here.publish(delivery(f"First {LINK}"))
    again = delivery(f"As we said: {login.posts()[0]['entities']['urls'][0]['url']}")
    [second] = here.publish(again)
    assert [second] == list(here.find(again, {first.remote_id}))


def test_what_a_timeline_does_not_show_yet_is_absent_which_is_why_the_dust_settles_first(
    login: Login, wire: Lossy, through: Adapter
) -> None:
    login.hidden_from_timeline = timedelta(minutes=1)
    wire.next(POST, loses)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(delivery("Hello.")))
    assert [] == list(through.find(delivery("Hello."), ()))
    login.hidden_from_timeline = timedelta()
    assert 1 == len(list(through.find(delivery("Hello."), ())))


def test_what_was_only_passed_on_is_not_ours(wire: Lossy, through: Adapter) -> None:
    passed_on = shown(1, "RT @reporter: Hello https://t.co/…", referenced_tweets=[{"type": "retweeted", "id": "2"}])
    wire.next(TIMELINE, page(passed_on))
    assert [] == list(through.find(delivery("Hello."), ()))
