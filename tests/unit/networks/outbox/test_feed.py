"""The feed: Atom by RFC 4287."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lxml import etree
from unit.networks.outbox.made import NOON, delivery, picture, pictured, post

from bot.model import Attachment, Card
from bot.networks.outbox.entries import Entry
from bot.networks.outbox.feed import feed

if TYPE_CHECKING:
    from bot.model import Post

ATOM = {"a": "http://www.w3.org/2005/Atom"}
POSTS = [
    post("Title\n\n<b> & https://example.org/1 #Tag #Two", "second #Tag", url="https://example.org/1", lang="en"),
    post("Just this\nand that\x0b\x00\uffff", title="", warning="Careful <now>"),
]


def parsed(posts: list[Post], identity: str = "outbox:/x") -> Any:
    entries = [Entry.of(delivery(number, content)) for number, content in enumerate(posts)]
    return etree.fromstring(feed("Outbox", identity, entries[::-1]))


def values(node: Any, path: str) -> list[str]:
    return [str(value) for value in node.xpath(path, namespaces=ATOM)]


def test_the_feed_and_each_entry_have_what_the_rfc_requires_once() -> None:
    root = parsed(POSTS)
    entries = root.findall("a:entry", ATOM)
    assert 2 == len(entries)
    for node in (root, *entries):
        for name in ("id", "title", "updated"):
            (element,) = node.findall(f"a:{name}", ATOM)
            assert element.text
        assert datetime.fromisoformat(node.findtext("a:updated", namespaces=ATOM)).tzinfo is not None
        assert 1 == len(node.findall("a:link[@rel='alternate']", ATOM))
    assert ["Outbox"] == values(root, "a:author/a:name/text()")
    assert ["feed.xml"] == values(root, "a:link[@rel='self']/@href")


def test_ids_are_unique_uuids_that_last_and_differ_between_outboxes() -> None:
    ids = values(parsed(POSTS), "//a:id/text()")
    assert 3 == len({UUID(found.removeprefix("urn:uuid:")) for found in ids})
    assert ids == values(parsed(POSTS), "//a:id/text()")
    assert set() == set(ids) & set(values(parsed(POSTS, "outbox:/y"), "//a:id/text()"))


def test_the_newest_comes_first_and_dates_the_feed() -> None:
    root = parsed(POSTS)
    newest, oldest = values(root, "a:entry/a:updated/text()")
    assert newest > oldest
    assert [newest] == values(root, "a:updated/text()")
    assert NOON == datetime.fromisoformat(oldest)


def test_an_entry_links_to_the_article_else_to_its_place_on_the_page() -> None:
    assert ["index.html#key1-0", "https://example.org/1"] == values(parsed(POSTS), "a:entry/a:link/@href")


def test_hashtags_are_categories_once_and_the_language_is_told() -> None:
    root = parsed(POSTS)
    assert ["Tag", "Two"] == values(root, "a:entry/a:category/@term")
    assert ["en"] == values(root, "a:entry/@xml:lang")


def test_the_content_is_escaped_html_of_all_parts_with_the_warning_first() -> None:
    second, first = values(parsed(POSTS), "a:entry/a:content[@type='html']/text()")
    assert (
        '<p>Title</p>\n<p>&lt;b&gt; &amp; <a href="https://example.org/1">https://example.org/1</a> '
        '<span class="tag">#Tag</span> <span class="tag">#Two</span></p>\n<hr>\n'
        '<p>second <span class="tag">#Tag</span></p>'
    ) == first
    assert second.startswith("<p><strong>Careful &lt;now&gt;</strong></p>\n<p>Just this<br>")


def test_a_post_without_a_title_goes_by_its_first_line_and_without_what_xml_cannot_carry() -> None:
    assert "Just this" == values(parsed(POSTS), "a:entry/a:title/text()")[0]
    assert not re.search("[\x00\x0b\uffff]", etree.tostring(parsed(POSTS), encoding="unicode"))


def test_pictures_are_shown_in_the_content_and_named_as_enclosures_once() -> None:
    harbour, unseen = picture("harbour.png", 'Boats "at" the quay'), Attachment("unseen.jpg", "not looked at")
    film = Attachment("film.mp4", "Waves", "f" * 64, "video/mp4", 1_000)
    (content, root) = _content(pictured(post("text"), harbour, film, harbour, unseen))
    where = f"media/{harbour.digest}.png"
    assert [("image/png", str(harbour.size), where), ("video/mp4", "1000", f"media/{film.digest}.mp4")] == [
        tuple(link.get(name) for name in ("type", "length", "href"))
        for link in root.findall("a:entry/a:link[@rel='enclosure']", ATOM)
    ]
    shown = f'<p><img src="{where}" alt="Boats &#34;at&#34; the quay" width="64" height="48"></p>'
    waves = f'<p><video src="media/{film.digest}.mp4" controls>Waves</video></p>'
    assert f"<p>text</p>\n{shown}\n{waves}\n{shown}" == content


def test_a_card_is_quoted_with_its_link_and_one_that_leads_nowhere_without() -> None:
    content, _ = _content(pictured(post("text"), card=Card("https://www.example.org/1", "A <card>", "What it says")))
    link = '<a href="https://www.example.org/1">A &lt;card&gt;</a>'
    assert f"<p>text</p>\n<blockquote>{link}<br>What it says<br>example.org</blockquote>" == content
    content, _ = _content(pictured(post("text"), card=Card("javascript:alert(1)", "A <card>")))
    assert "<p>text</p>\n<blockquote>A &lt;card&gt;</blockquote>" == content


def test_a_changed_entry_dates_the_feed_and_keeps_when_it_was_published() -> None:
    entry = Entry.of(delivery(0, POSTS[0]))
    changed = replace(entry, updated=NOON + timedelta(days=1))
    root = etree.fromstring(feed("Outbox", "outbox:/x", [changed]))
    assert ["2026-11-24T12:00:00+00:00"] * 2 == values(root, "//a:updated/text()")
    assert ["2026-11-23T12:00:00+00:00"] == values(root, "//a:published/text()")


def _content(content: Post) -> tuple[str, Any]:
    root = parsed([content])
    return values(root, "a:entry/a:content/text()")[0], root


def test_an_empty_feed_is_valid_too() -> None:
    assert (0, 1) == (len(values(parsed([]), "//a:entry")), len(values(parsed([]), "a:updated/text()")))
