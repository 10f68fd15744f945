"""Where a long text may be parted: at sentences, else at words, else between characters; never in a picture's marker or a link."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import regex

from bot.text.cuts import sentence_ends, word_ends
from bot.text.markers import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Stretch = tuple[int, int]

_LINE = re.compile(r"\S[^\n]*")
_WHOLE = re.compile(r"(?<!\w)[#＃@]\S+|[A-Za-z]{1,20}://\S+")
_LINK = re.compile(r"[A-Za-z]{1,20}://[!-~]+")
_GRAPHEME = regex.compile(r"\X")
_CLOSING = tuple(".,;:!?…。，、！？：；」』）")


class Seams:
    """Where a text may be parted within some stretches of it; what stands around them stays with what is next to it."""

    def __init__(self, text: str, stretches: Sequence[Stretch]) -> None:
        self._text = text
        self._stretches = stretches
        markers = list(_markers(text))
        self._whole = _Solid([*markers, *(found.span() for found in _WHOLE.finditer(text))])
        self._links = _Solid([*markers, *(found.span() for found in _LINK.finditer(text))])
        self._words: set[int] = set()
        self._characters: set[int] = set()
        lines = [line.span() for stretch in stretches for line in _LINE.finditer(text, *stretch)]
        self.paragraphs = {end for end in map(self._trimmed, lines) if _gap(text, end).count("\n") > 1}
        self.edges = {edge for stretch in stretches for edge in stretch if text[:edge].strip() and text[edge:].strip()}
        sentences = (start + end for start, stop in lines for end in sentence_ends(text[start:stop]))
        self.ends = [end for end in sorted({*sentences, *self.edges}) if not self._whole.parts_at(end)]
        if self.ends[-1:] != [len(text)]:
            self.ends.append(len(text))

    def refine(self, start: int, end: int) -> bool:
        """Add where a sentence may be parted, or a word that no part can hold; False where there is nowhere."""
        piece = self._text[start:end]
        if end not in self._words:
            inner = self._open(self._whole, (start + each for each in word_ends(piece)))
            self._words |= {*inner, end}
        elif end not in self._characters:
            inner = self._open(self._links, (start + found.end() for found in _GRAPHEME.finditer(piece)))
            self._characters |= {*inner, end}
        else:
            return False
        first = bisect_right(self.ends, start)
        self.ends[first:first] = [each for each in inner if each < end]
        return True

    def _open(self, solid: _Solid, ends: Iterable[int]) -> list[int]:
        """Those of the ends that lie in the stretches, and before no sign that closes what stands before it."""
        stretches = _Solid(self._stretches)
        return [
            end
            for end in ends
            if stretches.parts_at(end) and not solid.parts_at(end) and not self._text.startswith(_CLOSING, end)
        ]

    def _trimmed(self, line: Stretch) -> int:
        start, stop = line
        return start + len(self._text[start:stop].rstrip())


class _Solid:
    """Stretches of a text that stay whole; they may overlap."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []
        for start, stop in sorted(stretches):
            if self._stops and start < self._stops[-1]:
                self._stops[-1] = max(stop, self._stops[-1])
            else:
                self._starts.append(start)
                self._stops.append(stop)

    def parts_at(self, end: int) -> bool:
        """Whether to part the text there would part one of them."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and end < self._stops[before]


def _markers(text: str) -> Iterator[Stretch]:
    """The markers, each with the end of what stands before it, or, where nothing does, with the beginning of what follows."""
    for found in MARKER.finditer(text):
        start, stop = found.span()
        while start and text[start - 1].isspace():
            start -= 1
        yield (start - 1, stop) if start else (start, stop + len(_gap(text, stop)) + 1)


def _gap(text: str, start: int) -> str:
    """The white space that begins there."""
    end = start
    while text[end : end + 1].isspace():
        end += 1
    return text[start:end]
