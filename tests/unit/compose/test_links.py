"""Links by each account's policy and campaign: what may not stand is taken out tidily, and told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.compose.wire import network

from bot import networks
from bot.compose import Composer
from bot.compose.links import permitted
from bot.compose.tidy import split
from bot.errors import ComposeError
from bot.model import Account, Article, Links, Part, Post, Prices
from bot.networks.x import X

if TYPE_CHECKING:
    from pathlib import Path

LINK = "https://example.org/1"
ARTICLE = Article(("i",), "Harbour", url=LINK, body=("See https://example.org/2 and Booking.com.",))
THREAD = "{{ article.headline }} {{ article.url }}\n---\n{{ article.body | join }} {{ article.url }}"
On = Callable[..., Post]


@pytest.fixture
def on(tmp_path: Path) -> On:
    """Compose the article by a template for an account on the wire, or on X."""

    def composed(template: str, article: Article = ARTICLE, *, there: object = None, **said: object) -> Post:
        (tmp_path / "default.j2").write_text(template, encoding="utf-8")
        account = Account("news", there or network(), **said)  # type: ignore[arg-type]
        return Composer([tmp_path], noise=()).compose(article, account)

    return composed


def texts(post: Post) -> list[str]:
    return [part.text for part in post.parts]


def test_always_leaves_every_link(on: On) -> None:
    post = on(THREAD)
    assert [f"Harbour {LINK}", f"See https://example.org/2 and Booking.com. {LINK}"] == texts(post)
    assert (LINK, ()) == (post.url, post.dropped)


def test_never_shows_templates_no_address_and_takes_links_out_of_the_words(on: On) -> None:
    post = on("{% if article.url %}Read on: {{ article.url }}{% endif %}\n" + THREAD, links=Links.NEVER)
    assert ["Harbour", "See and Booking.com."] == texts(post)
    assert (None, (f"links: {LINK}, https://example.org/2",)) == (post.url, post.dropped)


def test_first_part_leaves_links_in_the_first_part_alone(on: On) -> None:
    post = on(THREAD, links=Links.FIRST_PART)
    assert [f"Harbour {LINK}", "See and Booking.com."] == texts(post)
    assert (f"links: https://example.org/2, {LINK}",) == post.dropped


def test_never_holds_for_an_articles_own_words_too(on: On) -> None:
    article = replace(ARTICLE, text={"news": f"Look up ({LINK})!\n---\n{LINK}"})
    post = on("", article, there=X, links=Links.NEVER)
    assert (["Look up!"], (f"link: {LINK}",)) == (texts(post), post.dropped)
    with pytest.raises(ComposeError, match="nothing is left to post"):
        on("", replace(ARTICLE, text={"news": LINK}), links=Links.NEVER)


def test_what_is_withheld_makes_room(on: On) -> None:
    article = replace(ARTICLE, body=(f"{LINK}{'/long' * 20} stays",))
    post = on("{{ article.body | join }}", article, there=network(20), links=Links.NEVER)
    assert ["stays"] == texts(post)


def test_a_campaign_is_counted_and_stands_wherever_the_articles_own_address_does(on: On) -> None:
    tagged = f"{LINK}?utm_source=wire"
    post = on(THREAD, campaign="utm_source=wire")
    assert [f"Harbour {tagged}", f"See https://example.org/2 and Booking.com. {tagged}"] == texts(post)
    assert tagged == post.url
    own = replace(ARTICLE, text={"news": f"Look {LINK} or {LINK}0"})
    assert [f"Look {tagged} or {LINK}0"] == texts(on("", own, campaign="utm_source=wire"))
    with pytest.raises(ComposeError, match="40 of 30 characters"):
        on("{{ article.url }}", there=network(30), campaign="utm_source=wire&a=")


def test_a_post_costs_what_each_part_does_by_the_networks_own_links(on: On) -> None:
    prices = Prices(Decimal("0.015"), Decimal("0.200"))
    template = "One {{ article.url }}\n---\nAsk Booking.com\n---\nThree"
    linked, bare = (on(template, there=X, links=links) for links in (Links.ALWAYS, Links.NEVER))
    assert (Decimal("0.415"), Decimal("0.230")) == (prices.of(linked), prices.of(bare))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Read on: {LINK} now.", "Read on: now."),
        (f"Read {LINK}.", "Read."),
        (f"One\n\n{LINK}\n\n#two", "One\n\n#two"),
        (f"{LINK} leads", "leads"),
        (f"Read ({LINK}) this", "Read this"),
        (f"Read “{LINK}”, this", "Read, this"),
        (f"Read (see {LINK}).", "Read (see)."),
        (f"Read {LINK} {LINK}2 this", "Read this"),
        (f"这是{LINK} 这", "这是 这"),
        ("Booking.com, not ftp://a.org", "Booking.com, not ftp://a.org"),
    ],
)
def test_what_is_left_of_a_text_is_tidy(text: str, expected: str) -> None:
    assert (Part(expected),) == permitted([Part(text)], Account("x", X, links=Links.NEVER)).parts


scraps = st.sampled_from(
    ["https://", "http://", "HTTPS://", "tps://", "ht", "example.org", "/ü?q=1", "日本", " ", "\n", "(", ")", '"', "#tag", ".", "@me", "t.co/a", "a.org", "xmpp:me@a.org", "-", "https://example.org/a(b)"]
)  # fmt: skip
lines = st.lists(scraps, max_size=20).map("".join)


@pytest.mark.parametrize("name", ["x", "bluesky", "mastodon"])
@settings(max_examples=150)
@given(written=st.lists(lines, min_size=1, max_size=3))
def test_never_leaves_no_link_with_a_scheme_in_any_part(name: str, written: list[str]) -> None:
    parts = tuple(map(Part, split("\n---\n".join(written))))
    facts = networks.account_settings(name).facts
    text = permitted(parts, Account("news", facts, links=Links.NEVER))
    shown = [part.text for part in text.parts]
    left = [part.encode()[span.start : span.end] for part in shown for span in facts.spans(part) if span.link]
    assert [] == [link for link in left if re.match(rb"[a-z]+://|xmpp:", link, re.IGNORECASE)]
    assert all(part == part.strip() and part for part in shown)
    assert parts == permitted(parts, Account("news", facts)).parts
