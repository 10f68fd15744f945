"""What the tests of the Bluesky adapter on the reference PDS begin with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from servers.lossy import Fault, answers

from bot.model import Delivery, Part, Post, State
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


def delivery(*texts: str, number: int = 1, **post: Any) -> Delivery:
    """A delivery of these parts at its first attempt; another number is another one, and later."""
    parts = tuple(Part(text, tuple(BLUESKY.spans(text))) for text in texts)
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


def refusal(status: int, name: str, message: str = "", **headers: str) -> Fault:
    return answers(status, json.dumps({"error": name, "message": message}), content_type="application/json", **headers)
