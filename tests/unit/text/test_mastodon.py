"""Mastodon: how long a post is, and where its links and hashtags stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Span
from bot.text import mastodon

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("group", ["hashtags", "since_4_6"])
def test_hashtags_are_those_of_the_servers_own_tests(vectors: Callable[[str], Any], group: str) -> None:
    cases = vectors("mastodon/vectors.yml")[group]
    expected = {case["text"]: [case["expected"]] if case["expected"] else [] for case in cases}
    assert expected == {text: tags(text) for text in expected}


def test_names_of_hashtags_are_valid_as_in_the_servers_own_tests(vectors: Callable[[str], Any]) -> None:
    expected = {case["name"]: case["valid"] for case in vectors("mastodon/vectors.yml")["hashtag_names"]}
    assert expected == {name: tags(f"#{name}") == [name] for name in expected}


def test_links_are_those_of_the_servers_own_tests(vectors: Callable[[str], Any]) -> None:
    expected = {
        case["text"]: [case["href"]] if case["href"] else [] for case in vectors("mastodon/vectors.yml")["urls"]
    }
    assert expected == {text: links(text) for text in expected}


def test_lengths_are_over_the_limit_as_in_the_servers_own_tests(vectors: Callable[[str], Any]) -> None:
    cases = vectors("mastodon/vectors.yml")["length"]
    assert {case["id"]: case["over"] for case in cases} == {
        case["id"]: mastodon.length(spelled(case["text"]), warning=spelled(case["spoiler"])) > mastodon.MAXIMUM
        for case in cases
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/日本語?q=✓", 23),
        ("example.com", 11),
        ("(https://a.de)", 25),
        ("ahttps://a.de", 13),
        ("@alice@example.com hi", 9),
        ("mail alice@example.com", 22),
        ("xmpp:a@b.com", 12),
        ("https://example.com/@alice@example.org", 23),
        ("foo.com/(https://a.de)", 22),
        ("👨‍👩‍👧‍👦a\r\nb", 4),
    ],
)
def test_length_shortens_links_and_mentions_and_counts_graphemes(text: str, expected: int) -> None:
    assert expected == mastodon.length(text)


def test_a_server_may_count_links_otherwise() -> None:
    assert mastodon.length("see https://example.com", url_length=30) == 34


def test_a_hashtag_ends_where_a_link_begins_without_a_gap() -> None:
    assert mastodon.spans("é #taghttps://x.com") == [Span(3, 7, tag="tag")]


def test_spans_are_bytes() -> None:
    expected = [Span(3, 20, link="https://ex.com/é"), Span(21, 25, tag="日")]
    assert expected == mastodon.spans("é https://ex.com/é #日")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#C++", ["C"]),
        ("(#tag)", []),
        ("#foo,#bar", ["foo"]),
        ("#foo#bar", ["foo"]),
        ("#a-b", ["a"]),
        ("#1_2", ["1_2"]),
    ],
)
def test_hashtags_are_read_as_mastodon_reads_them(text: str, expected: list[str]) -> None:
    assert expected == tags(text)


@given(st.text())
def test_spans_of_any_text_are_slices_in_order_that_do_not_overlap(text: str) -> None:
    encoded, end = text.encode(), 0
    for span in mastodon.spans(text):
        assert end <= span.start < span.end <= len(encoded)
        assert encoded[span.start : span.end].decode() in {span.link, f"#{span.tag}", f"＃{span.tag}"}
        end = span.end


def spelled(expression: str) -> str:
    """The text that a case spells as strings joined by + and repeated by *, each string one character or more."""
    total = ""
    for term in expression.split("+"):
        text, _, times = term.partition("*")
        total += ast.literal_eval(text) * int(times or 1)
    return total


def links(text: str) -> list[str | None]:
    return [span.link for span in mastodon.spans(text) if span.link]


def tags(text: str) -> list[str | None]:
    return [span.tag for span in mastodon.spans(text) if span.tag]
