"""Parameters for an address: read once, refused where they are none, and added without touching anything else of it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import bluesky, mastodon, x
from bot.text.addresses import campaign, filled, tagged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{section}=1", "{section} stands for nothing: there are {network} and {account}"),
        ("utm_source={network", "has a brace without its other one"),
        ("utm_source", "'utm_source' is no parameter: write them as name=value, with & between"),
        ("=x", "'=x' is no parameter"),
        ("a=1&", "'' is no parameter"),
        ("?a=1", "'?a=1' is no parameter: its name has a character that no name of one has"),
        ("a=1&b=2&a=3", "names 'a' twice"),
    ],
)
def test_what_is_no_campaign_is_refused_in_a_line(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        campaign(text)


def test_a_campaign_names_its_account_and_is_escaped_once() -> None:
    text = campaign(" utm_source={network}&utm_campaign=spring {account}/ä%20%zz&e= ")
    assert "utm_source=x&utm_campaign=spring%20news%2F%C3%A4%20%25zz&e=" == filled(text, network="x", account="news")
    assert "" == filled(campaign(" "), network="x", account="news")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.org", "https://a.org?s=x&c=y"),
        ("https://a.org/?", "https://a.org/?s=x&c=y"),
        ("https://a.org/1?q=1&", "https://a.org/1?q=1&s=x&c=y"),
        ("https://a.org/1?q=1#top?c=9", "https://a.org/1?q=1&s=x&c=y#top?c=9"),
        ("https://a.org/1?c=mine", "https://a.org/1?c=mine&s=x"),
        ("https://a.org/1?s=1;%63=mine#", "https://a.org/1?s=1;%63=mine#"),
        ("HTTPS://bücher.example/ü?q=%C3%BC#/r", "HTTPS://bücher.example/ü?q=%C3%BC&s=x&c=y#/r"),
        ("mailto:me@a.org", "mailto:me@a.org"),
    ],
)
def test_an_address_gets_what_it_has_not(url: str, expected: str) -> None:
    assert expected == tagged(url, "s=x&c=y")


words = st.text(
    st.characters(codec="utf-8", exclude_characters="{}&=#?", exclude_categories=["C", "Z"]), min_size=1, max_size=8
)
pieces = st.text("aZ9-._~!$'()*+,;:@/%ü日?&=", max_size=20)


@given(path=pieces, fragment=st.one_of(st.none(), pieces), pairs=st.dictionaries(words, words, max_size=3))
def test_campaign_parameters_keep_all_else_of_an_address_byte_for_byte(
    path: str, fragment: str | None, pairs: dict[str, str]
) -> None:
    url = f"https://bücher.example/{path}" + ("" if fragment is None else f"#{fragment}")
    query = filled(campaign("&".join(map("=".join, pairs.items()))), network="x", account="news")
    found = tagged(url, query)
    before, hash_, after = url.partition("#")
    assert found.startswith(before)
    assert found.endswith(hash_ + after)
    assert url == found.replace(found[len(before) : len(found) - len(hash_ + after)], "", 1) or found == url
    assert found == tagged(found, query), "nothing is doubled"
    assert all(character.isascii() for character in found[len(before) : len(found) - len(hash_ + after)])


@given(value=words)
def test_what_is_added_is_a_part_of_the_link_on_every_network(value: str) -> None:
    url = tagged("https://news.example.org/story", filled(campaign(f"c={value}"), network="x", account="news"))
    text = f"Look {url} now"
    spans = (x.spans(text), mastodon.spans(text), bluesky.facets(text))
    assert [[url]] * 3 == [[span.link for span in found if span.link] for found in spans]
    assert "%" in value or value == unquote(url.partition("?c=")[2])
