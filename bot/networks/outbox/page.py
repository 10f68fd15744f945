"""The outbox for readers: its entries as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot import showing
from bot.networks.outbox import FEED
from bot.networks.outbox.media import place
from bot.showing.parts import ShownPart, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from bot.networks.outbox.entries import Entry

_TEMPLATE = Path(__file__).with_name("page.html.j2")


@dataclass(frozen=True, slots=True)
class Card:
    """One entry as the page shows it: its heading, if its text begins with one, and its parts."""

    entry: Entry
    heading: Markup | None
    parts: Sequence[ShownPart]

    @classmethod
    def of(cls, entry: Entry) -> Card:
        """The card of an entry."""
        post = entry.post
        first, *others = shown(post, place)
        if not post.parts[0].text.startswith(f"{post.title}\n\n"):
            return cls(entry, None, [first, *others])
        heading, *paragraphs = first.paragraphs
        return cls(entry, heading, [replace(first, paragraphs=paragraphs), *others])

    @property
    def anchors(self) -> Sequence[str]:
        """Where on the page its parts stand."""
        return [self.entry.anchor(index) for index in range(len(self.parts))]

    @property
    def when(self) -> str:
        """The moment of publishing, for people."""
        return _told(self.entry.published)

    @property
    def changed(self) -> str | None:
        """The moment of its last change, for people; None where there was none."""
        return _told(self.entry.updated) if self.entry.updated else None


def _told(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def page(name: str, entries: Sequence[Entry]) -> str:
    """The whole page, the newest entry first; pictures and films stand beside it."""
    return showing.page(
        _TEMPLATE, pictures=["'self'"], name=name, feed=FEED, cards=[Card.of(entry) for entry in entries]
    )
