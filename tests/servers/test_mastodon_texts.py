"""How the strict Mastodon reads a text: its length, its links and hashtags, its HTML."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from servers.mastodon.text import as_gotosocial_counts, as_mastodon_counts, links, rendered, tags

VECTORS = Path(os.environ.get("BOT_TEST_VECTORS") or Path(__file__).parents[3] / "shared" / "vectors")


@pytest.fixture(scope="module")
def cases() -> Any:
    """The cases that Mastodon holds itself to."""
    file = VECTORS / "mastodon" / "vectors.yml"
    if not file.is_file():
        pytest.skip(f"needs {file}: set BOT_TEST_VECTORS to the folder of vectors")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def spelled(expression: str) -> str:
    """The text of a case: strings joined by + and repeated by *."""
    terms = [term.partition("*") for term in expression.split("+")]
    return "".join(ast.literal_eval(text) * int(times or 1) for text, _, times in terms)


def test_lengths_are_over_the_limit_as_in_mastodons_own_tests(cases: Any) -> None:
    expected = {case["id"]: case["over"] for case in cases["length"]}
    counted = {
        case["id"]: as_mastodon_counts(spelled(case["text"]), spelled(case["spoiler"]), 23) for case in cases["length"]
    }
    assert expected == {name: length > 500 for name, length in counted.items()}


def test_links_are_those_of_mastodons_own_tests(cases: Any) -> None:
    web = [case for case in cases["urls"] if not case["text"].startswith(("xmpp:", "please join xmpp:"))]
    assert [[case["href"]] if case["href"] else [] for case in web] == [links(case["text"]) for case in web]


@pytest.mark.parametrize("group", ["hashtags", "since_4_6"])
def test_hashtags_are_those_of_mastodons_own_tests(cases: Any, group: str) -> None:
    expected = {case["text"]: [case["expected"]] if case["expected"] else [] for case in cases[group]}
    assert expected == {text: tags(text) for text in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/日本語?q=✓", 23),
        ("see https://example.com/a.", 28),
        ("example.com", 11),
        ("ahttps://a.de", 13),
        ("日https://a.de", 24),
        ("https://nothing.invalidtld/a", 28),
        ("@alice@example.com hi", 9),
        ("mail alice@example.com", 22),
        ("https://example.com/@alice@example.org", 23),
        ("👨‍👩‍👧‍👦a\r\nb", 4),
        ("e\u0301", 1),
    ],
)
def test_length_is_in_graphemes_with_links_and_mentions_shortened(text: str, expected: int) -> None:
    assert expected == as_mastodon_counts(text, "", 23)
    assert expected + 3 == as_mastodon_counts(text, "abc", 23)
    assert len(text) + 3 == as_gotosocial_counts(text, "abc", 23)


def test_a_text_becomes_paragraphs_and_lines() -> None:
    assert "<p>one<br />two</p><p>three</p>" == rendered("one\r\ntwo\n\n\nthree", "a.example")
    assert "<p>&lt;b&gt; &amp; &quot;it&#39;s&quot;</p>" == rendered('<b> & "it\'s"', "a.example")
    assert "" == rendered("", "a.example")


def test_of_a_link_the_middle_is_shown() -> None:
    url = f"https://www.example.org/{'a' * 20}?b=1&c=2"
    assert (
        '<p><a href="https://www.example.org/aaaaaaaaaaaaaaaaaaaa?b=1&amp;c=2" target="_blank" rel="nofollow noopener"'
        ' translate="no"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">example.org/aaaaaaaaaaaaaaaaaa</span>'
        '<span class="invisible">aa?b=1&amp;c=2</span></a></p>'
    ) == rendered(url, "a.example")


def test_a_hashtag_becomes_a_link() -> None:
    tag = '<a href="https://a.example/tags/News" class="mention hashtag" rel="tag">#<span>News</span></a>'
    assert f"<p>{tag} (#no)</p>" == rendered("#News (#no)", "a.example")
