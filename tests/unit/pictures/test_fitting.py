"""Whatever comes out for a network is a whole picture within its limits, upright, and tells nothing beside."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from unit.pictures.paint import CORNERS, GPS, RULES, corners, exif, film, noise, png, quarters, saved, seen

from bot.model import Attachment, MediaRules
from bot.pictures import PictureError, fitted
from bot.pictures.looking import look

BLANK = Attachment("harbour.jpg", "The harbour bridge")
TURNED = {"JPEG", "PNG", "WEBP", "AVIF"}
MODES = {
    "JPEG": ("RGB", "L", "CMYK"),
    "PNG": ("RGB", "L", "RGBA", "P", "LA", "1", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
    "GIF": ("P", "L"),
    "TIFF": ("RGB", "L", "CMYK"),
    "BMP": ("RGB", "L"),
}
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif", "AVIF": "image/avif"}


def made(content: bytes, rules: MediaRules = RULES) -> tuple[Attachment, str | None]:
    return fitted(look(content), BLANK, rules)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[bytes, tuple[int, int]]:
    """A picture of any kind that people have, with a place in it; and its width and height, upright."""
    kind = draw(st.sampled_from(sorted(MODES)))
    mode = draw(st.sampled_from(MODES[kind]))
    width, height = draw(st.tuples(st.integers(1, 90), st.integers(1, 90)))
    image = (
        noise(width, height).convert("L").convert("I").convert("I;16") if mode == "I;16" else noise(width, height, mode)
    )
    if mode in {"RGBA", "LA"} and draw(st.booleans()):
        image.putalpha(Image.linear_gradient("L").resize((width, height)))
    turned = draw(st.integers(1, 8)) if kind in TURNED else 1
    told: dict[str, object] = {"exif": exif(turned)} if kind in TURNED else {}
    if kind == "PNG":
        told["pnginfo"] = PngInfo()
        told["pnginfo"].add_itxt("XML:com.adobe.xmp", GPS.decode("latin-1"), zip=draw(st.booleans()))  # type: ignore[attr-defined]
    elif kind in TURNED:
        told["xmp"] = b"<x:xmpmeta/>" + GPS
    frames = (
        {"save_all": True, "append_images": [noise(width, height, mode)]}
        if kind == "GIF" and draw(st.booleans())
        else {}
    )
    shape = (height, width) if turned > 4 else (width, height)
    return saved(image, kind, **told, **frames, **({"comment": GPS} if kind in {"JPEG", "GIF"} else {})), shape


@st.composite
def rules(draw: st.DrawFn) -> MediaRules:
    kinds = draw(st.sets(st.sampled_from(sorted(FORMATS.values()))))
    kinds.add(draw(st.sampled_from(["image/jpeg", "image/png", "image/webp"])))
    return replace(
        RULES,
        formats={kind: draw(st.integers(1_500, 20_000)) for kind in sorted(kinds)},
        pixels=draw(st.none() | st.integers(1, 5000)),
        side=draw(st.none() | st.integers(1, 80)),
        moving=frozenset(draw(st.sampled_from([(), ("image/gif",)]))),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pictures(), rules())
def test_whatever_comes_out_is_a_whole_picture_within_the_rules(
    picture: tuple[bytes, tuple[int, int]], rules: MediaRules
) -> None:
    content, (width, height) = picture
    attachment, _ = made(content, rules)
    shown = seen(attachment.content)
    assert attachment.mime == FORMATS[str(shown.format)]
    assert shown.size == (attachment.width, attachment.height)
    assert len(attachment.content) == attachment.size <= rules.formats[attachment.mime]
    assert attachment.width * attachment.height <= (rules.pixels or 10_000)
    assert max(shown.size) <= (rules.side or 100)
    scale = attachment.width / width if width > height else attachment.height / height  # by the longer side
    assert abs(attachment.width - width * scale) <= 1
    assert abs(attachment.height - height * scale) <= 1
    assert not {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"} & set(shown.info)
    assert not shown.getexif()
    assert GPS not in attachment.content
    assert hashlib.sha256(attachment.content).hexdigest() == attachment.digest
    assert (attachment.content, attachment.digest) == (made(content, rules)[0].content, attachment.digest)


@pytest.mark.parametrize("kind", sorted(TURNED))
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_stands_upright(kind: str, turned: int) -> None:
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turned]
    lying = quarters() if undo is None else quarters().transpose(Image.Transpose(undo))
    attachment, word = made(saved(lying, kind, exif=exif(turned)))
    assert ((64, 48), None) == ((attachment.width, attachment.height), word)
    near(CORNERS, corners(seen(attachment.content)))


def near(expected: object, found: list[tuple[int, int, int]], by: int = 16) -> None:
    pairs = [pair for one, other in zip(expected, found, strict=True) for pair in zip(one, other, strict=True)]  # type: ignore[call-overload]
    assert max(abs(one - other) for one, other in pairs) <= by


def test_a_picture_that_fits_goes_as_it_is_to_the_byte() -> None:
    for content in (saved(noise(80, 60), "JPEG", quality=60), saved(quarters(mode="P"), "PNG")):
        attachment, word = made(content)
        assert (content, None) == (attachment.content, word)


def test_only_the_metadata_is_taken_where_nothing_else_is_in_the_way() -> None:
    bare = saved(noise(80, 60), "JPEG", quality=60)
    told = saved(noise(80, 60), "JPEG", quality=60, exif=exif(), comment=GPS, xmp=b"<x:xmpmeta/>" + GPS)
    attachment, _ = made(told + b"and a film of where it was taken" + GPS)
    assert bare == attachment.content
    assert GPS not in attachment.content
    assert b"Exif" not in attachment.content


def test_colours_of_another_profile_are_shown_as_they_were_meant_and_srgb_is_left_alone() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = saved(noise(80, 60), "JPEG", quality=60, icc_profile=srgb)
    attachment, _ = made(plain)
    assert seen(plain).tobytes() == seen(attachment.content).tobytes()
    assert b"ICC_PROFILE" not in attachment.content
    swapped = srgb.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    for kind in ("JPEG", "PNG", "WEBP"):
        meant, _ = made(saved(quarters(mode="RGBA" if kind == "PNG" else "RGB"), kind, icc_profile=swapped))
        near([(30, 220, 30), (200, 30, 30), *CORNERS[2:]], corners(shown := seen(meant.content)), 24)
        assert "icc_profile" not in shown.info


def test_a_profile_that_nobody_understands_is_no_trouble() -> None:
    content = saved(noise(80, 60), "JPEG", quality=60)
    assert content == made(saved(noise(80, 60), "JPEG", quality=60, icc_profile=b"profile" * 99))[0].content
    gray = saved(
        quarters(mode="L"), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    )
    assert "L" == seen(made(gray)[0].content).mode


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("P", "PNG"), ("P", "GIF"), ("RGB", "TIFF"), ("RGB", "BMP")]
)
def test_a_picture_of_any_kind_keeps_its_colours(mode: str, kind: str) -> None:
    attachment, word = made(saved(quarters(mode=mode), kind), replace(RULES, formats={"image/jpeg": 9_999}))
    assert ("image/jpeg", "RGB", None) == (attachment.mime, seen(attachment.content).mode, word)
    near(CORNERS, corners(seen(attachment.content)), 40)


def test_sixteen_bits_become_eight_without_burning_out() -> None:
    dark = Image.new("I;16", (20, 20), 0x4000)
    attachment, _ = made(saved(dark, "PNG"))
    assert ("L", 0x40) == ((shown := seen(attachment.content)).mode, shown.getpixel((9, 9)))
    deep = png(4, 1, depth=16, colours=2)
    assert (16, 8) == (deep[24], made(deep)[0].content[24])


def test_what_shows_through_stays_so_where_it_can_and_is_white_where_not() -> None:
    clear = quarters(mode="RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 32, 24))
    content = saved(clear, "PNG")
    kept, word = made(content, replace(RULES, formats={"image/jpeg": 9_999, "image/webp": 9_999}))
    assert ("image/webp", None, 0) == (kept.mime, word, seen(kept.content).convert("RGBA").getpixel((9, 9))[3])  # type: ignore[index]
    opaque, word = made(content, replace(RULES, formats={"image/jpeg": 9_999}))
    assert ("image/jpeg", "on white") == (opaque.mime, word)
    near([(255, 255, 255), *CORNERS[1:]], corners(seen(opaque.content)), 24)


def test_the_best_quality_that_fits_is_taken_and_fewer_pixels_before_a_bad_one() -> None:
    content = saved(noise(800, 600), "JPEG", quality=96)
    sizes = {most: made(content, replace(RULES, formats={"image/jpeg": most}))[0] for most in (20_000, 90_000, 190_000)}
    assert all(most * 0.75 < attachment.size <= most for most, attachment in sizes.items())
    finest = max(
        len(each)
        for q in range(75, 93)
        if len(each := saved(seen(content), "JPEG", quality=q, optimize=True)) <= 190_000
    )
    assert finest == sizes[190_000].size
    assert [True, True, False] == [attachment.width < 800 for attachment in sizes.values()]


def test_what_moves_goes_so_only_where_it_may() -> None:
    frames = [quarters(), quarters().transpose(Image.Transpose.ROTATE_180)]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, comment=GPS)
    takes = replace(RULES, formats={"image/jpeg": 9_999, "image/gif": 9_999})
    moving, word = made(content, replace(takes, moving=frozenset(["image/gif"])))
    shown = seen(moving.content)
    assert ("image/gif", None, 2, 0) == (moving.mime, word, shown.n_frames, shown.info["loop"])  # type: ignore[attr-defined]
    assert GPS not in moving.content
    for rules in (
        takes,
        replace(takes, formats={"image/jpeg": 9_999, "image/gif": 99}, moving=frozenset(["image/gif"])),
    ):
        still, word = made(content, rules)
        assert ("image/jpeg", "only its first frame") == (still.mime, word)
        near(CORNERS, corners(seen(still.content)), 40)


def test_a_gif_that_does_not_move_goes_as_one_picture_among_others() -> None:
    rules = replace(RULES, formats={"image/png": 9_999, "image/gif": 9_999}, moving=frozenset(["image/gif"]))
    attachment, word = made(saved(quarters(mode="P"), "GIF"), rules)
    assert ("image/png", None) == (attachment.mime, word)
    near(CORNERS, corners(seen(attachment.content)), 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_of_other_pictures_that_move_the_first_frame_goes(kind: str) -> None:
    content = saved(quarters(), kind, save_all=True, append_images=[noise(64, 48)])
    attachment, word = made(content)
    assert ("only its first frame", 1) == (word, getattr(seen(attachment.content), "n_frames", 1))
    near(CORNERS, corners(seen(attachment.content)))


def test_a_film_goes_as_it_is_without_its_places_or_not_at_all() -> None:
    content = film(turned=True)
    takes = replace(RULES, formats={"video/mp4": 9_999}, moving=frozenset(["video/mp4"]))
    attachment, word = made(content, takes)
    assert ("video/mp4", 360, 640, None) == (attachment.mime, attachment.width, attachment.height, word)
    assert GPS not in attachment.content
    assert len(content) == attachment.size
    assert content[-408:] == attachment.content[-408:]
    why = {
        "is a film, which does not go there": RULES,
        f"is a film of {len(content):,} bytes, and at most 99 go there": replace(takes, formats={"video/mp4": 99}),
        "is a film of 360 × 640 pixels, more than go there": replace(takes, side=600),
    }
    for what, rules in why.items():
        with pytest.raises(PictureError, match=f"^{what}$"):
            made(content, rules)


def test_a_picture_that_no_quality_makes_fit_is_told() -> None:
    with pytest.raises(PictureError, match=r"^cannot be made to fit into 99 bytes$"):
        made(saved(noise(80, 60), "JPEG"), replace(RULES, formats={"image/jpeg": 99}))
    with pytest.raises(PictureError, match=r"^is in no format that goes there$"):
        made(saved(noise(80, 60), "JPEG"), replace(RULES, formats={"video/mp4": 99}))


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("The harbour bridge", 18, "The harbour bridge"),
        ("The harbour bridge, at night", 20, "The harbour bridge…"),
        ("日本を訪問する大統領", 5, "日本を訪…"),
        ("Oberweserdampfschifffahrtsgesellschaft " * 3, 10, "Oberweser…"),
        ("word " * 1000, 1000, ("word " * 200).strip() + "…"),
        ("", 5, ""),
        ("word word", 0, ""),
    ],
)
def test_what_a_picture_shows_is_cut_at_a_word(text: str, most: int, said: str) -> None:
    attachment, _ = fitted(look(saved(quarters(), "PNG")), replace(BLANK, alt=text), replace(RULES, alt=most))
    assert said == attachment.alt
