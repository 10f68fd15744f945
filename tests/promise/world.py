"""A ledger, its networks, and two processes on it that come, go, and overtake each other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from fakes import NOON
from promise.actors import IN_LANE, Actor, Watched
from promise.network import SETTLE, Line, Network
from promise.witness import Witness

from bot.deliver import Courier, Member, Policy
from bot.errors import ComposeError, OutcomeUnknown, Refused
from bot.ledger import Ledger, open_ledger
from bot.model import Account, Article, Delivery, Part, Post, State
from bot.planning import Planner
from bot.schedule.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.model import Receipt

MOST_ASTRAY = timedelta(hours=20)  # that a clock may be wrong: a look goes back a day
KEYS = "keys"
RHYTHM = Rhythm(gap=timedelta(seconds=90), per_day=2)
_HOUR = NOON + timedelta(hours=1)  # for which short-lived news are news
_IN_LANE = IN_LANE | {"request", "look", "answer"}  # where nobody halts who has not the lane


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
    `late` is when a late request comes in, as a share of the time that is promised. Where all is `planned`, a round begins
    with a plan, and the plan is asked before each post.
    """

    accounts: tuple[bool, ...] = (True,)
    stories: tuple[Story, ...] = (Story(),)
    apart: bool = False
    attempts: int = 100
    late: float = 1.0
    planned: bool = False


