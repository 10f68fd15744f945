"""Where an outbox has its pictures and films: beside the page, each once, named by its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model import Attachment

MEDIA = "media"
_ENDINGS = {  # those that every web server knows: mimetypes' own differ from one Python to the next
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}


def place(attachment: Attachment) -> str | None:
    """A picture's path from the outbox's folder, and its address on the page; None for one that was not looked at."""
    return f"{MEDIA}/{attachment.digest}{_ENDINGS.get(attachment.mime, '')}" if attachment.digest else None
