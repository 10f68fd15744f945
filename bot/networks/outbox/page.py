"""The outbox for readers: its entries as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.networks.outbox import FEED
from bot.networks.outbox.marking import paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from bot.networks.outbox.entries import Entry


@dataclass(frozen=True, slots=True)
class Card:
    """One entry as the page shows it: its heading, if its text begins with one, and the paragraphs of each part."""

    entry: Entry
    heading: Markup | None
    parts: Sequence[tuple[str, Sequence[Markup]]]

    @classmethod
    def of(cls, entry: Entry) -> Card:
        """The card of an entry."""
        post = entry.post
        texts = [paragraphs(part) for part in post.parts]
        headed = post.parts[0].text.startswith(f"{post.title}\n\n")
        heading = texts[0].pop(0) if headed else None
        return cls(entry, heading, [(entry.anchor(index), text) for index, text in enumerate(texts)])

    @property
    def when(self) -> str:
        """The moment of publishing, for people."""
        return f"{self.entry.published.day} {self.entry.published:%B %Y, %H:%M} UTC"


def page(name: str, entries: Sequence[Entry]) -> str:
    """The whole page, the newest entry first."""
    return _template().render(name=name, feed=FEED, cards=[Card.of(entry) for entry in entries])


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
