"""Links as an account has them: with its campaign's parameters, and only where its policy lets one stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import regex

from bot.compose.tidy import tidied
from bot.model import Attachment, Links, Part
from bot.text.addresses import tagged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
    """The parts of a post, how many are more than the template allows, and the links that may not stand in them."""

    parts: tuple[Part, ...]
    excess: int = 0
    withheld: tuple[str, ...] = field(default=(), compare=False)


def addressed(article: Article, account: Account) -> Article:
    """The article with its own address as the account links to it: where it never links, none."""
    if article.url is None or account.links is Links.NEVER:
        return replace(article, url=None)
    return replace(article, url=tagged(article.url, account.campaign))


def own_words(parts: Sequence[Part], article: Article, account: Account) -> Sequence[Part]:
    """The words that the article gives an account, with its own address in them as the account links to it."""
    url, spans = article.url, account.network.spans
    if not url or not account.campaign:
        return parts

    def with_campaign(text: str) -> str:
        return _changed(text, spans(text), lambda link: tagged(link, account.campaign) if link == url else link)

    return [replace(each, text=with_campaign(each.text)) for each in parts]


def permitted(parts: Sequence[Part], account: Account, excess: int = 0) -> Text:
    """The parts without the links that the account's policy forbids; what is left of them is tidy, and none without words."""
    kept = {Links.ALWAYS: len(parts), Links.FIRST_PART: 1, Links.NEVER: 0}[account.links]
    withheld: list[str] = []
    rest = [replace(part, text=_without(part.text, account.network, withheld)) for part in parts[kept:]]
    return Text(tuple(_worded([*parts[:kept], *rest])), excess, tuple(dict.fromkeys(withheld)))


def _worded(parts: Iterable[Part]) -> list[Part]:
    """The parts that have words; the pictures of one that has none go to the part before it, else to the next."""
    kept: list[Part] = []
    early: tuple[Attachment, ...] = ()
    for part in parts:
        if part.text:
            kept.append(replace(part, media=early + part.media) if early else part)
            early = ()
        elif kept:
            kept[-1] = replace(kept[-1], media=kept[-1].media + part.media)
        else:
            early += part.media
    return kept


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
