"""Hashtags as the newsroom wrote them, made into ones that every network recognises whole."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

NOISE = ("trending", "latest", "viral", "foryou", "fyp")
_LONGEST = 64  # Bluesky's limit, the lowest

# A tag's # stands before a letter or the like; the # of C# does not.
_BETWEEN = regex.compile(r"[#＃](?=[^\s\p{P}]|[_#＃])|[,;、，؛،|\n]")
_SILENT = regex.compile(r"['’ʼ]|\.(?!\d)")
_GAP = regex.compile(r"[\s\p{Pd}·・\u200c\u200d\u00ad]+")
_AROUND = "_.,:!?…()[]{}<>\"“”„«»‘’'‹›¡¿。！？「」『』（） \t\r\n"
_SAFE = regex.compile(r"(?=.*\p{L})[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_]*(?<!_)")


def parse(line: str) -> tuple[str, ...]:
    """
    The hashtags of a line, in order, each once, without their #.

    Tags that run together are split, several words in one are joined in CamelCase, as screen readers like it. A tag stays
    only if letters, digits and inner underscores are all that it has, and a letter among them: what would change its
    meaning by being cut, like C++ or AT&T, is dropped. Letters of any script will do, though those that Unicode added after
    2014 are none to X.
    """
    tags = (_joined(piece) for piece in _BETWEEN.split(normalize("NFC", line)))
    return _once(tag for tag in tags if len(tag) <= _LONGEST and _SAFE.fullmatch(tag))


def without_noise(tags: Iterable[str], noise: Collection[str] = NOISE) -> tuple[str, ...]:
    """These tags without those that say nothing about the article."""
    unwanted = {tag.casefold() for tag in noise}
    return tuple(tag for tag in tags if tag.casefold() not in unwanted)


def _joined(piece: str) -> str:
    words = [word for word in _GAP.split(_SILENT.sub("", piece.rstrip(_AROUND).lstrip(_AROUND + "#＃"))) if word]
    if len(words) > 1:
        words = [word[0].upper() + word[1:] for word in words]
    return "".join(words)


def _once(tags: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag.casefold(), tag)
    return tuple(first.values())
