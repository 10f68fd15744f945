"""What works beside the loop goes on whatever happens, and ends when it is told to."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, NEWS, NOW

from bot import cli
from bot.ledger import open_ledger
from bot.ledger.pruning import STEP
from bot.model import State
from bot.operations.beside import every, forget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.ledger import Ledger

YEAR = timedelta(days=365)
LATER = NOW + 2 * YEAR
MANY = 2 * STEP + 1


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Articles that expired long ago, and one that waits."""
    (tmp_path / "var").mkdir()
    ledger = open_ledger(f"sqlite:///{tmp_path}/var/bot.db", lanes=tmp_path / "var" / "bot.db.lanes")
    for number in range(MANY):
        article = replace(ARTICLE, identities=(f"id:{number}",))
        (delivery,) = ledger.take_in(article, [NEWS], now=NOW, due_at=NOW).deliveries
        if number:
            ledger.expire(delivery, now=NOW)
    yield ledger
    ledger.close()


def test_history_is_pruned_to_its_end_and_what_waits_stays(ledger: Ledger) -> None:
    assert (MANY - 1, 3 * (MANY - 1)) == forget(ledger, YEAR, Event(), now=LATER)
    assert (1, MANY - 1) == (ledger.counts()[State.SCHEDULED], ledger.counts()[State.EXPIRED])
    assert (0, 0) == forget(ledger, YEAR, Event(), now=LATER)


def test_who_is_told_to_end_ends_between_two_steps(ledger: Ledger) -> None:
    stop = Event()
    stop.set()
    assert (0, 0) == forget(ledger, YEAR, stop, now=LATER)


def test_the_log_says_what_it_no_longer_knows(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forget(ledger, YEAR, Event(), now=LATER)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["bot", "log"])
    assert 0 == cli.run()
    told = capsys.readouterr().err
    expected = (
        f"Pruned is what had ended by {LATER - YEAR:%Y-%m-%d %H:%M:%S} UTC: BOT_HISTORY says how long it is kept.\n"
    )
    assert expected == told


def test_a_step_that_fails_is_told_and_the_next_is_taken() -> None:
    failed: list[str] = []
    done = Event()

    def step(_: Event) -> None:
        if not failed:
            raise RuntimeError("once")
        done.set()

    with every(0.01, "trial", step, failed=lambda error: failed.append(str(error))):
        assert done.wait(10)
    assert ["once"] == failed


def test_the_first_step_may_come_sooner_or_later() -> None:
    done = Event()
    with every(3600, "trial", lambda _: done.set(), failed=_never, first=0.01):
        assert done.wait(10)


def _never(error: Exception) -> None:
    raise AssertionError(error)
