"""Films in MP4 and QuickTime: how large they are, and nothing of what they tell beside."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from bot.pictures.pieces import Broken, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = {b"vide", b"soun", b"sbtl", b"subt", b"text", b"clcp", b"tmcd"}
_TOLD = {b"udta", b"meta", b"uuid"}


class Box(NamedTuple):
    """A box of a film, which begins at `start`; what it holds is content[body:end]."""

    kind: bytes
    start: int
    body: int
    end: int


def size(content: bytes) -> tuple[int, int]:
    """How wide and high a film is shown; 0 where it does not say. Raises Broken."""
    films = [box for box in _boxes(content, 0, len(content)) if box.kind == b"moov"]
    if not films:
        raise Broken
    tracks = _tracks(content, films[0])
    sizes = [_shown(content, box) for track in tracks for box in _within(content, track) if box.kind == b"tkhd"]
    return max(sizes, default=(0, 0))


def stripped(content: bytes) -> bytes:
    """The same film without places, names and other tellings: their room is blank, so that all else stays where it was."""
    blank = bytearray(content)
    for box in _told(content):
        blank[box.start + 4 : box.start + 8] = b"free"
        blank[box.body : box.end] = bytes(box.end - box.body)
    return bytes(blank)


def _told(content: bytes) -> Iterator[Box]:
    """The boxes that tell something beside the film, and the tracks that nobody sees, hears or reads."""
    for box in _boxes(content, 0, len(content)):
        inner = _within(content, box) if box.kind == b"moov" else [box]
        for one in inner:
            if one.kind in _TOLD or (one.kind == b"trak" and _handler(content, one) not in _SHOWN):
                yield one
            elif one.kind == b"trak":
                yield from (part for part in _within(content, one) if part.kind in _TOLD)


def _tracks(content: bytes, film: Box) -> list[Box]:
    return [box for box in _within(content, film) if box.kind == b"trak"]


def _handler(content: bytes, track: Box) -> bytes:
    media = [box for box in _within(content, track) if box.kind == b"mdia"]
    handlers = [box for one in media for box in _within(content, one) if box.kind == b"hdlr"]
    return content[handlers[0].body + 8 : handlers[0].body + 12] if handlers else b""


def _shown(content: bytes, header: Box) -> tuple[int, int]:
    """Width and height of a track, as its matrix turns it."""
    *matrix, width, height = struct.unpack(">9i2I", content[header.end - 44 : header.end])
    wide, high = width >> 16, height >> 16
    return (high, wide) if matrix[0] == 0 and matrix[1] else (wide, high)


def _within(content: bytes, box: Box) -> Iterator[Box]:
    return _boxes(content, box.body, box.end)


@bounded
def _boxes(content: bytes, at: int, end: int) -> Iterator[Box]:
    """The boxes that stand one after the other there; raises Broken where one goes beyond its end."""
    while at + 8 <= end:
        length, body = int.from_bytes(content[at : at + 4]), at + 8
        if length == 1:
            length, body = int.from_bytes(content[at + 8 : at + 16]), at + 16
        elif length == 0:
            length = end - at
        if at + length > end or at + length < body:
            raise Broken
        yield Box(content[at + 4 : at + 8], at, body, at + length)
        at += length
