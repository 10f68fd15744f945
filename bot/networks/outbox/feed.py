"""The outbox for programs: its entries as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import Markup

from bot.networks.outbox import FEED, PAGE
from bot.networks.outbox.media import place
from bot.showing.parts import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.model import Post
    from bot.networks.outbox.entries import Entry
    from bot.showing.parts import Picture, ShownCard, ShownPart

ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def feed(name: str, identity: str, entries: Sequence[Entry]) -> bytes:
    """The whole feed, the newest entry first; `identity` is what it is called for good."""
    root = Element("feed", xmlns=ATOM)
    _text(root, "id", _urn(identity))
    _text(root, "title", name)
    _text(root, "updated", max((_changed(entry) for entry in entries), default=_NEVER).isoformat())
    SubElement(root, "link", rel="self", type="application/atom+xml", href=FEED)
    SubElement(root, "link", rel="alternate", type="text/html", href=PAGE)
    _text(SubElement(root, "author"), "name", name)
    for entry in entries:
        _entry(SubElement(root, "entry"), identity, entry)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(element: Element, identity: str, entry: Entry) -> None:
    post = entry.post
    if post.lang:
        element.set(_LANG, post.lang)
    _text(element, "id", _urn(f"{identity}/{entry.key}"))
    _text(element, "title", post.title or post.parts[0].text.split("\n")[0])
    _text(element, "published", entry.published.isoformat())
    _text(element, "updated", _changed(entry).isoformat())
    SubElement(element, "link", rel="alternate", type="text/html", href=post.url or f"{PAGE}#{entry.anchor(0)}")
    for where, media in {place(each): each for part in post.parts for each in part.media}.items():
        if where:
            SubElement(element, "link", rel="enclosure", type=media.mime, length=str(media.size), href=where)
    for tag in dict.fromkeys(span.tag for part in post.parts for span in part.spans if span.tag):
        SubElement(element, "category", term=_xml(tag))
    _text(element, "content", _html(post)).set("type", "html")


def _changed(entry: Entry) -> datetime:
    return entry.updated or entry.published


def _html(post: Post) -> str:
    """The post as the page shows it, its warning first; readers of feeds find its pictures from the feed's own address."""
    warning = Markup("<p><strong>{}</strong></p>\n").format(post.warning) if post.warning else Markup()
    return warning + Markup("\n<hr>\n").join(Markup("\n").join(_part(part)) for part in shown(post, place))


def _part(part: ShownPart) -> Iterator[Markup]:
    yield from (Markup("<p>{}</p>").format(text) for text in part.paragraphs if text)
    yield from (Markup("<p>{}</p>").format(_picture(each)) for each in part.pictures if each.address)
    if part.card:
        yield Markup("<blockquote>{}</blockquote>").format(_card(part.card))


def _picture(picture: Picture) -> Markup:
    it = picture.attachment
    if picture.film:
        return Markup('<video src="{}" controls>{}</video>').format(picture.address, it.alt)
    sides = Markup(' width="{}" height="{}"').format(it.width, it.height) if it.width and it.height else ""
    return Markup('<img src="{}" alt="{}"{}>').format(picture.address, it.alt, sides)


def _card(shown: ShownCard) -> Markup:
    title = shown.card.title
    if shown.leads:
        title = Markup('<a href="{}">{}</a>').format(shown.card.url, title)
    lines = [_picture(shown.thumbnail)] if shown.thumbnail and shown.thumbnail.address else []
    return Markup("<br>").join([*lines, title, *filter(None, [shown.card.description, shown.host])])


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _xml(text)
    return element


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 cannot carry."""
    return _NOT_XML.sub("", text)


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn
