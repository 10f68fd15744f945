"""Every picture in the colours that all screens mean: sRGB, 8 bit, no palette."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from bot.pictures.looking import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageCms import ImageCmsProfile

_UNSEEN = 3  # of 255: what a profile may change before anybody minds


def plain(image: Image, profile: bytes | None) -> Image:
    """The same picture as L, RGB or RGBA, whatever it was made of; raises PictureError where nobody knows how."""
    try:
        shallow = _shallow(image)
        if profile and not is_srgb(profile):
            shallow = _converted(shallow, profile)
        made = shallow if shallow.mode in {"L", "RGB", "RGBA"} else shallow.convert("RGB")
    except ValueError as error:
        raise PictureError("is in colours that cannot be read", hint="Save it as JPEG or PNG.") from error
    made.info = {}  # Pillow would write some of it again
    return made


def is_srgb(profile: bytes) -> bool:
    """Whether a colour profile says what would be taken for granted without it, or nothing that can be understood."""
    from PIL import Image, ImageChops, ImageCms

    try:
        given = _read(profile)
        if given.profile.xcolor_space.strip() != "RGB":
            return given.profile.xcolor_space.strip() not in {"GRAY", "CMYK", "LAB"}
        colours = Image.new("RGB", (64, 64))
        colours.putdata([(n % 16 * 17, n // 16 % 16 * 17, n // 256 * 17) for n in range(4096)])
        seen = ImageCms.profileToProfile(colours, given, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return True
    if seen is None:
        return True
    changed = ImageChops.difference(colours, seen).histogram()
    return max(n % 256 for n, times in enumerate(changed) if times) <= _UNSEEN


def is_transparent(image: Image) -> bool:
    """Whether anything shows through it."""
    return image.mode == "RGBA" and any(image.getchannel("A").histogram()[:255])


def on_white(image: Image) -> Image:
    """The same picture as L or RGB, on white where something shows through."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _shallow(image: Image) -> Image:
    """In 8 bits, and with the colours themselves in place of a palette."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert({"1": "L", "P": "RGB"}.get(image.mode, image.mode))


def _converted(image: Image, profile: bytes) -> Image:
    from PIL import ImageCms

    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, _read(profile), srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):  # one that is not for colours like these
        return image


def _read(profile: bytes) -> ImageCmsProfile:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(BytesIO(profile))
