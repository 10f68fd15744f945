from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.errors import ArticleError
from bot.intake import Names, read_text
from bot.model import Article, Priority

FULL = """\
---
headline: "Bridge: open"
url: https://news.example.org/bridge
id: 4711
hashtags: [South Korea, Bridge, 2025]
summary: >
  It took nine years
  and three towns.
byline: Ann Other
lang: no
warning: heights
publish_at: 2026-03-01 08:30
expires_at: 2026-03-02T08:30:00+01:00
priority: Breaking
section: World news
accounts: bluesky, sport
template: short
text:
  bluesky: |
    It is open.
    ---
    Really.
  outbox: yes
---

First paragraph.
"""

DATES = "Write it like 2026-03-01 08:30, or with a zone like 2026-03-01T08:30+01:00."
COMMENTS = "Put the whole value in quotes; a comment has a blank after its #."
YAML = "Write `key: text`, and a text with a colon, a # or a quotation mark in quotes."
OWN_WORDS = "Write `bluesky: own words` on lines below it, each a little to the right."
ADDRESSES = "Write it in full, such as https://news.example.org/story."


def markdown(text: str, names: Names, zone: str = "UTC") -> Article:
    return read_text(text, where="story.md", names=names, timezone=ZoneInfo(zone))


def front(lines: str, names: Names) -> Article:
    return markdown(f"---\n{lines}\n---\nIt is open. Come.", names)


def test_every_key_of_the_front_matter_is_taken_as_it_was_written(names: Names) -> None:
    """`no`, `yes` and numbers stay the words that they are, whatever YAML makes of them."""
    article = markdown(FULL, names)
    assert ("url:https://news.example.org/bridge", "id:4711") == article.identities[:2]
    assert (
        Article(
            identities=article.identities,
            headline="Bridge: open",
            url="https://news.example.org/bridge",
            summary="It took nine years and three towns.",
            body=("First paragraph.",),
            hashtags=("SouthKorea", "Bridge"),
            byline="Ann Other",
            lang="no",
            warning="heights",
            publish_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
            expires_at=datetime(2026, 3, 2, 7, 30, tzinfo=UTC),
            priority=Priority.BREAKING,
            section="World news",
            accounts=("bluesky", "sport"),
            template="short",
            text={"bluesky": "It is open.\n---\nReally.", "outbox": "yes"},
        )
        == article
    )


def test_the_fields_are_plain_texts(names: Names) -> None:
    """What remembers its line stays in this room; databases take no kind of str but str."""
    article = markdown(FULL, names)
    texts = [
        article.headline,
        article.url,
        article.lang,
        article.template,
        article.section,
        *article.accounts,
        *article.text,
    ]
    assert {str} == {type(text) for text in (*texts, *article.text.values(), *article.hashtags)}


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        (datetime(2026, 7, 1, 6, 30, tzinfo=UTC), "2026-07-01 08:30"),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), "2027-01-01"),
        (datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "2026-07-01T08:30Z"),
        (datetime(2026, 7, 1, 13, 30, tzinfo=UTC), "'2026-07-01T08:30-05:00'"),
    ],
)
def test_a_time_without_a_zone_is_in_the_zone_of_the_settings(expected: datetime, written: str, names: Names) -> None:
    text = f"---\npublish_at: {written}\n---\nIt is open."
    assert expected == markdown(text, names, "Europe/Berlin").publish_at


def test_without_front_matter_the_leading_heading_is_the_headline(names: Names) -> None:
    article = markdown("# Bridge *open*\n\nCome.\n\n#Bridge #Wend", names)
    assert ("Bridge open", ("Come.",), ("Bridge", "Wend")) == (article.headline, article.body, article.hashtags)


def test_a_headline_of_the_front_matter_goes_before_the_heading(names: Names) -> None:
    same, other = (f"---\nheadline: Open\n---\n# {heading}\n\nCome." for heading in ("Open", "Wide open"))
    assert ("Open", ("Come.",)) == (markdown(same, names).headline, markdown(same, names).body)
    assert ("Open", ("Wide open", "Come.")) == (markdown(other, names).headline, markdown(other, names).body)


