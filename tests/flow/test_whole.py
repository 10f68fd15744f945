"""One article with four pictures, their alt texts and a card stands whole on every network: read back there, and compared."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from flow.everywhere import Everywhere, everywhere
from PIL import Image
from servers.gallery import gallery
from servers.lossy import cuts, drops, loses

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from servers.gallery import Picture

STORY = """---
headline: Harbour bridge opens to cyclists
url: https://news.example/harbour
summary: The old bridge has a new lane.
lang: en
images:
  bridge.jpg: "A red bridge, seen \\"from below\\""
  rider.png: Ein Mädchen fährt 🚴
  "night view.jpg": The bridge at night
  map.webp: Where it is
---
Cyclists have waited ten years.
"""
ALTS = ('A red bridge, seen "from below"', "Ein Mädchen fährt 🚴", "The bridge at night", "Where it is")
COLOURS = ((200, 30, 40), (30, 160, 60), (20, 30, 120), (220, 200, 40))
SIZES = ((1600, 1200), (640, 900), (900, 1600), (500, 500))
THREAD = "{{ article.headline }}\n\n{{ article.media | pictures }}\n---\n{{ article.url }}\n"
UPLOADS = {
    "bluesky": "uploadBlob",
    "keyless": "^/api/v2/media",
    "mastodon": "^/api/v2/media",
    "mock": "^/api/v2/media",
    "x": "^/2/media/upload",
}
"""The paths of the requests that bring a picture to each account's server."""


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Everywhere:
    world = everywhere(request, tmp_path)
    for name, colour, size in zip(
        ("bridge.jpg", "rider.png", "night view.jpg", "map.webp"), COLOURS, SIZES, strict=True
    ):
        world.bot.write(f"news/{name}", picture(name, colour, size))
    world.bot.write("news/story.md", STORY)
    for name in world.accounts:
        world.bot.settings[f"BOT_ACCOUNTS__{name.upper()}__TIMEOUT"] = "10"
    del world.bot.settings["BOT_ACCOUNTS__OUTBOX__TIMEOUT"]
    return world


def picture(name: str, colour: tuple[int, int, int], size: tuple[int, int]) -> bytes:
    """A picture whose left half is dark; one lies on its side, as cameras write them, and says where it was taken."""
    made = Image.new("RGB", size, colour)
    made.paste((10, 10, 10), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    if name == "night view.jpg":
        made = made.transpose(Image.Transpose.ROTATE_90)  # as the sensor saw it; the orientation turns it back
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    made.save(written, {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name.rsplit(".", 1)[1]], exif=exif, quality=95)
    return written.getvalue()


def assert_it_is(seen: Picture, number: int) -> None:
    """It is this one of the four: upright, of its colours, and silent about where it was taken."""
    with Image.open(BytesIO(seen.content)) as opened:
        opened.load()
        assert not opened.getexif()
        width, height = opened.size
        assert abs(SIZES[number][0] / SIZES[number][1] - width / height) < 0.01
        shown = opened.convert("RGB")
    assert ALTS[number] == seen.alt
    for x, expected in ((width // 4, (10, 10, 10)), (3 * width // 4, COLOURS[number])):
        found: Any = shown.getpixel((x, height // 2))
        assert all(abs(a - b) <= 12 for a, b in zip(expected, found, strict=True)), (number, x, found)


def assert_all_four(pictures: tuple[Picture, ...]) -> None:
    assert 4 == len(pictures)
    for number, seen in enumerate(pictures):
        assert_it_is(seen, number)


def test_four_pictures_their_alts_and_a_card_stand_whole_on_every_network(world: Everywhere) -> None:
    world.bot.write("templates/bluesky.j2", THREAD)
    answer = world.bot("post", "news/story.md", "--json")
    assert (0, {"delivered"}) == (answer.code, {each["state"] for each in answer.json}), answer.out + answer.err
    assert [] == [each["detail"] for each in world.bot("log", "--json").json if each["event"] == "left out"]
    for name in ("keyless", "mastodon", "mock", "x"):
        (shown,) = gallery(world.logins[name])
        assert_all_four(shown.pictures)
        assert "https://news.example/harbour" in world.texts()[name][0], "there the network makes the card"
    first, second = gallery(world.logins["bluesky"])
    assert_all_four(first.pictures)
    story = ("https://news.example/harbour", "Harbour bridge opens to cyclists", "The old bridge has a new lane.")
    assert story == second.card
    assert second.thumbnail is not None
    with Image.open(BytesIO(second.thumbnail)) as thumbnail:
        assert (1600, 1200) == thumbnail.size
    assert 4 == len(list((world.bot.home / "var" / "outbox" / "media").iterdir()))


def test_on_bluesky_a_single_post_has_the_pictures_or_the_card(world: Everywhere) -> None:
    assert 0 == world.bot("post", "news/story.md", "--to", "bluesky").code
    (shown,) = gallery(world.logins["bluesky"])
    assert_all_four(shown.pictures)
    assert shown.card is None
    world.bot.settings["BOT_ACCOUNTS__BLUESKY__EMBED"] = "card"
    assert 0 == world.bot("post", "news/story.md", "--to", "bluesky", "--again").code
    _, shown = gallery(world.logins["bluesky"])
    assert (0, "https://news.example/harbour") == (len(shown.pictures), (shown.card or ("",))[0])
    assert shown.thumbnail


@pytest.mark.parametrize("fault", [drops, loses, cuts])
def test_an_upload_that_gets_lost_costs_neither_a_picture_nor_a_second_post(world: Everywhere, fault: Any) -> None:
    for name, wire in world.wires.items():
        wire.next(UPLOADS[name], fault, after=2)
    world.bot("post", "news/story.md")
    for _ in range(8):
        if not world.bot("run", "--once").code:
            break
    for login in world.logins.values():
        (shown,) = gallery(login)
        assert_all_four(shown.pictures)
