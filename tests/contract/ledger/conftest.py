"""Every promise of the ledger is tried on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, NEWS, NOW

from bot.ledger import Ledger, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Delivery


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/bot.db"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def lanes(tmp_path: Path) -> Path:
    return tmp_path / "var" / "lanes"


@pytest.fixture
def ledger(url: str, lanes: Path) -> Iterator[Ledger]:
    opened = open_ledger(url, lanes=lanes)
    yield opened
    opened.close()


@pytest.fixture
def another(ledger: Ledger, url: str, lanes: Path) -> Iterator[Ledger]:
    """The same ledger as somebody else sees it."""
    opened = open_ledger(url, lanes=lanes)
    yield opened
    opened.close()


@pytest.fixture
def scheduled(ledger: Ledger) -> Delivery:
    """The delivery of a new article to one account."""
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW).deliveries
    return delivery
