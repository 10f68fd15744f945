"""Reading and changing rows, inside the transaction of the public method that calls."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from bot.errors import LedgerError, Refused
from bot.ledger import media
from bot.ledger.schema import accounts, articles, deliveries, events, receipts
from bot.model import Delivery, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

# Statements that every delivery runs through stand ready: to build one takes longer than to run it.
WHOLE = (
    select(
        *deliveries.c["id", "article", "key", "state", "due_at", "attempts", "claim", "frozen_by", "doubted"],
        *deliveries.c["first_attempt_at", "post", "error", "corrects"],
        articles.c.headline,
        accounts.c.name,
        accounts.c.network,
        accounts.c.sought_since,
        accounts.c.sought_until,
        receipts.c.part,
        receipts.c.remote_id,
        receipts.c.url,
        receipts.c.proof,
        receipts.c.retracted_at,
    )
    .join(articles, deliveries.c.article == articles.c.id)
    .join(accounts, deliveries.c.account == accounts.c.id)
    .outerjoin(receipts, deliveries.c.id == receipts.c.delivery)
)
_ONE = WHOLE.where(deliveries.c.id == bindparam("number")).order_by(receipts.c.part)
_CHANGE = update(deliveries).where(deliveries.c.id == bindparam("number"))
_NOTE = insert(events)
_ID = select(accounts.c.id).where(accounts.c.name == bindparam("name")).scalar_subquery()
_HOLDER = select(receipts.c.delivery).where(receipts.c.account == _ID, receipts.c.remote_id == bindparam("remote_id"))
_ATTACH = insert(receipts).values(account=_ID)
THAWED: dict[str, Any] = {"post": None, "first_attempt_at": None, "frozen_by": None}


def whole(
    db: Connection, *where: ColumnElement[bool], order: Iterable[ColumnElement[Any]] = ()
) -> tuple[Delivery, ...]:
    """The deliveries that meet `where`, with their receipts, in this order or as they were made."""
    rows = db.execute(WHOLE.where(*where).order_by(*order, deliveries.c.id, receipts.c.part))
    return tuple(delivery_of(list(group)) for _, group in groupby(rows, lambda row: row.id))


def one(db: Connection, number: int) -> Delivery:
    """The delivery of this number. Raises LedgerError where there is none."""
    rows = db.execute(_ONE, {"number": number}).all()
    if not rows:
        raise LedgerError(f"there is no delivery {number}", hint="`bot status` and `bot log` show their numbers")
    return delivery_of(rows)


def delivery_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> Delivery:
    """The delivery that these rows of WHOLE tell, one for each of its receipts."""
    row = rows[0]
    return Delivery(
        id=row.id,
        article=row.article,
        headline=row.headline,
        account=row.name,
        network=row.network,
        key=row.key,
        state=row.state,
        due_at=row.due_at,
        attempts=row.attempts,
        claim=row.claim,
        frozen_by=row.frozen_by,
        first_attempt_at=row.first_attempt_at,
        doubted=row.doubted,
        post=row.post,
        receipts=tuple(Receipt(row.part, row.remote_id, row.url, row.proof) for row in rows if row.part is not None),
        error=row.error,
        sought_since=row.sought_since,
        sought_until=row.sought_until,
        retracted=frozenset(each.part for each in rows if each.retracted_at is not None),
        corrects=row.corrects,
    )


def held(db: Connection, claimed: Delivery, *states: State) -> Delivery | None:
    """
    A delivery as it is now, if it still stands in one of `states` and under the claim number that its holder knows.

    This is what every move of a sender depends on: None says that the delivery went on without him.
    """
    delivery = one(db, claimed.id)
    known = (delivery.state, delivery.claim) == (claimed.state, claimed.claim)
    return delivery if known and delivery.state in states else None


def change(
    db: Connection,
    delivery: Delivery,
    event: str,
    detail: str = "",
    *,
    now: datetime,
    plan: Mapping[str, Any] | None = None,
    **values: Any,
) -> Delivery:
    """
    Change fields of a delivery, as this transaction read it, and write down what happened to it.

    `plan` are those that only the plan reads.
    """
    db.execute(_CHANGE, {"number": delivery.id, "changed_at": now, **values, **(plan or {})})
    changed = replace(delivery, **values)
    if changed.post is None or changed.state is State.DELIVERED:
        media.forget(db, delivery)
    note_on(db, changed, event, detail, now=now)
    return changed


def changed_at(db: Connection, number: int) -> datetime:
    """When something happened to a delivery last."""
    moment: datetime = db.execute(select(deliveries.c.changed_at).where(deliveries.c.id == number)).scalar_one()
    return moment


def unsent(delivery: Delivery) -> dict[str, Any]:
    """
    What becomes of a delivery whose last attempt certainly did not post.

    If an attempt before it may have, that is as open as before. Else nothing is out there, and unless parts stand the
    next attempt renders it afresh. After a restore more of them may stand than the ledger knows: these are looked for.
    """
    afresh = delivery.first_time
    in_doubt = delivery.doubted or (delivery.sought_since is not None and bool(delivery.frozen_by) and not afresh)
    return {"state": State.UNKNOWN if in_doubt else State.SCHEDULED, **(THAWED if afresh else {})}


def unconfirmed(delivery: Delivery) -> list[int]:
    """The parts of its post that have no receipt yet, in order."""
    parts = range(len(delivery.post.parts) if delivery.post else 0)
    return [part for part in parts if part not in {receipt.index for receipt in delivery.receipts}]


def attach(db: Connection, delivery: Delivery, receipt: Receipt) -> Delivery:
    """
    The delivery with this receipt; one that it has already changes nothing.

    Raises Refused where the part has another one, or the network's name for it is that of another part.
    """
    if receipt in delivery.receipts:
        return delivery
    names = {"name": delivery.account, "remote_id": receipt.remote_id}
    holder = db.execute(_HOLDER, names).scalar()
    if holder is not None:
        hint = "Look which of the two stands on the network; `bot log` tells what happened to them"
        whose = "another part of it" if holder == delivery.id else f"delivery {holder}"
        raise Refused(
            f"{receipt.remote_id} is the receipt of {whose} already",
            where=f"delivery {delivery.id}",
            hint=None if holder == delivery.id else hint,
        )
    if receipt.index not in unconfirmed(delivery):
        raise Refused(f"part {receipt.index + 1} is not one that waits for a receipt", where=f"delivery {delivery.id}")
    kept = {"delivery": delivery.id, "part": receipt.index, "url": receipt.url, "proof": dict(receipt.proof)}
    db.execute(_ATTACH, names | kept)
    return delivery.with_receipt(receipt)


def note(
    db: Connection,
    event: str,
    detail: str = "",
    *,
    now: datetime,
    article: int | None = None,
    delivery: int | None = None,
    account: str | None = None,
) -> None:
    """Write down something that happened."""
    of = {"article": article, "delivery": delivery, "account": account}
    db.execute(_NOTE, {"at": now, "event": event, "detail": " ".join(detail.split()), **of})


def note_on(db: Connection, delivery: Delivery, event: str, detail: str = "", *, now: datetime) -> None:
    """Write down something that happened to a delivery."""
    note(db, event, detail, now=now, article=delivery.article, delivery=delivery.id, account=delivery.account)
