"""What `bot preview` shows of a post: as text, as JSON, and as a page that needs nothing beside it."""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from unit.networks.outbox.made import picture, pictured, post

from bot.cli import cards, proof
from bot.cli.cards import Card
from bot.errors import BotError, ComposeError
from bot.model import Account, Attachment, Post, Prices
from bot.model import Card as LinkCard
from bot.networks.outbox import OUTBOX

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "<script>alert(1)</script> & \"quotes\" 'too' {{ 7 * 7 }} <!-- "
HARBOUR = picture("/queue/harbour.png", "Boats at the quay")
FOG = picture("/queue/fog.png", colour="grey")
CARD = LinkCard("https://www.example.org/1", "A card", "What it says", FOG)
THREAD = replace(
    pictured(post("Title\n\nfirst #Tag", "second https://example.org/2", title="Title", lang="en"), HARBOUR, FOG),
    dropped=("2 paragraphs of the body",),
    left_out=("picture storm.jpg: is no picture",),
    visibility="unlisted",
)


def card(content: Post | None, name: str = "outbox", **more: Any) -> Card:
    return Card("Title", Account(name, OUTBOX, **more), content, None if content else ComposeError(f"no {EVIL}"))


def tree(*drawn: Card) -> Any:
    parser = html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    return parser.parse(proof.page(drawn, "USD"))


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def every(document: Any, path: str) -> list[str]:
    return [words(each) for each in document.xpath(path)]


def test_each_account_has_its_post_with_all_that_its_readers_see() -> None:
    document = tree(card(THREAD, "sport"), card(pictured(post("text"), card=CARD)))
    assert ["Title"] == every(document, "//h2")
    assert ["sport on outbox", "outbox"] == every(document, "//article/header/h3")
    thread, single = document.xpath("//article")
    assert ["Title", "first #Tag", "second https://example.org/2"] == every(thread, ".//li/p")
    assert (["#Tag"], ["https://example.org/2"]) == (every(thread, ".//*[@class='tag']"), every(thread, ".//p/a"))
    assert ["example.org A card What it says"] == every(single, ".//a[@class='card']")


def test_what_a_picture_shows_can_be_read_and_its_bytes_are_in_the_page() -> None:
    document = tree(card(THREAD))
    assert [
        "alt: Boats at the quay harbour.png · 64×48, " + f"{HARBOUR.size} bytes",
        "no alt text fog.png · 64×48, " + f"{FOG.size} bytes",
    ] == every(document, "//figcaption")
    kinds, contents = zip(*(each.split(",", 1) for each in document.xpath("//img/@src")), strict=True)
    assert {"data:image/png;base64"} == set(kinds)
    assert [HARBOUR.content, FOG.content] == [base64.b64decode(each) for each in contents]


def test_what_was_given_up_and_left_out_who_sees_it_and_what_it_costs_is_noted() -> None:
    prices = Prices(Decimal("0.015"), Decimal("0.2"))
    assert [
        "not for everybody: unlisted",
        "given up: 2 paragraphs of the body",
        "left out: picture storm.jpg: is no picture",
        "costs 0.215 USD",
    ] == every(tree(card(THREAD, prices=prices)), "//ul[@class='notes']/li")


def test_each_part_has_its_length_and_its_share_of_the_limit() -> None:
    document = tree(card(post("x" * 1_250, "y" * 4_750)))
    assert ["1,250 of 5,000 characters", "4,750 of 5,000 characters"] == every(document, "//ul[@class='lengths']/li")
    assert ["25.0", "95.0"] == document.xpath("//*[local-name() = 'rect']/@width")
    assert ["4,750 of 5,000 characters"] == every(document, "//li[@class='near']")


def test_a_warned_post_is_folded_and_a_refused_one_says_why() -> None:
    warned, refused = tree(card(replace(post("text"), warning="Flashing")), card(None)).xpath("//article")
    assert ["Flashing"] == every(warned, ".//details[not(@open)]/summary")
    assert [" ".join(f"no {EVIL}".split())] == every(refused, ".//p")


