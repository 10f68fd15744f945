"""What the tests of the Mastodon adapter begin with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.lossy import Exchange, Fault, answers, wire

from bot.errors import DeliveryError
from bot.model import Delivery, Part, Post, State
from bot.networks.mastodon import MastodonAccount
from bot.networks.mastodon.adapter import MastodonAdapter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
LINK = "https://example.org/fish?a=1&b=2"
WRITE, TIMELINE, SOURCE = "^/api/v1/statuses$", r"/api/v1/accounts/\d+/statuses", "/source$"
ME, APP, V2 = "accounts/verify_credentials", "apps/verify_credentials", "/api/v2/instance"
PAGE = answers(200, "<html>Welcome</html>", content_type="text/html")


def adapter(
    login: Any, home: Path, base_url: str | None = None, at: datetime = NOW, **changes: object
) -> MastodonAdapter:
    """The adapter of this account, as after a restart."""
    account = MastodonAccount.model_validate(login.settings(base_url) | changes)
    return MastodonAdapter(account, "news", home, clock=lambda: at)


def delivery(*texts: str, number: int = 1, **post: Any) -> Delivery:
    """A delivery of these parts at its first attempt; another number is another one, and later."""
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
        post=Post(tuple(Part(text) for text in texts), **post),
    )


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
