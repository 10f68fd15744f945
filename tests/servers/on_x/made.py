"""What the tests of the X adapter on our X server begin with."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from servers.lossy import Fault, answers

from bot.model import Attachment, Delivery, Part, Post, Receipt, State
from bot.networks.x import X, XAccount
from bot.networks.x.adapter import XAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from servers.x.accounts import Login

    from bot.networks.base import Adapter

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
POST, ME, TIMELINE = "^/2/tweets$", "^/2/users/me$", "^/2/users/[0-9]+/tweets"
LINK = "https://example.org/a?b=1&c=2"


def utc_now() -> datetime:
    return datetime.now(UTC)


def adapter(
    login: Login,
    home: Path,
    url: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = lambda _: None,
    **changes: object,
) -> Adapter:
    """The adapter of this account, as after a restart."""
    return XAdapter(XAccount.model_validate(login.settings(url) | changes), "x", home, clock, sleep)


def picture(colour: str = "red", form: str = "png", size: tuple[int, int] = (12, 8)) -> bytes:
    """A still of one colour."""
    return _saved([Image.new("RGB", size, colour)], form)


def gif(*colours: str, size: tuple[int, int] = (12, 8)) -> bytes:
    """A picture that moves."""
    return _saved([Image.new("RGB", size, colour) for colour in colours], "gif")


def _saved(frames: list[Image.Image], form: str) -> bytes:
    file = BytesIO()
    frames[0].save(file, form, save_all=form == "gif", **({"append_images": frames[1:]} if frames[1:] else {}))
    return file.getvalue()


def film(size: int = 1_000) -> bytes:
    """What begins as a film does; nobody looks further."""
    return (b"\0\0\0\x20ftypisom" + b"film" * size)[:size]


def attachment(content: bytes, mime: str = "image/png", alt: str = "A red wall.") -> Attachment:
    """The same as X takes it."""
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(
        f"wall.{mime.partition('/')[2]}",
        alt=alt,
        digest=digest,
        mime=mime,
        size=len(content),
        width=12,
        height=8,
        content=content,
    )


def delivery(
    *texts: str,
    receipts: tuple[Receipt, ...] = (),
    url: str | None = LINK,
    media: Mapping[int, tuple[Attachment, ...]] | None = None,
    answers: tuple[Receipt, ...] = (),
) -> Delivery:
    """A delivery of these parts at its first attempt; `media` is what they show, by their index."""
    parts = [Part(text, tuple(X.spans(text)), (media or {}).get(index, ())) for index, text in enumerate(texts)]
    return Delivery(
        id=1,
        article=1,
        headline="A headline",
        account="x",
        network="x",
        key="delivery-1",
        state=State.SENDING,
        due_at=None,
        attempts=1,
        claim=1,
        frozen_by=1,
        first_attempt_at=NOW + timedelta(microseconds=654_321),
        post=Post(tuple(parts), url=url, answers=answers),
        receipts=receipts,
    )


def problem(status: int, detail: str = "", kind: str = "about:blank", title: str = "T", **headers: str) -> Fault:
    """A refusal in today's form."""
    body = {"title": title, "detail": detail, "type": kind, "status": status}
    return answers(status, json.dumps(body), content_type="application/problem+json", **headers)


def coded(status: int, code: int, message: str) -> Fault:
    """A refusal in the older form."""
    body = {"errors": [{"code": code, "message": message}]}
    return answers(status, json.dumps(body), content_type="application/json")


def said(status: int, body: object) -> Fault:
    return answers(status, json.dumps(body), content_type="application/json")


def page(*posts: dict[str, Any], **meta: Any) -> Fault:
    """A page of a timeline."""
    return said(200, {"data": posts, "meta": meta | {"result_count": len(posts)}})


def shown(number: int, text: str = "a", **more: Any) -> dict[str, Any]:
    """A post as X shows it."""
    return {"id": str(number), "text": text, **more}


def plant(login: Login, text: str, at: datetime | None = None) -> str:
    """A post that nobody refuses; its number."""
    server = login.server
    made = server.posts.add(login.user_id, text, server.counter.count(text), at or server.clock(), None)
    return made.id
