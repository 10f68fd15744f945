"""What a tick costs in the daemon's loop with one delivery due among very many that wait, beside one among a thousand."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import many
from fakes import FakeNetwork, compose

from bot.daemon.bell import Bell
from bot.daemon.desk import Desk
from bot.daemon.inbox import Inbox
from bot.daemon.loop import Loop
from bot.daemon.turns import Turn
from bot.deliver import Courier, Member, Policy
from bot.intake.queue import Queue
from bot.ledger import open_ledger
from bot.model import Account, Article, Priority, State
from bot.planning import Planner
from bot.schedule.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MUCH = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
FEW = 1_000
ROUNDS = 25
AIM = 2.0
SLOTS = Rhythm(slots=("*/20 6-22 * * *",), per_day=1000, max_age=timedelta(days=400))
CASES: Mapping[str, tuple[int, Rhythm]] = {
    "1 account without a rhythm": (1, Rhythm()),
    "1 account with slots": (1, SLOTS),
    "50 accounts without a rhythm": (50, Rhythm()),
    "50 accounts with slots": (50, SLOTS),
}


class Turns:
    """The loop's clock: takes down who has his turn when, and lets the script take it."""

    def __init__(self) -> None:
        self.moments: dict[str, datetime] = {}
        self.turns: dict[str, Turn] = {}

    def set(self, moments: Mapping[str, datetime]) -> None:
        self.moments = dict(moments)


class Bot(NamedTuple):
    """The daemon's parts on one ledger: `breaking` makes one more delivery due, `tick` looks, sends it, and looks again."""

    breaking: Callable[[int], int]
    tick: Callable[[], None]
    is_delivered: Callable[[int], bool]


def main() -> None:
    """Print what a tick costs on each, taken in turn, so that what else the machine does hits both alike."""
    print(f"a tick with one due: {FEW:,} waiting, and {MUCH:,}, medians of {ROUNDS}")
    for name, (number, rhythm) in CASES.items():
        with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as much:
            bots = [bot(Path(few), FEW, number, rhythm), bot(Path(much), MUCH, number, rhythm)]
            taken: list[list[float]] = [[], []]
            for round_ in range(ROUNDS + 2):
                for times, each in zip(taken, bots, strict=True):
                    times.append(timed(each, round_))
        one, other = (statistics.median(times[2:]) for times in taken)  # the first looks warm up
        verdict = "met" if other <= AIM * one else "missed"
        print(
            f"{name:29} {one * 1000:7.1f} ms {other * 1000:7.1f} ms  {other / one:5.2f}x  (aim: at most {AIM:.0f}x, {verdict})"
        )


def timed(bot: Bot, round_: int) -> float:
    """The seconds that a tick takes in which one is sent."""
    due = bot.breaking(round_)
    begun = time.perf_counter()
    bot.tick()
    taken = time.perf_counter() - begun
    if not bot.is_delivered(due):
        raise SystemExit("what was due did not go")
    return taken


def bot(folder: Path, waiting: int, number: int, rhythm: Rhythm) -> Bot:
    """A daemon at work where so many wait; its network answers at once."""
    names, turns = many.names(number), Turns()
    many.fill(folder / "bot.db", waiting, names, planned=not rhythm.is_free)
    ledger = open_ledger(f"sqlite:///{folder}/bot.db", lanes=folder / "bot.db.lanes")
    accounts = [Account(name, many.OUTBOX) for name in names]
    planner = Planner(ledger, dict.fromkeys(names, rhythm), clock=now)
    networks = {name: FakeNetwork(checks=[f"login:{name}"]) for name in names}
    members = {each.name: Member(each, "keys", partial(networks.get, each.name)) for each in accounts}  # type: ignore[arg-type]
    courier = Courier(ledger, members, compose, clock=now, sleep=time.sleep, policy=Policy(), may_go=planner.may_go)
    queue = Queue(folder / "queue")
    queue.folder.mkdir()
    desk = Desk(
        ledger, queue, accounts_of=lambda *_: accounts, read=lambda _: story(0), clock=now, planned=planner.planned
    )
    inbox = Inbox(desk, ledger, queue, known=ledger.queued(), clock=now, monotonic=time.monotonic)
    troubles: list[Exception] = []
    loop = Loop(
        ledger=ledger,
        planner=planner,
        inbox=inbox,
        roster=turns,
        bell=Bell(),
        news=lambda _: None,
        trouble=troubles.append,
        clock=now,
        monotonic=time.monotonic,
    )

    def breaking(round_: int) -> int:
        taken = ledger.take_in(story(round_), accounts[:1], now=now(), due_at=now(), planned=planner.planned)
        return taken.deliveries[0].id

    def tick() -> None:
        loop.look()
        for name in [name for name, at in turns.moments.items() if at <= now()]:
            began = time.monotonic()
            sent = courier.deliver_due_of(name, go_on=lambda: True)
            turns.turns[name] = Turn(began, time.monotonic(), sent)
        loop.look()
        if troubles:
            raise troubles[0]

    return Bot(breaking, tick, lambda each: ledger.delivery(each).state is State.DELIVERED)


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def story(number: int) -> Article:
    """News that cannot wait."""
    return Article((f"id:new-{number}",), f"Just in: {number}", priority=Priority.BREAKING)


if __name__ == "__main__":
    main()
