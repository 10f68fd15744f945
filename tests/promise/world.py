"""A ledger, its networks, and two processes on it that come, go, and overtake each other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from fakes import NOON
from promise.actors import Actor, Watched
from promise.network import Line, Network

from bot.deliver import Courier, Member, Policy
from bot.errors import ComposeError, Refused
from bot.ledger import Ledger, open_ledger
from bot.model import Account, Article, Delivery, Part, Post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_ASTRAY = timedelta(hours=20)  # that a clock may be wrong: a look goes back a day
KEYS = "keys"


@dataclass(frozen=True)
class Story:
    """One article to be: so many parts, in words that another may have too; perhaps only news for an hour."""

    parts: int = 1
    words: int = 0
    short_lived: bool = False


@dataclass(frozen=True)
class Setting:
    """
    What a world begins with: for each account whether its network is repeatable, and the articles.

    `apart` says that the processes do not see each other's lanes: as after one lost its locks and does not know it.
    """

    accounts: tuple[bool, ...] = (True,)
    stories: tuple[Story, ...] = (Story(),)
    apart: bool = False
    attempts: int = 100


@dataclass
class Witness:
    """Holds every sender to what may be out there already, and the claims of each account to their order."""

    may_be_out: dict[int, tuple[object, ...]] = field(default_factory=dict)
    refusals: set[int] = field(default_factory=set)
    firsts: dict[int, datetime] = field(default_factory=dict)
    latest: dict[str, datetime] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def claimed(self, delivery: Delivery) -> None:
        """A first attempt is later than all that its account made before, part for part."""
        first = delivery.first_attempt_at
        assert first is not None
        assert delivery.post is not None
        if self.firsts.get(delivery.id) == first:
            return
        if delivery.account in self.latest and first <= self.latest[delivery.account]:
            self.violations.append(f"{delivery.id} is first attempted at {first}, not after the one before it")
        self.firsts[delivery.id] = first
        self.latest[delivery.account] = first + timedelta(microseconds=len(delivery.post.parts) - 1)

    def sends(self, delivery: Delivery) -> None:
        """After an uncertain attempt all is as it was."""
        frozen = self.may_be_out.get(delivery.id, _frozen(delivery))
        if frozen != _frozen(delivery):
            self.violations.append(f"{_frozen(delivery)} is sent after {frozen}")

    def left(self, delivery: Delivery) -> None:
        self.may_be_out.setdefault(delivery.id, _frozen(delivery))

    def refused(self, delivery: Delivery) -> None:
        self.refusals.add(delivery.id)


def _nothing_goes_wrong(_: str) -> str:
    return "ok"


def _frozen(delivery: Delivery) -> tuple[object, ...]:
    return delivery.key, delivery.first_attempt_at, delivery.post


class Stage:
    """
    The folder where one world after another stands, each on a fresh copy of a ledger that knows the accounts.

    Ledgers hang up between worlds and between processes, and are used again: a new one compiles its SQL anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ledgers: dict[str, Ledger] = {}
        ledger = self.ledger("operator", "lanes")
        for number in range(2):
            account = Account(f"account {number}", Network(repeatable=True).facts)
            ledger.identify(account, f"login {number}", KEYS, configured=[], now=NOON)
        hang_up(ledger)
        shutil.copy(folder / "bot.db", folder / "empty")

    def ledger(self, process: str, lanes: str) -> Ledger:
        """The ledger as this process opens it, with its locks in that folder."""
        name = f"{process} in {lanes}"
        if name not in self._ledgers:
            self._ledgers[name] = open_ledger(f"sqlite:///{self.folder}/bot.db", lanes=self.folder / lanes)
        return self._ledgers[name]

    def clear(self) -> None:
        """Begin with the empty ledger again."""
        for ledger in self._ledgers.values():
            hang_up(ledger)
        for left in self.folder.glob("bot.db-*"):
            left.unlink()
        shutil.copy(self.folder / "empty", self.folder / "bot.db")

    def close(self) -> None:
        """The last world has ended."""
        for ledger in self._ledgers.values():
            ledger.close()


def hang_up(ledger: Ledger) -> None:
    """Let go of the connections, as the end of a process does."""
    ledger._database.engine.dispose()


