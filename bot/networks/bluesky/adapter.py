"""One account on Bluesky: publishes records under keys that are minted before the call, so that a repeat is free."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from bot.errors import DeliveryError, MediaRefused, OutcomeUnknown, Rejected, Unauthorized, Unavailable
from bot.model import Attachment, Delivery, Identity, Network, Post, Receipt
from bot.networks.bluesky.embeds import blob
from bot.networks.bluesky.looking import sought
from bot.networks.bluesky.records import COLLECTION, Entry, entries
from bot.networks.bluesky.server import Server
from bot.networks.outcomes import in_words
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.networks.bluesky import BlueskyAccount

MOST_WRITES = 200
LARGEST_BODY = 150_000
_RECORD = re.compile(rf"at://([^/]+)/{re.escape(COLLECTION)}/([\w.~:-]+)", re.ASCII)


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
        """Publish what has no receipt: a thread at its first attempt in one go, else part by part; what they show goes before."""
        server = self._server.begin()
        missing = list(entries(self._answering(delivery), server.did))
        if not delivery.first_time and any(entry.attachments for entry in missing):
            for entry in takewhile(self._stands, tuple(missing)):  # it needs no upload, which may be refused by now
                yield entry.receipt
                missing.remove(entry)
        self._upload(missing)
        several = delivery.first_time and 1 < len(missing) <= MOST_WRITES
        if several and len(together := _all_at_once(server.did, missing)) <= LARGEST_BODY:
            answer = server.write("com.atproto.repo.applyWrites", together, bare=all(entry.bare for entry in missing))
            yield from _confirmed(missing, answer.get("results"))
        else:
            for entry in missing:
                answer = server.write("com.atproto.repo.putRecord", _alone(entry), bare=entry.bare)
                yield from _confirmed([entry], [answer])

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """Yield the parts that stand under their keys, after a restore under any, ending at the first that is absent."""
        server = self._server.begin()
        delivery = self._answering(delivery)
        if delivery.sought_since is not None:
            yield from sought(delivery, server.did, server.records(server.did, COLLECTION), taken)
            return
        for entry in takewhile(self._stands, entries(delivery, server.did)):
            if entry.uri in taken:
                raise OutcomeUnknown(f"{entry.uri} stands, but is another delivery's")
            yield entry.receipt

    def retract(self, receipt: Receipt) -> None:
        """Delete the record, with the pictures that no other one shows; one that is gone is no trouble."""
        server = self._server.begin()
        body = {"repo": server.did, "collection": COLLECTION, "rkey": self._key(receipt)}
        server.write("com.atproto.repo.deleteRecord", _json(body))

    def revise(self, post: Post, receipt: Receipt) -> None:  # noqa: ARG002 - whatever it would say
        """Posts there stay as they are: readers' apps would go on showing the first version."""
        raise Rejected(f"{receipt.url} cannot be changed: posts on Bluesky stay as they are")

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

    def _key(self, receipt: Receipt) -> str:
        """Under which key of this account's a receipt's record stands."""
        place = _RECORD.fullmatch(receipt.remote_id)
        if place is None or place[1] not in {self._server.did, self._account.handle}:
            raise Rejected(f"{receipt.remote_id} is no post of {self._account.handle}")
        return place[2]

    def _answering(self, delivery: Delivery) -> Delivery:
        """The delivery with what its records need to know of the posts that they answer."""
        if delivery.post is None or not delivery.post.answers:
            return delivery
        return replace(delivery, post=replace(delivery.post, answers=tuple(map(self._known, delivery.post.answers))))

    def _known(self, receipt: Receipt) -> Receipt:
        """A receipt with its proof, also where an operator named the post by its address alone."""
        if receipt.proof:
            return receipt
        found = self._server.record(self._server.did, COLLECTION, self._key(receipt))
        if found is None:
            raise Rejected(f"{receipt.url} does not stand any more, and cannot be answered")
        return replace(receipt, remote_id=found["uri"], proof={"uri": found["uri"], "cid": found["cid"]})

    def _stands(self, entry: Entry) -> bool:
        """Whether this very record is on the server; another under its key raises OutcomeUnknown."""
        found = self._server.record(entry.did, COLLECTION, entry.key)
        if found is not None and found.get("value") != entry.record:
            raise OutcomeUnknown(f"{entry.uri} stands, but is not what was sent")
        return found is not None

    def _upload(self, missing: Iterable[Entry]) -> None:
        """Upload all that these parts show, each once; what the server has must be what the records name."""
        all_shown = {shown.digest: shown for entry in missing for shown in entry.attachments}
        for shown in all_shown.values():
            try:
                told = self._server.upload(shown.content, shown.mime).get("blob")
            except MediaRefused as error:
                raise MediaRefused(f"{error.what} ({name_of(shown.source)})", where=error.where) from error
            if told != blob(shown):
                raise _otherwise(told, shown)


def _otherwise(told: object, shown: Attachment) -> DeliveryError:
    """What it means that a server does not have what was uploaded: for good where it takes it for something else."""
    kind = told.get("mimeType") if isinstance(told, dict) else None
    if kind is not None and kind != shown.mime:
        return MediaRefused(f"the server takes {name_of(shown.source)} for {in_words(str(kind))}, not for {shown.mime}")
    return Unavailable(f"the server does not confirm {name_of(shown.source)} as it was uploaded")


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
