"""The outbox's page and that of `bot preview --html` in a real browser: whole, for everybody, and silent."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from servers.browser import look, served
from unit.networks.outbox.made import delivery, picture, pictured, post

from bot.cli import proof
from bot.cli.cards import Card as Drawn
from bot.errors import ComposeError
from bot.model import Account, Card, Post
from bot.networks.outbox import OUTBOX, PAGE, OutboxAccount

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HARBOUR = picture("harbour.png", f"Boats at the quay {WORD}", sides=(1_200, 800))
TALL = picture("tall.png", colour="maroon", sides=(300, 900))
DOT = picture("dot.png", "A dot", colour="navy", sides=(1, 1))
CARD = Card("https://example.org/1", f"A card {WORD}", "What it says", HARBOUR)
PICTURED = (
    pictured(post(f"Title\n\nOne with https://example.org/{'a' * 200} and #Tag", lang="en"), HARBOUR),
    pictured(post("Title\n\n1/2", "second\n\n2/2", lang="en"), HARBOUR, TALL, DOT),
    pictured(post("Other words", lang="en"), card=CARD),
    replace(pictured(post("Title\n\nfolded"), TALL, card=CARD), warning="Flashing lights", visibility="unlisted"),
    pictured(post("مكتبة في المنارة #مكتبة", title="مكتبة", lang="ar"), card=Card("https://example.org/", "المنارة")),
)
WIDTHS = [1_200, 1_200, 300, 1, 1_200, 300, 1_200]


def outbox(home: Path, *posts: Post) -> Path:
    """The page of an outbox with these posts, the last first."""
    adapter = OutboxAccount().connect("outbox", home)
    for number, content in enumerate(posts):
        list(adapter.publish(delivery(number, content)))
    return home / "var" / "outbox" / PAGE


def preview(home: Path, *posts: Post) -> Path:
    """The page of a preview of these posts, and of one that an account cannot post."""
    account = Account("outbox", OUTBOX)
    drawn = [Drawn(each.title, account, each) for each in posts]
    refused = Drawn("Title", Account(WORD, OUTBOX), None, ComposeError(f"does not fit {WORD}"))
    proof.write([*drawn, refused], str(home / "preview.html"), currency="USD")
    return home / "preview.html"


@pytest.mark.parametrize("page", [outbox, preview])
@pytest.mark.parametrize(("dark", "width"), [(False, 1_280), (True, 320)], ids=["light and wide", "dark and narrow"])
def test_axe_finds_nothing_wrong_all_pictures_are_there_and_nothing_is_too_wide(
    page: Callable[..., Path], dark: bool, width: int, tmp_path: Path
) -> None:
    seen = look(page(tmp_path, *PICTURED), dark=dark, width=width)
    assert ([], dark) == (seen.violations, seen.dark)
    assert sorted(WIDTHS) == sorted(seen.pictures)
    assert ([], False) == (seen.refused, seen.wide)


def test_behind_a_web_server_the_page_asks_for_its_own_pictures_and_films_alone(tmp_path: Path) -> None:
    film = replace(DOT, source="film.mp4", mime="video/mp4", digest="f" * 64)
    page = outbox(tmp_path, *PICTURED, pictured(post("Title"), film))
    with served(page.parent) as (at, asked):
        seen = look(page, at=at)
    assert sorted(WIDTHS) == sorted(seen.pictures)
    assert [] == seen.refused
    shown = {f"/media/{each.digest}.png" for each in (HARBOUR, TALL, DOT)} | {f"/media/{film.digest}.mp4"}
    assert shown == {path for path in asked if path.startswith("/media/")} == {each[len(at) :] for each in seen.loaded}
    assert {"/frame.html", "/probed-index.html", "/favicon.ico"} >= set(asked) - shown


@pytest.mark.parametrize("page", [outbox, preview])
def test_no_article_makes_a_page_ask_anybody_for_anything(page: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "spy").mkdir()
    with served(tmp_path / "spy") as (spy, asked):
        evil = f'<img src="{spy}/a.png"><link rel="stylesheet" href="{spy}/b.css"><video src="{spy}/c.mp4"></video>"\'>'
        content = pictured(post(evil, evil, title=evil), picture(evil, evil), card=Card(f"{spy}/d", evil, evil, DOT))
        seen = look(page(tmp_path, content))
    assert ([], [], []) == (asked, seen.refused, [each for each in seen.loaded if not each.startswith("data:")])
    assert [1, 64] == sorted(seen.pictures)


def test_what_looks_at_the_pages_sees_what_is_wrong_and_the_policy_holds(tmp_path: Path) -> None:
    page = preview(tmp_path, PICTURED[0])
    with served(tmp_path) as (spy, asked):
        wide = f"<pre>{'wide ' * 99}</pre>"
        spoiled = page.read_text().replace(
            "</main>", f'<img src="{spy}/a.png"><p style="color: red">x</p>{wide}</main>'
        )
        page.write_text(_restyled(spoiled, "--soft: #625c52", "--soft: #c5c5c5"))
        seen = look(page, width=320)
    assert ({f"{spy}/a.png", "inline"}, [], True) == (set(seen.refused), asked, seen.wide)
    assert {"color-contrast", "image-alt"} <= {each.partition(":")[0] for each in seen.violations}


def _restyled(page: str, before: str, after: str) -> str:
    """The page with another style, which its policy allows."""
    style = page.replace(before, after).partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return re.sub("'sha256-[^']+'", f"'sha256-{digest}'", page.replace(before, after))
