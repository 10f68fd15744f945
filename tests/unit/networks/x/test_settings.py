"""What an operator may say of an account on X, and what he is told when it is wrong."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.model import Prices
from bot.networks.x import X, XAccount

KEYS = {"consumer_key": "abc", "consumer_secret": "def", "access_token": "12-ghi", "access_token_secret": "jkl"}


def account(**changes: object) -> XAccount:
    return XAccount.model_validate(KEYS | changes)


def test_four_keys_are_enough() -> None:
    given = account()
    assert ("https://api.twitter.com", 280, 2) == (given.base_url, given.max_length, given.hashtags)
    assert Prices(Decimal("0.015"), Decimal("0.200")) == given.account("x", Path()).prices
    assert {"profile": "https://x.com/i/user/12"} == given.whereabouts(Path())
    assert {} == account(access_token="ghi").whereabouts(Path())


def test_x_takes_four_stills_or_one_thing_that_moves_beside_a_text() -> None:
    media = account().account("x", Path()).network.media
    assert media
    assert (4, 1_000, {"image/gif", "video/mp4"}) == (media.most, media.alt, set(media.moving))
    sizes = {"image/jpeg": 5_000_000, "image/png": 5_000_000, "image/webp": 5_000_000, "image/gif": 15_000_000}
    assert sizes | {"video/mp4": 40_000_000} == media.formats
    assert (None, False) == (X.thumbnail, X.edits)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ["", "two words", "naïve"])
def test_a_key_that_is_none_is_told_by_its_name_and_not_by_its_value(key: str, value: str) -> None:
    with pytest.raises(ValidationError, match=key) as caught:
        account(**{key: value})
    assert "naïve" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 25_001])
def test_a_length_that_no_account_has_is_refused(length: int) -> None:
    with pytest.raises(ValidationError, match="max_length"):
        account(max_length=length)


def test_a_premium_account_has_its_own_length_and_deadline(tmp_path: Path) -> None:
    network = account(max_length=4_000, timeout=7).network_at("x", tmp_path)
    assert ("weighted characters", 4_000) == (network.limits[0].unit, network.limits[0].maximum)
    assert "bytes" not in [limit.unit for limit in network.limits]
    assert 7 == network.deadline


LIMITS = {"weighted characters": 280, "links": 10, "hashtags": 50, "cashtags": 1, "bytes": 5_708}


@pytest.mark.parametrize("length", [100, 280])
def test_x_limits_more_than_the_length(tmp_path: Path, length: int) -> None:
    own = account(max_length=length).network_at("x", tmp_path).limits
    assert LIMITS == {limit.unit: limit.maximum for limit in X.limits}
    assert LIMITS | {"weighted characters": length} == {limit.unit: limit.maximum for limit in own}
    text = "a https://example.org/é b.com #a #b?#c $TSLA, $AAPL."
    measured = {limit.unit: limit.measure(text, "a $warning #counts http://nothing.com") for limit in own}
    assert {"weighted characters": 72, "links": 2, "hashtags": 3, "cashtags": 2, "bytes": 53} == measured


def test_an_uncertain_post_on_x_is_never_just_repeated() -> None:
    assert not X.repeatable
    assert X.threads


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/news/status/1861043210987654321",
        "https://twitter.com/news/status/1861043210987654321",
        "https://www.x.com/News_24/status/1861043210987654321/photo/1",
        "http://mobile.twitter.com/news/status/1861043210987654321?s=20&t=abc",
        "https://X.com/i/status/1861043210987654321#top",
        " https://x.com/i/web/status/1861043210987654321/ ",
    ],
)
def test_a_post_is_known_by_the_address_that_a_person_copied(url: str) -> None:
    assert "1861043210987654321" == account().post_at(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/news",
        "https://x.com/news/status/",
        "https://x.com/news/status/12a",
        "https://x.com/news/status/١٢",
        "https://x.com/news/status/12345678901234567890",
        "https://x.com.example.org/news/status/1",
        "https://example.org/x.com/news/status/1",
        "https://bsky.app/profile/news/post/1",
    ],
)
def test_another_address_is_refused_with_one_that_would_be_right(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://x\.com/news/status/"):
        account().post_at(url)


def test_the_facts_cost_no_sdk() -> None:
    code = "import sys, bot.networks.x; print({'tweepy', 'requests', 'httpcore', 'oauthlib'} & {*sys.modules})"
    assert "set()\n" == subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
