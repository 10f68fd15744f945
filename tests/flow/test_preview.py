"""`bot preview` of an article with a picture: what it shows is what is then posted."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from flow.conftest import Bot

STORY = "---\nimage: harbour.png\nalt: Boats at the quay\n---\n# Harbour bridge opens\n\nIt is so.\n"


def drawn() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    return picture.getvalue()


def test_the_page_holds_the_very_picture_that_is_then_posted(bot: Bot) -> None:
    bot.write("harbour.png", drawn())
    story = bot.write("story.md", STORY)
    told = bot("preview", story, "--html", "page.html")
    page = bot.home / "page.html"
    assert (0, f"Wrote {page.as_uri()}\n", "") == (told.code, told.out, told.err)
    (shown,) = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="Boats at the quay"', page.read_text())
    assert 0 == bot("post", story).code
    (posted,) = (bot.home / "var" / "outbox" / "media").iterdir()
    assert base64.b64decode(shown) == posted.read_bytes()


def test_the_picture_is_told_as_text_and_as_json_and_one_that_is_none_as_left_out(bot: Bot) -> None:
    bot.write("harbour.png", drawn())
    story = bot.write("story.md", STORY)
    (card,) = bot("preview", story, "--json").json
    (media,) = card["parts"][0]["media"]
    assert (
        f"-- picture harbour.png: 64×48, {media['size']} bytes, alt: Boats at the quay\n" in bot("preview", story).out
    )
    assert (str(bot.home / "harbour.png"), "image/png", []) == (media["source"], media["mime"], card["left_out"])
    bot.write("harbour.png", b"no picture")
    told = bot("preview", story)
    assert (0, True) == (told.code, "\n-- left out: picture harbour.png: " in told.out)


def test_a_page_goes_to_standard_output_and_two_answers_are_refused(bot: Bot) -> None:
    story = bot.write("story.md", "# Harbour bridge opens\n")
    assert bot("preview", story, "--html", "-").out.startswith("<!DOCTYPE html>\n")
    both = bot("preview", story, "--html", "-", "--json")
    assert (2, "", 1) == (both.code, both.out, both.err.count("\n"))


def test_a_page_that_cannot_be_written_and_an_article_that_cannot_be_read_are_one_line_each(bot: Bot) -> None:
    story = bot.write("story.md", "# Harbour bridge opens\n")
    (bot.home / "folder").mkdir()
    refused = bot("preview", story, "--html", "folder")
    assert (1, 1, True) == (refused.code, refused.err.count("\n"), "Is a directory" in refused.err)
    missing = bot("preview", "none.md", "--html", "page.html")
    assert (1, 1, False) == (missing.code, missing.err.count("\n"), (bot.home / "page.html").exists())
