"""
How a text says where a picture stands: `![what it shows](photo.jpg)`, as Markdown has it.

A marker names a picture by its whole source, or by the end of it: the name of its file, with the folders before it or without.
Where two have the same name, it is that of the first. One that names no picture of the article is text like any other.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.model import Media

# Neither half can begin anew within itself: a text full of beginnings is read in one go.
MARKER = re.compile(
    r"""
    !\[ (?P<alt> (?: \\. | [^\\\[\]\n] | \[ [^\[\]\n]* \] )* ) \]
    \( [^\S\n]*
      (?: < (?P<quoted> [^<>\n]+ ) > | (?P<bare> [^\s<>()]+ (?: \( [^\s<>()]* \) [^\s<>()]* )* ) )
      (?: [^\S\n]+ (?: "[^"\n]*" | '[^'\n]*' ) )? [^\S\n]*
    \)
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([\\\[\]])")
_BARE = re.compile(r"[^\s<>()]+")
_UNQUOTABLE = str.maketrans({"<": "%3C", ">": "%3E", "\n": "%0A"})
_CLOSING = tuple(".,;:!?…)]}»”’。，、！？：；")
_OPENING = tuple("([{«“„‘¿¡")


def marker(alt: str, name: str) -> str:
    """The marker of the picture of this name."""
    shown = re.sub(r"[\\\[\]]", r"\\\g<0>", " ".join(alt.split()))
    return f"![{shown}]({name if _BARE.fullmatch(name) else f'<{name.translate(_UNQUOTABLE)}>'})"


def written(media: Media) -> str:
    """The marker that names this picture and no other."""
    return marker(media.alt, media.source)


def take(text: str, media: Sequence[Media]) -> tuple[str, list[Media]]:
    """
    The text without the markers that name one of these, and the pictures that they name, in order, each once.

    What a marker says that its picture shows goes before what the article says. Around a hole the text closes: of blanks one stays,
    of paragraphs none is empty.
    """
    pieces, found = _parted(text, media)
    return ("".join(_closed(pieces)) if found else text), [*found.values()]


def bare(text: str, media: Sequence[Media]) -> str:
    """The text with nothing where those markers stood, and not a blank changed."""
    return "".join(_parted(text, media)[0])


def _parted(text: str, media: Sequence[Media]) -> tuple[list[str], dict[str, Media]]:
    """The text in pieces between the markers that name one of these, and the pictures that they name."""
    named: dict[str, Media | None] = {}
    found: dict[str, Media] = {}
    pieces, position = list[str](), 0
    for match in MARKER.finditer(text) if media else ():
        name = match["quoted"] or match["bare"]
        if name not in named:
            named[name] = _named(name, media)
        if picture := named[name]:
            found.setdefault(picture.source, replace(picture, alt=_ESCAPED.sub(r"\1", match["alt"]) or picture.alt))
            pieces.append(text[position : match.start()])
            position = match.end()
    return [*pieces, text[position:]], found


def without(text: str) -> str:
    """The text without any marker, whatever it names."""
    pieces, position = list[str](), 0
    for match in MARKER.finditer(text):
        pieces.append(text[position : match.start()])
        position = match.end()
    return "".join(_closed([*pieces, text[position:]])) if pieces else text


def _named(name: str, media: Iterable[Media]) -> Media | None:
    for each in dict.fromkeys((name, unquote(name))):
        for picture in media:
            if picture.source == each or picture.source.endswith(f"/{each.removeprefix('./')}"):
                return picture
    return None


def _closed(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, joined by as much white space as stood at most around the hole between them."""
    last, gap = "", ""
    for piece in pieces:
        begin = len(piece) - len(piece.lstrip())
        gap = max(gap, piece[:begin], key=_width)
        if words := piece.strip():
            if last:
                yield "" if gap.isspace() and "\n" not in gap and _touches(last, words) else _blank(gap)
            yield words
            last, gap = words, piece[begin + len(words) :]


def _width(gap: str) -> tuple[int, int]:
    return gap.count("\n"), len(gap)


def _blank(gap: str) -> str:
    return "\n" * gap.count("\n") or " " * bool(gap)


def _touches(before: str, after: str) -> bool:
    return before.endswith(_OPENING) or after.startswith(_CLOSING)
