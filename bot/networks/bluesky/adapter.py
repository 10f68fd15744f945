"""One account on Bluesky: publishes records under keys that are minted before the call, so that a repeat is free."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import OutcomeUnknown, Unauthorized
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.bluesky.looking import sought
from bot.networks.bluesky.records import COLLECTION, Entry, entries
from bot.networks.bluesky.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from bot.networks.bluesky import BlueskyAccount

MOST_WRITES = 200
LARGEST_BODY = 150_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BlueskyAdapter:
    """One account on Bluesky."""

    def __init__(
        self, account: BlueskyAccount, name: str, home: Path, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._account = account
        self._name = name
        self._home = home
        self._server = Server(account, name, home, clock)

    @property
    def network(self) -> Network:
        """Bluesky's facts, with this account's own deadline."""
        return self._account.network_at(self._name, self._home)

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Publish what has no receipt: a thread at its first attempt in one go, else part by part."""
        server = self._server.begin()
        did = server.did
        missing = list(entries(delivery, did))
        several = delivery.first_time and 1 < len(missing) <= MOST_WRITES
        if several and len(together := _all_at_once(did, missing)) <= LARGEST_BODY:
            answer = server.write("com.atproto.repo.applyWrites", together)
            yield from _confirmed(missing, answer.get("results"))
        else:
            for entry in missing:
                answer = server.write("com.atproto.repo.putRecord", _alone(entry))
                yield from _confirmed([entry], [answer])

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """Yield the parts that stand under their keys, after a restore under any, ending at the first that is absent."""
        server = self._server.begin()
        if delivery.sought_since is not None:
            yield from sought(delivery, server.did, server.records(server.did, COLLECTION), taken)
            return
        for entry in entries(delivery, server.did):
            found = server.record(entry.did, COLLECTION, entry.key)
            if found is None:
                return
            if found.get("value") != entry.record or entry.uri in taken:
                raise OutcomeUnknown(f"{entry.uri} stands, but is not what was sent")
            yield entry.receipt

    def check(self) -> Identity:
        """Who we are there."""
        server = self._server.begin()
        session = server.read("com.atproto.server.getSession")
        if session.get("active") is False:
            hint = f"When it is active again: bot resume {self._name}."
            raise Unauthorized(f"{self._account.handle} is {session.get('status', 'not active')}", hint=hint)
        did = server.did
        handle = str(session.get("handle", self._account.handle))
        return Identity(did, handle, f"https://bsky.app/profile/{did}", ("may post", *server.quota()))


def _alone(entry: Entry) -> bytes:
    """One write that does nothing where the same content stands, and is refused where other content does."""
    return _json(
        {
            "repo": entry.did,
            "collection": COLLECTION,
            "rkey": entry.key,
            "record": entry.record,
            "swapRecord": None,  # "only if there is nothing yet"; the SDK's own put_record leaves it out, and overwrites
        }
    )


def _all_at_once(did: str, parts: list[Entry]) -> bytes:
    """One write of all parts or of none."""
    create = {"$type": "com.atproto.repo.applyWrites#create", "collection": COLLECTION}
    return _json({"repo": did, "writes": [create | {"rkey": part.key, "value": part.record} for part in parts]})


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _confirmed(sent: list[Entry], answers: Any) -> Iterator[Receipt]:
    """The receipts of what was sent, where the server names exactly that."""
    if not isinstance(answers, list) or len(answers) != len(sent):
        raise OutcomeUnknown("the server's answer does not say what it wrote")
    for entry, answer in zip(sent, answers, strict=True):
        if not isinstance(answer, dict) or (answer.get("uri"), answer.get("cid")) != (entry.uri, entry.cid):
            raise OutcomeUnknown(f"the server does not confirm what was sent as {entry.uri}")
        yield entry.receipt
