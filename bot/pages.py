"""What a page says of itself: its Open Graph data, else its plain HTML."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.text.cuts import shortened
from bot.text.visible import in_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from bot.fetch import Fetched

LARGEST = 4 << 20
"""The bytes of the largest page that is fetched for this."""
_HEAD = 512 << 10  # bytes in which all this stands; what comes after them is not read
_LONGEST = {"title": 300, "description": 1_000, "alt": 5_000}  # characters
_LONGEST_ADDRESS = 4_000
_GUESSED = 32 * 1024  # bytes are enough to guess an encoding by
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NAMED = {  # first the best; each as it stands in a page's head
    "title": ("og:title", "twitter:title", "<title>"),
    "description": ("og:description", "twitter:description", "description"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "<image_src>"),
    "alt": ("og:image:alt", "twitter:image:alt"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself, as far as it does; `image` is an http(s) address, `alt` what that shows."""

    title: str | None = None
    description: str | None = None
    image: str | None = None
    alt: str | None = None


def read(fetched: Fetched) -> Page:
    """What a page says of itself: nothing where it says nothing, or is no page. Never raises."""
    try:
        return _read(fetched)
    except Exception:  # noqa: BLE001 - somebody else's page: whatever is wrong with it, no post fails for it
        return Page()


def _read(fetched: Fetched) -> Page:
    root = _parsed(_decoded(fetched.content[:_HEAD], fetched.charset))
    said, base = _said(root), _base(root, fetched.url)
    pictures = (_address(base, each) for name in _NAMED["image"] for each in said.get(name, ()))
    return Page(
        title=_words(said, "title"),
        description=_words(said, "description"),
        image=next(filter(None, pictures), None),
        alt=_words(said, "alt"),
    )


def _parsed(text: str) -> _Element:
    # The standard library's parser takes an hour for half a megabyte of `<a `, HTML5 parsers quarter of a minute for `<div>`.
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)


def _said(root: _Element) -> Mapping[str, list[str]]:
    """All that the page says, by name, in its order."""
    said: dict[str, list[str]] = {}
    for name, value in _sayings(root):
        said.setdefault(name.strip().lower(), []).append(value)
    return said


def _sayings(root: _Element) -> Iterator[tuple[str, str]]:
    for each in root.iter("meta", "title", "link"):
        if each.tag == "meta":
            content = each.get("content", "")
            yield from ((each.get(key, ""), content) for key in ("property", "name"))
        elif each.tag == "link" and "image_src" in each.get("rel", "").lower().split():
            yield "<image_src>", each.get("href", "")
        elif each.tag == "title" and not any(True for _ in each.iterancestors("svg")):
            yield "<title>", "".join(map(str, each.itertext()))


def _words(said: Mapping[str, list[str]], what: str) -> str | None:
    """The first that says something in readable characters, in one line of bounded length."""
    found = (in_a_line(each) for name in _NAMED[what] for each in said.get(name, ()))
    readable = next((each for each in found if each and "\N{REPLACEMENT CHARACTER}" not in each), None)
    return readable and shortened(readable, _LONGEST[what])


def _base(root: _Element, url: str) -> str:
    """What the page's relative addresses start from."""
    first = next((each.get("href", "") for each in root.iter("base") if each.get("href")), "")
    return _address(url, first) or url


def _address(base: str, value: str) -> str | None:
    """The http(s) address that a page means by a value, if it means one."""
    try:
        address = urljoin(base, value.strip()) if value.strip() else ""
        scheme, host = urlsplit(address).scheme, urlsplit(address).hostname
    except ValueError:
        return None
    return address if scheme in {"http", "https"} and host and len(address) <= _LONGEST_ADDRESS else None


def _decoded(content: bytes, charset: str | None) -> str:
    """
    The page's text, whichever encoding it is in.

    What its first bytes say goes before all, as in browsers; then what proves itself UTF-8; then what the server and the page
    declare, where that is not contradicted; then a guess.
    """
    for bom, name in _BOMS.items():
        if content.startswith(bom):
            return content.decode(name, "replace")
    own = [] if b"\0" in content or b"\x1b" in content else ["utf-8"]  # UTF-16 and ISO-2022 could be taken for ASCII
    codings = chain(own, _known(charset), *map(_known, _declared(content)), _guessed(content))
    texts = (_in(coding, content) for coding in codings)
    return next((text for text in texts if text is not None), content.decode("utf-8", "replace"))


def _in(coding: str, content: bytes) -> str | None:
    """The text, without half a character at its end; None where it is in another encoding."""
    try:
        return codecs.getincrementaldecoder(coding)().decode(content)
    except (UnicodeError, LookupError):
        return None


def _known(label: str | None) -> list[str]:
    """The encoding of this name on the web, if it is one."""
    import webencodings

    encoding = webencodings.lookup(label.strip()) if label else None
    return [encoding.codec_info.name] if encoding else []


def _declared(content: bytes) -> Iterator[str]:
    """What the page itself says to be in: `<meta charset>` or its older form."""
    for found in re.finditer(
        rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", content[:_GUESSED], re.IGNORECASE
    ):
        label = found[1].decode("ascii", "replace")
        yield "utf-8" if label.lower().startswith("utf-16") else label  # or this could not have been read


def _guessed(content: bytes) -> Iterator[str]:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_GUESSED]).best()
    if best and best.coherence > 0:  # its words are of a language: a wrong guess would make a garbled title
        yield best.encoding
