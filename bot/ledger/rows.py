"""Reading and changing rows, inside the transaction of the public method that calls."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from bot.errors import LedgerError, Refused
from bot.ledger.codec import load
from bot.ledger.schema import accounts, articles, deliveries, events, receipts
from bot.model import Delivery, Post, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

_WHOLE = (
    select(
        deliveries,
        articles.c.headline,
        accounts.c.name,
        accounts.c.network,
        accounts.c.sought_since,
        accounts.c.sought_until,
        receipts.c.part,
        receipts.c.remote_id,
        receipts.c.url,
        receipts.c.proof,
    )
    .join(articles, deliveries.c.article == articles.c.id)
    .join(accounts, deliveries.c.account == accounts.c.id)
    .outerjoin(receipts, deliveries.c.id == receipts.c.delivery)
)
THAWED: dict[str, Any] = {"post": None, "first_attempt_at": None, "frozen_by": None}


def whole(
    db: Connection, *where: ColumnElement[bool], order: Iterable[ColumnElement[Any]] = ()
) -> tuple[Delivery, ...]:
    """The deliveries that meet `where`, with their receipts, in this order or as they were made."""
    rows = db.execute(_WHOLE.where(*where).order_by(*order, deliveries.c.id, receipts.c.part))
    return tuple(_delivery(list(group)) for _, group in groupby(rows, lambda row: row.id))


def one(db: Connection, number: int) -> Delivery:
    """The delivery of this number. Raises LedgerError where there is none."""
    found = whole(db, deliveries.c.id == number)
    if not found:
        raise LedgerError(f"there is no delivery {number}", hint="`bot status` and `bot log` show their numbers")
    return found[0]


def _delivery(rows: list[Row[Any]]) -> Delivery:
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
        post=None if row.post is None else load(Post, row.post),
        receipts=tuple(Receipt(row.part, row.remote_id, row.url, row.proof) for row in rows if row.part is not None),
        error=row.error,
        sought_since=row.sought_since,
        sought_until=row.sought_until,
    )


def held(db: Connection, claimed: Delivery, *states: State) -> Row[Any] | None:
    """
    The row of a delivery that still stands in one of `states` and under the claim number that its holder knows.

    This is what every move of a sender depends on: None says that the delivery went on without him.
    """
    return db.execute(
        select(deliveries)
        .where(
            deliveries.c.id == claimed.id,
            deliveries.c.claim == claimed.claim,
            deliveries.c.state == claimed.state,
            deliveries.c.state.in_(states),
        )
        .with_for_update()
    ).one_or_none()


def change(db: Connection, number: int, event: str, detail: str = "", *, now: datetime, **values: Any) -> Delivery:
    """Change a delivery and write down what happened to it."""
    db.execute(update(deliveries).where(deliveries.c.id == number).values(**values, changed_at=now))
    changed = one(db, number)
    note_on(db, changed, event, detail, now=now)
    return changed


def unsent(row: Row[Any], delivery: Delivery) -> dict[str, Any]:
    """
    What becomes of a delivery whose last attempt certainly did not post.

    If an attempt before it may have, that is as open as before. Else nothing is out there, and unless parts stand the
    next attempt renders it afresh. After a restore more of them may stand than the ledger knows: these are looked for.
    """
    afresh = row.frozen_by == row.claim and not delivery.receipts
    in_doubt = row.doubted or (delivery.sought_since is not None and row.frozen_by is not None and not afresh)
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
    account = db.execute(select(deliveries.c.account).where(deliveries.c.id == delivery.id)).scalar_one()
    taken = receipts.c.account == account, receipts.c.remote_id == receipt.remote_id
    holder = db.execute(select(receipts.c.delivery).where(*taken)).scalar()
    if holder is not None:
        raise Refused(
            f"{receipt.remote_id} is the receipt of delivery {holder} already",
            where=f"delivery {delivery.id}",
            hint="Look which of the two stands on the network; `bot log` tells what happened to them",
        )
    if receipt.index not in unconfirmed(delivery):
        raise Refused(f"part {receipt.index + 1} is not one that waits for a receipt", where=f"delivery {delivery.id}")
    db.execute(
        insert(receipts).values(
            delivery=delivery.id,
            part=receipt.index,
            account=account,
            remote_id=receipt.remote_id,
            url=receipt.url,
            proof=dict(receipt.proof),
        )
    )
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
    db.execute(
        insert(events).values(
            at=now, article=article, delivery=delivery, account=account, event=event, detail=" ".join(detail.split())
        )
    )


def note_on(db: Connection, delivery: Delivery, event: str, detail: str = "", *, now: datetime) -> None:
    """Write down something that happened to a delivery."""
    note(db, event, detail, now=now, article=delivery.article, delivery=delivery.id, account=delivery.account)
