"""What a delivery costs in courier and ledger, beside bare full-sync commits on the same disk and jobs of Huey's SqliteHuey."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from huey import SqliteHuey

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes import World, story

from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 30
EACH = {
    "full-sync commit": 150,
    "delivery": 15,
    "SqliteHuey job": 100,
}  # about as long each: what disturbs one, disturbs all
AIM = 5


def main() -> None:
    """Print each one's time in its best round of many short ones: what else the machine does hits the longest most."""
    with tempfile.TemporaryDirectory() as folder:
        made = (commits(Path(folder) / "bare.db"), deliveries(Path(folder)), jobs(Path(folder) / "huey.db"))
        works = dict(zip(EACH, made, strict=True))
        taken: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                taken[name].append(work(EACH[name]) / EACH[name])
    seconds = {name: min(times) for name, times in taken.items()}
    bare = seconds["full-sync commit"]
    for name, each in seconds.items():
        aim = f"  (aim: at most {AIM}x, {_verdict(each / bare)})" if name == "delivery" else ""
        print(f"{name:17} {each * 1000:7.2f} ms {1 / each:7.0f} a second {each / bare:6.2f}x{aim}")
    print("Huey keeps no receipt: a job is forgotten before it runs, and lost if its worker dies.")


def _verdict(ratio: float) -> str:
    return "met" if ratio <= AIM else "missed"


def timed(work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def commits(file: Path) -> Callable[[int], float]:
    """Transactions of one row each, on disk when they return."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")

    def work(times: int) -> None:
        for number in range(times):
            connection.execute("INSERT INTO rows (text) VALUES (?)", (f"row {number}",))

    return lambda times: timed(lambda: work(times))


def deliveries(folder: Path) -> Callable[[int], float]:
    """Deliveries that are due, to a network that answers at once."""
    world = World(folder)
    world.run()

    numbers = count()

    def work(times: int) -> float:
        taken = [world.take_in(story(next(numbers))) for _ in range(times)]
        seconds = timed(world.courier().deliver_due)
        if any(world.now(delivery).state is not State.DELIVERED for delivery in taken):
            raise SystemExit("not everything was delivered")
        return seconds

    return work


def jobs(file: Path) -> Callable[[int], float]:
    """Jobs that were enqueued, each taken and run by a consumer's own methods."""
    huey = SqliteHuey(filename=str(file), fsync=True, results=False)
    ran: list[int] = []
    job = huey.task()(ran.append)

    def consume() -> None:
        while (task := huey.dequeue()) is not None:
            huey.execute(task)

    def work(times: int) -> float:
        ran.clear()
        for number in range(times):
            job(number)
        seconds = timed(consume)
        if ran != list(range(times)):
            raise SystemExit("not every job ran")
        return seconds

    return work


if __name__ == "__main__":
    main()
