"""Which of the posts on a timeline are ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import OutcomeUnknown
from bot.model import Delivery, Part, Post, Receipt, State
from bot.networks.timeline import Standing, plain, recognised, since

LINK = "https://news.example/bridge"


def sent(*texts: str, url: str | None = None, warning: str | None = None) -> Delivery:
    return Delivery(
        id=1,
        article=1,
        headline="The bridge",
        account="a",
        network="n",
        key="k",
        state=State.SENDING,
        due_at=None,
        first_attempt_at=datetime(2026, 11, 23, tzinfo=UTC),
        post=Post(tuple(Part(text) for text in texts), url=url, warning=warning),
    )


def standing(name: str, text: str, reply_to: str | None = None, warning: str = "") -> Standing:
    return Standing(name, f"https://n.example/{name}", text, warning, reply_to)


def names(delivery: Delivery, *timeline: Standing, taken: tuple[str, ...] = (), warned: bool = False) -> list[str]:
    return [receipt.remote_id for receipt in recognised(delivery, timeline, taken, warned=warned)]


def test_a_post_that_says_exactly_what_was_sent_is_ours() -> None:
    assert ["2"] == names(sent("The bridge"), standing("1", "Another"), standing("2", "The bridge"))


def test_what_networks_do_not_keep_makes_no_difference() -> None:
    assert ["1"] == names(sent("Cafe\u0301\r\nopens "), standing("1", "Caf\u00e9\nopens"))


def test_what_another_delivery_holds_is_not_ours() -> None:
    twins = (standing("1", "The bridge"), standing("2", "The bridge"))
    assert ["2"] == names(sent("The bridge"), *twins, taken=("1",))
    assert [] == names(sent("The bridge"), *twins, taken=("1", "2"))


def test_of_two_that_nobody_holds_the_older_one_is_ours() -> None:
    assert ["1"] == names(sent("The bridge"), standing("1", "The bridge"), standing("2", "The bridge"))


def test_a_thread_is_found_part_by_part_up_to_the_first_that_is_absent() -> None:
    thread = sent("One", "Two", "Three")
    assert ["1", "2"] == names(thread, standing("1", "One"), standing("2", "Two", "1"))
    assert [] == names(thread, standing("2", "Two", "1"), standing("3", "Three", "2"))


def test_parts_that_say_the_same_are_told_apart_by_what_they_answer() -> None:
    thread = sent("Go", "Go", "Go")
    assert ["1", "2", "3"] == names(thread, standing("3", "Go", "2"), standing("2", "Go", "1"), standing("1", "Go"))


def test_the_parts_after_those_that_are_confirmed_are_looked_for() -> None:
    half = replace(sent("One", "Two"), receipts=(Receipt(0, "1", "https://n.example/1"),))
    assert ["2"] == names(half, standing("1", "One"), standing("2", "Two", "1"))
    with pytest.raises(OutcomeUnknown):
        names(half, standing("1", "One"), standing("2", "Two", "somebody else's"))


def test_parts_that_say_the_same_are_told_from_what_is_confirmed_and_from_what_is_found() -> None:
    thread = sent("Go", "Go")
    half = replace(thread, receipts=(Receipt(0, "1", "https://n.example/1"),))
    assert [] == names(half, standing("1", "Go"))
    assert ["1"] == names(thread, standing("1", "Go"))


def test_what_was_sent_is_made_comparable_and_what_stands_is_so_already() -> None:
    thread = sent("One", "Two", url="Two")
    timeline = (standing("1", "<One>"), standing("2", "<Two>", "1"))
    found = recognised(thread, timeline, (), read_back=lambda text: f"<{text}>")
    assert ["1", "2"] == [receipt.remote_id for receipt in found]


def test_what_is_alike_is_for_the_network_to_say() -> None:
    with pytest.raises(OutcomeUnknown, match=r"n\.example/1"):
        list(
            recognised(
                sent("One"), [standing("1", "Two")], (), alike=lambda ours, theirs: (ours, theirs) == ("One", "Two")
            )
        )
    assert [] == list(recognised(sent("One"), [standing("1", "one")], (), alike=lambda *_: False))


FIRST = datetime(2026, 11, 23, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize("now", [None, FIRST + DAY, FIRST, FIRST - timedelta(minutes=5)])
def test_a_timeline_is_read_from_a_day_before_the_first_attempt(now: datetime | None) -> None:
    assert FIRST - DAY == since(sent("One"), now)
    restored = replace(sent("One"), sought_since=FIRST - 3 * DAY)
    assert FIRST - 4 * DAY == since(restored, now)
    assert FIRST - DAY == since(replace(restored, sought_since=FIRST + 3 * DAY), now)


@pytest.mark.parametrize("fast", [timedelta(minutes=5) + MOMENT, 2 * DAY, 40 * DAY])
def test_it_is_read_from_long_ago_where_the_first_attempt_was_stamped_by_a_clock_that_was_fast(fast: timedelta) -> None:
    now = FIRST - fast
    assert now - 30 * DAY == since(sent("One"), now)
    assert now - 30 * DAY == since(replace(sent("One"), sought_since=FIRST + DAY), now)
    assert now - 2 * DAY == since(replace(sent("One"), sought_since=now - DAY), now)


@pytest.mark.parametrize(
    "near",
    ["THE BRIDGE opens!", "The bridge - opens", "The ｂridge opens", "The bridge opens 🎉"],
)
def test_the_same_words_said_otherwise_are_for_a_person_to_judge(near: str) -> None:
    with pytest.raises(OutcomeUnknown, match=r"n\.example/1"):
        names(sent("The bridge opens"), standing("1", near))


def test_another_text_with_the_articles_link_is_for_a_person_to_judge() -> None:
    with pytest.raises(OutcomeUnknown):
        names(sent(f"The bridge {LINK}", url=LINK), standing("1", f"Look: {LINK}"))
    assert [] == names(sent("The bridge", url=LINK), standing("1", f"Look: {LINK}")), "a part without the link"


def test_texts_without_words_are_not_alike() -> None:
    assert [] == names(sent("🎉"), standing("1", "🔥"))


def test_another_warning_makes_it_another_post_where_the_network_keeps_warnings_apart() -> None:
    warned = sent("The bridge", warning="Politics")
    assert ["1"] == names(warned, standing("1", "The bridge", warning="Politics"), warned=True)
    assert ["1"] == names(warned, standing("1", "The bridge"))
    with pytest.raises(OutcomeUnknown):
        names(warned, standing("1", "The bridge"), warned=True)


def test_plain_text_keeps_its_words_and_lines() -> None:
    assert "a\nb  c" == plain(" a\r\nb  c\n")
