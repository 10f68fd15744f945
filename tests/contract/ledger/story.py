"""The articles, accounts, times and versions that the ledger's tests are about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import bot.ledger
from bot.model import Account, Article, Network, Part, Post, Receipt

if TYPE_CHECKING:
    from bot.ledger import Ledger
    from bot.model import Delivery

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)

OUTBOX = Network("outbox", limits=(), spans=lambda _: ())
NEWS = Account("news", OUTBOX)
SPORT = Account("sport", OUTBOX)

ARTICLE = Article(identities=("url:https://example.org/1", "queue:1.md"), headline="Hello")
EDITED = replace(ARTICLE, headline="Hello again")
UNRELATED = Article(identities=("url:https://example.org/2",), headline="Something else")

POST = Post((Part("Hello"),), title="Hello")
REWRITTEN = Post((Part("Hello again"),), title="Hello again")
THREAD = Post((Part("one"), Part("two"), Part("three")))


def receipt(part: int = 0, name: str = "remote") -> Receipt:
    """The network's word for one part."""
    return Receipt(part, f"{name}/{part}", f"https://example.org/{name}/{part}", {"cid": f"c{part}"})


def claimed(ledger: Ledger, delivery: Delivery, post: Post = POST, *, now: datetime = NOW) -> Delivery:
    """The delivery with an attempt under way."""
    taken = ledger.claim(delivery, post, now=now)
    assert taken is not None
    return taken


def doubted(ledger: Ledger, delivery: Delivery, post: Post = POST, *, due_at: datetime | None = NOW) -> Delivery:
    """The delivery after an attempt that may have reached the network."""
    unknown = ledger.doubt(claimed(ledger, delivery, post), "no answer", now=NOW, due_at=due_at)
    assert unknown is not None
    return unknown


def happened(ledger: Ledger) -> list[str]:
    """What happened, in short."""
    return [event.event for event in ledger.events()]


def older(folder: Path, head: str) -> str:
    """The migrations of a version whose newest was `head`."""
    copytree(Path(bot.ledger.__file__).parent / "migrations", folder)
    for path in (folder / "versions").glob("*.py"):
        revision = re.search(r'^revision = "(\d+)"$', path.read_text(), re.MULTILINE)
        if revision and revision[1] > head:
            path.unlink()
    return str(folder)
