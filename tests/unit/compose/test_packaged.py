"""The templates that come with the bot, on real input."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.compose.wire import network

from bot.compose import Composer, packaged_templates
from bot.model import Account, Article, Network, Related
from bot.networks.bluesky import BLUESKY
from bot.networks.outbox import OUTBOX
from bot.text.hashtags import NOISE

HEADLINE = "Lee visits Japan"
ARTICLE = Article(
    ("i",),
    HEADLINE,
    url="https://example.org/lee",
    body=("First paragraph.", "Second paragraph."),
    hashtags=("trending", "SouthKorea", "Japan"),
    related=(Related("Aerospace", "amid 2025 chall", cut=True),),
    warning="Politics",
)
FOOT = "https://example.org/lee\n\n#SouthKorea #Japan"


def text(article: Article, of: Network) -> str:
    composer = Composer([packaged_templates()], noise=NOISE)
    (part,) = composer.compose(article, Account(of.name, of)).parts
    return part.text


def test_every_packaged_template_can_be_read() -> None:
    assert [] == Composer([packaged_templates()], noise=NOISE).check()


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (BLUESKY, f"CW: Politics\n\n{HEADLINE}\n\n{FOOT}"),
        (OUTBOX, f"{HEADLINE}\n\nFirst paragraph.\n\n{FOOT}"),
        (network(name="any"), f"CW: Politics\n\n{HEADLINE}\n\nFirst paragraph.\n\n{FOOT}"),
    ],
    ids=["bluesky", "outbox", "any other"],
)
def test_each_network_speaks_in_its_own_way(of: Network, expected: str) -> None:
    assert expected == text(ARTICLE, of)


@pytest.mark.parametrize("of", [BLUESKY, OUTBOX, network(name="any")], ids=["bluesky", "outbox", "any other"])
def test_what_an_article_lacks_leaves_no_gap(of: Network) -> None:
    assert HEADLINE == text(Article(("i",), HEADLINE), of)


def test_on_bluesky_the_links_bytes_and_the_hashtags_bytes_are_marked() -> None:
    article = replace(ARTICLE, headline="日本へ", warning=None)
    (part,) = Composer([packaged_templates()], noise=NOISE).compose(article, Account("bluesky", BLUESKY)).parts
    marked = [part.text.encode()[span.start : span.end].decode() for span in part.spans]
    assert ["https://example.org/lee", "#SouthKorea", "#Japan"] == marked


def test_a_bluesky_post_keeps_both_limits() -> None:
    wide = "👩‍👩‍👧‍👦" * 200  # 200 graphemes are 5,000 bytes
    (part,) = (
        Composer([packaged_templates()], noise=NOISE)
        .compose(replace(ARTICLE, headline=wide), Account("bluesky", BLUESKY))
        .parts
    )
    assert all(limit.measure(part.text, "") <= limit.maximum for limit in BLUESKY.limits)
    assert "https://example.org/lee" in part.text
