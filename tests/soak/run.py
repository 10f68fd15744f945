"""An hour's work in minutes: twenty accounts, five thousand deliveries, faults and kills throughout; then all is counted."""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from soak import senders
from soak.network import ask
from soak.senders import Plan

from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.ledger import Ledger

PATIENCE = 600.0  # seconds that the last ones may take
MARGIN = 0.5  # megabytes that a sender may hold more for each 1,000 deliveries; one that kept them would 1.3
WARM = 1500  # deliveries after which connections and caches hold all that they ever need


@dataclass
class Soak:
    """What was seen on the way."""

    plan: Plan
    taken: int = 0
    kills: int = 0
    resumed: int = 0
    retried: int = 0
    samples: list[tuple[int, float]] = field(default_factory=list)

    def run(self) -> None:
        """Articles come in at their time while one sender works on and another is killed every now and then."""
        steady, victim = (senders.process(senders.send, self.plan) for _ in range(2))
        patience = time.time() + self.plan.seconds / self.plan.speed + PATIENCE
        try:
            while not self._settled():
                if time.time() > patience or not senders.lives(steady):
                    raise SystemExit("a sender ended by itself, or the last ones are never settled")
                time.sleep(random.uniform(0.05, 0.5))
                self._look(senders.memory(steady))
                senders.kill(victim)
                self.kills += 1
                victim = senders.process(senders.send, self.plan)
        finally:
            senders.kill(victim)
            senders.kill(steady)

    def _settled(self) -> bool:
        """Whether all is taken in and done, after what has come meanwhile is taken in."""
        plan = self.plan
        with plan.ledger() as ledger:
            while self.taken < plan.articles and plan.due(self.taken) <= (now := plan.clock()):
                ledger.take_in(plan.article(self.taken), plan.all_accounts, now=now, due_at=now)
                self.taken += 1
            return self.taken == plan.articles and not ledger.unsettled()

    def _look(self, memory: float) -> None:
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
            self.samples.append((ledger.counts()[State.DELIVERED], memory))

    @property
    def growth(self) -> float | None:
        """
        The megabytes more that the steady sender holds for each thousand deliveries, once it has warmed up.

        None where there were too few to tell.
        """
        warm = [(delivered / 1000, megabytes) for delivered, megabytes in self.samples if delivered >= WARM]
        if not warm or warm[-1][0] < 1.5 * WARM / 1000:
            return None
        return statistics.linear_regression(*zip(*warm, strict=True)).slope


@dataclass(frozen=True)
class Count:
    """What stands on the network beside what the ledger says of it."""

    deliveries: int
    posts: int
    duplicates: int
    losses: int
    astray: int
    fates: Counter[str]

    @property
    def kept(self) -> bool:
        return (self.duplicates, self.losses, self.astray) == (0, 0, 0)


def count(ledger: Ledger, plan: Plan) -> Count:
    """Each part of each delivery is looked for on the network, and each post in the ledger."""
    told = ask(plan.address, 60, ask="everything")
    stands = Counter((post["account"], post["key"]) for post in told["posts"])
    names = {(post["account"], post["key"]): post["id"] for post in told["posts"]}
    deliveries = [one for article in range(1, plan.articles + 1) for one in ledger.deliveries(article)]
    wanted = {(one.account, f"{one.key}/{part}") for one in deliveries for part in range(_parts(plan, one.article))}
    receipts = {(one.account, f"{one.key}/{kept.index}"): kept.remote_id for one in deliveries for kept in one.receipts}
    return Count(
        deliveries=len(deliveries),
        posts=len(told["posts"]),
        duplicates=sum(times - 1 for times in stands.values()),
        losses=len(wanted - stands.keys()) + plan.articles * plan.accounts - len(deliveries),
        astray=len(receipts.items() ^ names.items()),
        fates=Counter(told["fates"]),
    )


def _parts(plan: Plan, article: int) -> int:
    return 1 + len(plan.article(article - 1).body)


def report(soak: Soak, counted: Count, ledger: Ledger, seconds: float) -> None:
    events = Counter(event.event for event in ledger.events())
    faults = sum(counted.fates.values()) - counted.fates["ok"]
    noted = {name: events[name] for name in ("abandoned", "unknown", "postponed", "late receipt")}
    lines = {
        "deliveries": f"{counted.deliveries} to {soak.plan.accounts} accounts, {counted.posts} posts",
        "time": f"{seconds:.0f} s, of {seconds * soak.plan.speed / 3600:.1f} hours by the bot's clock",
        "kills": f"{soak.kills} times SIGKILL",
        "faults": f"{faults} of {sum(counted.fates.values())} requests: {_each(counted.fates)}",
        "ledger": _each(noted),
        "operator": f"resumed an account {soak.resumed} times, retried {soak.retried} deliveries",
        "memory": _memory(soak),
        "duplicates": str(counted.duplicates),
        "losses": str(counted.losses),
        "receipts": f"{counted.astray} that name another post or none",
    }
    for name, text in lines.items():
        print(f"{name:11} {text}")  # noqa: T201 - its report


def _memory(soak: Soak) -> str:
    held = f"{soak.samples[0][1]:.1f} MB, in the end {soak.samples[-1][1]:.1f} MB"
    if soak.growth is None:
        return f"{held}; too few deliveries to see it grow"
    return f"{held}; {soak.growth:+.2f} MB with each 1,000 deliveries (at most {MARGIN:+.2f})"


def _each(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()) if name != "ok")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print its figures; 1 where the promise was not kept."""
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
                counted = count(ledger, plan)
                report(soak, counted, ledger, seconds)
        finally:
            senders.kill(server)
    return 0 if counted.kept and (soak.growth or 0.0) <= MARGIN else 1


if __name__ == "__main__":
    raise SystemExit(main())
