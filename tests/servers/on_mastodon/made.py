"""What the tests of the Mastodon adapter begin with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from servers.lossy import Exchange, Fault, answers, wire

from bot.errors import DeliveryError
from bot.model import Attachment, Delivery, Part, Post, State
from bot.networks.mastodon import MastodonAccount
from bot.networks.mastodon.adapter import MastodonAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
LINK = "https://example.org/fish?a=1&b=2"
UPLOAD, LOOK, STANDING = "^/api/v2/media$", "^/api/v1/media/", r"^/api/v1/statuses/\d+$"
WRITE, TIMELINE, SOURCE = "^/api/v1/statuses$", r"/api/v1/accounts/\d+/statuses", "/source$"
ME, APP, V2 = "accounts/verify_credentials", "apps/verify_credentials", "/api/v2/instance"
PAGE = answers(200, "<html>Welcome</html>", content_type="text/html")


def at_once(seconds: float) -> None:
    """Waits for nothing."""


def adapter(
    login: Any,
    home: Path,
    base_url: str | None = None,
    at: datetime = NOW,
    sleep: Callable[[float], None] = at_once,
    **changes: object,
) -> MastodonAdapter:
    """The adapter of this account, as after a restart."""
    account = MastodonAccount.model_validate(login.settings(base_url) | changes)
    return MastodonAdapter(account, "news", home, clock=lambda: at, sleep=sleep)


def delivery(
    *texts: str, number: int = 1, media: Mapping[int, Sequence[Attachment]] | None = None, **post: Any
) -> Delivery:
    """A delivery of these parts, with the media of each, at its first attempt; another number is another one, and later."""
    beside = media or {}
    return Delivery(
        id=number,
        article=number,
        headline="A headline",
        account="news",
        network="mastodon",
        key=f"delivery-{number}",
        state=State.SENDING,
        due_at=None,
        attempts=1,
        claim=1,
        frozen_by=1,
        first_attempt_at=NOW + timedelta(seconds=number),
        post=Post(tuple(Part(text, media=tuple(beside.get(n, ()))) for n, text in enumerate(texts)), **post),
    )


def picture(colour: str, form: str = "PNG", size: tuple[int, int] = (64, 48), frames: int = 1) -> bytes:
    """A picture of one colour; with more frames, which differ, it moves."""
    file = BytesIO()
    first = Image.new("RGB", size, colour)
    rest = [Image.new("RGB", size, (40 * n, 0, 0)) for n in range(1, frames)]
    first.save(file, form, **({"save_all": True, "append_images": rest} if rest else {}))
    return file.getvalue()


def shown(name: str, content: bytes, alt: str = "", mime: str = "image/png") -> Attachment:
    """What a part has beside its text."""
    return Attachment(f"/news/{name}", alt, sha256(content).hexdigest(), mime, len(content), content=content)


RED = shown("red.png", picture("red"), "A red field")
TWO = (RED, shown("green.jpg", picture("green", "JPEG"), "A green field", "image/jpeg"))
FOUR = (
    *TWO,
    shown("blue.webp", picture("blue", "WEBP", (32, 32)), "Blue, “quoted” & \\ ünïcode 🎉\non two lines", "image/webp"),
    shown("dull.png", picture("gray")),
)
MOVING = shown("moving.gif", picture("red", "GIF", frames=3), "It moves", "image/gif")
FILM = shown("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(range(256)), "A film", "video/mp4")


def error(status: int, words: str, **headers: str) -> Fault:
    return answers(status, json.dumps({"error": words}), content_type="application/json", **headers)


def says(body: object) -> Fault:
    return answers(200, json.dumps(body), content_type="application/json")


def retold(change: Callable[[Any], Any]) -> Fault:
    """The server does what was asked; of its answer, which is JSON, another one is made."""

    def fault(exchange: Exchange) -> None:
        body = json.loads(exchange.forward().partition(b"\r\n\r\n")[2])
        exchange.send(wire(200, json.dumps(change(body)).encode(), {"Content-Type": "application/json"}))

    return fault


def attempt(here: MastodonAdapter, what: Delivery) -> DeliveryError:
    """How an attempt that must fail does so."""
    with pytest.raises(DeliveryError) as caught:
        list(here.publish(what))
    return caught.value


FOUND = {
    "by its link": delivery(f"Fish, at last: {LINK}", url=LINK),
    "by its words": delivery("Nothing but words, and\n\na paragraph."),
    "with its warning": delivery("Fish.", warning="Blood"),
    "as a thread": delivery("One.", "Two.", "Three.", warning="Blood"),
    "with a mention": delivery("Thanks @alice@example.com for the fish"),
    "without words": delivery("🎉🎉"),
    "among marks": delivery("a < b & c > d \"e\" 'f' #Fish *g* _h_"),
    "private": delivery("For few.", visibility="private"),
    "with a full-width mark": delivery("See ＃全角 now"),
}
"""Posts that must be found again, each by other means."""
