"""At most one holder has an account's lane, anywhere, and it is free as soon as he is dead."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import NEWS, NOW, SPORT

from bot.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.ledger import Ledger

HOLDER = """
import sys
from pathlib import Path
from bot.ledger import open_ledger
with open_ledger(sys.argv[1], lanes=Path(sys.argv[2])).lane("news", wait=True) as ours:
    print(ours, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def two_accounts(ledger: Ledger) -> None:
    ledger.ensure([NEWS, SPORT])


@contextmanager
def another_process(url: str, lanes: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lane of the account news until it ends."""
    command = [sys.executable, "-c", HOLDER, url, str(lanes)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "True\n" == process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_a_lane_has_one_holder(ledger: Ledger, another: Ledger) -> None:
    with ledger.lane("news", wait=False) as first, another.lane("news", wait=False) as second:
        assert (True, False) == (first, second)
    with another.lane("news", wait=False) as third:
        assert third


def test_a_lane_has_one_holder_within_a_process(ledger: Ledger) -> None:
    with ledger.lane("news", wait=False) as first, ledger.lane("news", wait=False) as second:
        assert (True, False) == (first, second)
    with ledger.lane("news", wait=False) as third:
        assert third


def test_each_account_has_a_lane_of_its_own(ledger: Ledger, another: Ledger) -> None:
    with ledger.lane("news", wait=False) as first, another.lane("sport", wait=False) as second:
        assert (True, True) == (first, second)


def test_a_lane_is_free_after_an_error_inside_it(ledger: Ledger, another: Ledger) -> None:
    with pytest.raises(OSError, match="somebody else's trouble"), ledger.lane("news", wait=False):
        raise OSError("somebody else's trouble")
    with another.lane("news", wait=False) as ours:
        assert ours


@pytest.mark.parametrize("who", ["ledger", "another"])
def test_who_waits_gets_the_lane_when_it_is_free(ledger: Ledger, another: Ledger, who: str) -> None:
    order: list[str] = []
    waiting = Event()

    def wait() -> None:
        waiting.set()
        with {"ledger": ledger, "another": another}[who].lane("news", wait=True) as ours:
            order.append(f"second {ours}")

    with ThreadPoolExecutor() as pool:
        with ledger.lane("news", wait=False) as ours:
            second = pool.submit(wait)
            waiting.wait()
            order.append(f"first {ours}")
        second.result()

    assert ["first True", "second True"] == order


def test_a_lane_has_one_holder_among_processes(ledger: Ledger, url: str, lanes: Path) -> None:
    with another_process(url, lanes), ledger.lane("news", wait=False) as ours:
        assert not ours


def test_a_lane_dies_with_its_holder(ledger: Ledger, url: str, lanes: Path) -> None:
    with another_process(url, lanes) as process:
        process.kill()  # SIGKILL: nothing of ours runs any more there
        with ledger.lane("news", wait=True) as ours:
            assert ours


def test_a_lane_moves_with_the_row_of_its_account(ledger: Ledger, another: Ledger) -> None:
    ledger.identify(NEWS, "did:1", "key", configured={"news"}, now=NOW)

    with ledger.lane("news", wait=False):
        another.identify(SPORT, "did:1", "key", configured={"sport"}, now=NOW)
        with another.lane("sport", wait=False) as renamed:
            assert not renamed


def test_who_waited_for_a_row_that_is_gone_gets_the_lane_of_the_one_that_took_its_place(
    ledger: Ledger, another: Ledger
) -> None:
    ledger.identify(NEWS, "did:1", "key", configured={"news"}, now=NOW)
    waiting = Event()

    def wait() -> bool:
        waiting.set()
        with another.lane("sport", wait=True), ledger.lane("sport", wait=False) as twice:
            return twice

    with ThreadPoolExecutor() as pool:
        with ledger.lane("sport", wait=False):
            second = pool.submit(wait)
            waiting.wait()
            ledger.identify(SPORT, "did:1", "key", configured={"sport"}, now=NOW)
        assert not second.result()


def test_an_account_that_is_not_there_has_no_lane(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="there is no account 'nowhere'"), ledger.lane("nowhere", wait=False):
        pass
