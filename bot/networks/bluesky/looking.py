"""Telling what an account published from its own records, where the keys are not known any more."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from bot.errors import OutcomeUnknown
from bot.networks.bluesky.records import entries, minted_at, seen_at
from bot.networks.timeline import Standing, plain, recognised, since

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from bot.model import Delivery, Receipt

Record = Mapping[str, Any]


def sought(delivery: Delivery, did: str, records: Iterable[Record], taken: Collection[str]) -> Iterator[Receipt]:
    """
    The parts without a receipt that stand among these records, which come with the latest keys first.

    One that says the same with other links, pictures, language or labels is not ours: that raises OutcomeUnknown.
    """
    begin = since(delivery)
    recent = {record["uri"]: record for record in takewhile(lambda record: not _before(record, begin), records)}
    timeline = [_standing(record, did) for record in reversed(recent.values())]
    ours = {entry.index: _content(entry.record) for entry in entries(delivery, did)}
    for receipt in recognised(delivery, timeline, taken):
        if _content(recent[receipt.remote_id]["value"]) != ours[receipt.index]:
            raise OutcomeUnknown(
                f"{receipt.url} says what was sent, but not with the same links, pictures, language or labels"
            )
        yield receipt


def _before(record: Record, begin: datetime) -> bool:
    """Whether this was certainly published before; its key says so, and ours all tell their time."""
    minted = minted_at(_key(record))
    return minted is not None and minted < begin


def _key(record: Record) -> str:
    return str(record["uri"]).rpartition("/")[2]


def _standing(record: Record, did: str) -> Standing:
    value = record["value"]
    reply = value.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    return Standing(
        record["uri"],
        seen_at(did, _key(record)),
        text=plain(str(value.get("text", ""))),
        reply_to=parent.get("uri") if isinstance(parent, dict) else None,
        proof={"uri": record["uri"], "cid": record["cid"]},
    )


def _content(record: Record) -> dict[str, Any]:
    """What a record says, without when it said so and what it answers."""
    return {name: value for name, value in record.items() if name not in {"createdAt", "reply"}}
