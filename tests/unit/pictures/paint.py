"""Pictures and films for the tests, made as they are needed."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from bot.model import MediaRules

GPS = b"N\x0052.5163 13.3777 Brandenburg"
CORNERS = ((220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240))  # top left, top right, below left, below right
RULES = MediaRules(
    most=4,
    formats={"image/jpeg": 1_000_000, "image/png": 1_000_000},
    alt=300,
    pixels=None,
    side=None,
    moving=frozenset(),
)


def quarters(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Four colours, a quarter each, so that a turn shows."""
    small = Image.new("RGB", (2, 2))
    small.putdata(CORNERS)
    return small.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """What compresses badly, as grass and gravel do."""
    rough = max(1, width // 2), max(1, height // 2)
    grain = Image.frombytes("L", rough, Random(1).randbytes(rough[0] * rough[1])).resize((width, height))
    slope = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (grain, slope, grain.transpose(Image.Transpose.ROTATE_180))).convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(turned: int = 1) -> bytes:
    """EXIF with an orientation, a place and a name in it."""
    tags = Image.Exif()
    tags[0x0112] = turned
    tags[0x013B] = GPS.decode("latin-1")
    tags[0x8825] = {1: "N", 2: (52.0, 30.0, 58.0)}
    return tags.tobytes()


def seen(content: bytes) -> Image.Image:
    """The picture in these bytes, every pixel of it."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours in the middle of each quarter."""
    plain, (width, height) = image.convert("RGB"), image.size
    middles = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    return [tuple(plain.getpixel(middle)) for middle in middles]  # type: ignore[arg-type, misc]


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + kind + body


def track(handler: bytes, width: int = 0, height: int = 0, *, turned: bool = False) -> bytes:
    matrix = (
        (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30) if turned else (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    )
    header = box(b"tkhd", bytes(40), struct.pack(">9i2I", *matrix, width << 16, height << 16))
    return box(
        b"trak",
        header,
        box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", GPS if handler == b"meta" else b"")),
        box(b"udta", GPS),
    )


def film(width: int = 640, height: int = 360, *, turned: bool = False, brand: bytes = b"isom") -> bytes:
    """A film by its boxes, with places wherever cameras put them; nothing is painted in it."""
    tracks = [track(b"vide", width, height, turned=turned), track(b"soun"), track(b"meta")]
    told = [box(b"udta", box(b"\xa9xyz", GPS)), box(b"meta", GPS)]
    return b"".join(
        [
            box(b"ftyp", brand, bytes(4), b"isommp42"),
            box(b"moov", box(b"mvhd", bytes(100)), *tracks, *told),
            box(b"uuid", GPS),
            box(b"mdat", b"film" * 100),
        ]
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colours: int = 0) -> bytes:
    """A PNG that says it has so many pixels, with these chunks and a body of one row."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(6 * width + 1) if colours else bytes(width + 1)))
    return b"".join([b"\x89PNG\r\n\x1a\n", head, *chunks, body, chunk(b"IEND", b"")])
