"""Bluesky: how a text is measured, and which of its parts become facets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Span
from bot.text import bluesky

if TYPE_CHECKING:
    from collections.abc import Callable


def test_links_are_those_of_the_reference(vectors: Callable[[str], Any]) -> None:
    """A mention needs a look-up on the network, so its text stays plain here."""
    cases = vectors("bluesky/detection-vectors.json")["mentions_links"]
    expected = {
        case["text"]: [(text, *link) for text, *link in case["segments"] if link and not link[0].startswith("did:")]
        for case in cases
    }
    assert expected == {text: [(shown(text, span), span.link) for span in bluesky.facets(text)] for text in expected}


@pytest.mark.parametrize("group", ["tags", "cashtags"])
def test_hashtags_and_cashtags_are_those_of_the_reference(vectors: Callable[[str], Any], group: str) -> None:
    cases = vectors("bluesky/detection-vectors.json")[group]
    expected = {
        case["text"]: [
            Span(place["byteStart"], place["byteEnd"], tag=tag)
            for tag, place in zip(case["tags"], case["indices"], strict=True)
        ]
        for case in cases
    }
    assert expected == {text: bluesky.facets(text) for text in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#foo(https://x.com", [Span(5, 18, link="https://x.com")]),
        ("#a($AB)", [Span(0, 6, tag="a($AB")]),
        ("http://x.com/($AB)", [Span(0, 18, link="http://x.com/($AB)")]),
    ],
)
def test_of_facets_that_overlap_a_link_stays_before_a_hashtag_before_a_cashtag(text: str, expected: list[Span]) -> None:
    assert expected == bluesky.facets(text)


@pytest.mark.parametrize("text", ["httpbin.org", "https:///path", "https://)", "HTTP://example.com", "example.COM"])
def test_what_is_no_link_to_the_network_is_none(text: str) -> None:
    assert not bluesky.facets(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a\r\nb\n\r", 5),
        ("cafe\u0301", 4),
        ("👨‍👩‍👧‍👦🇩🇪🇰🇷🏳️‍⚧️1️⃣", 5),
        ("각\u1100\u1161\u11a8", 2),
        ("क्षि", 1),
        ("\u094dन", 2),  # the \X of regex says 1: it joins a consonant to a virama that follows none
        ("é\u094dकa", 3),
        ("“a” 日本", 6),
    ],
)
def test_graphemes_are_counted_as_by_the_reference(text: str, expected: int) -> None:
    assert expected == bluesky.graphemes(text)


def test_size_is_in_bytes() -> None:
    assert bluesky.size("é日😀") == 9


@given(
    st.text()
    | st.lists(st.sampled_from(["#", "a", "é", " ", "$AB", "(", ")", "https://x.com", "😀", "."])).map("".join)
)
def test_facets_of_any_text_are_slices_in_order_that_do_not_overlap(text: str) -> None:
    encoded, end = text.encode(), 0
    for span in bluesky.facets(text):
        assert end <= span.start < span.end <= len(encoded)
        here = shown(text, span)
        assert span.link in {here, f"https://{here}"} if span.link else span.tag in {here[1:], here.upper()}
        end = span.end


@given(st.text(), st.text())
def test_graphemes_add_up_across_a_line_end(first: str, second: str) -> None:
    assert bluesky.graphemes(f"{first} ") + bluesky.graphemes(f"\n{second}") == bluesky.graphemes(f"{first} \n{second}")


def shown(text: str, span: Span) -> str:
    return text.encode()[span.start : span.end].decode()
