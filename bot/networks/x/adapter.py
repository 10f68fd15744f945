"""One account on X: nothing there makes a post repeatable, so what became of one is read in the account's own timeline."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import OutcomeUnknown
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.timeline import recognised, since, until
from bot.networks.x.reading import address, alike, read
from bot.networks.x.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from bot.networks.x import XAccount


def _utc_now() -> datetime:
    return datetime.now(UTC)


class XAdapter:
    """One account on X."""

    def __init__(self, account: XAccount, name: str, home: Path, clock: Callable[[], datetime] = _utc_now) -> None:
        self._account = account
        self._name = name
        self._home = home
        self._clock = clock

    @property
    def network(self) -> Network:
        """X's facts, with this account's own deadline and length."""
        return self._account.network_at(self._name, self._home)

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Publish what has no receipt, part by part, each in answer to the one before."""
        if delivery.post is None:
            raise ValueError("a delivery is published after it was claimed, not before")
        numbers = {receipt.index: receipt.remote_id for receipt in delivery.receipts}
        with self._server() as server:
            for index, part in enumerate(delivery.post.parts):
                if index not in numbers:
                    numbers[index] = server.post(part.text, numbers.get(index - 1))
                    yield Receipt(index, numbers[index], address(numbers[index]))

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """Yield the parts that stand in the account's timeline, ending at the first that is certainly absent."""
        with self._server() as server:
            user = server.me()
            shown = server.timeline(user, since(delivery, user.now), until(delivery))
        try:
            timeline = read(shown)
        except ValueError as error:
            raise OutcomeUnknown(str(error)) from error
        same = partial(alike, reworded=delivery.sought_since is not None)
        yield from recognised(delivery, timeline.posts, taken, read_back=timeline.read_back, alike=same)

    def check(self) -> Identity:
        """Who we are there, whether our keys may post, and what is left of the quota as far as X told."""
        with self._server() as server:
            user = server.me()
            may_post = ("may post",) if server.may_write(user) else ()
            facts = (*may_post, *map(str, server.left()))
            return Identity(user.number, f"@{user.name}", f"https://x.com/{user.name}", facts)

    def _server(self) -> Server:
        return Server(self._account, self._name, self._home, self._clock)
