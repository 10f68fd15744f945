"""Mastodon's rules: how long a post is, and where its links and hashtags stand, as its servers have it since version 4.6."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import regex

from bot.model import Span
from bot.text import hosts
from bot.text.graphemes import count
from bot.text.offsets import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM = 500
URL_LENGTH = 23
_LONGEST_DOMAIN = 253

# Unlike on X, a path may be in any script; it ends where a sentence's punctuation would.
_GENERAL = r"[^\s<>()?]"
_BALANCED = rf"\((?:{_GENERAL}+|{_GENERAL}*\({_GENERAL}+\){_GENERAL}*)\)"
_ENDING = r"""[^\s<>()?!*"'「」:;=,.$%\[\]~&|@]"""
_PATH = rf"/(?:{_GENERAL}*(?:{_BALANCED}{_GENERAL}*)*{_ENDING}|{_BALANCED}|{_GENERAL}+/)*"
_QUERY = r"\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^\xa0-\U0010fffd]*[A-Za-z0-9_&=#/\-\xa0-\U0010fffd]"
_REMAINDER = re.compile(rf"(?::[0-9]+)?(?P<path>{_PATH})?(?:{_QUERY})?")
_SCHEME = r"(?i:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://|(?i:xmpp):(?:[A-Za-z0-9\-._~!$()*+,;=]+@)?"
_BEGINNING = hosts.opening(_SCHEME)

_WORD = "[[:word:]]"
_JOINED = "[[:word:]·・\u200c]"
_LETTER_OR_JOINER = r"[\p{Alphabetic}_·・\u200c]"
_NAME = rf"{_WORD}{_JOINED}*{_LETTER_OR_JOINER}{_JOINED}*{_WORD}|{_WORD}*\p{{Alphabetic}}{_WORD}*"
_HASHTAG = regex.compile(rf"(?<!\S)[#＃]({_NAME})")
_SCHEME_AT_END = regex.compile("https?$")
_USER = r"(?i:[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)"
_MENTION = regex.compile(rf"(?<![=/[:word:]])(@{_USER})(?:@({_WORD}+(?:[.-]+{_WORD}+)*))?(?![@＠À-ÖØ-öø-ɏ]|://)")


def length(text: str, *, warning: str = "", url_length: int = URL_LENGTH) -> int:
    """
    What Mastodon counts against MAXIMUM: a link `url_length`, a mention without its server, all else in graphemes.

    A content warning counts in full.
    """
    shown, position = [warning], 0
    for start, end, counted in sorted([*_counted_links(text, url_length), *_mentions(text)]):
        if start >= position:
            shown += text[position:start], counted
            position = end
    return count("".join((*shown, text[position:])))


def spans(text: str) -> list[Span]:
    """Links and hashtags; of two that overlap, the one that begins first."""
    links = [Span(start, end, link=text[start:end]) for start, end in _links(text)]
    return in_bytes(text, sorted([*links, *_tags(text)], key=lambda span: span.start))


def _links(text: str) -> Iterator[tuple[int, int]]:
    if ":" not in text:  # none without a scheme; looking for one takes long in a text without blanks
        return
    for found in hosts.find(text, _BEGINNING, _REMAINDER):
        if found.start < found.host and found.end - found.start <= hosts.LONGEST_URL:
            yield found.start, found.end


def _counted_links(text: str, url_length: int) -> Iterator[tuple[int, int, str]]:
    return ((start, end, "x" * url_length) for start, end in _links(text) if text[start : start + 5].lower() != "xmpp:")


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    return ((*found.span(), found[1]) for found in _MENTION.finditer(text) if len(found[2] or "") <= _LONGEST_DOMAIN)


def _tags(text: str) -> Iterator[Span]:
    for found in _HASHTAG.finditer(text):
        tag = found[1]
        if text.startswith("://", found.end()):  # a link that begins without a gap
            tag = _SCHEME_AT_END.sub("", tag)
        yield Span(found.start(), found.start(1) + len(tag), tag=tag)
