"""What some bytes are: by what they hold, never by a name, and nothing is decoded that is too large to be."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.pictures import films
from bot.pictures.pieces import Broken
from bot.pictures.stripping import stripped, turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

MOST_PIXELS = 100_000_000
FILMS = {"video/mp4", "video/quicktime"}
_KINDS = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"....ftypavi[fs]|....ftypmi[af]1.{4,32}avif", "image/avif"),
    (rb"....ftyp(?:hei|hev|mif|msf)", "HEIC"),
    (rb"....ftypqt  ", "video/quicktime"),
    (rb"....ftyp", "video/mp4"),
    (rb"II\*\0|MM\0\*", "image/tiff"),
    (rb"BM", "image/bmp"),
    (rb"\x1a\x45\xdf\xa3", "WebM"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html", "page"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:[^\0]*<)?svg[\s>]", "SVG"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*<", "page"),
)
_MOVE = {"image/gif", "image/png", "image/webp", "image/avif"}  # the pages of a TIFF do not
_NO_PICTURES = {
    "HEIC": ("is a HEIC picture, which no network shows", "Save it as JPEG."),
    "WebM": ("is a WebM film, which few networks show", "Save it as MP4."),
    "SVG": ("is an SVG drawing, which no network shows", "Save it as PNG."),
    "page": ("is a page and no picture", None),
    "": ("is no picture", None),
}
_READERS = {
    "image/jpeg": "JpegImagePlugin.JpegImageFile",
    "image/png": "PngImagePlugin.PngImageFile",
    "image/gif": "GifImagePlugin.GifImageFile",
    "image/webp": "WebPImagePlugin.WebPImageFile",
    "image/avif": "AvifImagePlugin.AvifImageFile",
    "image/tiff": "TiffImagePlugin.TiffImageFile",
    "image/bmp": "BmpImagePlugin.BmpImageFile",
}


class PictureError(BotError):
    """What is wrong with a picture; which one it is, knows whoever asked for it."""


@dataclass(frozen=True, slots=True)
class Original:
    """A picture or a film as it was found: `width` and `height` are those of it upright, `moving` that it is more than one image."""

    content: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    moving: bool = False


def look(content: bytes) -> Original:
    """What these bytes are; raises PictureError where they are no whole picture, or one that is too large to look at."""
    if not content:
        raise PictureError("is empty")
    mime = _kind(content)
    if refused := _NO_PICTURES.get(mime):
        raise PictureError(refused[0], hint=refused[1])
    with _explained():
        if mime in FILMS:
            stripped(content, mime)  # goes through all of it, and so finds here what is broken
            return Original(content, mime, *films.size(content), moving=True)
        image = decoded(content, mime)
        turned, moving = orientation(image, content, mime), mime in _MOVE and getattr(image, "is_animated", False)
    width, height = image.size if turned < 5 else image.size[::-1]
    return Original(content, mime, width, height, moving)


def decoded(content: bytes, mime: str) -> ImageFile:
    """Its first frame, every pixel of it, and none of its metadata but the colour profile; raises PictureError."""
    module, _, reader = _READERS[mime].partition(".")
    with _explained():
        # not Image.open: that warns of what is large before anybody can say how large it may be
        image: ImageFile = getattr(import_module(f"PIL.{module}"), reader)(BytesIO(stripped(content, mime)))
        _within_reason(*image.size)
        image.load()
    return image


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever Pillow's readers raise over broken bytes is a PictureError."""
    from PIL.Image import DecompressionBombError

    try:
        yield
    except PictureError:
        raise
    except Broken:
        raise PictureError("is cut short") from None
    except DecompressionBombError:
        raise _too_many("pixels without end") from None
    except Exception as error:
        what = "is cut short" if "truncated" in str(error) else "is no picture that can be read"
        raise PictureError(what) from error


def orientation(image: ImageFile, content: bytes, mime: str) -> int:
    """How it is to be turned, as EXIF counts it."""
    if mime == "image/avif":  # where it is no part of EXIF alone
        return int(image.getexif().get(0x0112, 1))
    return turn(content, mime)


def _within_reason(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many(f"{width} × {height} pixels")


def _too_many(pixels: str) -> PictureError:
    return PictureError(f"has {pixels}, more than {MOST_PIXELS // 1_000_000} million", hint="Save it smaller.")


def _kind(content: bytes) -> str:
    """Its MIME type, or a word for what is no picture here; empty for what nobody knows."""
    head = content[:4096]
    return next((kind for pattern, kind in _KINDS if re.match(pattern, head, re.DOTALL)), "")
