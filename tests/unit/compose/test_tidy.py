"""What every text goes through before it leaves."""

from __future__ import annotations

import pytest

from bot.compose.tidy import as_data, split
from bot.model import Article, Related
from bot.text.visible import visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  \nb\t\n", ("a\nb",)),
        ("a\n\n\n \n\nb", ("a\n\nb",)),
        ("\n\n a\n", ("a",)),
        ("a\n---\nb", ("a", "b")),
        ("a\n---  \n---\n\n---\nb\n---", ("a", "b")),
        ("a --- b\n----\n-- -", ("a --- b\n----\n-- -",)),
        ("---", ()),
        (" \n ", ()),
        ("a\r\nb\u2028c", ("a\nb\nc",)),
    ],
)
def test_parts_are_separated_by_rules_and_come_out_tidy(text: str, expected: tuple[str, ...]) -> None:
    assert expected == split(text)


def test_control_characters_and_halves_of_characters_are_removed_and_joiners_kept() -> None:
    assert "ab👩‍🚀c" == visible("a\x00\x1b\x7fb\ufeff👩‍🚀\ud83dc\uffff")


def test_an_article_cannot_start_a_part_of_a_thread_by_itself() -> None:
    article = as_data(Article(("i",), "---", summary="a\n---\nb", body=("---", "c\r\n--- \r\nd")))
    assert ("", "a\n\nb", ("", "c\n\nd")) == (article.headline, article.summary, article.body)


def test_only_teasers_that_were_cut_lose_their_last_word() -> None:
    related = (Related("One", "killed 16, prote", cut=True), Related("Two", "It is whole"))
    assert ["killed 16…", "It is whole"] == [
        item.teaser for item in as_data(Article(("i",), "", related=related)).related
    ]
