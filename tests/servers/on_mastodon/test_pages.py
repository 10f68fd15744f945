"""How far the Mastodon adapter looks through a timeline, and how it reads one whose server tells no sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.on_mastodon.made import (
    FOUND,
    LINK,
    NOW,
    TIMELINE,
    delivery,
    retold,
)

from bot.errors import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from servers.lossy import Fault, Lossy
    from servers.mastodon import Login, Mastodon

    from bot.networks.mastodon.adapter import MastodonAdapter


def test_a_look_goes_back_page_by_page_and_no_further_than_a_day(
    server: Mastodon, login: Login, wire: Lossy, through: MastodonAdapter
) -> None:
    moment = NOW - timedelta(days=2)
    server.state.now = lambda: moment
    for number in range(60):
        list(through.publish(delivery(f"Old {number}", number=100 + number)))
    moment = NOW
    receipts = list(through.publish(delivery("Ours.")))
    for number in range(45):
        list(through.publish(delivery(f"New {number}", number=200 + number)))
    assert receipts == list(through.find(delivery("Ours."), ()))
    assert [] == list(through.find(delivery("Old 59"), ()))
    assert 3 + 3 == wire.count(TIMELINE), "until a whole page is older"


def aged(entry: Any) -> Any:
    return entry | {"created_at": "2019-01-01T00:00:00.000Z"}


ORDERS: dict[str, Callable[[Any], Any]] = {
    "an old one is pinned on top": lambda page: [aged(page[-1]), *page[:-1]],
    "an old one is pinned at the end": lambda page: [*page, aged(page[0] | {"id": "1"})],
    "the latest is backdated": lambda page: [aged(page[0]), *page[1:]],
    "the oldest come first": lambda page: page[::-1],
    "every other one is old": lambda page: [aged(post) if n % 2 else post for n, post in enumerate(page)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_among_old_posts_and_in_any_order_ours_is_found(wire: Lossy, through: MastodonAdapter, order: str) -> None:
    receipts = list(through.publish(delivery("Ours.")))
    for number in range(50):
        list(through.publish(delivery(f"New {number}", number=200 + number)))
    wire.next(TIMELINE, retold(ORDERS[order]))
    assert receipts == list(through.find(delivery("Ours."), ()))


@pytest.mark.parametrize("at_once", [20, 40, 300])
@pytest.mark.parametrize("posts", [20, 40, 41])
def test_where_no_pages_are_known_only_a_count_tells_that_all_was_shown(
    server: Mastodon, here: MastodonAdapter, at_once: int, posts: int
) -> None:
    for number in range(posts):
        list(here.publish(delivery(f"New {number}", number=200 + number)))
    server.rules.pages, server.rules.most_at_once = False, at_once
    if posts <= min(at_once, 40):
        assert [] == list(here.find(delivery("Cod."), ()))
    else:
        not_shown(here)
    server.rules.counts = False
    not_shown(here)


def not_shown(here: MastodonAdapter) -> None:
    with pytest.raises(OutcomeUnknown, match="does not show older posts"):
        list(here.find(delivery("Cod."), ()))


def test_what_is_shown_is_found_though_older_posts_are_not(server: Mastodon, here: MastodonAdapter) -> None:
    receipts = list(here.publish(delivery("One.", "Two.")))
    server.rules.pages = server.rules.counts = False
    assert receipts == list(here.find(delivery("One.", "Two."), ()))
    look = here.find(delivery("One.", "Two.", "Three."), ())
    assert receipts == [next(look), next(look)]
    with pytest.raises(OutcomeUnknown, match="does not show older posts"):
        next(look)


def test_where_nothing_stands_nothing_is_found_whatever_the_server_knows(
    server: Mastodon, here: MastodonAdapter
) -> None:
    server.rules.pages = server.rules.counts = False
    assert [] == list(here.find(delivery("Cod."), ()))


@pytest.mark.parametrize("case", FOUND)
def test_where_no_source_is_told_the_same_words_are_good_enough(
    server: Mastodon, here: MastodonAdapter, case: str
) -> None:
    server.rules.source = False
    list(here.publish(delivery("Another post.", number=7)))
    receipts = list(here.publish(FOUND[case]))
    assert receipts == list(here.find(FOUND[case], ()))


SHOWN_OTHERWISE = {
    "a mention without its server": ("Thanks @alice@example.com for it", "@alice@example.com", "@alice"),
    "blanks": ("One,  two.\n\n\nThree.", "  two", " two"),
}


@pytest.mark.parametrize("case", SHOWN_OTHERWISE)
def test_where_no_source_is_told_what_no_html_keeps_makes_no_difference(
    server: Mastodon, wire: Lossy, through: MastodonAdapter, case: str
) -> None:
    text, written, shown = SHOWN_OTHERWISE[case]
    server.rules.source = False
    receipts = list(through.publish(delivery(text)))
    wire.next(TIMELINE, rendering(written, shown))
    assert receipts == list(through.find(delivery(text), ()))


def test_where_no_source_is_told_less_than_the_same_words_is_not(
    server: Mastodon, wire: Lossy, through: MastodonAdapter
) -> None:
    server.rules.source = False
    list(through.publish(delivery("Thanks *a lot* for the fish")))
    wire.next(TIMELINE, rendering("*a lot*", "<em>a lot</em>"))
    with pytest.raises(OutcomeUnknown, match="does not tell how it was written"):
        list(through.find(delivery("Thanks *a lot* for the fish"), ()))


def rendering(written: str, shown: str) -> Fault:
    """The server's HTML has something other than its author wrote."""
    return retold(lambda page: [post | {"content": post["content"].replace(written, shown)} for post in page])


def test_where_no_source_is_told_a_persons_own_answer_is_not_ours(server: Mastodon, here: MastodonAdapter) -> None:
    server.rules.source = False
    thread = delivery(f"One {LINK}", "Two.", url=LINK)
    first = next(here.publish(thread))
    begun = thread.with_receipt(first)
    list(here.publish(replace(delivery("x", f"A correction of {LINK}", number=2), receipts=(first,))))
    assert [] == list(here.find(begun, ()))
    [second] = here.publish(begun)
    assert [second] == list(here.find(begun, ()))
