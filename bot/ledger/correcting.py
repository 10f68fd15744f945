"""What is to become of posts that stand: taken down, or corrected because their article was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.ledger.answers import Correction, Kind
from bot.ledger.attempts import IN_GOOD_ORDER
from bot.ledger.base import Base
from bot.ledger.codec import load
from bot.ledger.rows import change, note_on, one, whole
from bot.ledger.scheduling import Times, schedule
from bot.ledger.schema import accounts, articles, corrections, deliveries, receipts
from bot.model import Article, Corrections, Priority, State

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from bot.model import Delivery, Post, Receipt

_THIS = corrections.c.delivery == bindparam("number")
_ROW = select(corrections).where(_THIS)
_CHANGE = update(corrections).where(_THIS)
_DONE = delete(corrections).where(_THIS)
_SETTLED = deliveries.c.state.in_([state for state in State if state.final])
# What may be out there has to be settled first.
_READY = (
    select(corrections)
    .join(deliveries, corrections.c.delivery == deliveries.c.id)
    .join(accounts, deliveries.c.account == accounts.c.id)
    .where(accounts.c.name == bindparam("name"), corrections.c.due_at.is_not(None), _SETTLED)
)
_DUE = _READY.where(corrections.c.due_at <= bindparam("now")).order_by(corrections.c.due_at, corrections.c.delivery)
_NEXT_DUE = _READY.with_only_columns(func.min(corrections.c.due_at))
_WORDS = {
    Kind.RETRACT: "take it down",
    Kind.EDIT: "edit it in place",
    Kind.REPLY: "answer it",
    Kind.REPOST: "take it down, and post it anew",
}


class Correcting(Base):
    """
    Wishes that outlive a crash, and what came of them; whoever works them off holds the account's lane.

    What was done is written down as it is done, whatever was wished meanwhile; only a wish that nobody renewed is over.
    """

    def retract(self, article: int, names: Collection[str], *, now: datetime) -> None:
        """Call off what waits of an article on these accounts, and have taken down what stands there, or may when it is settled."""
        with self._database.writing() as db:
            for each in whole(db, deliveries.c.article == article, accounts.c.name.in_(names)):
                waits = each.state is State.SCHEDULED and each.post is None
                if each.standing or not (waits or each.state.final):
                    _ask(db, each, Kind.RETRACT, now)
                if _ends(each):
                    change(db, each, "cancelled", "retracted", now=now, state=State.CANCELLED, due_at=None)

    def corrections(self, *where: ColumnElement[bool]) -> tuple[Correction, ...]:
        """All that is not done, oldest first."""
        with self._database.reading() as db:
            rows = db.execute(select(corrections).where(*where).order_by(corrections.c.delivery)).all()
            return tuple(_correction(db, row) for row in rows)

    def correction(self, delivery: int) -> Correction | None:
        """What is to become of the post of a delivery, if anything is."""
        return next(iter(self.corrections(corrections.c.delivery == delivery)), None)

    def due_corrections(self, account: str, now: datetime) -> tuple[Correction, ...]:
        """What is due of an account's, as it was wished."""
        with self._database.reading() as db:
            return tuple(_correction(db, row) for row in db.execute(_DUE, {"name": account, "now": now}).all())

    def begin_correction(self, correction: Correction, *, now: datetime) -> Correction | None:
        """Count an attempt, before its first request leaves; None where something else is wished by now."""
        with self._database.writing() as db:
            if not _as_known(db, correction):
                return None
            _set(db, correction, now, attempts=correction.attempts + 1, begun=True)
            return replace(correction, attempts=correction.attempts + 1, begun=True)

    def taken_down(self, delivery: Delivery, receipt: Receipt, *, now: datetime) -> Delivery:
        """A part is gone; with the last one what was wished is done, and where it was wished the article goes out anew."""
        with self._database.writing() as db:
            of = (receipts.c.delivery == delivery.id, receipts.c.part == receipt.index)
            db.execute(update(receipts).where(*of).values(retracted_at=now))
            db.execute(IN_GOOD_ORDER, {"of": delivery.account})
            delivery = one(db, delivery.id)
            note_on(db, delivery, "taken down", receipt.url, now=now)
            wished = db.execute(_ROW, {"number": delivery.id}).one_or_none()
            if wished is not None and not delivery.standing:
                if wished.kind == Kind.REPOST:
                    _once_more(db, delivery, now)
                db.execute(_DONE, {"number": delivery.id})
            return delivery

    def revised(self, correction: Correction, post: Post, *, now: datetime) -> None:
        """All parts say on the network what this post says."""
        with self._database.writing() as db:
            change(db, correction.delivery, "edited in place", now=now, post=post)
            db.execute(IN_GOOD_ORDER, {"of": correction.delivery.account})
            _finish(db, correction)

    def answered(self, correction: Correction, *, now: datetime) -> Delivery | None:
        """A delivery that answers this one, in the article's words of the moment at which it goes; None where nothing is wished any more."""
        with self._database.writing() as db:
            wished = db.execute(_ROW, {"number": correction.delivery.id}).one_or_none()
            if wished is None or wished.kind != Kind.REPLY:
                return None
            db.execute(_DONE, {"number": correction.delivery.id})
            return _once_more(db, correction.delivery, now)

    def needless(self, correction: Correction) -> None:
        """Nothing is to be done: it says what it would say, or does not stand any more."""
        with self._database.writing() as db:
            _finish(db, correction)

    def put_off_correction(
        self, correction: Correction, error: str, *, now: datetime, due_at: datetime | None, counted: bool = True
    ) -> None:
        """It came to nothing: tried again at `due_at`, or where that is None left to the operator; some attempts are given back."""
        with self._database.writing() as db:
            if not _as_known(db, correction):
                return
            attempts = correction.attempts if counted else correction.attempts - 1
            _set(db, correction, now, due_at=due_at, error=error, attempts=max(0, attempts))
            event = "correction failed" if due_at is None else "correction put off"
            note_on(db, correction.delivery, event, error, now=now)


