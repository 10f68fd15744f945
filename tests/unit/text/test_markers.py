from __future__ import annotations

import pytest

from bot.model import Media
from bot.text.markers import bare, take, written

HILL = Media("/queue/sport/hill.jpg", "A hill")
MAP = Media("/queue/map (1).png", "A [rough] map")
FAR = Media("https://cdn.example/x/far.jpg?w=1")
ALL = (HILL, MAP, FAR)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ("One two.", "One ![](hill.jpg) two."),
        ("One.", "One ![](hill.jpg)."),
        ("One\n\nTwo", "One\n\n![](hill.jpg)\n\nTwo"),
        ("One\nTwo", "One\n![](hill.jpg)\nTwo"),
        ("One\n\nTwo", "One ![](hill.jpg)\n\n![](hill.jpg) Two"),
        ("One", "![](hill.jpg) One\n\n![](hill.jpg)"),
        ("中文", "中![](hill.jpg)文"),
        ("", "![](hill.jpg)"),
    ],
)
def test_around_the_hole_the_text_closes(left: str, text: str) -> None:
    assert (left, [HILL]) == take(text, ALL)


@pytest.mark.parametrize("media", ALL)
def test_what_is_written_names_its_picture(media: Media) -> None:
    assert ("Look.", [media]) == take(f"Look. {written(media)}", ALL)


@pytest.mark.parametrize(
    "name", ["map%20(1).png", "<map (1).png>", "./map%20(1).png 'a title'", "</queue/map (1).png>"]
)
def test_a_picture_is_named_by_the_end_of_its_source(name: str) -> None:
    assert ("", [MAP]) == take(f"![]({name})", ALL)


@pytest.mark.parametrize(
    "text", ["![a](none.jpg)", "![a](ill.jpg)", "![a](/etc/hill.jpg)", "[a](hill.jpg)", "![a] (hill.jpg)"]
)
def test_what_names_no_picture_of_the_article_stays_text(text: str) -> None:
    assert (f"One {text}  two", []) == take(f"One {text}  two", ALL)


def test_a_marker_says_what_its_picture_shows_and_a_picture_comes_once_in_their_order() -> None:
    text = r"![The map](<map (1).png>) and ![A \[high\] hill](hill.jpg), ![Another](hill.jpg)"
    assert ("and,", [Media(MAP.source, "The map"), Media(HILL.source, "A [high] hill")]) == take(text, ALL)


def test_bare_text_keeps_every_blank() -> None:
    assert "One  two ." == bare("One ![](hill.jpg) two .", ALL)


@pytest.mark.parametrize("piece", ["![", "![[", "![](", "![](((", "![a](b", "![\\", "![](hill.jpg) "])
def test_a_monstrous_text_is_read_in_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert len(take(text, ALL)[0]) <= len(text)
