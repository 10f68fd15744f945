"""Deliveries as the courier would claim them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import Delivery, Part, Post, State
from bot.networks.outbox import OUTBOX

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def post(
    *texts: str, title: str = "Title", url: str | None = None, lang: str | None = None, warning: str | None = None
) -> Post:
    """A post of these parts."""
    parts = tuple(Part(text, tuple(OUTBOX.spans(text))) for text in texts)
    return Post(parts, title=title, url=url, lang=lang, warning=warning)


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
