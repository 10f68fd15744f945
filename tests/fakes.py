"""The stand-ins that tests use: a clock set by hand, a network whose faults are written down, a world of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.deliver import Courier, Member, Policy
from bot.errors import OutcomeUnknown, Unavailable
from bot.ledger import Ledger, open_ledger
from bot.model import Account, Article, Corrections, Delivery, Identity, Limit, Network, Part, Post, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from decimal import Decimal
    from pathlib import Path

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes when a test says so, or when somebody sleeps."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Crash(BaseException):
    """The process ends here: nothing after it is done."""


@dataclass
class FakeNetwork:
    """
    A network that keeps what it was given, and meets the next of its faults at each attempt.

    A fault is `None`, an error raised before anything is kept, `lost` (kept, the answer lost), `surprise` (kept, then an
    error that no adapter means), `crash before` or `crash after` (the process ends), `midway` (the first missing part is
    confirmed, the answer to the second is lost). `doubles` counts what no network should meet: a second post, and other
    bytes under a key that stands.
    """

    repeatable: bool = True
    faults: list[object] = field(default_factory=list)
    posts: dict[str, str] = field(default_factory=dict)
    doubles: int = 0
    looks: list[object] = field(default_factory=list)
    checks: list[object] = field(default_factory=list)
    asked: int = 0
    taken: list[frozenset[str]] = field(default_factory=list)
    edits: bool = True
    gone: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        limit = Limit.of_text("characters", 300, len)
        return Network(
            "fake",
            (limit,),
            spans=lambda _: (),
            repeatable=self.repeatable,
            threads=True,
            edits=self.edits,
            deadline=60,
        )

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault == "crash before":
            raise Crash
        for index in missing(delivery):
            self._keep(delivery, index)
            if fault == "crash after":
                raise Crash
            if fault == "lost" or (fault == "midway" and index):
                raise OutcomeUnknown("the answer was lost")
            if fault == "surprise":
                raise ValueError("not what anybody expected")
            yield receipt(delivery, index)

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        self.taken.append(frozenset(taken))
        look = self.looks.pop(0) if self.looks else None
        if isinstance(look, Exception):
            raise look
        for index in missing(delivery):
            if f"{delivery.key}/{index}" not in self.posts:
                return
            yield receipt(delivery, index)

    def retract(self, receipt: Receipt) -> None:
        self.gone.append(receipt.remote_id)
        self._change(lambda: self.posts.pop(receipt.remote_id, None))

    def revise(self, post: Post, receipt: Receipt) -> None:
        self.revised.append(receipt.remote_id)
        self._change(lambda: self.posts.update({receipt.remote_id: post.parts[receipt.index].text}))

    def _change(self, change: Callable[[], object]) -> None:
        """Take down or edit, unless the next fault comes before; after a lost answer or a crash it is done all the same."""
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault == "crash before":
            raise Crash
        change()
        if fault == "crash after":
            raise Crash
        if fault == "lost":
            raise OutcomeUnknown("the answer was lost")
        if fault == "surprise":
            raise ValueError("not what anybody expected")

    def check(self) -> Identity:
        self.asked += 1
        answer = self.checks.pop(0) if self.checks else "login:1"
        if isinstance(answer, Exception):
            raise answer
        return Identity(login=str(answer), name="fake", url="https://fake.example")

    def _keep(self, delivery: Delivery, index: int) -> None:
        assert delivery.post is not None
        key = f"{delivery.key}/{index}"
        text = delivery.post.parts[index].text
        if key in self.posts and not (self.repeatable and self.posts[key] == text):
            self.doubles += 1
        self.posts[key] = text
        if delivery.post.answers and not index:
            self.answers[key] = tuple(each.remote_id for each in delivery.post.answers)


def missing(delivery: Delivery) -> list[int]:
    """The parts that have no receipt yet."""
    assert delivery.post is not None
    return list(range(len(delivery.receipts), len(delivery.post.parts)))


def receipt(delivery: Delivery, index: int) -> Receipt:
    name = f"{delivery.key}/{index}"
    return Receipt(index, name, f"https://fake.example/{name}", {"cid": "x"})


def compose(article: Article, account: Account) -> Post:
    """One part for the headline, and one for each paragraph."""
    return Post(tuple(Part(text) for text in (article.headline, *article.body)), title=article.headline)


def story(number: int = 1, *body: str, **more: object) -> Article:
    return Article(identities=(f"id:{number}",), headline=f"Story {number}", body=body, **more)  # type: ignore[arg-type]


def down() -> Unavailable:
    return Unavailable("the network is down")


POLICY = Policy(max_attempts=4, settle=120, patience=0)


class World:
    """A ledger, a clock, networks, and couriers that come and go like processes."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.ledger: Ledger = open_ledger(f"sqlite:///{folder}/bot.db", lanes=folder / "lanes")
        self.networks = {"one": FakeNetwork()}
        self.compose: Callable[[Article, Account], Post] = compose
        self.credentials = "keys"
        self.policy = POLICY
        self.corrections = Corrections.LEAVE

    def account(self, name: str = "one") -> Account:
        return Account(name, self.networks[name].network, corrections=self.corrections)

    def courier(self) -> Courier:
        members = {
            name: Member(self.account(name), self.credentials, lambda network=network: network)  # type: ignore[misc]
            for name, network in self.networks.items()
        }
        return Courier(
            self.ledger,
            members,
            self.compose,
            clock=self.clock,
            sleep=self.clock.sleep,
            policy=self.policy,
            may_go=self.may_go,
        )

    def may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        return True

    def take_in(self, article: Article) -> Delivery:
        accounts = [self.account(name) for name in self.networks]
        policies = {each.name: each.corrections for each in accounts}
        now = self.clock()
        return self.ledger.take_in(article, accounts, now=now, due_at=now, corrections=policies).deliveries[0]

    def run(self, after: float = 0) -> None:
        self.clock.sleep(after)
        self.ledger.ensure([self.account(name) for name in self.networks])
        self.courier().deliver_due()

    def now(self, delivery: Delivery) -> Delivery:
        return self.ledger.delivery(delivery.id)
