"""The page: valid, accessible, and nothing in it that an article could have put there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from unit.networks.outbox.made import delivery, picture, pictured, post

from bot import showing
from bot.model import Attachment, Card
from bot.networks.outbox.entries import Entry
from bot.networks.outbox.media import place
from bot.networks.outbox.page import page

if TYPE_CHECKING:
    from bot.model import Post

EVIL = "<script>alert(1)</script> & \"quotes\" 'too' {{ 7 * 7 }} <!-- "
HARBOUR = picture("harbour.png", "Boats <at> the quay")
FOG = picture("fog.png", colour="grey")
FILM = Attachment("film.mp4", "Waves", "f" * 64, "video/mp4", 1_000, 320, 240)
UNSEEN = Attachment("https://example.org/unseen.jpg?a", "not looked at")
CARD = Card("https://www.example.org/1?a&b", "A <card>", "What it says", HARBOUR)
EVIL_CARD = Card("javascript:alert(1)", EVIL, EVIL, picture(EVIL, EVIL))
POSTS = {
    "nothing": [],
    "one": [post("Title\n\nText with https://example.org/?a=1&b=2 and #Tag.\nNext line", lang="en-GB")],
    "own words": [post("Other words", title="Title")],
    "thread": [post("Title\n\nfirst", "second\n\nparagraph", "third")],
    "warned": [post("Title\n\nfolded", warning="Flashing <lights>")],
    "warned thread": [post("a", "b", warning="Careful")],
    "evil": [post(f"{EVIL}\n\n{EVIL}", EVIL, title=EVIL, lang='"><b', warning=EVIL)],
    "pictures": [pictured(post("Title\n\ntext"), HARBOUR, FOG, FILM, UNSEEN)],
    "card": [pictured(post("Title\n\ntext", "second"), card=CARD)],
    "pictures and no words": [pictured(post("", title=""), FOG)],
    "evil pictures": [pictured(post("Title"), picture(EVIL, EVIL), UNSEEN, card=EVIL_CARD)],
    "without a title": [post("Just this", title="")],
    "many scripts": [post("日本へ\n\nمكتبة #مكتبة 👩‍🚀", title="日本へ", lang="ja"), post("ไทย", title="ไทย")],
}


def html(posts: list[Post]) -> str:
    return page("Coast news", [Entry.of(delivery(number, content)) for number, content in enumerate(posts)])


def tree(posts: list[Post]) -> Any:
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    return parser.parse(html(posts))


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("posts", POSTS.values(), ids=POSTS)
def test_the_page_is_valid_and_its_landmarks_and_headings_are_in_order(posts: list[Post]) -> None:
    document = tree(posts)
    assert "en" == document.getroot().get("lang")
    assert ["Coast news"] == [words(title) for title in document.xpath("//title | //h1")][:1]
    assert (1, 1, 1, 1) == tuple(len(document.xpath(f"//{name}")) for name in ("h1", "header", "main", "footer"))
    assert len(posts) == len(document.xpath("//main/article[.//h2][.//time/@datetime]"))
    assert all(words(heading) for heading in document.xpath("//h2"))
    anchors = document.xpath("//@id")
    assert len(anchors) == len(set(anchors))
    assert [] == [link for link in document.xpath("//a/@href[starts-with(., '#')]") if link[1:] not in anchors]


@pytest.mark.parametrize("posts", POSTS.values(), ids=POSTS)
def test_nothing_in_it_runs_or_is_fetched_but_the_media_beside_it(posts: list[Post]) -> None:
    document = tree(posts)
    assert [] == document.xpath("//script | //iframe | //link[@rel='stylesheet'] | //@*[starts-with(name(), 'on')]")
    assert [] == [source for source in document.xpath("//@src") if not re.fullmatch(r"media/[0-9a-f]{64}\.\w+", source)]
    assert [] == [link for link in document.xpath("//a/@href") if ":" in link and not link.startswith("https://")]
    assert [] == [part for part in ("url(", "@import", "javascript:") if part in html(posts)]


def test_an_articles_words_come_out_as_they_went_in() -> None:
    document = tree(POSTS["evil"])
    (article,) = document.xpath("//article")
    expected = EVIL.strip()
    assert [expected] == [words(heading) for heading in article.xpath(".//h2 | .//summary")][:1]
    assert [expected] * 2 == [words(paragraph) for paragraph in article.xpath(".//li/p")]
    assert '"><b' == article.get("lang")


def test_links_to_the_web_and_hashtags_are_marked_exactly() -> None:
    document = tree(POSTS["one"])
    assert [("https://example.org/?a=1&b=2", "https://example.org/?a=1&b=2")] == [
        (link.get("href"), words(link)) for link in document.xpath("//p/a[not(time)]")
    ]
    assert ["#Tag"] == [words(tag) for tag in document.xpath("//*[@class='tag']")]
    assert "Text with https://example.org/?a=1&b=2 and #Tag. Next line" == words(document.xpath("//article/p")[0])


def test_a_headline_that_begins_the_text_is_the_heading_and_not_repeated() -> None:
    document = tree(POSTS["one"])
    assert ["Title"] == [words(heading) for heading in document.xpath("//h2[not(@class)]")]
    assert 1 == words(document.xpath("//article")[0]).count("Title")


def test_own_words_keep_the_title_for_those_who_do_not_see_the_page() -> None:
    assert ["Title"] == [words(heading) for heading in tree(POSTS["own words"]).xpath("//h2[@class='unseen']")]


def test_a_thread_is_a_list_of_its_parts_in_order() -> None:
    parts = tree(POSTS["thread"]).xpath("//ol/li")
    assert [("key0-0", "first"), ("key0-1", "second paragraph"), ("key0-2", "third")] == [
        (part.get("id"), words(part)) for part in parts
    ]


def test_a_warned_post_is_folded_below_its_warning() -> None:
    (details,) = tree(POSTS["warned"]).xpath("//details[not(@open)]")
    assert ["Flashing <lights>", "Title", "folded"] == [words(element) for element in details]


def test_an_empty_outbox_says_so() -> None:
    assert "Nothing has been published yet." in html([])


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_pictures_and_films_stand_below_the_text_with_what_they_show() -> None:
    (article,) = tree(POSTS["pictures"]).xpath("//article")
    assert [(place(HARBOUR), HARBOUR.alt, "64", "48"), (place(FOG), "", "64", "48")] == [
        tuple(each.get(name) for name in ("src", "alt", "width", "height")) for each in article.xpath(".//img")
    ]
    assert [(place(FILM), "Waves")] == [(each.get("src"), each.get("aria-label")) for each in article.xpath(".//video")]
    assert ["Boats <at> the quay", "Waves", "not looked at"] == [words(each) for each in article.xpath(".//details/p")]
    assert ["unseen.jpg"] == [words(each) for each in article.xpath(".//div[@class='elsewhere']")]


def test_a_card_is_one_link_with_its_site_its_words_and_its_picture() -> None:
    (card,) = tree(POSTS["card"]).xpath("//li[@id='key0-0']/a[@class='card']")
    assert (CARD.url, [place(HARBOUR)], [""]) == (
        card.get("href"),
        card.xpath(".//img/@src"),
        card.xpath(".//img/@alt"),
    )
    assert "example.org A <card> What it says" == words(card)


def test_what_is_no_address_of_the_web_is_no_link() -> None:
    (article,) = tree(POSTS["evil pictures"]).xpath("//article")
    assert [EVIL.strip()] == [words(each) for each in article.xpath(".//div[@class='card']//b")]
    assert EVIL == article.xpath(".//figure/img/@alt")[0]


def test_a_change_is_told_with_its_moment() -> None:
    entry = Entry.of(delivery(0, POSTS["one"][0]))
    changed = page("Coast news", [replace(entry, updated=entry.published + timedelta(hours=3))])
    assert "· changed <time" in changed
    assert "23 November 2026, 15:00 UTC" in changed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_text_stands_out_by_wcag_aa(scheme: str) -> None:
    css = (Path(showing.__file__).parent / "page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    colours = light if scheme == "light" else dark
    pairs = [(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "card")]
    pairs += [("ink", "tint"), ("accent", "tint")]
    assert [] == [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
