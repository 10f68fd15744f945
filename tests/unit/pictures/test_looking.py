"""What is no picture, or too much of one, ends in one line, in little time and memory."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from unit.pictures.paint import box, chunk, exif, film, noise, png, quarters, saved

from bot.pictures import Original, PictureError
from bot.pictures.looking import look

if TYPE_CHECKING:
    from pathlib import Path

JPEG = saved(noise(40, 30), "JPEG")
GIF = saved(noise(40, 30), "GIF", save_all=True, append_images=[noise(40, 30).transpose(1)])  # type: ignore[arg-type]


def refused(content: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        look(content)
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)


BOMB = zlib.compress(bytes(20_000_000))
WEBP = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xfe\x3f\x00\xfe\x3f\x00"

WITHIN = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
from bot.pictures import PictureError
from bot.pictures.looking import look
for name in sys.argv[1:]:
    try: print(look(pathlib.Path(name).read_bytes()).width)
    except PictureError as error: print(error.what)
"""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"The harbour bridge", "is no picture"),
        (b"<!DOCTYPE html><html><body><svg/></body></html>", "is a page and no picture"),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?><!-- a --><svg onload="alert(1)"><script/></svg>',
            "is an SVG drawing, which no",
        ),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing, which no network shows. Save it as PNG."),
        (box(b"ftyp", b"heic", bytes(8)), "is a HEIC picture, which no network shows. Save it as JPEG."),
        (b"\x1a\x45\xdf\xa3" + bytes(90), "is a WebM film"),
        (b"\xff\xd8\xff" + bytes(90), "is cut short"),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9", "is no picture that can be read"),
        (b"BMW builds a plant", "is no picture that can be read"),
        (saved(noise(80, 60), "TIFF")[:900], "is cut short"),
        (saved(noise(80, 60), "BMP")[:900], "is cut short"),
        (film()[:300], "is cut short"),
        (box(b"ftyp", b"isom") + box(b"mdat", bytes(9)), "is cut short"),
        (png(25_000, 20_000), "has 25000 × 20000 pixels, more than 100 million. Save it smaller."),
        (GIF[:6] + b"\xff" * 4 + GIF[10:], "has 65535 × 65535 pixels, more than 100 million"),
        (png(4, 1, chunk(b"iCCP", b"icc\0\0" + BOMB)), "is no picture that can be read"),
        (WEBP, "more than 100 million"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_told_in_one_line(content: bytes, why: str) -> None:
    assert why in refused(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "film"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_a_picture_that_is_cut_anywhere_is_refused(kind: str, share: float) -> None:
    content = film() if kind == "film" else GIF if kind == "GIF" else saved(noise(80, 60), kind)
    assert refused(content[: int(len(content) * share)]) in {"is cut short", "is no picture that can be read"}


def test_a_picture_is_known_by_what_it_holds_and_measured_upright() -> None:
    content = saved(quarters(64, 48), "JPEG", exif=exif(6))
    assert Original(content, "image/jpeg", 48, 64) == look(content)
    assert Original(GIF, "image/gif", 40, 30, moving=True) == look(GIF)
    content = film(1280, 720)
    assert Original(content, "video/mp4", 1280, 720, moving=True) == look(content)
    assert "video/quicktime" == look(film(brand=b"qt  ")).mime


def test_texts_that_unfold_without_end_are_not_unfolded() -> None:
    """The limits that Pillow has would refuse the picture."""
    texts = [chunk(b"zTXt", b"a\0\0" + BOMB), chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB)] * 4
    assert (4, 1) == ((seen := look(png(4, 1, *texts))).width, seen.height)


@pytest.mark.parametrize(
    "content",
    [
        GIF[:-1] + b"!\xfe\0" * 200_000 + b";",
        JPEG[:2] + b"\xff\xfe\0\2" * 200_000 + JPEG[2:],
        JPEG[:-2] + JPEG[JPEG.index(b"\xff\xda") :][:-2] * 200 + b"\xff\xd9",
        png(4, 1, *[chunk(b"tEXt", b"")] * 200_000),
        film() + box(b"moov", box(b"free") * 200_000),
    ],
    ids=["blocks of a GIF", "segments of a JPEG", "scans of a JPEG", "chunks of a PNG", "boxes of a film"],
)
def test_pieces_without_end_are_not_gone_through(content: bytes) -> None:
    assert "is no picture that can be read" == refused(content)


def test_bombs_go_off_in_little_memory(tmp_path: Path) -> None:
    """All of them, in a process that has 700 MiB for itself, Python and Pillow."""
    bombs = {"500 megapixels": png(25_000, 20_000), "texts": png(4, 1, chunk(b"zTXt", b"a\0\0" + BOMB)), "canvas": WEBP}
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in bombs]
    done = subprocess.run(
        [sys.executable, "-c", WITHIN, *paths], capture_output=True, text=True, check=True, timeout=60
    )
    assert "" == done.stderr
    told = ["has 25000 × 20000 pixels, more than 100 million", "4", "has pixels without end, more than 100 million"]
    assert told == done.stdout.splitlines()
