"""Where a text may be cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.text.cuts import cut, sentence_ends, shortened, whole_words, word_ends

FAMILY = "👨‍👩‍👧‍👦"


def cuts(text: str) -> list[str]:
    return [cut(text, end) for end in word_ends(text)]


def sentences(text: str) -> list[str]:
    ends = [0, *sentence_ends(text)]
    return [text[start:end].strip() for start, end in pairwise(ends)]


def test_words_are_never_halved_and_lose_their_punctuation_before_the_ellipsis() -> None:
    assert ["Lee…", "Lee visits…", "Lee visits Nara-City…", "Lee visits Nara-City, Japan…"] == cuts(
        "Lee visits Nara-City, Japan"
    )


def test_a_script_without_spaces_is_cut_at_any_grapheme() -> None:
    assert ["日…", "日本…", "日本を…", "日本を「訪…", "日本を「訪問…"] == cuts("日本を「訪問")


def test_marks_stay_with_the_letters_that_they_belong_to() -> None:
    assert ["ที่…", "ที่นี่…"] == cuts("ที่นี่")


def test_a_single_long_word_is_cut_at_graphemes() -> None:
    assert ["a…", f"a{FAMILY}…", f"a{FAMILY}e\u0301…"] == cuts(f"a{FAMILY}e\u0301")


@pytest.mark.parametrize("whole", ["#日本サミット", "https://example.com/日本", "@日本.example", "(#日本)"])
def test_hashtags_links_and_mentions_are_whole_or_not_there(whole: str) -> None:
    assert 1 == len(word_ends(whole))


def test_an_ellipsis_does_not_become_part_of_a_link() -> None:
    assert "https://example.com/a …" == cut("https://example.com/a b", 21)


def test_nothing_is_left_of_punctuation_alone() -> None:
    assert "" == cut("« … »", 1)


@given(st.text())
def test_no_cut_halves_a_grapheme(text: str) -> None:
    boundaries = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    assert set() == set(word_ends(text)) - boundaries


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Lee met the U.S. President. It went well.", ["Mr. Lee met the U.S. President.", "It went well."]),
        ("He said “no.” Then he left.", ["He said “no.”", "Then he left."]),
        ("It cost 3.5 million, i.e. a lot", ["It cost 3.5 million, i.e. a lot"]),
        ("一つ。二つ！「三つ。」四つ", ["一つ。", "二つ！", "「三つ。」", "四つ"]),
        ("क्या हुआ। कुछ नहीं।", ["क्या हुआ।", "कुछ नहीं।"]),
        ("", []),
        ("  ", []),
    ],
)
def test_sentences_end_where_readers_see_an_end(text: str, expected: list[str]) -> None:
    assert expected == sentences(text)


@pytest.mark.parametrize(
    ("teaser", "expected"),
    [
        ("recovery amid 2025 chall", "recovery amid 2025…"),
        ("that killed 16, prote", "that killed 16…"),
        ("an Ontario ad quoting Reagan,", "an Ontario ad quoting Reagan…"),
        ("causes diplomatic", "causes…"),
        ("日本を訪", "日本を…"),
        ("half", ""),
        ("", ""),
    ],
)
def test_a_teaser_that_was_cut_goes_back_to_its_last_whole_word(teaser: str, expected: str) -> None:
    assert expected == whole_words(teaser)


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (40, "One is short. Two is a little longer."),
        (36, "One is short. Two is a little…"),
        (25, "One is short."),
        (12, "One is…"),
        (2, ""),
    ],
)
def test_what_is_too_long_ends_at_a_sentence_or_else_at_a_word(most: int, expected: str) -> None:
    assert expected == shortened("One is short. Two is a little longer.", most)


@given(st.text(), st.integers(2, 60))
def test_what_is_shortened_is_never_longer_than_it_may_be(text: str, most: int) -> None:
    assert len(shortened(text, most)) <= most