def test_a_missing_headline_is_taken_from_the_body_else_from_the_summary(names: Names) -> None:
    assert "It is open" == front("lang: en", names).headline
    assert "It is shut" == markdown("---\nsummary: It is shut. Alas.\n---\n", names).headline


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        (["A link and code stay."], "A [link](https://e.org 'x') and `code` *stay*."),
        (["Soft break, hard\nbreak."], "Soft\nbreak, hard  \nbreak."),
        (["Bold text & more"], "<b>Bold</b> text &amp; more"),
        (["Last."], "<div>\n<p>gone</p>\n</div>\n\nLast."),
        (["Part", "Text."], "## Part\n\nText."),
        (["• one", "• two", "3. three"], "- one\n- two\n\n3. three"),
        (["Said.", "  if x:\n    y"], "> Said.\n\n```python\n  if x:\n    y\n```"),
        (["One", "Two"], "One\n\n---\n\nTwo"),
    ],
)
def test_the_body_becomes_plain_paragraphs(expected: list[str], written: str, names: Names) -> None:
    assert expected == list(markdown(f"---\nheadline: H\n---\n{written}", names).body)


@pytest.mark.parametrize(
    "written",
    [
        "[South Korea, Wend]",
        "South Korea, Wend",
        "'#SouthKorea#Wend'",
        "SouthKorea Wend",
        "\n  - '#SouthKorea'\n  - Wend",
    ],
)
def test_hashtags_are_a_list_or_a_line(written: str, names: Names) -> None:
    assert ("SouthKorea", "Wend") == front(f"hashtags: {written}", names).hashtags


def test_hashtags_of_the_front_matter_and_of_the_body_are_joined(names: Names) -> None:
    text = "---\nhashtags: '#One#two'\n---\nIt is open.\n\n#Two #three"
    assert ("One", "two", "three") == markdown(text, names).hashtags


def test_keys_left_empty_say_nothing(names: Names) -> None:
    article = front("url:\nsummary: ~\naccounts: []\ntext: {}\nlang: null  # to be seen", names)
    assert (None, "", (), {}, None) == (article.url, article.summary, article.accounts, article.text, article.lang)


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("story.md:3: unknown key 'hedline'. Did you mean 'headline'?", "lang: en\nhedline: Open"),
        ("story.md:2: unknown key 'title'. Did you mean 'headline'?", "title: Open"),
        ("story.md:2: unknown key 'Tags'. Did you mean 'hashtags'?", "Tags: a"),
        ("story.md:3: 'url' stands here again. Keep one of the two.", "url: https://a.org\nurl: https://b.org"),
        (
            f"story.md:2: publish_at '2026-02-30 08:30' is no date. {DATES}",
            "publish_at: 2026-02-30 08:30",
        ),
        (
            f"story.md:3: expires_at 'tomorrow' is no date. {DATES}",
            "lang: en\nexpires_at: tomorrow",
        ),
        (
            f"story.md:2: publish_at '0001-01-01T00:00+05:00' is no date. {DATES}",
            "publish_at: 0001-01-01T00:00+05:00",
        ),
        ("story.md:4: unknown account 'blusky'. Did you mean 'bluesky'?", "accounts:\n  - sport\n  - blusky"),
        ("story.md:2: unknown account 'X'. There are: bluesky, sport.", "accounts: X"),
        ("story.md:2: unknown account 'outbox'. There are: bluesky, sport.", "accounts: outbox"),
        ("story.md:3: unknown account or network 'otbox'. Did you mean 'outbox'?", "text:\n  otbox: words"),
        (
            f"story.md:2: text takes own words for each account or network. {OWN_WORDS}",
            "text: words",
        ),
        (
            f"story.md:2: url 'news.example.org/a' is no web address. {ADDRESSES}",
            "url: news.example.org/a",
        ),
        ("story.md:2: lang 'en_GB' is no language. Write its code, such as en, de or pt-BR.", "lang: en_GB"),
        ("story.md:2: priority 'braking' is none. Did you mean 'breaking'?", "priority: braking"),
        ("story.md:2: priority '9' is none. There are: breaking, evergreen, normal.", "priority: 9"),
        ("story.md:2: priority takes one text. Write `priority: text` on one line.", "priority: [breaking]"),
        ("story.md:2: section takes one text. Write `section: text` on one line.", "section: [sport, culture]"),
        (
            "story.md:2: section has 101 characters. Write one or two words, such as sport.",
            f"section: {'a' * 101}",
        ),
        ("story.md:2: headline takes one text. Write `headline: text` on one line.", "headline: [a, b]"),
        ("story.md:2: hashtags takes a list. Write `hashtags: [one, another]`.", "hashtags:\n  a: b"),
        (
            "story.md:3: a list or mapping stands where a text belongs. Write one text there.",
            "hashtags:\n  - [a, b]",
        ),
        (
            f"story.md:2: YAML takes '#news' and what follows for a comment. {COMMENTS}",
            "hashtags: #news #world",
        ),
        (
            f"story.md:2: YAML takes '#1' and what follows for a comment. {COMMENTS}",
            "headline: We are #1 now",
        ),
        (
            f"story.md:3: the front matter is no YAML: mapping values are not allowed here. {YAML}",
            "lang: en\nheadline: Bridge: open",
        ),
        (
            f"story.md:2: the front matter is no YAML: it has no keys. {YAML}",
            "just words",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_what_and_what_to_do(message: str, lines: str, names: Names) -> None:
    with pytest.raises(ArticleError) as raised:
        front(lines, names)
    assert message == str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.org/x",
        "https://",
        "https:///path",
        "https://[::1/x",
        "https://a.org:port/",
        "https://a.org/a b",
        "mailto:a",
    ],
)
def test_an_address_has_to_be_one_of_the_web(url: str, names: Names) -> None:
    with pytest.raises(ArticleError, match=r"^story.md:2: url .* is no web address"):
        front(f"url: '{url}'", names)


