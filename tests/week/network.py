"""The networks of the week: each remembers every request and every post, fails now and then, and for hours when told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes import Crash
from week.beats import Kind

from bot import model
from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unanswered, Unavailable
from bot.model import Delivery, Identity, Limit, Receipt
from bot.networks.timeline import Standing, recognised, since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from random import Random

from datetime import timedelta

LIMITED = timedelta(minutes=10)
FAILED = {"unavailable", "lost before", "no look"}
"""What makes its sender leave the network alone for a while."""
UNCERTAIN = {"ok", "again", "lost", "lost before", "crash"}
"""What a request may have come to for all its sender knows."""
_FAULTS = {"lost": 0.01, "lost before": 0.005, "unavailable": 0.01, "limited": 0.004, "rejected": 0.003}


@dataclass(frozen=True)
class Request:
    """One request to publish, and what became of it: `again` is one whose post stood there already under its key."""

    at: datetime
    account: str
    key: str
    text: str
    fate: str

    @property
    def arrived(self) -> bool:
        return self.fate in {"ok", "lost", "crash"}


@dataclass
class Network:
    """One account's network and the line to it."""

    account: str
    kind: Kind
    clock: Callable[[], datetime]
    random: Random
    requests: list[Request] = field(default_factory=list)
    posts: dict[str, Standing] = field(default_factory=dict)
    came: dict[str, datetime] = field(default_factory=dict)
    down_until: datetime | None = None
    crash_next: bool = False

    @property
    def network(self) -> model.Network:
        limit = Limit.of_text("characters", 300, len)
        keyed = self.kind is Kind.KEYED
        return model.Network("fake", (limit,), spans=lambda _: (), repeatable=keyed, deadline=60)

    def check(self) -> Identity:
        return Identity(f"login:{self.account}", self.account, "https://fake.example")

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        assert delivery.post is not None
        key, text = delivery.key, delivery.post.parts[0].text
        name = key if self.kind is Kind.KEYED else str(len(self.posts) + 1)
        stands = key if self.kind is Kind.KEYED else self._held(key)
        fate = self._fate()
        if fate in {"ok", "lost", "crash"} and stands in self.posts:
            fate, name = "again", stands
        self.requests.append(Request(self.clock(), self.account, key, text, fate))
        self._fail(fate)
        if fate != "again":
            self.posts[name] = Standing(name, f"https://fake.example/{name}", text, proof={"key": key})
            self.came[name] = self.clock()
        if fate == "crash":
            raise Crash
        if fate == "lost":
            raise OutcomeUnknown("the answer was lost")
        yield Receipt(0, name, f"https://fake.example/{name}")

    def retract(self, receipt: Receipt) -> None:
        raise AssertionError(f"nobody takes {receipt.url} down")

    def revise(self, post: model.Post, receipt: Receipt) -> None:
        raise AssertionError(f"nobody edits {receipt.url}: {model.Post}")

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        if self._is_down():
            self.requests.append(Request(self.clock(), self.account, delivery.key, "", "no look"))
            raise Unavailable("the network is down")
        begins = since(delivery, self.clock())
        return recognised(delivery, [post for name, post in self.posts.items() if self.came[name] >= begins], taken)

    def _held(self, key: str) -> str:
        """The post that stands under a key, where the network honours keys."""
        held = (name for name, post in self.posts.items() if post.proof["key"] == key)
        return next(held, "") if self.kind is Kind.HONOURED else ""

    def _fate(self) -> str:
        if self.crash_next:
            self.crash_next = False
            return "crash"
        if self._is_down():
            return self.random.choices(("unavailable", "lost before"), (9, 1))[0]
        sane = 1 - sum(_FAULTS.values())
        return self.random.choices((*_FAULTS, "ok"), (*_FAULTS.values(), sane))[0]

    def _fail(self, fate: str) -> None:
        """Raise what says that nothing was taken in, or that nobody knows."""
        match fate:
            case "unavailable":
                raise Unavailable("the network is down")
            case "limited":
                raise RateLimited("slow down", retry_at=self.clock() + LIMITED)
            case "rejected":
                raise Rejected("refused for good")
            case "lost before":
                raise Unanswered("no answer")

    def _is_down(self) -> bool:
        return self.down_until is not None and self.clock() < self.down_until