def _nothing_goes_wrong(_: str) -> str:
    return "ok"


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
        self.witness = Witness(setting.attempts)
        facts = enumerate(setting.accounts)
        self.networks = {f"account {n}": Network(repeatable, setting.late) for n, repeatable in facts}
        self.policy = Policy(max_attempts=setting.attempts, settle=SETTLE, patience=10)
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
        return any(self.networks[name].on_its_way or self._at_work(name) for name in searched)

    def _at_work(self, account: str) -> bool:
        return any(actor.place for (_, name), actor in self.actors.items() if name == account)

    def edit(self, story: int) -> None:
        """The newsroom puts a mark behind the headline."""
        number = story % len(self._editions)
        self._editions[number] += 1
        self._take_in(number)

    def withdraw(self, story: int) -> None:
        """The newsroom takes the file away; an edit puts it back."""
        name = f"queue:{story % len(self._editions)}.md"
        self.witness.cancelled |= {each.id for each in self.ledger.withdraw(name, now=self.now())}

    def by_hand(self, move: str, delivery: int) -> None:
        """What the operator does to a delivery, if it is not refused."""
        number = self.deliveries[delivery % len(self.deliveries)]
        try:
            if move == "retry":
                self.courier(0).retry(number)
                self.witness.cancelled.discard(number)
            elif move == "cancel":
                self.ledger.cancel(number, self.now())
                self.witness.cancelled.add(number)
            else:
                self.resolve(self.ledger.delivery(number), drop=move == "drop")
        except Refused:
            return

    def resolve(self, delivery: Delivery, *, drop: bool = False) -> None:
        """
        The operator looks at the account and says what he sees; what is not there he has sent again, or drops.

        He looks when the dust has settled, unless a repeat is harmless; what he cannot tell apart he leaves.
        """
        network = self.networks[delivery.account]
        settled = not (network.on_its_way or self._at_work(delivery.account))
        if delivery.state is not State.UNKNOWN or not (settled or (network.repeatable and not drop)):
            return
        try:
            seen = self._look(delivery)
        except OutcomeUnknown:
            return
        if seen is not None:
            self.ledger.resolve_posted(delivery.id, seen.url, seen.remote_id, self.now())
        elif drop:
            self.ledger.resolve_dropped(delivery.id, self.now())
            self.witness.cancelled.add(delivery.id)
        else:
            self.ledger.resolve_resend(delivery.id, self.now())

    def _look(self, delivery: Delivery) -> Receipt | None:
        taken = self.ledger.taken(delivery.account, besides=delivery.id)
        return next(self.networks[delivery.account].look(delivery, taken, self.elapsed), None)

    def hold(self, account: int, *, on: bool) -> None:
        """The operator pauses an account, or lets it go on."""
        name = f"account {account % len(self.networks)}"
        if on:
            self.ledger.pause(name, "by hand", now=self.now())
            self.witness.locked_out.add(name)
        else:
            self.ledger.resume(name, now=self.now())

    def actor(self, process: int, account: str, *, post: int | None = None, plans: bool = True) -> Actor:
        """The round of this process in this lane: the one under way, or a new one; `post` names what is sent by hand."""
        under_way = self.actors.get((process, account))
        if under_way is not None and under_way.place is not None:
            return under_way
        actor = self.actors[process, account] = Actor()
        courier = self.courier(process, account, actor)
        waited_for = self._at_work(account)
        if post is None or waited_for:
            actor.begin(self.round(process, account, actor, plans=plans))
        else:
            delivery = self.ledger.delivery(post)
            actor.begin(lambda: courier.deliver_now([delivery] if delivery.account == account else []))
        return actor

    def round(
        self, process: int, account: str | None = None, actor: Actor | None = None, *, plans: bool = True
    ) -> Callable[[], object]:
        """What a process does in a round: plan, where that is its task and it `plans` before, and send what is due."""
        courier, planner = self.courier(process, account, actor), self._planner(process, account, actor)

        def work() -> None:
            if self.setting.planned and plans:
                planner.replan(at_work=True)
            courier.deliver_due()

        return work

    def kill(self, process: int) -> None:
        """The process ends here and now, in all its lanes; the next round is another process's."""
        for (of, _), actor in self.actors.items():
            while of == process and actor.place is not None:
                actor.meet("crash")
        hang_up(self._ledger(process))

    def courier(self, process: int, account: str | None = None, actor: Actor | None = None) -> Courier:
        """The courier of a process, for one account that halts, or for all without a halt."""
        ledger, ask = self._watched(process, account, actor), self._ask(account, actor)
        members = {name: self._member(name, ask) for name in self.networks if account in {None, name}}
        may_go = self._planner(process, account, actor).may_go
        return Courier(
            ledger, members, self.compose, clock=self.now, sleep=self.pass_, policy=self.policy, may_go=may_go
        )

    def _planner(self, process: int, account: str | None, actor: Actor | None) -> Planner:
        rhythm = RHYTHM if self.setting.planned else Rhythm()
        rhythms = {name: rhythm for name in self.networks if account in {None, name}}
        return Planner(self._watched(process, account, actor), rhythms, clock=self.now)

    def _watched(self, process: int, account: str | None, actor: Actor | None) -> Ledger:
        return cast("Ledger", Watched(self._ledger(process), self._ask(account, actor), self.witness))

    def _ask(self, account: str | None, actor: Actor | None) -> Callable[[str], str]:
        return partial(self._asked, actor, account) if actor and account else _nothing_goes_wrong

    def _asked(self, actor: Actor, account: str, place: str) -> str:
        """What the actor meets where he halts; he who holds a lane is alone there."""
        others = [other for (_, name), other in self.actors.items() if name == account and other is not actor]
        if place in _IN_LANE and not self.setting.apart and any(other.place in _IN_LANE for other in others):
            self.witness.crowded(account)
        return actor.ask(place)

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
            identities=(f"id:{number}", f"queue:{number}.md"),
            headline=f"Story {story.words}{mark}",
            body=tuple(f"part {part} of story {story.words}{mark}" for part in range(1, story.parts)),
            expires_at=_HOUR if story.short_lived else None,
        )
        accounts = [self._account(name) for name in self.networks]
        planned = self.networks if self.setting.planned else ()
        taken = self.ledger.take_in(article, accounts, now=self.now(), due_at=self.now(), planned=planned, back=True)
        deliveries = taken.deliveries
        self.witness.cancelled -= {each.id for each in deliveries if each.state is not State.CANCELLED}
        if story.short_lived:
            self.witness.hours |= dict.fromkeys((delivery.id for delivery in deliveries), _HOUR)
        return list(deliveries)