def test_an_articles_words_come_out_as_they_went_in_and_nothing_runs_or_is_fetched() -> None:
    evil = replace(
        pictured(
            post(f"{EVIL}\n\nhttps://example.org/", EVIL, title=EVIL, lang='"><b', warning=EVIL),
            picture(EVIL, EVIL),
            Attachment("http://spy.example/x.png", EVIL),
            card=LinkCard("javascript:alert(1)", EVIL, EVIL, picture(EVIL, EVIL)),
        ),
        left_out=(EVIL,),
        dropped=(EVIL,),
    )
    document = tree(card(evil, EVIL))
    assert [] == document.xpath("//script | //iframe | //link | //@style | //@*[starts-with(name(), 'on')]")
    assert [] == [each for each in document.xpath("//@src") if not each.startswith("data:image/png;base64,")]
    assert {"#posts", "https://example.org/"} == set(document.xpath("//@href"))
    expected = " ".join(EVIL.split())
    assert 8 == len(
        [each for each in every(document, "//summary | //li/p | //b | //span | //figcaption") if expected in each]
    )
    assert f"left out: {expected}" in every(document, "//li")


def test_the_policy_allows_its_own_style_and_the_pictures_inside_and_nothing_else() -> None:
    (policy,) = tree(card(THREAD)).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; media-src data:", policy
    ), policy


def test_what_is_too_heavy_or_was_not_looked_at_is_named_instead() -> None:
    film = replace(HARBOUR, source="film.mp4", mime="video/mp4", size=99_000_000)
    document = tree(card(pictured(post("text"), film, Attachment("unseen.png"))))
    assert (["film.mp4", "unseen.png"], []) == (every(document, "//*[@class='elsewhere']"), document.xpath("//video"))


def test_the_file_is_its_owners_alone_when_it_is_new_and_its_address_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a page.html"
    proof.write([card(THREAD)], str(file), currency="USD")
    assert f"Wrote {file.as_uri()}\n" == capsys.readouterr().out
    assert 0o600 == file.stat().st_mode & 0o777
    proof.write([card(None)], str(file), currency="USD")
    assert proof.page([card(None)], "USD") == file.read_text()


def test_standard_output_gets_the_page_and_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    proof.write([card(THREAD)], "-", currency="USD")
    assert proof.page([card(THREAD)], "USD").encode() == capfdbinary.readouterr().out


def test_what_is_no_plain_file_is_written_to_and_not_put_away(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    proof.write([card(None)], str(pipe), currency="USD")
    assert os.read(reader, 15) == b"<!DOCTYPE html>"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(("name", "reason"), [("", "Is a directory"), ("none/x.html", "No such file or directory")])
def test_a_file_that_cannot_be_written_is_one_line(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BotError) as raised:
        proof.write([card(THREAD)], f"{tmp_path}/{name}", currency="USD")
    assert str(raised.value).startswith(f"--html {tmp_path}/{name}: cannot be written: {reason}. Name a file")


def test_as_text_a_line_tells_of_each_picture_the_card_and_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [card(THREAD), card(pictured(post("text"), replace(HARBOUR, alt="a\nb\x1b[2J"), card=CARD))]
    cards.show_all(drawn, currency="USD", as_json=False)
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("-- ")]
    assert [
        f"-- picture harbour.png: 64×48, {HARBOUR.size} bytes, alt: Boats at the quay",
        f"-- picture fog.png: 64×48, {FOG.size} bytes, no alt text",
    ] == shown[:2]
    assert "-- left out: picture storm.jpg: is no picture" in shown
    assert f"-- picture harbour.png: 64×48, {HARBOUR.size} bytes, alt: a b[2J" in shown
    assert "-- card: A card (example.org), with a picture" in shown


def test_as_json_the_media_and_the_card_have_stable_keys(capsys: pytest.CaptureFixture[str]) -> None:
    cards.show_all([card(pictured(THREAD, HARBOUR, card=CARD))], currency="USD", as_json=True)
    (told,) = json.loads(capsys.readouterr().out)
    fog, harbour = (
        {"source": each.source, "alt": each.alt, "mime": "image/png", "size": each.size, "width": 64, "height": 48}
        for each in (FOG, HARBOUR)
    )
    assert ["picture storm.jpg: is no picture"] == told["left_out"]
    assert [harbour] == told["parts"][0]["media"]
    assert {
        "url": CARD.url,
        "title": "A card",
        "description": "What it says",
        "thumbnail": fog,
    } == told["parts"][0]["card"]
    assert ([], None) == (told["parts"][1]["media"], told["parts"][1]["card"])