def correct(db: Connection, article: int, policies: Mapping[str, Corrections], now: datetime) -> None:
    """An article was changed: wish for its newest post on each account what the account's policy says."""
    newest: dict[str, Delivery] = {}
    for each in whole(db, deliveries.c.article == article):
        if not each.state.final or (each.state is State.DELIVERED and each.standing):
            newest[each.account] = each
    for name, delivery in newest.items():
        policy = policies.get(name, Corrections.LEAVE)
        if policy is not Corrections.LEAVE and delivery.post is not None:  # what is not out goes in its new words
            _ask(db, delivery, Kind(policy.value), now)


def renew(db: Connection, delivery: Delivery, now: datetime) -> bool:
    """At the operator's word: try a correction once more, with all attempts before it; whether there is one."""
    wished = db.execute(_ROW, {"number": delivery.id}).one_or_none()
    if wished is not None:
        _wish(db, delivery, wished, Kind(wished.kind), now)
        note_on(db, delivery, "retried", _WORDS[Kind(wished.kind)], now=now)
    return wished is not None


def call_off(db: Connection, delivery: Delivery, now: datetime) -> bool:
    """At the operator's word: leave a post as it is; whether anything else was wished."""
    wished = db.execute(_ROW, {"number": delivery.id}).one_or_none()
    if wished is not None:
        db.execute(_DONE, {"number": delivery.id})
        note_on(db, delivery, "correction called off", _WORDS[Kind(wished.kind)], now=now)
    return wished is not None


def posts_again(db: Connection, delivery: Delivery) -> bool:
    """Whether what is wished of a post is one more post."""
    wished = db.execute(_ROW, {"number": delivery.id}).one_or_none()
    return wished is not None and wished.kind in {Kind.REPLY, Kind.REPOST}


def next_due(db: Connection, account: str) -> datetime | None:
    """When the next correction of an account is due."""
    at: datetime | None = db.execute(_NEXT_DUE, {"name": account}).scalar()
    return at


def _ends(delivery: Delivery) -> bool:
    """Whether a delivery that is retracted has nothing more to come: it waits, and nothing is in doubt, or it broke midway."""
    waits = delivery.state is State.SCHEDULED and (delivery.post is None or bool(delivery.receipts))
    return waits or (delivery.state is State.DISCARDED and bool(delivery.receipts))


def _ask(db: Connection, delivery: Delivery, kind: Kind, now: datetime) -> None:
    """Wish something of a delivery's post; whoever wanted it gone wants that still, and what is half gone goes."""
    wished = db.execute(_ROW, {"number": delivery.id}).one_or_none()
    if wished is not None and kind is not Kind.RETRACT:
        before = Kind(wished.kind)
        kind = before if before is Kind.RETRACT or (before is Kind.REPOST and delivery.retracted) else kind
    if wished is None or wished.kind != kind or wished.due_at is None:
        note_on(db, delivery, "correction", _WORDS[kind], now=now)
    _wish(db, delivery, wished, kind, now)


def _wish(db: Connection, delivery: Delivery, wished: Row[Any] | None, kind: Kind, now: datetime) -> None:
    values = {"kind": kind.value, "due_at": now, "attempts": 0, "error": None, "changed_at": now}
    if wished is None:
        db.execute(insert(corrections).values(delivery=delivery.id, created_at=now, **values))
    else:
        db.execute(_CHANGE, {"number": delivery.id, "asked": wished.asked + 1, **values})


def _once_more(db: Connection, before: Delivery, now: datetime) -> Delivery:
    """One more delivery of an article, to correct another; it waits for no slot."""
    content = db.execute(select(articles.c.content).where(articles.c.id == before.article)).scalar_one()
    account = db.execute(select(accounts.c.id).where(accounts.c.name == before.account)).scalar_one()
    at_once: dict[str, Any] = {"priority": Priority.BREAKING, "publish_at": None, "corrects": before.id}
    return schedule(db, before.article, load(Article, content), account, before.account, Times(now, now), **at_once)


def _correction(db: Connection, row: Row[Any]) -> Correction:
    return Correction(one(db, row.delivery), Kind(row.kind), row.due_at, row.asked, row.begun, row.attempts, row.error)


def _as_known(db: Connection, correction: Correction) -> bool:
    """Whether nobody has wished anything since this was read."""
    row = db.execute(_ROW, {"number": correction.delivery.id}).one_or_none()
    return row is not None and row.asked == correction.asked


def _set(db: Connection, correction: Correction, now: datetime, **values: Any) -> None:
    db.execute(_CHANGE, {"number": correction.delivery.id, "changed_at": now, **values})


def _finish(db: Connection, correction: Correction) -> None:
    if _as_known(db, correction):
        db.execute(_DONE, {"number": correction.delivery.id})
