"""A part's text as HTML: everything escaped, links to the web and hashtags marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model import Part, Span


def paragraphs(part: Part) -> list[Markup]:
    """The text between blank lines, paragraph by paragraph."""
    marked = Markup("").join(_marked(part))
    return [paragraph.replace("\n", Markup("<br>\n")) for paragraph in marked.split("\n\n")]


def _marked(part: Part) -> Iterator[str]:
    text, end = part.text.encode(), 0
    for span in part.spans:
        yield escape(text[end : span.start].decode())
        yield _span(span, text[span.start : span.end].decode())
        end = span.end
    yield escape(text[end:].decode())


def web(address: str | None) -> bool:
    """Whether a browser may be sent there."""
    return address is not None and address.lower().startswith(("http://", "https://"))


def _span(span: Span, text: str) -> Markup:
    if web(span.link):
        return Markup('<a href="{}">{}</a>').format(span.link, text)
    return Markup('<span class="tag">{}</span>').format(text) if span.tag else escape(text)
