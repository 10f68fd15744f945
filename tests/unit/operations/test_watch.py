"""The watch over a daemon: what it is told goes to whoever asked for it, and no further."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from unit.operations.made import NOW, Steady, event

from bot.errors import ConfigurationError, LedgerError
from bot.ledger import Ledger, open_ledger
from bot.operations.logs import Manner, telling
from bot.operations.watch import Watch
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# what apprise itself imports on older Pythons
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated", "ignore::DeprecationWarning:apprise")


class Watched:
    """A watch, its clock and what it logged."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Steady()
        self.stream = StringIO()
        self.settings = Settings.model_construct(**settings)

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        given: dict[str, Any] = {"mask": lambda text: text.replace("s3cret", "***"), "clock": lambda: NOW}
        with telling(self.stream, Manner(zone=ZoneInfo("UTC"), as_json=True, **given)) as log:
            yield Watch(self.settings, log, monotonic=self.clock, **given)

    @property
    def logged(self) -> list[str]:
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [f"{line['event']}: {line.get('detail', '')}" for line in lines]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(f"sqlite:///{tmp_path}/bot.db", lanes=tmp_path / "lanes")
    yield opened
    opened.close()


def test_the_same_trouble_is_logged_once_an_hour() -> None:
    watched = Watched()
    with watched.watch() as watch:
        for _ in range(5):
            watch.trouble(LedgerError("the disk is full"))
            watch.trouble(LedgerError("it is busy"))
            watched.clock.seconds += 1000
    expected = ["error: the disk is full", "error: it is busy"]
    assert expected * 2 == watched.logged


def test_without_figures_nobody_is_told_of_them() -> None:
    watched = Watched()
    with watched.watch() as watch:
        watch.news([event("delivered", "https://example.org/1")])
        watch.took(1.0)
    assert ["delivered: "] == watched.logged


def test_a_daemon_that_is_ill_says_why_and_keeps_secrets(ledger: Ledger, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    watched = Watched(metrics_port=port, history=None)
    (tmp_path / "queue").mkdir()
    with watched.watch() as watch, watch.kept(ledger, tmp_path / "queue", tmp_path, dict):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
        with caught.value as answer:
            told = json.loads(answer.read())
    ailing = {"status": "ailing", "reasons": ["nobody watches the queue", "nobody watches the clock"]}
    assert (503, ailing) == (caught.value.code, told)


def test_an_address_that_is_none_ends_it_before_it_begins(ledger: Ledger, tmp_path: Path) -> None:
    watched = Watched(alerts=SecretStr("wrongo://s3cret/token"), history=None)
    with (
        watched.watch() as watch,
        pytest.raises(ConfigurationError, match="BOT_ALERTS, number 1: apprise knows no such address"),
        watch.kept(ledger, tmp_path / "queue", tmp_path, dict),
    ):
        raise AssertionError("it began")
