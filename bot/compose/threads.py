"""
Long text as a thread: parts that each fit, split at the ends of sentences, and numbered.

The template says where: the filter wraps its text in control characters, which no text of an article has. What stands before and
after shares the first and the last part.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING

from bot.compose.seams import Seams
from bot.compose.tidy import tidied
from bot.text.markers import MARKER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 25
"""Parts that a text may become where nobody says how many."""

_OPEN, _CLOSE = "\x0e", "\x0f"
_EDGE = re.compile(rf"{_OPEN}(?P<most>\d+){_OPEN}|[{_OPEN}{_CLOSE}]")
_ORPHAN = 4  # a last part this many times shorter than the one before it takes some of that


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The parts of a post, and how many of them are more than the template allows."""

    parts: tuple[str, ...]
    excess: int = 0


def wrapped(text: str, most: int = MOST) -> str:
    """The text as one that `unfold` splits into at most so many parts."""
    return f"{_OPEN}{most}{_OPEN}{text}{_CLOSE}"


def unwrapped(text: str) -> str:
    """The text as if nothing had been wrapped, for a network that has no threads."""
    return _EDGE.sub("", text)


def unfold(parts: Sequence[str], fits: Callable[[str], bool]) -> Unfolded:
    """
    The parts, with what is wrapped in them split so that each fits, number and all.

    Numbers count all parts, and there are none where there is one part only, or nothing is wrapped. What cannot be split, a link
    above all, is left as it is though it does not fit. A marker of a picture, which measures nothing, stays with the paragraph
    before it, or after, where it is the first.
    """
    folds = [_read(part) for part in parts]
    if not any(fold.regions for fold in folds):
        return Unfolded(tuple(fold.text for fold in folds))
    if len(folds) == 1 and _Splitting(folds[0], fits).is_one():
        return Unfolded((tidied(folds[0].text),))
    split = _split(folds, fits)
    shown = [text for texts in split for text in texts]
    excess = max(len(texts) - fold.most for fold, texts in zip(folds, split, strict=True) if fold.regions)
    if len(shown) > 1:
        shown = [_numbered(text, str(index), str(len(shown))) for index, text in enumerate(shown, start=1)]
    return Unfolded(tuple(shown), max(excess, 0))


@dataclass(frozen=True, slots=True)
class _Fold:
    """A part as the template wrote it, where in it stands what may be split, and into how many."""

    text: str
    regions: tuple[tuple[int, int], ...]
    most: int


def _read(part: str) -> _Fold:
    pieces, regions, most = list[str](), list[tuple[int, int]](), list[int]()
    position = length = opened = 0
    for edge in _EDGE.finditer(part):
        pieces.append(part[position : edge.start()])
        length += edge.start() - position
        position = edge.end()
        if edge["most"]:
            most.append(int(edge["most"]))
            opened = length
        elif len(regions) < len(most):
            regions.append((opened, length))
    text = "".join([*pieces, part[position:]])
    if len(regions) < len(most):  # it goes on in the next part: a line of --- stands in it
        regions.append((opened, len(text)))
    regions = [(start, end) for start, end in regions if text[start:end].strip()]
    return _Fold(text if regions else tidied(text), tuple(regions), min(most, default=MOST))


def _split(folds: Sequence[_Fold], fits: Callable[[str], bool]) -> list[list[str]]:
    """The parts of each, with room for numbers of as many digits as it takes."""
    for digits in count(1):
        widest = "9" * digits

        def fitting(text: str, number: str = widest) -> bool:
            return fits(_numbered(text, number, number))

        split = [_Splitting(fold, fitting).parts() if fold.regions else [fold.text] for fold in folds]
        if sum(map(len, split)) <= int(widest):
            break
    return split


def _numbered(text: str, index: str, total: str) -> str:
    """The text with its number behind its last word: before the markers that it ends with."""
    end = len(text)
    for marker in reversed([*MARKER.finditer(text)]):
        if text[marker.end() : end].strip():
            break
        end = marker.start()
    words = text[:end].rstrip()
    return f"{words} ({index}/{total}){text[len(words) :]}".lstrip()


class _Splitting:
    """One part on its way to several: from its start as far as will do, again and again."""

    def __init__(self, fold: _Fold, fits: Callable[[str], bool]) -> None:
        self._text = fold.text
        self._seams = Seams(fold.text, fold.regions)
        self._fits_as_part = fits

    def parts(self) -> list[str]:
        """The text in parts, as few as will do."""
        bounds = [0]
        while bounds[-1] < len(self._text):
            bounds.append(self._next(bounds[-1]))
        self._level(bounds)
        parts = (self._between(start, end) for start, end in pairwise(bounds))
        return [part for part in parts if part]

    def is_one(self) -> bool:
        """Whether one part holds all of it; found without measuring all of a text that is far too long."""
        return self._next(0) == len(self._text)

    def _next(self, start: int) -> int:
        """Where the part ends that begins there: at a sentence, else at a word, else at a character."""
        ends = self._seams.ends
        first = bisect_right(ends, start)
        while True:
            if reach := self._reach(start, ends, first):
                return self._chosen(start, ends[first : first + reach])
            if not self._seams.refine(start, ends[first]):
                return ends[first]

    def _chosen(self, start: int, ends: Sequence[int]) -> int:
        """The best of the ends that are in reach: the last, or that of a paragraph which is hardly shorter."""
        last = ends[-1]
        if last == len(self._text):
            return last
        if last in self._seams.edges and len(ends) > 1:  # what follows is not to stand alone
            return ends[-2]
        enough = self._length(start, last) * 3
        near = [end for end in ends if end in self._seams.paragraphs and self._length(start, end) * 4 >= enough]
        return near[-1] if near else last

    def _reach(self, start: int, ends: Sequence[int], first: int) -> int:
        """How many of the ends from the first on are in reach; looked for nearby, since a part is short."""
        reach, most = 1, len(ends) - first
        while reach <= most and self._fits(start, ends[first + reach - 1]):
            reach *= 2
        beyond = range(reach // 2 + 1, min(reach, most + 1))
        return reach // 2 + bisect_left(beyond, True, key=lambda n: not self._fits(start, ends[first + n - 1]))

    def _level(self, bounds: list[int]) -> None:
        """Let the last part have more of what stands before it, if it is next to nothing."""
        if len(bounds) < 3:
            return
        start, last, end = bounds[-3:]
        if self._length(last, end) * _ORPHAN >= self._length(start, last):
            return
        ends = self._seams.ends
        between = set(ends[bisect_right(ends, start) : bisect_left(ends, end)]) - self._seams.edges
        for middle in sorted(between, key=lambda each: abs(start + end - 2 * each))[:3]:
            if middle < last and self._fits(start, middle) and self._fits(middle, end):
                bounds[-2] = middle
                return

    def _length(self, start: int, end: int) -> int:
        """How many characters stand there; markers are none, however long the way to a picture is."""
        return len(MARKER.sub("", self._text[start:end]))

    def _fits(self, start: int, end: int) -> bool:
        return self._fits_as_part(self._between(start, end))

    def _between(self, start: int, end: int) -> str:
        return tidied(self._text[start:end])