class World:
    """Time passes here, and the clock tells what it likes."""

    def __init__(self, stage: Stage, setting: Setting) -> None:
        stage.clear()
        self.stage = stage
        self.setting = setting
        self.elapsed = 0.0
        self.astray = timedelta(0)
        self.template: str | None = ""
        self.witness = Witness()
        self.networks = {f"account {n}": Network(repeatable) for n, repeatable in enumerate(setting.accounts)}
        self.policy = Policy(max_attempts=setting.attempts, settle=120, patience=10)
        self.actors: dict[tuple[int, str], Actor] = {}
        self._editions = [0] * len(setting.stories)
        self.ledger = stage.ledger("operator", "lanes")
        self.deliveries = [delivery.id for number in range(len(setting.stories)) for delivery in self._take_in(number)]

    def close(self) -> None:
        """Nothing stays under way."""
        for process in (0, 1):
            self.kill(process)

    def now(self) -> datetime:
        """What the clock on the wall says."""
        return NOON + timedelta(seconds=self.elapsed) + self.astray

    def pass_(self, seconds: float) -> None:
        """Time passes, for everybody."""
        self.elapsed += seconds
        for network in self.networks.values():
            network.arrive(self.elapsed)

    def step(self, hours: float) -> None:
        """
        The clock is put forward or back by somebody.

        Not forward while a request is under way that can only be looked for: its settling time would end before it does,
        which no sender can know that is not the same process.
        """
        astray = self.astray + timedelta(hours=hours)
        if abs(astray) <= MOST_ASTRAY and not (hours > 0 and self._under_way()):
            self.astray = astray

    def _under_way(self) -> bool:
        searched = {name for name, network in self.networks.items() if not network.repeatable}
        return any(self.networks[name].on_its_way for name in searched) or any(
            actor.place for (_, name), actor in self.actors.items() if name in searched
        )

    def edit(self, story: int) -> None:
        """The newsroom puts a mark behind the headline."""
        number = story % len(self._editions)
        self._editions[number] += 1
        self._take_in(number)

    def by_hand(self, move: str, delivery: int) -> None:
        """What the operator does to a delivery, if it is not refused."""
        number = self.deliveries[delivery % len(self.deliveries)]
        try:
            if move == "retry":
                self.courier(0).retry(number)
            else:
                self.ledger.cancel(number, self.now())
        except Refused:
            return

    def actor(self, process: int, account: str, *, post: int | None = None) -> Actor:
        """The round of this process in this lane: the one under way, or a new one; `post` names what is sent by hand."""
        under_way = self.actors.get((process, account))
        if under_way is not None and under_way.place is not None:
            return under_way
        actor = self.actors[process, account] = Actor()
        courier = self.courier(process, account, actor)
        waited_for = any(other.place for (_, name), other in self.actors.items() if name == account)
        if post is None or waited_for:
            actor.begin(courier.deliver_due)
        else:
            delivery = self.ledger.delivery(post)
            actor.begin(lambda: courier.deliver_now([delivery] if delivery.account == account else []))
        return actor

    def kill(self, process: int) -> None:
        """The process ends here and now, in all its lanes; the next round is another process's."""
        for (of, _), actor in self.actors.items():
            while of == process and actor.place is not None:
                actor.meet("crash")
        hang_up(self._ledger(process))

    def courier(self, process: int, account: str | None = None, actor: Actor | None = None) -> Courier:
        """The courier of a process, for one account that halts, or for all without a halt."""
        ask = actor.ask if actor else _nothing_goes_wrong
        ledger = cast("Ledger", Watched(self._ledger(process), ask, self.witness.claimed))
        members = {name: self._member(name, ask) for name in self.networks if account in {None, name}}
        return Courier(ledger, members, self.compose, clock=self.now, sleep=self.pass_, policy=self.policy)

    def _member(self, name: str, ask: Callable[[str], str]) -> Member:
        line = Line(self.networks[name], ask, lambda: self.elapsed, self.now, self.witness)
        return Member(self._account(name), KEYS, lambda: line)

    def _account(self, name: str) -> Account:
        return Account(name, self.networks[name].facts)

    def _ledger(self, process: int) -> Ledger:
        lanes = f"lanes {process}" if self.setting.apart else "lanes"
        return self.stage.ledger(f"process {process}", lanes)

    def compose(self, article: Article, account: Account) -> Post:
        """One part for the headline and one for each paragraph, by the template as it is now."""
        if self.template is None:
            raise ComposeError("the template is broken")
        return Post(tuple(Part(f"{self.template}{text}") for text in (article.headline, *article.body)))

    def _take_in(self, number: int) -> list[Delivery]:
        story, mark = self.setting.stories[number], "!" * self._editions[number]
        article = Article(
            identities=(f"id:{number}",),
            headline=f"Story {story.words}{mark}",
            body=tuple(f"part {part} of story {story.words}{mark}" for part in range(1, story.parts)),
            expires_at=NOON + timedelta(hours=1) if story.short_lived else None,
        )
        accounts = [self._account(name) for name in self.networks]
        return list(self.ledger.take_in(article, accounts, now=self.now(), due_at=self.now()).deliveries)
