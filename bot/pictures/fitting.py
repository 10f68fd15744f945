"""Pictures made to fit a network: untouched where they may be, else as good as they can be."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from math import inf, log2, sqrt
from typing import TYPE_CHECKING

from bot.pictures.alt import shortened
from bot.pictures.colours import is_srgb, is_transparent, on_white, plain
from bot.pictures.looking import FILMS, PictureError, decoded, orientation
from bot.pictures.stripping import stripped

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from bot.model import Attachment, MediaRules
    from bot.pictures.looking import Original
FLOOR, BEST = 75, 92  # of JPEG and WebP: below, fewer pixels look better; above, nobody sees more
_DOUBLING = 14  # steps of quality that make about twice as many bytes: where the search looks next
_LONGEST_SIDE = {"image/jpeg": 65_500, "image/webp": 16_383}
_LOSSLESS = {"image/png", "image/gif", "image/bmp", "image/tiff"}
_SEE_THROUGH = ("image/webp", "image/png")
_OPAQUE = ("image/jpeg", "image/webp", "image/png")
_AS_IT_IS = {"image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"}


def fitted(original: Original, attachment: Attachment, rules: MediaRules) -> tuple[Attachment, str | None]:
    """
    The picture or film with its bytes, within these rules and without what it tells beside; and in words what it lost.

    The same original gives the same bytes. Raises PictureError where nothing can be made of it that the network takes.
    """
    if original.moving and (whole := _moving(original, rules)):
        return _attached(attachment, rules, whole, original.mime, (original.width, original.height)), None
    if original.mime in FILMS:
        raise PictureError(_no_film(original, rules))
    image = decoded(original.content, original.mime)
    if not original.moving and (whole := _as_it_is(original, image, rules)):
        return _attached(attachment, rules, whole, original.mime, image.size), None
    content, mime, size, lost = _made(original, image, rules)
    words = filter(None, ["only its first frame" if original.moving else None, lost])
    return _attached(attachment, rules, content, mime, size), ", ".join(words) or None


def _attached(
    attachment: Attachment, rules: MediaRules, content: bytes, mime: str, size: tuple[int, int]
) -> Attachment:
    return replace(
        attachment,
        alt=shortened(attachment.alt, rules.alt),
        digest=hashlib.sha256(content).hexdigest(),
        mime=mime,
        size=len(content),
        width=size[0],
        height=size[1],
        content=content,
    )


def _moving(original: Original, rules: MediaRules) -> bytes | None:
    """What moves, as it is but for its metadata, where the network takes it so."""
    if original.mime not in rules.moving or not _fits(original.width, original.height, rules):
        return None
    if original.mime in FILMS | {"image/gif"}:
        whole = stripped(original.content, original.mime)
        return whole if len(whole) <= rules.formats.get(original.mime, 0) else None
    return _as_it_is(original, decoded(original.content, original.mime), rules)


def _no_film(original: Original, rules: MediaRules) -> str:
    most = rules.formats.get(original.mime, 0)
    if original.mime not in rules.moving or not most:
        return "is a film, which does not go there"
    if len(original.content) > most:
        return f"is a film of {len(original.content):,} bytes, and at most {most:,} go there"
    return f"is a film of {original.width} × {original.height} pixels, more than go there"


def _as_it_is(original: Original, image: ImageFile, rules: MediaRules) -> bytes | None:
    """Its own bytes without metadata, where they are what the network takes and every screen shows alike."""
    told = {"exif", "xmp"} & set(image.info) or orientation(image, original.content, original.mime) != 1
    profile = image.info.get("icc_profile")
    odd = image.mode == "CMYK" or image.mode.startswith("I") or _deep(original) or (profile and not is_srgb(profile))
    alone = original.mime in rules.moving and not original.moving  # a still GIF would be held for one that moves
    if original.mime not in _AS_IT_IS or alone or told or odd or not _fits(*image.size, rules):
        return None
    if profile and original.mime == "image/avif":
        return None
    whole = stripped(original.content, original.mime, profile=False)
    return whole if len(whole) <= rules.formats.get(original.mime, 0) else None


def _deep(original: Original) -> bool:
    """Whether it is a PNG of 16 bits, which Pillow does not tell."""
    return original.mime == "image/png" and original.content[24] > 8


def _made(original: Original, image: ImageFile, rules: MediaRules) -> tuple[bytes, str, tuple[int, int], str | None]:
    """The picture encoded anew, with its type, its size and what it lost."""
    picture = _upright(plain(image, image.info.get("icc_profile")), orientation(image, original.content, original.mime))
    through = is_transparent(picture)
    shown = through and not rules.formats.keys().isdisjoint(_SEE_THROUGH)
    picture = picture if shown else on_white(picture)
    if (shown or original.mime in _LOSSLESS) and "image/png" in rules.formats:
        whole = _scaled(picture, _scale(picture.size, rules, "image/png"))
        if len(content := _encoded(whole, "image/png")) <= rules.formats["image/png"]:
            return content, "image/png", whole.size, None
    mime = next((way for way in (_SEE_THROUGH if shown else _OPAQUE) if way in rules.formats), None)
    if not mime:
        raise PictureError("is in no format that goes there")
    return *_best(picture, mime, rules), "on white" if through and not shown else None


def _best(picture: Image, mime: str, rules: MediaRules) -> tuple[bytes, str, tuple[int, int]]:
    """The picture with as many pixels as fit at the lowest quality, and then as finely as they fit."""
    most, scale = rules.formats[mime], _scale(picture.size, rules, mime)
    while True:
        smaller = _scaled(picture, scale)
        coarse = _encoded(smaller, mime, FLOOR)
        if len(coarse) <= most:
            return _finest(smaller, mime, most, coarse), mime, smaller.size
        if smaller.size == (1, 1):
            raise PictureError(f"cannot be made to fit into {most:,} bytes")
        scale *= min(0.9, 0.97 * sqrt(most / len(coarse)))


def _finest(picture: Image, mime: str, most: int, coarse: bytes) -> bytes:
    """Its bytes at the best quality that fits, `coarse` being those at the lowest."""
    if mime == "image/png":
        return coarse
    best, low, high, quality, size = coarse, FLOOR + 1, BEST, FLOOR, len(coarse)
    while low <= high:
        quality = min(high, max(low, quality + int(_DOUBLING * log2(most / size))))
        content = _encoded(picture, mime, quality)
        size = len(content)
        if size <= most:
            best, low = content, quality + 1
        else:
            high = quality - 1
    return best


def _encoded(picture: Image, mime: str, quality: int = BEST) -> bytes:
    out = BytesIO()
    match mime:
        case "image/jpeg":
            picture.save(out, "JPEG", quality=quality, optimize=True)
        case "image/webp":
            picture.save(out, "WEBP", quality=quality)
        case _:
            picture.save(out, "PNG")
    return out.getvalue()


def _fits(width: int, height: int, rules: MediaRules) -> bool:
    return (rules.pixels is None or width * height <= rules.pixels) and max(width, height) <= (rules.side or inf)


def _scale(size: tuple[int, int], rules: MediaRules, mime: str) -> float:
    """By how much a picture of this size is to be made smaller, at most 1."""
    width, height = size
    side = min(rules.side or inf, _LONGEST_SIDE.get(mime, inf))
    pixels = inf if rules.pixels is None else rules.pixels
    longest = max(width, height)
    return min(1.0, side / longest, sqrt(pixels / (width * height)), pixels / longest)


def _scaled(picture: Image, scale: float) -> Image:
    from PIL.Image import Resampling

    if scale == 1:
        return picture
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    return picture.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _upright(picture: Image, turned: int) -> Image:
    from PIL.Image import Transpose

    ways = (
        *(Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM, Transpose.TRANSPOSE),
        *(Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90),
    )
    return picture.transpose(ways[turned - 2]) if turned > 1 else picture
