"""Deliveries for an outbox, and one to take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.networks.outbox import OutboxAccount

if TYPE_CHECKING:
    from pathlib import Path

    from bot.networks.base import Adapter


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home of ünïcode"


@pytest.fixture
def outbox(home: Path) -> Adapter:
    return OutboxAccount().connect("outbox", home)


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "var" / "outbox"
