"""What the ledger tells: what is due, what waits, what needs the operator, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, or_, select, union_all

from bot.ledger import correcting
from bot.ledger.accounts import lane_of, row_named
from bot.ledger.answers import Event
from bot.ledger.base import Base
from bot.ledger.rows import WHOLE, delivery_of, one, whole
from bot.ledger.schema import accounts, articles, corrections, deliveries, events, receipts
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Subquery

    from bot.ledger.answers import Lane
    from bot.model import Delivery

_FINAL = tuple(state for state in State if state.final)
_OPEN = tuple(state for state in State if not state.final)


def _first(*where: ColumnElement[bool]) -> Subquery:
    """The earliest delivery of one account that goes on by itself: of each state the first, which an index has at hand."""
    of = select(accounts.c.id).where(accounts.c.name == bindparam("name")).scalar_subquery()
    columns = select(deliveries.c.due_at, deliveries.c.id).order_by(deliveries.c.due_at, deliveries.c.id).limit(1)
    timed = columns.where(deliveries.c.account == of, deliveries.c.due_at.is_not(None), *where)
    heads = [timed.where(deliveries.c.state == state).subquery() for state in (State.SCHEDULED, State.UNKNOWN)]
    both = union_all(*(select(head) for head in heads)).subquery()
    return select(both).order_by(both.c.due_at, both.c.id).limit(1).subquery()


_NEXT_DUE = select(_first().c.due_at)
_DUE = WHOLE.where(deliveries.c.id == select(_first(deliveries.c.due_at <= bindparam("now")).c.id).scalar_subquery())


class Reading(Base):
    """Questions that change nothing."""

    def delivery(self, number: int) -> Delivery:
        """The delivery of this number. Raises LedgerError where there is none."""
        with self._database.reading() as db:
            return one(db, number)

    def deliveries(self, article: int) -> tuple[Delivery, ...]:
        """All deliveries of an article, oldest first."""
        with self._database.reading() as db:
            return whole(db, deliveries.c.article == article)

    def turn(self, account: str, now: datetime) -> tuple[Lane, Delivery | None]:
        """
        What holds for an account's deliveries, and the next of them that is scheduled or unknown and due.

        What has no time waits for the operator. Raises LedgerError where there is no such account.
        """
        with self._database.reading() as db:
            rows = db.execute(_DUE, {"name": account, "now": now}).all()
            return lane_of(row_named(db, account)), delivery_of(rows) if rows else None

    def next_due(self, account: str) -> datetime | None:
        """When the next delivery of this account is due by itself, or the next correction of one."""
        with self._database.reading() as db:
            at: datetime | None = db.execute(_NEXT_DUE, {"name": account}).scalar()
            return min(filter(None, (at, correcting.next_due(db, account))), default=None)

    def waiting(self) -> tuple[Delivery, ...]:
        """What is scheduled, in order of its time; what has none yet comes last."""
        with self._database.reading() as db:
            order = (deliveries.c.due_at.is_(None), deliveries.c.due_at)
            return whole(db, deliveries.c.state == State.SCHEDULED, order=order)

    def unsettled(self, *, besides: Collection[str] = ()) -> tuple[Delivery, ...]:
        """What has not come to an end, as it was made; leaving out these accounts, for which very much may wait."""
        others = deliveries.c.account.in_(select(accounts.c.id).where(accounts.c.name.not_in(besides)))
        with self._database.reading() as db:
            return whole(db, others, deliveries.c.state.in_(_OPEN))

    def unfinished(self, article: int) -> bool:
        """Whether any delivery of the article is still to come to an end, or to be corrected: its pictures may be needed."""
        corrected = exists().where(corrections.c.delivery == deliveries.c.id, corrections.c.due_at.is_not(None))
        with self._database.reading() as db:
            to_come = deliveries.c.state.not_in(_FINAL) | corrected
            left = exists().where(deliveries.c.article == article, to_come)
            return bool(db.execute(select(left)).scalar_one())

    def counts(self) -> dict[State, int]:
        """How many deliveries stand in each state, none left out."""
        with self._database.reading() as db:
            found = db.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
            return dict.fromkeys(State, 0) | dict(found.all())

    def attention(self) -> tuple[Delivery, ...]:
        """
        What the operator should look at, oldest first.

        What is unknown or discarded; what is being sent, since its sender may have been cut off; what is scheduled with an
        error, or with parts that stand already; what stands and could not be corrected; and any delivery for which a receipt
        came too late to be its own: that post may be on the network beside it.
        """
        stands = exists().where(receipts.c.delivery == deliveries.c.id).correlate(deliveries)
        hindered = (deliveries.c.state == State.SCHEDULED) & (deliveries.c.error.is_not(None) | stands)
        unclear = deliveries.c.state.in_([State.UNKNOWN, State.DISCARDED, State.SENDING])
        of_it = (corrections.c.delivery == deliveries.c.id, corrections.c.error.is_not(None))
        uncorrected = exists().where(*of_it).correlate(deliveries)
        with self._database.reading() as db:
            return whole(db, or_(unclear, hindered, uncorrected, _late_receipt()))

    def events(self, article: int | None = None) -> tuple[Event, ...]:
        """What happened, oldest first: all of it, or to one article, and to its accounts since it was taken in."""
        told = select(events, articles.c.headline).outerjoin(articles, events.c.article == articles.c.id)
        if article is not None:
            told = told.where(or_(events.c.article == article, _meanwhile(article)))
        with self._database.reading() as db:
            return tuple(event_of(row) for row in db.execute(told.order_by(events.c.id)))

    def paused_since(self) -> dict[str, datetime]:
        """When each account was paused last, of those that ever were."""
        last = select(events.c.account, func.max(events.c.at)).where(events.c.event == "paused")
        with self._database.reading() as db:
            return dict(db.execute(last.group_by(events.c.account)).all())


def _meanwhile(article: int) -> ColumnElement[bool]:
    """What held up the accounts of an article, or let them go on, while it was theirs."""
    names = select(accounts.c.name).join(deliveries).where(deliveries.c.article == article)
    since = select(func.min(events.c.id)).where(events.c.article == article).scalar_subquery()
    return (events.c.article.is_(None)) & events.c.account.in_(names) & (events.c.id > since)


def _late_receipt() -> ColumnElement[bool]:
    names = receipts.c.url + " " + receipts.c.remote_id
    kept = exists().where(receipts.c.delivery == events.c.delivery, names == events.c.detail).correlate(events)
    late = (events.c.delivery == deliveries.c.id, events.c.event == "late receipt")
    return exists().where(*late, ~kept).correlate(deliveries)


def event_of(row: Row[Any]) -> Event:
    """What a row of `events` tells, with its article's headline."""
    return Event(
        at=row.at,
        delivery=row.delivery,
        article=row.article,
        headline=row.headline,
        account=row.account,
        event=row.event,
        detail=row.detail,
    )
