"""The real clock, with turns that take milliseconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING

import pytest

from bot.daemon.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 20  # seconds for what takes milliseconds, on a machine with other work


class Turns:
    """Accounts whose turns end when they are let go."""

    def __init__(self) -> None:
        self.begun: Queue[tuple[str, datetime]] = Queue()
        self.ended: Queue[None] = Queue()
        self.troubles: list[Exception] = []
        self.slow = Event()
        self.roster = Roster(
            ["slow", "quick", "broken"],
            self.work,
            ended=lambda: self.ended.put(None),
            told=self.troubles.append,
            monotonic=time.monotonic,
        )

    def work(self, account: str, go_on: Callable[[], bool]) -> int:
        self.begun.put((account, datetime.now(UTC)))
        if account == "slow":
            self.slow.wait(PATIENCE)
        if account == "broken":
            raise ValueError("nobody expected it")
        return int(go_on())

    def set(self, account: str, *, in_: float = 0) -> datetime:
        at = datetime.now(UTC) + timedelta(seconds=in_)
        self.roster.set({account: at})
        return at


@pytest.fixture
def turns() -> Iterator[Turns]:
    turns = Turns()
    turns.roster.start()
    yield turns
    turns.slow.set()
    turns.roster.stop()


def test_an_account_has_its_turn_at_its_moment_and_not_before(turns: Turns) -> None:
    at = turns.set("quick", in_=0.2)
    account, began = turns.begun.get(timeout=PATIENCE)
    turns.ended.get(timeout=PATIENCE)
    assert ("quick", True) == (account, began >= at)
    assert 1 == turns.roster.turns["quick"].sent


def test_a_slow_account_delays_no_other_and_has_one_turn_at_a_time(turns: Turns) -> None:
    turns.set("slow")
    turns.begun.get(timeout=PATIENCE)
    turns.set("slow")
    turns.set("quick")
    assert "quick" == turns.begun.get(timeout=PATIENCE)[0]
    turns.ended.get(timeout=PATIENCE)
    assert {"quick"} == turns.roster.turns.keys()
    assert turns.begun.empty()


def test_a_turn_that_fails_is_told_and_ends(turns: Turns) -> None:
    turns.set("broken")
    turns.ended.get(timeout=PATIENCE)
    assert (["nobody expected it"], True) == ([str(e) for e in turns.troubles], turns.roster.turns["broken"].failed)


def test_a_later_moment_takes_the_place_of_the_one_before(turns: Turns) -> None:
    turns.set("quick", in_=3600)
    turns.set("quick")
    assert "quick" == turns.begun.get(timeout=PATIENCE)[0]


def test_to_stop_waits_for_what_is_under_way_and_lets_it_begin_nothing_more() -> None:
    turns = Turns()
    turns.roster.start()
    turns.set("slow")
    turns.begun.get(timeout=PATIENCE)
    turns.set("quick", in_=3600)
    turns.slow.set()
    turns.roster.stop()
    assert {"slow"} == turns.roster.turns.keys()
    assert turns.begun.empty()
