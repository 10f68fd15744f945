"""Where links stand in a text, by the hosts that twitter-text recognises: X and Mastodon share them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.text.x_tables import FURTHER_TLDS, TLDS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_URL = 4096
INVALID = "\ufffe\ufeff\uffff"
SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTIONS = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
# A label may hold "-" and "_", but neither begin nor end with them. The quotes " and ` are no mistake.
_INSIDE = rf"[^!'#%&()*+,\\./:;<=>?@\[\]^{{|}}~${SPACES}{INVALID}{_DIRECTIONS}]"
_LABEL = rf"(?![-_]){_INSIDE}++(?<![-_])\."


class Found(NamedTuple):
    """A link in a text: `before` is the character before it; the host is text[host:rest], its path and all follow."""

    before: str
    start: int
    host: int
    rest: int
    end: int
    path: bool


def opening(scheme: str) -> re.Pattern[str]:
    """The beginning of a link, as far as the last label that has a dot; the scheme is optional."""
    return re.compile(rf"([^A-Za-z0-9@＠$#＃{INVALID}]|\A)({scheme})?((?:{_LABEL})++)")


def find(text: str, beginning: re.Pattern[str], remainder: re.Pattern[str]) -> Iterator[Found]:
    """Yield all that looks like a link, from left to right; `remainder` is what may follow the host."""
    position = 0
    while opened := beginning.search(text, position):
        host, dot = opened.span(3)
        if end := host_end(text, host, dot):
            rest = remainder.match(text, end)
            position = rest.end() if rest else end
            yield Found(opened[1], opened.end(1), host, end, position, bool(rest and rest["path"]))
        else:
            # No later start among these labels finds more, unless it cuts off an underscore.
            position = text.find("_", host, dot)
            position = dot - 1 if position < 0 else position


def host_end(text: str, start: int, dot: int) -> int | None:
    """
    Where the host ends whose labels, each with its dot, are text[start:dot]; None if it is no host.

    It ends with the last top-level domain that follows a label without an underscore.
    """
    while dot > start:
        label = text.rfind(".", start, dot - 1) + 1 or start
        if "_" not in text[label:dot] and (end := _tld_end(text, dot)):
            return end
        dot = label
    return None


def _tld_end(text: str, start: int) -> int | None:
    """Where the top-level domain ends that begins here, if one does."""
    found = _tld().match(text, start)
    if not found or (found["word"] and found["word"].lower() not in _words()):
        return None
    return found.end()


@cache
def _tld() -> re.Pattern[str]:
    return re.compile(rf"(?:{FURTHER_TLDS}|(?P<word>[A-Za-z]++))(?![0-9A-Za-z@+-])|[Xx][Nn]--[-0-9A-Za-z]+")


@cache
def _words() -> frozenset[str]:
    return frozenset(TLDS.split())
