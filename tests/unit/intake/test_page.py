from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.errors import ArticleError
from bot.intake import Names, read_text
from bot.model import Article, Related

SHARED = Path(os.environ.get("BOT_TEST_VECTORS", Path(__file__).parents[4] / "shared" / "vectors")).parent
NEWS_PAGE = SHARED / "examples" / "news-page.txt"
HEADLINE = "South Korean President Lee Jae Myung is set to visit Japan for a summit with Prime Minister Sanae Takaichi"
TAGS = (
    "trending",
    "latest",
    "SouthKorea",
    "JapanSummit",
    "ChinaRelations",
    "AsianDiplomacy",
    "LeeJaeMyung",
    "GlobalPolitics",
    "EastAsia",
)

TEASER = "A teaser that the site cut when it had written a hundred characters of it, which is in the middle o"
FIRST = (
    "The old bridge over the Wend is open again after nine years of work by three towns, "
    "just one week after the new ferry had sunk. Many came."
)
PAGE = f"""\
Post by : Ann Other
{FIRST}
Nobody fell in.

#trending #latest#OldBridge #Wend
Ferry Sinks in Calm Water
{TEASER}
Ducks Take Over Landing Stage
They say that they will stay.
"""


def page(text: str, names: Names) -> Article:
    return read_text(text, where="-", names=names)


@pytest.mark.skipif(not NEWS_PAGE.exists(), reason="the shared news page is not here")
def test_the_news_page_is_read_as_it_stands(names: Names) -> None:
    text = NEWS_PAGE.read_text(encoding="utf-8")
    article, lines = page(text, names), text.splitlines()
    assert HEADLINE == article.headline
    assert "Saif" == article.byline
    assert tuple(lines[1:10]) == article.body
    assert TAGS == article.hashtags
    assert 6 == len(article.related)
    assert tuple(Related(*pair, cut=True) for pair in zip(lines[11::2], lines[12::2], strict=True)) == article.related


def test_a_page_without_headline_takes_one_and_keeps_every_paragraph(names: Names) -> None:
    article = page(PAGE, names)
    assert "The old bridge over the Wend is open again after nine years of work by three towns" == article.headline
    assert "Ann Other" == article.byline
    assert (FIRST, "Nobody fell in.") == article.body
    assert ("trending", "latest", "OldBridge", "Wend") == article.hashtags


def test_a_teaser_is_cut_if_it_ends_at_the_limit_and_not_with_a_sentence(names: Names) -> None:
    assert (
        Related("Ferry Sinks in Calm Water", TEASER, cut=True),
        Related("Ducks Take Over Landing Stage", "They say that they will stay."),
    ) == page(PAGE, names).related


@pytest.mark.parametrize(
    ("expected", "teaser"),
    [
        (Related("H", "One two", cut=True), "One two…"),
        (Related("H", "One two", cut=True), "One two..."),
        (Related("H", "x" * 98), "x" * 98),
        (Related("H", "x" * 99, cut=True), "x" * 99),
        (Related("H", "x" * 100, cut=True), "x" * 100),
        (Related("H", "x" * 99 + "."), "x" * 99 + "."),
        (Related("H", "x" * 98 + ".”"), "x" * 98 + ".”"),
        (Related("H", "x" * 101), "x" * 101),
        (Related("H", ""), ""),
    ],
)
def test_what_counts_as_cut(expected: Related, teaser: str, names: Names) -> None:
    assert (expected,) == page(f"Something happened.\n#a\nH\n{teaser}", names).related


@pytest.mark.parametrize(
    "byline", ["Post by : Saif", "post by: Saif", "Posted by:Saif", "POST BY  :  Saif", "By: Saif", "Written by : Saif"]
)
def test_a_byline_is_known_however_it_is_spelt(byline: str, names: Names) -> None:
    article = page(f"{byline}\nA thing happened. It was small.", names)
    assert ("Saif", "A thing happened") == (article.byline, article.headline)


@pytest.mark.parametrize(
    "text",
    [
        "Bridge Opens\nPost by : Saif\nIt is open.\n#Bridge",
        "Bridge Opens\nIt is open.\n#Bridge",
        "Post by : Saif\nBridge Opens\nIt is open.\n#Bridge",
        "\n\n  Bridge Opens  \n\n\n\tIt is open.\n\n#Bridge\n\n",
    ],
)
def test_a_line_of_its_own_is_the_headline(text: str, names: Names) -> None:
    article = page(text, names)
    assert ("Bridge Opens", ("It is open.",), ("Bridge",)) == (article.headline, article.body, article.hashtags)


def test_the_line_above_the_byline_is_the_headline_whatever_it_looks_like(names: Names) -> None:
    assert "It rained. A lot." == page("It rained. A lot.\nPost by : Saif\nIt did.", names).headline


@pytest.mark.parametrize("headline", ["Is It Open?", "Open at last!", "The mayor says “enough”"])
def test_a_headline_may_ask_or_shout(headline: str, names: Names) -> None:
    article = page(f"{headline}\nIt is open.", names)
    assert (headline, ("It is open.",)) == (article.headline, article.body)


@pytest.mark.parametrize(
    "line", ["The bridge is open.", "It was open. It is shut", "He said:", "x" * 151, "“It is open.”", "Come and see,"]
)
def test_a_paragraph_is_no_headline(line: str, names: Names) -> None:
    assert (line, "Second paragraph here.") == page(f"{line}\nSecond paragraph here.", names).body


def test_paragraphs_below_a_line_of_hashtags_are_not_taken_for_related_articles(names: Names) -> None:
    long = "This goes on and on. " * 10
    article = page(f"It is open.\n#Bridge\n{long}\nThe end.", names)
    assert ("It is open.", long.strip(), "The end.") == article.body
    assert () == article.related


def test_a_heading_sign_with_a_number_is_no_line_of_hashtags(names: Names) -> None:
    assert ("We are first.", "#1 in the world today.") == page("We are first.\n#1 in the world today.", names).body


@pytest.mark.parametrize("text", ["#only #hashtags", "#only\n\n#hashtags#here\n", "Post by : Saif\n#only"])
def test_only_hashtags_are_no_article(text: str, names: Names) -> None:
    with pytest.raises(ArticleError, match=r"^-: has nothing but hashtags\. Write"):
        page(text, names)


def test_only_a_byline_is_no_article(names: Names) -> None:
    with pytest.raises(ArticleError, match=r"^-: has no headline, and no text to take one from\. Write"):
        page("Post by : Saif", names)
