"""A disk that is full, and a process that is killed at its work: whatever was promised is there, and nothing goes out twice."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract.ledger.story import ARTICLE, NEWS, NOW, SPORT
from fakes import FakeNetwork, World, story
from sqlalchemy import event

from bot.errors import LedgerError
from bot.ledger import open_ledger
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TESTS = Path(__file__).parents[2]
SENDER = """
import sys
from contract.ledger.story import ARTICLE, NEWS, NOW, POST, SPORT, receipt
from dataclasses import replace
from pathlib import Path
from uuid import uuid4
from bot.ledger import open_ledger
account = {"news": NEWS, "sport": SPORT}[sys.argv[3]]
ledger = open_ledger(sys.argv[1], lanes=Path(sys.argv[2]))
print("ready", flush=True)
while True:
    name = uuid4().hex
    (delivery,) = ledger.take_in(replace(ARTICLE, identities=(f"id:{name}",)), [account], now=NOW, due_at=NOW).deliveries
    claimed = ledger.claim(delivery, POST, now=NOW)
    if ledger.confirm(claimed, receipt(0, name), now=NOW):
        print(name, flush=True)
"""
BACKER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from bot.ledger import open_ledger
ledger = open_ledger(sys.argv[1], lanes=Path(sys.argv[2]))
print("ready", flush=True)
while True:
    made = ledger.back_up(Path(sys.argv[3]) / f"{datetime.now(UTC):%H%M%S%f}.db", now=datetime.now(UTC))
    print(made.path, flush=True)
"""
SMALL_DISK = """
import sys
from pathlib import Path
from contract.ledger.test_damage_disk import on_a_full_disk
on_a_full_disk(Path(sys.argv[1]), int(sys.argv[2]))
print("all of it")
"""


def sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as db:
        return [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> list[str]:
    """What it had promised when it was killed."""
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    return said.splitlines()


def test_every_receipt_that_was_promised_outlives_senders_that_are_killed(tmp_path: Path) -> None:
    file, lanes = tmp_path / "var" / "bot.db", tmp_path / "lanes"
    url, promised = f"sqlite:///{file}", set[str]()
    for round_ in range(6):
        senders = [started(SENDER, url, lanes, account) for account in ("news", "sport")]
        for sender in senders:
            assert sender.stdout is not None
            assert "ready\n" == sender.stdout.readline()
        time.sleep(0.1 + 0.07 * round_)
        for sender in senders:
            promised |= set(kill(sender))
    ledger = open_ledger(url, lanes=lanes)
    for account in (NEWS, SPORT):
        with ledger.lane(account.name, wait=False) as held:
            assert held, "the lock has died with its holder"
        ledger.abandoned(account.name, now=NOW)
    kept = ledger.taken("news", besides=0) | ledger.taken("sport", besides=0)
    counts = ledger.counts()
    ledger.close()
    assert sound(file)
    assert len(promised) > 20
    assert set() == {f"{name}/0" for name in promised} - kept
    assert len(kept) == counts[State.DELIVERED]
    assert 0 == counts[State.SENDING]
    assert counts[State.SCHEDULED] + counts[State.UNKNOWN] <= 2 * 6


def test_a_backup_that_is_killed_is_whole_or_not_there(tmp_path: Path) -> None:
    file, lanes, folder = tmp_path / "var" / "bot.db", tmp_path / "lanes", tmp_path / "copies"
    folder.mkdir()
    ledger = open_ledger(f"sqlite:///{file}", lanes=lanes)
    for number in range(300):
        ledger.take_in(replace(ARTICLE, identities=(f"id:{number}",), body=("x" * 900,)), [NEWS], now=NOW, due_at=NOW)
    for round_ in range(5):
        backer = started(BACKER, f"sqlite:///{file}", lanes, folder)
        assert backer.stdout is not None
        backer.stdout.readline()
        time.sleep(0.05 + 0.03 * round_)
        kill(backer)
    made = list(folder.glob("*.db"))
    assert made
    assert [True] * len(made) == [sound(path) for path in made]
    assert ledger.damage() is None
    ledger.close()


def fill(folder: Path, *, but: int = 0) -> Path:
    """Use up all the room that there is, but for so many bytes."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    os.truncate(ballast, max(0, ballast.stat().st_size - but))
    return ballast


@pytest.mark.parametrize("room", [0, 4096, 16_384, 65_536])
def test_on_a_full_disk_nothing_is_sent_and_nothing_is_lost(tmp_path: Path, room: int) -> None:
    """On a real file system with little room, which is gone with the process that mounts it."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare, for a file system of its own")
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    mounted = f"mount -t tmpfs -o size=12m bot {shlex.quote(str(tmp_path))} || exit 77; exec "
    work = [sys.executable, "-W", "error", "-c", SMALL_DISK, str(tmp_path), str(room)]
    command = [*alone, "sh", "-c", mounted + shlex.join(work)]
    ended = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    if ended.returncode == 77 or "unshare" in ended.stderr:
        pytest.skip("needs a file system of its own, which may not be mounted here")
    assert (0, "all of it\n") == (ended.returncode, ended.stdout), ended.stderr


