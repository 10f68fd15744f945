"""What bytes say beside the picture itself: its orientation is read, all else taken out, and no pixel touched."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from bot.pictures import films
from bot.pictures.pieces import Broken, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_PNG = b"\x89PNG\r\n\x1a\n"
# what says how a picture is painted and moves; texts, times, places and whatever else there is go
_PAINTED = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB cICP iCCP sBIT bKGD pHYs acTL fcTL fdAT".split())
_WEBP = frozenset([b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"])
_MOST_SCANS = 100
_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
_WEBP_FLAGS = {"exif": 0x08, "xmp": 0x04, "icc": 0x20}


def stripped(content: bytes, mime: str, *, profile: bool = True) -> bytes:
    """The same picture without what it tells beside; its colour profile stays where `profile` says so. Raises Broken."""
    match mime:
        case "image/jpeg":
            return b"\xff\xd8" + b"".join(_kept(content, profile=profile))
        case "image/png":
            kept = _PAINTED if profile else _PAINTED - {b"iCCP"}
            return _PNG + b"".join(whole for kind, _, whole in _chunks(content) if kind in kept)
        case "image/webp":
            return _webp(content, profile=profile)
        case "image/gif":
            return b"".join(_gif(content))
        case "video/mp4" | "video/quicktime":
            return films.stripped(content)
        case _:
            return content


def turn(content: bytes, mime: str) -> int:
    """How the picture is to be turned, as EXIF counts it: 1 is upright."""
    match mime:
        case "image/jpeg":
            found = (body[6:] for marker, body, _ in _segments(content) if marker == 0xE1 and body[:6] == _EXIF)
        case "image/png":
            found = (body for kind, body, _ in _chunks(content) if kind == b"eXIf")
        case "image/webp":
            found = (body.removeprefix(_EXIF) for kind, body in _riff(content) if kind == b"EXIF")
        case _:
            return 1
    exif = next(found, b"")
    try:
        return _orientation(exif)
    except struct.error:
        return 1


def _orientation(exif: bytes) -> int:
    order = "<" if exif[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", exif, 4)
    (entries,) = struct.unpack_from(order + "H", exif, at)
    for number in range(entries):
        tag, _, _, value = struct.unpack_from(order + "HHIH", exif, at + 2 + 12 * number)
        if tag == 0x0112:
            return value if 1 <= value <= 8 else 1
    return 1


def _kept(content: bytes, *, profile: bool) -> Iterator[bytes]:
    """The segments of a JPEG that paint it, and the colours' meaning."""
    for marker, body, whole in _segments(content):
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
            yield b"\xff\xe0\0\x10" + body[:12] + b"\0\0"  # without its thumbnail
        elif marker == 0xE2 and body.startswith(_ICC):
            yield whole if profile else b""
        elif marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            yield whole


@bounded
def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The marker, body and whole of each segment of a JPEG after its first, up to its end; what lies behind it is no picture."""
    at, scans = 2, 0
    while found := _MARKER.match(content, at):
        marker, start = found[1][0], found.end()
        if marker == 0xD9:
            yield marker, b"", b"\xff\xd9"
            return
        end = start + int.from_bytes(content[start : start + 2])
        body = content[start + 2 : end]
        scans += marker == 0xDA
        if scans > _MOST_SCANS:
            raise ValueError("scans without end")  # each goes over every pixel
        if marker == 0xDA:  # what was scanned follows it, without a length
            after = _MARKER.search(content, end)
            end = after.start() if after else len(content) + 1
        if end > len(content) or end < start + 2:
            break
        yield marker, body, b"\xff" + content[start - 1 : end]
        at = end
    raise Broken


@bounded
def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The kind, body and whole of each chunk of a PNG, up to its end."""
    at = len(_PNG)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : end - 4]
        if end > len(content):
            break
        yield kind, body, content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise Broken


@bounded
def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and body of each chunk of a WebP."""
    at, last = 12, 8 + int.from_bytes(content[4:8], "little")
    while at + 8 <= last:
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + size
        if at > len(content):
            raise Broken
        yield kind, content[at - size : at]
        at += size % 2
    if last > len(content) + 1:
        raise Broken


def _webp(content: bytes, *, profile: bool) -> bytes:
    kept = _WEBP if profile else _WEBP - {b"ICCP"}
    gone = 0xFF ^ (_WEBP_FLAGS["exif"] | _WEBP_FLAGS["xmp"] | (0 if profile else _WEBP_FLAGS["icc"]))
    chunks = bytearray()
    for kind, body in _riff(content):
        if kind in kept:
            said = bytes([body[0] & gone]) + body[1:] if kind == b"VP8X" and body else body
            chunks += kind + struct.pack("<I", len(said)) + said + b"\0" * (len(said) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _gif(content: bytes) -> Iterator[bytes]:
    """The blocks of a GIF that paint it and let it move, up to its end."""
    at = 13 + _table(content, 10)
    yield content[:at]
    for extends, block in _blocks(content, at):
        if not extends or block[1] == 0xF9 or block[3:14] in _LOOPS:
            yield block
    yield b";"


@bounded
def _blocks(content: bytes, at: int) -> Iterator[tuple[bool, bytes]]:
    """The blocks of a GIF up to its end, and whether each but extends the next."""
    while content[at : at + 1] in {b"!", b","}:
        start, extends = at, content[at] == 0x21
        at = _blocks_end(content, at + 2 if extends else at + 11 + _table(content, at + 9))
        yield extends, content[start:at]
    if content[at : at + 1] != b";":
        raise Broken


def _table(content: bytes, at: int) -> int:
    """How many bytes the colours have that follow these flags, in a GIF."""
    flags = content[at : at + 1] or b"\0"
    return 3 << ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1
