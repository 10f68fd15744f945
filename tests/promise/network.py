"""A network that remembers every post, and the line that one sender has to it: what becomes of a request is asked first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fakes import Crash

from bot import model
from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unanswered, Unauthorized, Unavailable
from bot.model import Delivery, Identity, Limit, Receipt
from bot.networks.timeline import Standing, recognised, since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from promise.witness import Witness

EPOCH = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEADLINE = 60.0
SETTLE = 120.0
PROVEN = {
    "unavailable": Unavailable("down"),
    "unauthorized": Unauthorized("token revoked"),
    "rejected": Rejected("refused for good"),
}
"""What says for certain that nothing was posted; a rate limit does too, and names an hour."""
LEFT = ("ok", "slow", "lost", "lost before", "surprise", "surprise before", "late", "crash after", "crash late")
"""What else may become of a request."""
WHENEVER = 3000.0  # seconds after which a request may yet come in where a repeat is harmless


class Surprise(Exception):
    """What no adapter raises on purpose."""


@dataclass(frozen=True)
class Entry:
    """What one request asks the network to keep; an `id` where the sender chooses it."""

    index: int
    text: str
    reply_to: str | None
    id: str | None


@dataclass
class Network:
    """
    What stands there, in the order in which it came, and what is still on its way.

    `late` is after how much of the time that is left to it, from nothing to all, a request comes in that nobody waits for.
    """

    repeatable: bool
    late: float = 1.0
    posts: dict[str, Standing] = field(default_factory=dict)
    came: dict[str, datetime] = field(default_factory=dict)
    on_its_way: list[tuple[float, tuple[Entry, ...]]] = field(default_factory=list)
    clashes: int = 0

    @property
    def facts(self) -> model.Network:
        limit = Limit.of_text("characters", 300, len)
        return model.Network(
            "fake", (limit,), spans=lambda _: (), repeatable=self.repeatable, threads=True, deadline=DEADLINE
        )

    def accept(self, entries: tuple[Entry, ...], now: float) -> list[Receipt]:
        """Keep these; under an id that stands already the same again changes nothing."""
        return [self._kept(entry, EPOCH + timedelta(seconds=now)) for entry in entries]

    def _kept(self, entry: Entry, now: datetime) -> Receipt:
        name = entry.id or str(len(self.posts) + 1)
        post = Standing(name, f"https://fake.example/{name}", entry.text, reply_to=entry.reply_to)
        self.clashes += self.posts.setdefault(name, post) != post
        self.came.setdefault(name, now)
        return Receipt(entry.index, name, post.url)

    def arrive(self, now: float) -> None:
        """What was on its way until now comes in."""
        due = [entries for at, entries in self.on_its_way if at <= now]
        self.on_its_way = [(at, entries) for at, entries in self.on_its_way if at > now]
        for entries in due:
            self.accept(entries, now)

    def look(self, delivery: Delivery, taken: Collection[str], now: float) -> Iterator[Receipt]:
        """What of a delivery stands: by its ids where the sender chose them, else as any reader can tell."""
        if self.repeatable:
            return (receipt for receipt in _expected(delivery) if receipt.remote_id in self.posts)
        begins = since(delivery, EPOCH + timedelta(seconds=now))
        return recognised(delivery, [post for name, post in self.posts.items() if self.came[name] >= begins], taken)


@dataclass
class Line:
    """The adapter: one account's line to its network, which hangs up when its deadline has passed."""

    to: Network
    ask: Callable[[str], str]
    elapsed: Callable[[], float]
    wall: Callable[[], datetime]
    witness: Witness

    @property
    def network(self) -> model.Network:
        return self.to.facts

    def check(self) -> Identity:
        raise AssertionError("the ledger knows these accounts")

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        begun, names = self.elapsed(), {receipt.index: receipt.remote_id for receipt in delivery.receipts}
        self.witness.sends(delivery)
        for indexes in self._requests(delivery):
            entries = tuple(_entry(delivery, index, names, chosen=self.to.repeatable) for index in indexes)
            fate = self.ask("request")
            if self._late(begun):
                raise Unavailable("there was no connection before the deadline")
            for receipt in self._sent(delivery, entries, fate, begun):
                names[receipt.index] = receipt.remote_id
                yield receipt

    def retract(self, receipt: Receipt) -> None:
        raise AssertionError(f"nobody takes {receipt.url} down")

    def revise(self, post: model.Post, receipt: Receipt) -> None:
        raise AssertionError(f"nobody edits {receipt.url}: {model.Post}")

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        begun = self.elapsed()
        self.witness.sends(delivery)
        fate = self.ask("look")
        if fate == "near":
            raise OutcomeUnknown("there is something like it")
        if fate == "surprise":
            raise Surprise("not what anybody expected")
        self._proven(fate, delivery)
        if self._late(begun):
            raise Unavailable("no answer before the deadline")
        yield from self.to.look(delivery, taken, self.elapsed())

    def _requests(self, delivery: Delivery) -> list[list[int]]:
        """A thread goes out as one where its ids are chosen here and nothing of it was sent before; else part by part."""
        assert delivery.post is not None
        missing = list(range(len(delivery.receipts), len(delivery.post.parts)))
        return [missing] if self.to.repeatable and delivery.first_time else [[index] for index in missing]

    def _sent(self, delivery: Delivery, entries: tuple[Entry, ...], fate: str, begun: float) -> list[Receipt]:
        self._proven(fate, delivery)
        self.witness.left(delivery)
        if fate in {"late", "crash late"}:
            self.to.on_its_way.append((self.elapsed() + self.to.late * self._time_left(begun), entries))
        if fate in {"late", "lost before"}:
            raise self._unanswered(delivery)
        if fate == "crash late":
            raise Crash
        if fate == "surprise before":
            raise Surprise("not what anybody expected")
        receipts = self.to.accept(entries, self.elapsed())
        if fate == "slow":
            self.ask("answer")
        if fate == "crash after":
            raise Crash
        if fate == "surprise":
            raise Surprise("not what anybody expected")
        if fate == "lost" or self._late(begun):
            raise OutcomeUnknown("the answer was lost")
        return receipts

    def _late(self, begun: float) -> bool:
        return self.elapsed() - begun > DEADLINE

    def _time_left(self, begun: float) -> float:
        """How long a request may take to come in: it ends by the deadline, and what was taken in is shown when that settles."""
        return WHENEVER if self.to.repeatable else DEADLINE - (self.elapsed() - begun) + SETTLE

    def _unanswered(self, delivery: Delivery) -> Unanswered:
        if self.to.repeatable:
            self.witness.unanswered.add(delivery.id)
        return Unanswered("no answer")

    def _proven(self, fate: str, delivery: Delivery) -> None:
        if fate == "limited":
            raise RateLimited("slow down", retry_at=self.wall() + timedelta(minutes=15))
        if fate == "rejected":
            self.witness.refused(delivery)
        if fate == "unauthorized":
            self.witness.locked_out.add(delivery.account)
        if fate in PROVEN:
            raise PROVEN[fate]


def _entry(delivery: Delivery, index: int, names: dict[int, str], *, chosen: bool) -> Entry:
    assert delivery.post is not None
    before = chosen_id(delivery, index - 1) if chosen else names.get(index - 1)
    return Entry(
        index,
        delivery.post.parts[index].text,
        before if index else None,
        chosen_id(delivery, index) if chosen else None,
    )


def chosen_id(delivery: Delivery, index: int) -> str:
    """As on Bluesky: another key, part or first attempt makes another post."""
    return f"{delivery.first_attempt_at}/{delivery.key}/{index}"


def _expected(delivery: Delivery) -> list[Receipt]:
    assert delivery.post is not None
    names = [chosen_id(delivery, index) for index in range(len(delivery.receipts), len(delivery.post.parts))]
    return [
        Receipt(index, name, f"https://fake.example/{name}") for index, name in enumerate(names, len(delivery.receipts))
    ]
