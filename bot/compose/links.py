"""Links as an account has them: with its campaign's parameters, and only where its policy lets one stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import regex

from bot.compose.tidy import tidied
from bot.model import Links
from bot.text.addresses import tagged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.model import Account, Article, Network, Span

_SCHEME = regex.compile(r"[A-Z][A-Z0-9+.-]*://|xmpp:", regex.IGNORECASE)
_GONE = "\0"  # no text that is tidy has it
_GAP = regex.compile(
    r"""
    [^\S\n]*
    (?: (?: \0 | \(\s*\0[\s\0]*\) | \[\s*\0[\s\0]*\] | <\s*\0[\s\0]*> | "\s*\0[\s\0]*" | “\s*\0[\s\0]*” | «\s*\0[\s\0]*» )
        [^\S\n]*
    )+
    """,
    regex.VERBOSE,
)
_CLOSING = regex.compile(r"[\n\p{Pe}\p{Pf}.,;:!?…。，、！？]|\Z")
_OPENING = regex.compile(r"[\n\p{Ps}\p{Pi}]|\A\Z")


@dataclass(frozen=True, slots=True)
class Text:
    """The parts of a post, and the links that may not stand in them."""

    parts: tuple[str, ...]
    withheld: tuple[str, ...] = field(default=(), compare=False)


def addressed(article: Article, account: Account) -> Article:
    """The article with its own address as the account links to it: where it never links, none."""
    if article.url is None or account.links is Links.NEVER:
        return replace(article, url=None)
    return replace(article, url=tagged(article.url, account.campaign))


def own_words(parts: Sequence[str], article: Article, account: Account) -> Sequence[str]:
    """The words that the article gives an account, with its own address in them as the account links to it."""
    url, spans = article.url, account.network.spans
    if not url or not account.campaign:
        return parts
    return [
        _changed(each, spans(each), lambda link: tagged(link, account.campaign) if link == url else link)
        for each in parts
    ]


def permitted(parts: Sequence[str], account: Account) -> Text:
    """The parts without the links that the account's policy forbids; what is left of them is tidy, and none is empty."""
    kept = {Links.ALWAYS: len(parts), Links.FIRST_PART: 1, Links.NEVER: 0}[account.links]
    withheld: list[str] = []
    shown = [*parts[:kept], *(_without(part, account.network, withheld) for part in parts[kept:])]
    return Text(tuple(part for part in shown if part), tuple(dict.fromkeys(withheld)))


def _without(text: str, network: Network, withheld: list[str]) -> str:
    """The text without all that the network takes for links with a scheme, also where that makes new ones."""
    while linked := [link for link in _links(text, network.spans(text)) if _SCHEME.match(link)]:
        withheld += linked
        gone = _changed(text, network.spans(text), lambda link: _GONE if _SCHEME.match(link) else link)
        text = tidied(_GAP.sub(_closed, gone))
    return text


def _links(text: str, spans: Sequence[Span]) -> Iterator[str]:
    raw = text.encode()
    return (raw[span.start : span.end].decode() for span in spans if span.link)


def _changed(text: str, spans: Sequence[Span], change: Callable[[str], str]) -> str:
    """The text with each of its links as `change` has it."""
    raw, pieces, position = text.encode(), list[str](), 0
    for span in sorted((span for span in spans if span.link), key=lambda span: span.start):
        pieces += raw[position : span.start].decode(), change(raw[span.start : span.end].decode())
        position = span.end
    return "".join([*pieces, raw[position:].decode()])


def _closed(gap: regex.Match[str]) -> str:
    """What is left where links stood: brackets and quotes around nothing go too, and of blanks before and after one stays."""
    text, start, end = gap.string, gap.start(), gap.end()
    apart = any(map(str.isspace, gap[0])) and not _CLOSING.match(text, end)
    return " " if apart and not _OPENING.match(text, max(start - 1, 0), start) else ""
