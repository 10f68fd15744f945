"""Deliveries as the courier would claim them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image

from bot.model import Attachment, Card, Delivery, Part, Post, State
from bot.networks.outbox import OUTBOX

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def post(
    *texts: str, title: str = "Title", url: str | None = None, lang: str | None = None, warning: str | None = None
) -> Post:
    """A post of these parts."""
    parts = tuple(Part(text, tuple(OUTBOX.spans(text))) for text in texts)
    return Post(parts, title=title, url=url, lang=lang, warning=warning)


def picture(source: str, alt: str = "", *, colour: str = "teal", sides: tuple[int, int] = (64, 48)) -> Attachment:
    """A picture in one colour, looked at and ready to leave."""
    made = BytesIO()
    Image.new("RGB", sides, colour).save(made, "PNG")
    content = made.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(source, alt, digest, "image/png", len(content), *sides, content)


def pictured(content: Post, *media: Attachment, card: Card | None = None) -> Post:
    """The post with these pictures, and with a card, on its first part."""
    first, *others = content.parts
    return replace(content, parts=(replace(first, media=media, card=card), *others))


def delivery(number: int, content: Post) -> Delivery:
    """The delivery of that number, first attempted as many minutes past noon."""
    return Delivery(
        id=number,
        article=number,
        headline=content.title,
        account="outbox",
        network="outbox",
        key=f"key{number}",
        state=State.SENDING,
        due_at=NOON,
        attempts=1,
        claim=1,
        first_attempt_at=NOON + timedelta(minutes=number),
        post=content,
    )
