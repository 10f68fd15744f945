"""Pictures from this disk and from a real web server: each comes whole, or one line says why not."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from unit.pictures.paint import noise, quarters, saved

from bot.errors import BotError
from bot.fetch import Fetcher
from bot.pictures import Originals, PictureError

if TYPE_CHECKING:
    from pathlib import Path

    from servers.web import Web

JPEG = saved(noise(80, 60), "JPEG")


@pytest.fixture
def originals(web: Web) -> Originals:
    return Originals(Fetcher([web.host], seconds=5))


def refused(originals: Originals, source: object) -> str:
    with pytest.raises(BotError) as caught:
        originals.load(str(source))
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)


def test_a_file_is_read_if_it_is_an_ordinary_one(originals: Originals, tmp_path: Path) -> None:
    harbour = tmp_path / "harbour.jpg"
    harbour.write_bytes(JPEG)
    assert JPEG == originals.load(str(harbour)).content
    (tmp_path / "link.jpg").symlink_to(harbour)
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "large.jpg").open("wb") as large:
        large.truncate(50_000_000)
    assert "cannot be read: Too many levels of symbolic links" == refused(originals, tmp_path / "link.jpg")
    assert "is not an ordinary file" == refused(originals, tmp_path / "pipe.jpg")
    assert "is larger than 40 MiB. Save it smaller." == refused(originals, tmp_path / "large.jpg")
    assert "is a folder" == refused(originals, tmp_path)
    assert "there is no such file" == refused(originals, tmp_path / "none.jpg")
    assert "is no picture" == refused(originals, "/etc/passwd")
    assert "cannot be read: " in refused(originals, f"{tmp_path}/\0.jpg")


def test_a_file_that_changed_is_read_again(originals: Originals, tmp_path: Path) -> None:
    harbour = tmp_path / "harbour.jpg"
    harbour.write_bytes(JPEG)
    originals.load(str(harbour))
    (tmp_path / "new").write_bytes(saved(quarters(), "PNG"))
    (tmp_path / "new").replace(harbour)
    assert "image/png" == originals.load(str(harbour)).mime


def test_an_address_is_fetched_once_for_all_who_want_it_and_again_when_it_grew_old(web: Web) -> None:
    now = [0.0]
    originals = Originals(Fetcher([web.host]), clock=lambda: now[0])
    url = web.says("/harbour", JPEG, mime="text/plain")
    all_at_once = [threading.Thread(target=originals.load, args=(url,)) for _ in range(4)]
    for one in all_at_once:
        one.start()
    for one in all_at_once:
        one.join()
    assert (JPEG, "image/jpeg") == (originals.load(url).content, originals.load(url).mime)
    assert ["/harbour"] == web.seen
    now[0] = 301
    originals.load(url)
    assert ["/harbour", "/harbour"] == web.seen


def test_no_more_is_kept_at_hand_than_there_is_room_for(web: Web, originals: Originals) -> None:
    size = 39 << 20
    urls = [
        web.says(f"/{n}", JPEG[:-2] + b"\xff\xfe\xff\xfe" + bytes(0xFFFC) + b"\xff\xd9" + bytes(size)) for n in (1, 2)
    ]
    for url in (*urls, urls[1], urls[0]):
        originals.load(url)
    assert ["/1", "/2", "/1"] == web.seen


def test_what_is_no_picture_on_the_web_ends_in_one_line(web: Web, originals: Originals) -> None:
    assert "is a page and no picture" == refused(originals, web.says("/page", "<!doctype html><title>No</title>"))
    assert "is an SVG drawing" in refused(originals, web.says("/svg", "<svg><script>alert(1)</script></svg>"))
    assert "is empty" == refused(originals, web.says("/empty"))
    assert "is cut short" == refused(originals, web.says("/short", JPEG[:-300]))
    assert "127.0.0.1: answered 404 (Not Found)" == refused(originals, web.url + "/none.jpg")
    assert "127.0.0.1: gave no whole answer" in refused(originals, web.cut_short("/cut", JPEG))
    assert "127.0.0.1: is larger than 40 MiB" == refused(originals, web.says("/50", bytes(50_000_000)))
    assert "127.0.0.1: is larger than 40 MiB" == refused(originals, web.endless("/endless", bytes(1 << 20), start=JPEG))
    assert "127.0.0.1: is larger than 40 MiB" == refused(originals, web.folded("/bomb", bytes(100_000_000)))
    assert "169.254.169.254: is in a private" in refused(originals, web.leads("/away", "http://169.254.169.254/a.jpg"))


def test_an_article_cannot_name_what_no_address_is(originals: Originals) -> None:
    with pytest.raises(PictureError, match="there is no such file"):
        originals.load("data:image/png;base64,AAAA")
