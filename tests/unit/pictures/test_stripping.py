"""What is taken out of a file, and what of it has to stay."""

from __future__ import annotations

import struct
import zlib

from unit.pictures.paint import GPS, exif, film, noise, saved, seen

from bot.pictures.stripping import stripped

PLAIN = saved(noise(40, 30), "JPEG")


def test_a_jpeg_loses_its_thumbnail_and_what_lies_behind_its_end() -> None:
    bare = PLAIN[:2] + PLAIN[20:]
    jfif = b"\xff\xe0" + struct.pack(">H", 16 + 3 * 8) + b"JFIF\0\1\1\0\0\1\0\1\2\4" + GPS[:24]
    assert PLAIN == stripped(PLAIN[:2] + jfif + bare[2:] + b"\xff\xd8" + GPS, "image/jpeg")


def test_a_jpeg_keeps_what_says_how_its_colours_are_meant() -> None:
    adobe = b"\xff\xee\0\x0eAdobe\0\x64" + bytes(5)
    assert PLAIN[:20] + adobe + PLAIN[20:] == stripped(PLAIN[:20] + adobe + PLAIN[20:], "image/jpeg")
    profiled = saved(noise(40, 30), "JPEG", icc_profile=b"profile")
    assert profiled == stripped(profiled, "image/jpeg")
    assert PLAIN == stripped(profiled, "image/jpeg", profile=False)


def test_a_webp_does_not_say_any_more_that_it_has_what_was_taken_out() -> None:
    told = saved(noise(40, 30), "WEBP", exif=exif(), xmp=GPS, icc_profile=b"profile")
    kept, bare = stripped(told, "image/webp"), stripped(told, "image/webp", profile=False)
    assert (0x2C, 0x20, 0) == (told[20] & 0x2C, kept[20] & 0x2C, bare[20] & 0x2C)
    assert b"profile" == seen(kept).info["icc_profile"]
    assert seen(told).tobytes() == seen(bare).tobytes()
    assert len(bare) == 8 + struct.unpack_from("<I", bare, 4)[0]


def test_a_gif_keeps_its_times_and_its_turns_and_loses_its_comments() -> None:
    frames = {"save_all": True, "append_images": [noise(40, 30, "L")], "duration": 120, "loop": 3}
    bare = saved(noise(40, 30), "GIF", **frames)
    assert bare == stripped(saved(noise(40, 30), "GIF", comment=GPS, **frames) + GPS, "image/gif")
    assert (120, 3) == (seen(bare).info["duration"], seen(bare).info["loop"])


def test_a_png_keeps_what_is_painted_alone() -> None:
    bare = saved(noise(40, 30), "PNG")
    late = b"tIME" + GPS
    chunk = struct.pack(">I", len(GPS)) + late + struct.pack(">I", zlib.crc32(late))
    assert bare == stripped(bare[:33] + chunk + bare[33:] + GPS, "image/png")


def test_a_film_keeps_its_length_its_pictures_and_its_sound() -> None:
    told, bare = film(), stripped(film(), "video/mp4")
    assert (len(told), told[-408:]) == (len(bare), bare[-408:])
    assert (2, 0, 0) == (bare.count(b"trak"), bare.count(GPS), bare.count(b"udta"))
