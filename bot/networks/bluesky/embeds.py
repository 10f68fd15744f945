"""What a record shows beside its text: pictures, a film or a card; and the blobs that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.model import Card, Part
from bot.networks.bluesky.cids import blob_cid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Attachment


def embed(part: Part) -> dict[str, Any] | None:
    """What this part shows, None where that is its text alone; a record has room for one thing."""
    match part:
        case Part(media=[film]) if film.mime.startswith("video/"):
            return {"$type": "app.bsky.embed.video", "video": blob(film), **_described(film)}
        case Part(media=[_, *_]):
            images = [{"image": blob(picture), **_described(picture)} for picture in part.media]
            return {"$type": "app.bsky.embed.images", "images": images}
        case Part(card=Card() as card):
            return {"$type": "app.bsky.embed.external", "external": _external(card)}
    return None


def shown(part: Part) -> Sequence[Attachment]:
    """The attachments whose blobs its record names: a part with media shows no card."""
    return part.media or part.attachments


def blob(attachment: Attachment) -> dict[str, Any]:
    """How a record names these bytes, and how the server must confirm them."""
    link = {"$link": blob_cid(attachment.digest)}
    return {"$type": "blob", "ref": link, "mimeType": attachment.mime, "size": attachment.size}


def _described(attachment: Attachment) -> dict[str, Any]:
    described: dict[str, Any] = {"alt": attachment.alt}
    if attachment.width and attachment.height:
        described["aspectRatio"] = {"width": attachment.width, "height": attachment.height}
    return described


def _external(card: Card) -> dict[str, Any]:
    external: dict[str, Any] = {"uri": card.url, "title": card.title, "description": card.description}
    if card.thumbnail:
        external["thumb"] = blob(card.thumbnail)
    return external
