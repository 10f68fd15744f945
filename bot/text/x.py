"""X's rules: what a post weighs, and where its links and hashtags stand, as npm twitter-text 3.1.0 has it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from bot.model import Span
from bot.text import hosts, x_tables
from bot.text.offsets import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM = 280
_URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_LONGEST_LABEL = 63
_LONGEST_SHORT_LINK = 40
_REMEMBERED = 32  # texts: each is weighed, counted and linked up, one soon after the other

_ACCENTED = x_tables.ACCENTED
_GENERAL = rf"[A-Za-z{x_tables.CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}]"
_BALANCED = rf"\((?:{_GENERAL}+|{_GENERAL}*\({_GENERAL}+\){_GENERAL}*)\)"
_ENDING = rf"[-+A-Za-z{x_tables.CYRILLIC}0-9=_#/{_ACCENTED}]"
_PATH = rf"/(?:{_GENERAL}*(?:{_BALANCED}{_GENERAL}*)*{_ENDING}|{_BALANCED}|@{_GENERAL}+/)*"
_QUERY = r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/]"
_BEGINNING = hosts.opening("[Hh][Tt][Tt][Pp][Ss]?://")
_REMAINDER = re.compile(rf"(?::[0-9]+)?(?P<path>{_PATH})?(?:{_QUERY})?")
_SHORT_LINK = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://[Tt]\.[Cc][Oo]/([A-Za-z0-9]+)(?:{_QUERY})?")
_LATIN_LABELS = re.compile(rf"(?:[-A-Za-z0-9{_ACCENTED}]++\.)++")
_HASH = re.compile("[#＃]")
_BLANKS = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # JavaScript's \s
_CASHTAG = re.compile(
    rf"(?:\A|[{hosts.SPACES}])\$([A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)(?=\Z|[{_BLANKS}!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~$])"
)
_GLUED = re.compile("[#＃]|://")

_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_HIGH = re.compile("[\ud800-\udbff]")
# Two surrogates weigh one each, so that a pair weighs two; a low one alone is left over where a link ended inside a pair.
_HEAVY = re.compile(
    "[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037\ud800-\udfff]|(?<![\ud800-\udbff])[\udc00-\udfff]"
)


class _Link(NamedTuple):
    """A link in UTF-16 units. `length` is what the counter skips: less than it spans, where a host is only partly one."""

    start: int
    end: int
    length: int


def weighted_length(text: str) -> int:
    """What X counts against MAXIMUM: a link 23, an emoji 2, Latin and its neighbours 1 each, all else 2 each."""
    if text.isascii() and "." not in text:
        return len(text)
    units = _units(normalize("NFC", text))
    known = [(link.start, link.length, _URL_WEIGHT) for link in _links(units)]
    if not units.isascii():
        known += [(found.start(), len(found[0]), _EMOJI_WEIGHT) for found in _emoji().finditer(units)]
    total = position = 0
    for start, length, weight in sorted(known):
        if start >= position:
            total += _plain(units[position:start]) + weight
            position = start + length
    return total + _plain(units[position:])


def valid(text: str) -> bool:
    """Whether X takes this text: not empty, not too long, no character that is none."""
    return 0 < weighted_length(text) <= MAXIMUM and not any(character in text for character in hosts.INVALID)


def urls(text: str) -> list[tuple[int, int]]:
    """The slices of the text that X makes links of."""
    units = _units(text)
    return [(_characters(units, link.start), _characters(units, link.end)) for link in _links(units)]


def hashtags(text: str) -> list[str]:
    """The hashtags of the text that are no part of its links."""
    return [span.tag for span in spans(text) if span.tag] if _HASH.search(text) else []


def cashtags(text: str) -> list[str]:
    """The names of stocks in the text that X makes links of."""
    return _CASHTAG.findall(text) if "$" in text else []


def spans(text: str) -> list[Span]:
    """Links and hashtags; of two that overlap, the one that begins first."""
    links = [Span(start, end, link=_address(text[start:end])) for start, end in urls(text)]
    return in_bytes(text, sorted([*links, *_tags(text)], key=lambda span: span.start))


@lru_cache(_REMEMBERED)
def _tags(text: str) -> tuple[Span, ...]:
    if not _HASH.search(text):
        return ()
    found = (tag for tag in _hashtag().finditer(text) if not _GLUED.match(text, tag.end()))
    return tuple([Span(tag.end(1), tag.end(), tag=tag[2]) for tag in found])


def _units(text: str) -> str:
    """
    The text as JavaScript sees it: a character beyond U+FFFF is two surrogates.

    It matters: the second half of an emoji can be the first letter of a host.
    """
    return _BEYOND.sub(lambda found: _pair(ord(found[0]) - 0x10000), text)


def _pair(code: int) -> str:
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _characters(units: str, index: int) -> int:
    return index - len(_HIGH.findall(units, 0, index))


def _plain(units: str) -> int:
    return len(units) if units.isascii() else len(units) + len(_HEAVY.findall(units))


def _address(url: str) -> str:
    return url if url[:8].lower().startswith(("http://", "https://")) else f"https://{url}"


@lru_cache(_REMEMBERED)
def _links(units: str) -> tuple[_Link, ...]:
    return tuple(_found(units)) if "." in units else ()


def _found(units: str) -> Iterator[_Link]:
    for found in hosts.find(units, _BEGINNING, _REMAINDER):
        scheme = found.host - found.start
        if not _encodable(units[found.host : found.rest]):
            continue
        if (scheme or len("https://")) + found.end - found.start > hosts.LONGEST_URL:
            continue
        if scheme:
            yield from _with_scheme(units, found)
        elif found.before not in {"-", "_", ".", "/"}:
            yield from _without_scheme(units, found)


def _with_scheme(units: str, found: hosts.Found) -> Iterator[_Link]:
    """The link, whose end is elsewhere if X shortened it before."""
    end = found.end
    if short := _SHORT_LINK.match(units, found.start, end):
        if len(short[1]) > _LONGEST_SHORT_LINK:
            return
        end = short.end()
    yield _Link(found.start, end, end - found.start)


def _without_scheme(units: str, found: hosts.Found) -> Iterator[_Link]:
    """The hosts in Latin letters within this host, of which the last takes the path along."""
    host = units[found.host : found.rest]
    links = [_Link(found.host + start, found.host + end, end - start) for start, end in _latin_hosts(host)]
    if links and found.path:
        start, _, length = links.pop()
        links.append(_Link(start, found.end, length + found.end - found.rest))
    yield from links


def _latin_hosts(host: str) -> Iterator[tuple[int, int]]:
    position = previous = 0
    while labels := _LATIN_LABELS.search(host, position):
        position = labels.end()
        if end := hosts.host_end(host, *labels.span()):
            # twitter-text looks its find up again from the left, and may meet the same letters earlier.
            start = host.find(host[labels.start() : end], previous)
            position = end
            previous = start + end - labels.start()
            yield start, previous


def _encodable(host: str) -> bool:
    """Whether the name system could carry this host: each label, in Punycode, of 1 to 63 characters."""
    if host.startswith("xn--") and not any(_latin_hosts(host)):
        return False
    return all(len(_punycode(label)) <= _LONGEST_LABEL for label in host.split("."))


def _punycode(label: str) -> str:
    """The label in Punycode, or as the several that its ideographic stops make of it."""
    if label.isascii() and label.isprintable():
        return label
    joined = label.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return ".".join(
        part if part.isascii() and part.isprintable() else "xn--" + part.encode("punycode").decode()
        for part in re.split("[.\u3002\uff0e\uff61]", joined)
    )


@cache
def _emoji() -> re.Pattern[str]:
    """Twitter's emoji of 2019, in UTF-16 units; what it looks ahead for is there for speed alone."""
    first = r"[#*0-9]\ufe0f?\u20e3|[©®\u203c-\u303d\u3297\u3299\ud83c-\ud83e\ue50a\ufe0f]"
    return re.compile(f"(?={first})(?:{x_tables.EMOJI})")


@cache
def _hashtag() -> re.Pattern[str]:
    letter = f"[{x_tables.LETTERS}]"
    joiners = "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
    character = f"[{x_tables.LETTERS}{x_tables.NUMERALS}{joiners}]"
    before = rf"\A|[\ufe0e\ufe0f]|(?!{character}|&)[\s\S]"
    return re.compile(rf"({before})[#＃](?![\ufe0f\u20e3])({character}*{letter}{character}*)")
