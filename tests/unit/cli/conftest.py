"""One delivery, brought to where it stands by the ledger's own moves, and the command line run on it in this process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import story

from bot import cli
from bot.ledger import open_ledger
from bot.model import Account, Delivery, Part, Post, Receipt
from bot.networks.outbox import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.ledger import Ledger

NOW = datetime.now(UTC) - timedelta(hours=1)
THREAD = Post((Part("one"), Part("two")))
ACCOUNT = Account("outbox", OUTBOX)


@dataclass
class Made:
    """One delivery, and the ledger's moves on it."""

    ledger: Ledger
    delivery: Delivery

    def claimed(self, now: datetime = NOW) -> Delivery:
        claimed = self.ledger.claim(self.ledger.delivery(self.delivery.id), THREAD, now=now)
        assert claimed
        return claimed

    def half(self) -> Delivery:
        confirmed = self.ledger.confirm(self.claimed(), receipt(0), now=NOW)
        assert confirmed
        return confirmed


def receipt(index: int) -> Receipt:
    return Receipt(index, f"key/{index}", f"file:///var/outbox/index.html#key-{index}")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    for name in os.environ:
        if name.startswith("BOT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    (tmp_path / "var").mkdir()
    ledger = open_ledger(f"sqlite:///{tmp_path}/var/bot.db", lanes=tmp_path / "var" / "bot.db.lanes")
    (delivery,) = ledger.take_in(story(), [ACCOUNT], now=NOW, due_at=NOW).deliveries
    ledger.identify(ACCOUNT, "outbox:there", "keys", configured=["outbox"], now=NOW)
    yield Made(ledger, delivery)
    ledger.close()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["bot", *arguments])
    return cli.run()
