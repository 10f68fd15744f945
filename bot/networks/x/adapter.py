"""One account on X: nothing there makes a post repeatable, so what became of one is read in the account's own timeline."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import TYPE_CHECKING

from bot.errors import MediaRefused, OutcomeUnknown, Rejected
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.timeline import recognised, since, until
from bot.networks.x.reading import address, alike, read
from bot.networks.x.server import Server
from bot.networks.x.uploads import taken_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from bot.model import Post
    from bot.networks.x import XAccount


_NUMBER = re.compile(r"[0-9]{1,19}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class XAdapter:
    """One account on X."""

    def __init__(
        self,
        account: XAccount,
        name: str,
        home: Path,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self._account = account
        self._name = name
        self._home = home
        self._clock = clock
        self._sleep = sleep

    @property
    def network(self) -> Network:
        """X's facts, with this account's own deadline and length."""
        return self._account.network_at(self._name, self._home)

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Publish what has no receipt, each part in answer to the one before, once X took in all that they show."""
        if delivery.post is None:
            raise ValueError("a delivery is published after it was claimed, not before")
        post, numbers = delivery.post, _numbers(delivery.post, delivery.receipts)
        missing = {index: part.media for index, part in enumerate(post.parts) if index not in numbers}
        whole = len(missing) == len(post.parts)
        with self._server() as server:
            try:
                for index, media in taken_in(server, missing, self._sleep).items():
                    numbers[index] = server.post(post.parts[index].text, numbers.get(index - 1), media)
                    whole = False
                    yield Receipt(index, numbers[index], address(numbers[index]))
            except MediaRefused as refusal:
                if whole:
                    raise
                # without its pictures it would be another post than the one of which a part stands
                raise Rejected(refusal.what, where=refusal.where, hint=refusal.hint) from refusal

    def retract(self, receipt: Receipt) -> None:
        """Take a part down, if it stands."""
        if not _NUMBER.fullmatch(receipt.remote_id):
            raise Rejected(f"{receipt.remote_id} is not the number of a post on X")
        with self._server() as server:
            server.delete(receipt.remote_id)

    def revise(self, post: Post, receipt: Receipt) -> None:  # noqa: ARG002 - whatever it would say
        """Posts stay as they are: X lets no app change them."""
        raise Rejected(f"{receipt.url} cannot be changed: on X posts stay as they are")

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """
        Yield the parts that stand in the account's timeline, ending at the first that is certainly absent.

        They are told by their words and by what they answer. Whether a post shows the pictures that were sent with it nobody
        can compare: X takes no second post of the same words, so with them or without it is this one.
        """
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


def _numbers(post: Post, receipts: Iterable[Receipt]) -> dict[int, str]:
    """What stands, by its index; what the first part answers stands before that."""
    standing = [*((-1, answered) for answered in post.answers[-1:]), *((each.index, each) for each in receipts)]
    return {index: receipt.remote_id for index, receipt in standing}
