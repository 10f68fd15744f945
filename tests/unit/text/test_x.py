"""X: what a post weighs, and where its links and hashtags stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Span
from bot.text import x

if TYPE_CHECKING:
    from collections.abc import Callable

# These are for other versions of the rules than the one in force; every other case of theirs holds for this one too.
OTHER_VERSIONS = {
    "Invalid Tweet: 141 characters": "version 1 allowed 140",
    "Invalid Tweet: 141 characters (due to newline)": "version 1 allowed 140",
    "Count a mix of single byte single word, and double word unicode characters": "version 2 counted an emoji's parts",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers": "version 2, the same",
}
VERSION_3 = {"WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"}

WEIGHTS_AND_LINKS = [
    ("x.com/$(#tag)", 30, ["x.com/"]),
    ("😀example.com", 25, ["example.com"]),
    ("😀" + "a" * 62 + ".com", 68, []),
    ("😀_foo.com", 10, []),
    ("@😀.example.com", 27, ["example.com"]),
    ("example.com日本.みんな/a/b/c/d", 29, ["example.com日本.みんな/a/b/c/d"]),
    ("example.com😀.みんな/", 33, ["example.com😀.みんな/"]),
    ("a.co9日a.co", 30, ["a.co"]),
    ("example.com日example.org/x", 48, ["example.com", "example.org/x"]),
    ("foo_bar.com", 11, []),
    ("b_c.com/(foo.com)", 17, []),
    ("foo.\u1c80рф", 8, []),
    ("https://ᲒᲔ.ᲒᲔ", 23, ["https://ᲒᲔ.ᲒᲔ"]),
    ("http://foo.vermögenſberater", 27, []),
    ("ſhop.com", 24, ["hop.com"]),
    ("http://example.com/ι", 23, ["http://example.com/ι"]),
    ("http://example.com/\u1c80", 23, ["http://example.com/\u1c80"]),
    ("http://foo.嘉里大酒店", 23, ["http://foo.嘉里大酒店"]),
    ("https://t.co/abc日本", 27, ["https://t.co/abc"]),
    ("https://t.co/" + "x" * 41, 54, []),
    ("https://t.co/abc/foo", 27, ["https://t.co/abc"]),
    ("t.co/abc/foo", 23, ["t.co/abc/foo"]),
    ("http://example.com/foo_(b(a)r)", 23, ["http://example.com/foo_(b(a)r)"]),
    ("http://example.com/@user/x", 23, ["http://example.com/@user/x"]),
    ("https://example.com/日本語", 29, ["https://example.com/"]),
    ("example.com:8080", 28, ["example.com"]),
    ("example.com:8080/a", 23, ["example.com:8080/a"]),
    ("example.com?q=1", 27, ["example.com"]),
    ("example.com/?q=é", 24, ["example.com/?q="]),
    ("xn--ü.com", 23, ["xn--ü.com"]),
    ('"example.com"', 25, ["example.com"]),
    ("a\x1cexample.com", 25, ["example.com"]),
    ("foo。bar.com", 28, ["bar.com"]),
    ("http://" + "a.b" * 1400 + ".com", 4211, []),
    ("user@example.com http://user:pw@example.com ftp://example.com localhost 127.0.0.1", 81, []),
    ("README.md, setup.py, end.Next", 73, ["README.md", "setup.py", "end.Next"]),
    ("\u202ahttp://foobar.پاکستان/\u202c", 27, ["http://foobar.پاکستان/"]),
    ("1️⃣ #⃣ *", 7, []),
    ("©®™️ ©️", 7, []),
    ("http://example.com/1⃣", 25, ["http://example.com/1"]),
    ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007fx.com", 25, ["x.com"]),
    ("👨‍👩‍👧‍👦🐦‍🔥🫠", 9, []),
    ("☺︎☺️☺", 8, []),
    ("Å cafe\u0301", 6, []),
    ("…•€→™ﬁ—“”", 15, []),
    ("a\r\nb", 4, []),
    ("\ufeffa", 3, []),
]


def cases(vectors: Callable[[str], Any], *groups: str) -> list[dict[str, Any]]:
    tests = vectors("twitter-text/validate.yml")["tests"]
    return [
        case
        for group in groups
        for case in tests[group]
        if group in VERSION_3 or case["description"] not in OTHER_VERSIONS
    ]


def test_weights_are_those_of_the_conformance_suite(vectors: Callable[[str], Any]) -> None:
    weighed = cases(vectors, "WeightedTweetsCounterTest", *sorted(VERSION_3))
    expected = {case["text"]: (case["expected"]["weightedLength"], case["expected"]["valid"]) for case in weighed}
    assert expected == {text: (x.weighted_length(text), x.valid(text)) for text in expected}


def test_texts_are_valid_as_in_the_conformance_suite(vectors: Callable[[str], Any]) -> None:
    expected = {case["text"]: case["expected"] for case in cases(vectors, "tweets")}
    assert expected == {text: x.valid(text) for text in expected}


def test_hashtags_are_valid_as_in_the_conformance_suite(vectors: Callable[[str], Any]) -> None:
    expected = {case["text"]: case["expected"] for case in cases(vectors, "hashtags")}
    assert expected == {text: [text[1:]] == tags(text) for text in expected}


def test_hosts_without_a_scheme_are_links_as_in_the_conformance_suite(vectors: Callable[[str], Any]) -> None:
    # Its group "urls" is about a validator of whole URLs, which accepts what no text is searched for, such as IP addresses.
    expected = {case["text"]: [case["text"]] for case in cases(vectors, "urls_without_protocol")}
    assert expected == {text: links(text) for text in expected}


def test_every_top_level_domain_of_the_conformance_suite_makes_a_link(vectors: Callable[[str], Any]) -> None:
    tests = vectors("twitter-text/tlds.yml")["tests"]
    expected = {case["text"]: case["expected"] for group in tests.values() for case in group}
    assert expected == {text: links(text) for text in expected}


def test_the_rules_are_those_of_version_3(vectors: Callable[[str], Any]) -> None:
    rules = vectors("twitter-text/v3.json")
    border = {code: 1 for band in rules["ranges"] for code in (band["start"], band["end"])}
    border |= {code: 2 for band in rules["ranges"] for code in (band["start"] - 1, band["end"] + 1) if code > 0}
    assert rules["maxWeightedTweetLength"] == x.MAXIMUM
    assert rules["transformedURLLength"] == x.weighted_length("https://example.com/a/long/path/to/somewhere")
    assert border == {code: x.weighted_length(chr(code)) for code in border}


@pytest.mark.parametrize(("text", "weight", "found"), WEIGHTS_AND_LINKS, ids=ascii)
def test_traps_weigh_and_link_as_in_twitter_text(text: str, weight: int, found: list[str]) -> None:
    """Each expected value is the answer of npm twitter-text 3.1.0."""
    assert (weight, found) == (x.weighted_length(text), links(text))


@pytest.mark.parametrize("character", "\ufeff\ufffe\uffff")
def test_a_text_with_a_character_that_is_none_is_invalid(character: str) -> None:
    assert not x.valid(f"a{character}b")


def test_spans_are_bytes_and_name_the_link_and_the_tag() -> None:
    text = "“É” #日本 example.com/ü"
    assert [Span(9, 16, tag="日本"), Span(17, 31, link="https://example.com/ü")] == x.spans(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#C++", ["C"]),
        ("(#tag)", ["tag"]),
        ("#foo,#bar", ["foo", "bar"]),
        ("#foo#bar", []),
        ("#a-b", ["a"]),
        ("&#39; #1 #tag://x #️⃣", []),
        ("https://example.com/#tag", []),
        ("#fooéx.com", ["fooéx"]),
    ],
)
def test_hashtags_are_read_as_x_reads_them(text: str, expected: list[str]) -> None:
    assert expected == tags(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#a #b ＃c", ["a", "b", "c"]),
        ("#a https://example.com/#b example.com/x#c #d", ["a", "d"]),
        ("no sign", []),
        ("#1", []),
    ],
)
def test_hashtags_are_counted_where_they_are_no_part_of_a_link(text: str, expected: list[str]) -> None:
    assert expected == x.hashtags(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$TSLA $aapl", ["TSLA", "aapl"]),
        ("$BRK.B, $BRK_AB. ($X)", ["BRK.B", "BRK_AB"]),
        ("$ABCDEF $ABCDEFG $A1 $5 $", ["ABCDEF"]),
        ("$TSLA\u3000$F\n$GM\ufeff$C", ["TSLA", "F", "GM"]),
        ("A$B $TSLA’s $TSLA… $SAP" + chr(0x1F389), []),
        ("$BRK.ABC $BRK.", ["BRK", "BRK"]),
        ("no sign", []),
    ],
)
def test_cashtags_are_counted_as_x_reads_them(text: str, expected: list[str]) -> None:
    assert expected == x.cashtags(text)


@given(st.text())
def test_spans_of_any_text_are_slices_in_order_that_do_not_overlap(text: str) -> None:
    encoded, end = text.encode(), 0
    for span in x.spans(text):
        assert end <= span.start < span.end <= len(encoded)
        assert span.tag is None or encoded[span.start : span.end].decode()[1:] == span.tag
        end = span.end


@given(st.text(), st.text())
def test_a_paragraph_more_never_weighs_less(first: str, second: str) -> None:
    assert x.weighted_length(first) <= x.weighted_length(f"{first}\n\n{second}")


def links(text: str) -> list[str]:
    return [text[start:end] for start, end in x.urls(text)]


def tags(text: str) -> list[str | None]:
    return [span.tag for span in x.spans(text) if span.tag]