@pytest.mark.parametrize("lead", ["", "\n\n", "\n"])
def test_lines_are_counted_from_the_top_of_the_file(lead: str, names: Names) -> None:
    """Also where blank lines stand above or within the front matter."""
    with pytest.raises(ArticleError) as raised:
        markdown(f"{lead}---\n\n\nhedline: Open\n---\n", names)
    assert f"story.md:{len(lead) + 4}" == raised.value.where


@pytest.mark.parametrize("text", ["---\nheadline: Open\n", "---\nheadline: Open\n\nBody.\n--\n", "---\n"])
def test_front_matter_has_to_end(text: str, names: Names) -> None:
    with pytest.raises(ArticleError) as raised:
        markdown(text, names)
    assert "story.md:1: the front matter has no end. End it with a line of ---." == str(raised.value)


@pytest.mark.parametrize(
    "matter",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nheadline: *c",
        "headline: " + "[" * 5_000,
        'headline: "\\UFFFFFFFF"',
        "headline: !!python/object/apply:os.system [ls]",
        "%YAML 9.9\nheadline: x",
        "<<: {headline: x}",
        "headline: *nowhere",
        "headline: a\n...\nheadline: b",
        "x: " + "y" * (1 << 16),
    ],
)
def test_yaml_that_means_harm_is_refused(matter: str, names: Names) -> None:
    with pytest.raises(ArticleError, match=r"^story\.md(:\d+)?: "):
        front(matter, names)


def test_halves_of_characters_and_controls_do_not_come_in_through_escapes(names: Names) -> None:
    assert "🌉 open \ufffd" == front(r'headline: "\ud83c\udf09 o\0pen\e \ud83c"', names).headline


def test_only_hashtags_are_no_article_in_markdown_either(names: Names) -> None:
    for text in ("---\nhashtags: [a]\n---\n", "---\nlang: en\n---\n#a #b"):
        with pytest.raises(ArticleError, match=r"^story.md: has nothing but hashtags\."):
            markdown(text, names)


@pytest.mark.parametrize("piece", ["[", "*a ", "![", "[a](", ">", "- ", "`a ``", "<", "\\", "&", "**_x"])
def test_monstrous_markdown_is_read_in_little_time(piece: str, names: Names) -> None:
    assert "Headline" == markdown("# Headline\n\n" + piece * (30_000 // len(piece)), names).headline
