"""An hour's work in minutes: twenty accounts, five thousand deliveries, faults and kills throughout; then all is counted."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from soak import senders
from soak.counts import Count, count
from soak.memory import Held, seen
from soak.senders import Plan

from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.ledger import Ledger

PATIENCE = 600.0  # seconds that the last ones may take
SPARED_AFTER = 1000  # deliveries after which one sender lives on, so that its memory can be watched
WORK: dict[str, Callable[[Plan], None]] = {
    "intake": senders.take_in,
    "watched sender": senders.send,
    "sender": senders.send,
}


@dataclass
class Soak:
    """What was seen on the way."""

    plan: Plan
    delivered: int = 0
    resumed: int = 0
    retried: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    held: Held = field(default_factory=Held)

    def run(self) -> None:
        """Each process does its work until it is killed, and then another in its place."""
        working = {name: senders.process(work, self.plan) for name, work in WORK.items()}
        patience = time.time() + self.plan.seconds / self.plan.speed + PATIENCE
        try:
            while not self._settled():
                if time.time() > patience or not all(map(senders.lives, working.values())):
                    raise SystemExit("a process ended by itself, or the last ones are never settled")
                time.sleep(random.uniform(0.05, 0.5))
                self._look()
                self.held.note(self.delivered, seen(working["watched sender"], self.plan.folder))
                for name in self._doomed():
                    senders.kill(working[name])
                    working[name] = senders.process(WORK[name], self.plan)
                    self.kills[name] += 1
        finally:
            for number in working.values():
                senders.kill(number)

    def _doomed(self) -> Iterator[str]:
        """Who is killed this time."""
        turn = self.kills["sender"]
        yield "sender"
        if turn % 3 == 1:
            yield "intake"
        if turn % 5 == 1 and self.delivered < SPARED_AFTER:
            self.held = Held()
            yield "watched sender"

    def _settled(self) -> bool:
        """Whether all is taken in and done."""
        with self.plan.ledger() as ledger:
            last = self.plan.article(self.plan.articles - 1)
            return ledger.find(last.identities) is not None and not ledger.unsettled()

    def _look(self) -> None:
        """What an operator does now and then."""
        with self.plan.ledger() as ledger:
            for lane in ledger.lanes():
                if lane.paused and lane.paused_until is None:
                    ledger.resume(lane.account, now=self.plan.clock())
                    self.resumed += 1
            for delivery in ledger.unsettled():
                if delivery.state is State.UNKNOWN and delivery.due_at is None:
                    self.plan.courier(ledger).retry(delivery.id)
                    self.retried += 1
            self.delivered = ledger.counts().get(State.DELIVERED, 0)


def spared(soak: Soak, counted: Count, noted: dict[str, int]) -> list[str]:
    """What a soak is there for and did not strike."""
    struck = {f"kill of the {name}": soak.kills[name] for name in WORK} | counted.fates
    struck |= {"sender cut off": noted["abandoned"], "request done for nobody": counted.unheard}
    return [name for name, times in struck.items() if not times]


def report(soak: Soak, counted: Count, noted: dict[str, int], seconds: float) -> None:
    faults = sum(counted.fates.values()) - counted.fates["ok"]
    lines = {
        "deliveries": f"{counted.deliveries} to {soak.plan.accounts} accounts, {counted.posts} posts",
        "time": f"{seconds:.0f} s, of {seconds * soak.plan.speed / 3600:.1f} hours by the bot's clock",
        "kills": f"{soak.kills.total()} times SIGKILL: {_each(soak.kills)}",
        "faults": f"{faults} of {sum(counted.fates.values())} requests: {_each(counted.fates)}",
        "unheard": f"{counted.unheard} requests done when their sender was gone",
        "ledger": _each(noted),
        "operator": f"resumed an account {soak.resumed} times, retried {soak.retried} deliveries",
        **soak.held.lines(),
        "duplicates": str(counted.duplicates),
        "losses": str(counted.losses),
        "receipts": f"{counted.astray} that name another post or none",
        "spared": ", ".join(spared(soak, counted, noted)) or "nothing: every kill and every fault struck",
    }
    for name, text in lines.items():
        print(f"{name:11} {text}")  # noqa: T201 - its report


def noted(ledger: Ledger) -> dict[str, int]:
    """How often the ledger says that something went wrong."""
    events = Counter(event.event for event in ledger.events())
    return {name: events[name] for name in ("abandoned", "unknown", "postponed", "late receipt")}


def _each(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()) if name != "ok")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print its figures; 1 where the promise was not kept, memory grew, or something never struck."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--articles", type=int, default=250)
    parser.add_argument("--seconds", type=float, default=3600, help="of the bot's clock, over which articles come in")
    parser.add_argument("--speed", type=float, default=30)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(Path(folder), chosen.accounts, chosen.articles, chosen.seconds, chosen.speed)
        with plan.ledger() as ledger:
            ledger.ensure(plan.all_accounts)
        server = senders.process(senders.network, plan)
        while not plan.address.exists():
            time.sleep(0.01)
        soak = Soak(replace(plan, started=time.time()))
        begun = time.perf_counter()
        try:
            soak.run()
            seconds = time.perf_counter() - begun
            with plan.ledger() as ledger:
                counted, told = count(ledger, plan), noted(ledger)
            report(soak, counted, told, seconds)
        finally:
            senders.kill(server)
    return 0 if counted.kept and soak.held.flat and not spared(soak, counted, told) else 1


if __name__ == "__main__":
    raise SystemExit(main())
