"""What the tests of the Bluesky adapter on the reference PDS begin with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from servers.lossy import Fault, answers

from bot.model import Attachment, Delivery, Part, Post, State
from bot.networks.bluesky import BLUESKY, BlueskyAccount
from bot.networks.bluesky.adapter import BlueskyAdapter

if TYPE_CHECKING:
    from pathlib import Path

    from servers.pds import Login

    from bot.networks.base import Adapter

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
LOG_IN, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"


def adapter(login: Login, home: Path, base_url: str | None = None, **changes: object) -> Adapter:
    """The adapter of this account, as after a restart."""
    account = BlueskyAccount.model_validate(login.settings(base_url) | changes)
    return BlueskyAdapter(account, "bluesky", home, clock=lambda: NOW)


def delivery(*texts: str | Part, number: int = 1, **post: Any) -> Delivery:
    """A delivery of these parts at its first attempt; another number is another one, and later."""
    parts = tuple(text if isinstance(text, Part) else Part(text, tuple(BLUESKY.spans(text))) for text in texts)
    return Delivery(
        id=number,
        article=1,
        headline="A headline",
        account="bluesky",
        network="bluesky",
        key=f"delivery-{number}",
        state=State.SENDING,
        due_at=None,
        attempts=1,
        claim=1,
        frozen_by=1,
        first_attempt_at=NOW + timedelta(seconds=number),
        post=Post(parts, **post),
    )


def attachment(content: bytes, mime: str, alt: str = "", width: int = 0, height: int = 0) -> Attachment:
    """These bytes, as they are said to be."""
    digest = sha256(content).hexdigest()
    return Attachment("/news/harbour", alt, digest, mime, len(content), width, height, content)


def picture(seed: int = 0, kind: str = "jpeg", size: tuple[int, int] = (40, 30), alt: str = "") -> Attachment:
    """A picture; each seed has its own."""
    image = Image.linear_gradient("L").rotate(seed * 7).resize(size).convert("RGB")
    file = BytesIO()
    image.save(file, kind)
    return attachment(file.getvalue(), f"image/{kind}", alt, *size)


def film(size: int = 2_000, brand: bytes = b"mp42") -> Attachment:
    """What begins like a film, which is as far as servers look."""
    begin = b"\0\0\0\x1cftyp" + brand + b"\0\0\0\0mp42mp41isom" + b"\0\0\0\x08mdat"
    return attachment(begin + bytes(range(256)) * (size // 256), "video/mp4", "Waves", 640, 360)


def refusal(status: int, name: str, message: str = "", **headers: str) -> Fault:
    return answers(status, json.dumps({"error": name, "message": message}), content_type="application/json", **headers)