def on_a_full_disk(disk: Path, room: int) -> None:
    world = World(disk)
    network = world.networks["one"] = FakeNetwork(repeatable=False)
    deliveries = [world.take_in(story(number, "x" * 200)) for number in range(150)]
    world.policy = replace(world.policy, settle=0)
    ballast = fill(disk, but=room)
    with pytest.raises(LedgerError, match=r"the disk is full\. Make room and run it again") as told:
        work_until_it_fails(world)
    assert "\n" not in str(told.value)
    states = {world.now(delivery).state for delivery in deliveries}
    assert State.DISCARDED not in states, "it can still be read"
    ballast.unlink()
    for _ in range(4):
        world.run(after=300)
    assert {State.DELIVERED} == {world.now(delivery).state for delivery in deliveries}
    assert 0 == network.doubles
    assert world.ledger.damage() is None
    world.ledger.close()


def work_until_it_fails(world: World) -> None:
    for number in range(10_000):
        world.run(after=1)
        world.take_in(story(1_000 + number, "y" * 2000))


def no_room(connection: Any, _: object) -> None:
    connection.execute("PRAGMA max_page_count = 1")


@contextmanager
def full(world: World) -> Iterator[None]:
    """No more page for the ledger."""
    engine = world.ledger._database.engine
    engine.dispose()
    event.listen(engine, "connect", no_room)
    try:
        yield
    finally:
        event.remove(engine, "connect", no_room)
        engine.dispose()


def crowd(world: World) -> None:
    """Use up what is free within the pages that the ledger has."""
    for number in range(500):
        world.take_in(story(10_000 + number, "x" * 500))


def crowd_with_little_things(world: World) -> None:
    for _ in range(500):
        world.ledger.pause("one", "x", now=world.clock())
        world.ledger.resume("one", now=world.clock())


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("when", ["before the claim", "after it was posted"])
def test_whenever_the_room_ends_each_part_stands_once_when_there_is_some_again(
    tmp_path: Path, when: str, repeatable: bool
) -> None:
    world = World(tmp_path)
    network = FilledUp(world, repeatable=repeatable) if when == "after it was posted" else FakeNetwork(repeatable)
    world.networks["one"] = network
    delivery = world.take_in(story(1, "two" * 5_000, "three" * 5_000))  # the claim writes more than there is room for
    if when == "before the claim":
        with full(world), pytest.raises(LedgerError, match="the disk is full"):
            world.run()
        assert {} == network.posts, "no claim, no request"
        assert State.SCHEDULED is world.now(delivery).state
    else:
        with pytest.raises(LedgerError, match="the disk is full"):
            world.run()
        assert 1 == len(network.posts)
        assert State.SENDING is world.now(delivery).state, "for whoever holds the lane next"
        assert isinstance(network, FilledUp)
        network.make_room()
    for _ in range(4):
        world.run(after=300)
    assert (State.DELIVERED, 0) == (world.now(delivery).state, network.doubles)
    assert {f"{delivery.key}/{part}" for part in range(3)} <= set(network.posts)
    world.ledger.close()


class FilledUp(FakeNetwork):
    """A network on which the first post goes out just before the disk of the bot is full."""

    def __init__(self, world: World, *, repeatable: bool) -> None:
        super().__init__(repeatable)
        self._world = world
        self._full: Any = None

    def _keep(self, delivery: Any, index: int) -> None:
        super()._keep(delivery, index)
        if self._full is None:
            for use_up in (crowd, crowd_with_little_things):
                with full(self._world), pytest.raises(LedgerError, match="the disk is full"):
                    use_up(self._world)
            self._full = full(self._world)
            self._full.__enter__()

    @property
    def make_room(self) -> Callable[[], object]:
        return lambda: self._full.__exit__(None, None, None)


@pytest.mark.parametrize("anew", [False, True])
def test_a_ledger_that_is_removed_while_it_is_open_takes_nothing_more(tmp_path: Path, anew: bool) -> None:
    """SQLite would go on in a file without a name, and what it takes in, or sends, nobody would know of."""
    url, lanes = f"sqlite:///{tmp_path}/bot.db", tmp_path / "bot.db.lanes"
    ledger = open_ledger(url, lanes=lanes)
    ledger.ensure([NEWS])
    shutil.rmtree(lanes)
    (tmp_path / "bot.db").unlink()
    if anew:
        open_ledger(url, lanes=lanes).close()
    for use in (lambda: ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW), ledger.lanes):
        with pytest.raises(LedgerError, match=r"bot\.db"):
            use()
    ledger.close()
