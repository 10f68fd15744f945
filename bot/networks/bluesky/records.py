"""A post as Bluesky's records: keys, JSON and content addresses; the same at every attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.model import Delivery, Part, Post, Receipt, Span
from bot.networks.bluesky.cids import record_cid
from bot.networks.bluesky.embeds import embed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.model import Attachment

COLLECTION = "app.bsky.feed.post"

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What readers' apps let an account say of its own posts; a warning with none of these words has no label.
_LABELS = {
    "porn": r"porn\w*",
    "sexual": r"sex|sexual\w*|suggestive",
    "nudity": r"nudity|nude|naked",
    "graphic-media": r"graphic(-media)?|violen\w+|gore|gory|blood\w*|dead|death|corpses?|bod(y|ies)|injur\w+|wound\w*",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One part as it stands on the server: where, what, and the address that the server computes of exactly this content.

    `attachments` are those whose blobs must be there before it.
    """

    index: int
    did: str
    key: str
    record: Mapping[str, Any]
    cid: str
    attachments: Sequence[Attachment]

    @property
    def uri(self) -> str:
        """The record's address."""
        return f"at://{self.did}/{COLLECTION}/{self.key}"

    @property
    def bare(self) -> bool:
        """Whether it shows nothing beside its text."""
        return "embed" not in self.record

    @property
    def receipt(self) -> Receipt:
        """What the network's confirmation of this entry amounts to."""
        return Receipt(self.index, self.uri, seen_at(self.did, self.key), {"uri": self.uri, "cid": self.cid})


def entries(delivery: Delivery, did: str) -> Iterator[Entry]:
    """The parts that have no receipt yet, each one naming the first of its thread and the one before, sent or not."""
    post, moment = delivery.post, delivery.first_attempt_at
    if post is None or moment is None:
        raise ValueError("a delivery is published after it was claimed, not before")
    confirmed = {receipt.index: receipt.proof for receipt in delivery.receipts}
    # computed, also for what stands where an operator's receipt names no CID
    thread = [_named(receipt.proof) for receipt in post.answers]
    for index, part in enumerate(post.parts):
        key = record_key(moment, delivery.key, index)
        reply = {"root": thread[0], "parent": thread[-1]} if thread else None
        created = moment + timedelta(milliseconds=index)  # readers' apps sort a thread by this
        record = _record(part, post, created, reply)
        entry = Entry(index, did, key, record, record_cid(record), shown(part))
        thread.append(_named(confirmed.get(index) or entry.receipt.proof))
        if index not in confirmed:
            yield entry


def record_key(moment: datetime, key: str, index: int) -> str:
    """A timestamp identifier (atproto.com/specs/tid): rises with time and part, and is another for another key."""
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1) + index
    clock = int.from_bytes(sha256(f"{key}/{index}".encode()).digest()[:2], "big") % 1024
    number = microseconds << 10 | clock
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def minted_at(key: str) -> datetime | None:
    """The time that a timestamp identifier tells; None for another kind of key."""
    if not re.fullmatch("[2-7a-j][2-7a-z]{12}", key):
        return None
    number = 0
    for letter in key:
        number = number << 5 | _ALPHABET.index(letter)
    return _EPOCH + timedelta(microseconds=number >> 10)


def seen_at(did: str, key: str) -> str:
    """Where a person sees the post under this key."""
    return f"https://bsky.app/profile/{did}/post/{key}"


def labels(warning: str) -> list[str]:
    """The labels that a warning in words amounts to."""
    return [label for label, words in _LABELS.items() if re.search(rf"\b({words})\b", warning, re.IGNORECASE)]


def _record(part: Part, post: Post, created: datetime, reply: Mapping[str, Any] | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": created.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if part.spans:
        record["facets"] = [_facet(span) for span in part.spans]
    if post.lang:
        record["langs"] = [post.lang]
    if shows := embed(part):
        record["embed"] = shows
    if reply:
        record["reply"] = reply
    if values := labels(post.warning or ""):
        record["labels"] = {
            "$type": "com.atproto.label.defs#selfLabels",
            "values": [{"val": value} for value in values],
        }
    return record


def _named(proof: Mapping[str, str]) -> dict[str, str]:
    return {"uri": proof["uri"], "cid": proof["cid"]}


def _facet(span: Span) -> dict[str, Any]:
    kind = {"$type": "app.bsky.richtext.facet#link", "uri": span.link}
    if span.link is None:
        kind = {"$type": "app.bsky.richtext.facet#tag", "tag": span.tag}
    return {"index": {"byteStart": span.start, "byteEnd": span.end}, "features": [kind]}
