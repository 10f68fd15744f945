"""The parts of a post as a page shows them: paragraphs, pictures and films with their addresses, and the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.showing.marking import paragraphs, web
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from bot.model import Attachment, Card, Part, Post


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or a film; `address` is where its bytes are, None where the page has none of them."""

    attachment: Attachment
    address: str | None

    @property
    def film(self) -> bool:
        """Whether it is played."""
        return self.attachment.mime.startswith("video/")

    @property
    def name(self) -> str:
        """What people call it."""
        return name_of(self.attachment.source)

    @property
    def facts(self) -> str:
        """How large it is."""
        return facts(self.attachment)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card, the host that its link leads to, and its picture."""

    card: Card
    thumbnail: Picture | None

    @property
    def host(self) -> str:
        """The site, as people know it."""
        try:
            return (urlsplit(self.card.url).hostname or "").removeprefix("www.")
        except ValueError:  # an address that is none
            return ""

    @property
    def leads(self) -> bool:
        """Whether it is a link to the web."""
        return web(self.card.url)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of a post."""

    paragraphs: Sequence[Markup]
    pictures: Sequence[Picture]
    card: ShownCard | None


def shown(post: Post, address: Callable[[Attachment], str | None]) -> list[ShownPart]:
    """The parts of a post, its pictures where `address` says that their bytes are."""
    return [_part(part, address) for part in post.parts]


def facts(attachment: Attachment) -> str:
    """How large a picture is, as far as that is known: `1200×800, 340 kB`."""
    sides = f"{attachment.width}×{attachment.height}" if attachment.width and attachment.height else ""
    return ", ".join(filter(None, [sides, _bytes(attachment.size)]))


def _bytes(size: int) -> str:
    match size:
        case 0:
            return ""
        case _ if size < 1_000:
            return f"{size} bytes"
        case _ if size < 999_500:
            return f"{size / 1_000:.0f} kB"
        case _:
            return f"{size / 1_000_000:.1f} MB"


def _part(part: Part, address: Callable[[Attachment], str | None]) -> ShownPart:
    def picture(attachment: Attachment) -> Picture:
        return Picture(attachment, address(attachment))

    card = None
    if part.card:
        card = ShownCard(part.card, picture(part.card.thumbnail) if part.card.thumbnail else None)
    return ShownPart(paragraphs(part), [picture(each) for each in part.media], card)
