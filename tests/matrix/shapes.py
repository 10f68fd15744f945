"""The posts that the matrix sends: how the operator writes each, and which parts it has on a network."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot import networks
from bot.compose import Composer
from bot.intake import Names, read_text
from bot.model import Account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAID = {
    "single": ("Harbour bridge opens to cyclists & walkers https://news.example/harbour #Harbour",),
    "thread": (
        *(f"{n}/5 What else we know of the bridge, part {n}." for n in range(1, 5)),
        "5/5 All of it: https://news.example/harbour",
    ),
}
"""Posts in words of their own: each with its parts."""

SHOWN = "shown"
SHAPES = (*SAID, SHOWN)
"""The words for the shapes. The last is a long text with pictures, which the bot splits into a thread by itself."""

TEMPLATE = Path(__file__).with_name("news.j2")
_HEAD = "---\nheadline: Harbour bridge opens\nurl: https://news.example/harbour\n{}---\n{}\n"
_SENTENCES = " ".join(f"Sentence {n} tells a little more of the bridge and its cyclists." for n in range(1, 6))
_LONG = _HEAD.format(
    "", f"First. {_SENTENCES}\n\n![A red bridge](red.png)\n\nThen. {_SENTENCES}\n\n![A blue bridge](blue.png)"
)
_COLOURS = {"red.png": (200, 30, 30), "blue.png": (30, 30, 200)}


class Shape(NamedTuple):
    """A post as the operator writes it, and as it then stands: its texts, and how many pictures each has."""

    article: str
    files: Mapping[str, bytes]
    template: str
    parts: Sequence[str]
    pictures: Sequence[int]


@cache
def shape(word: str, network: str) -> Shape:
    """The post of this shape on a network."""
    if word in SAID:
        parts = SAID[word]
        own = "\n    ---\n".join(f"    {part}" for part in parts)
        return Shape(_HEAD.format(f"text:\n  news: |\n{own}\n", "A new lane."), {}, "", parts, [0] * len(parts))
    article = read_text(_LONG, where="-", names=Names(frozenset(), frozenset(), None))
    facts = networks.account_settings(network).facts
    post = Composer([TEMPLATE.parent], noise=()).compose(article, Account("news", facts))
    texts = [part.text for part in post.parts]
    files = {name: _picture(colour) for name, colour in _COLOURS.items()}
    return Shape(_LONG, files, TEMPLATE.read_text(), texts, [len(part.media) for part in post.parts])


def _picture(colour: tuple[int, int, int]) -> bytes:
    from PIL import Image

    written = BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "PNG")
    return written.getvalue()
