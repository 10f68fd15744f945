"""What the ledger tells of itself in figures: cheap, however much waits in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from bot.ledger.accounts import lane_of
from bot.ledger.base import Base
from bot.ledger.planning import FIRST_DUE
from bot.ledger.reading import event_of
from bot.ledger.schema import accounts, articles, corrections, deliveries, events, identities
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from bot.ledger.answers import Event, Lane

_LATELY = 10_000
"""Events that are looked through for something that happened lately: those have no index by their time."""
_OF = deliveries.c.account == bindparam("of")
_HEADS = tuple(FIRST_DUE.where(deliveries.c.state == state) for state in (State.SCHEDULED, State.UNKNOWN))
# Each is a few rows of an index. What cannot be made into a post was put off for that.
_WANTING: tuple[tuple[ColumnElement[bool], ...], ...] = (
    (deliveries.c.state == State.DISCARDED,),
    (deliveries.c.state == State.UNKNOWN, deliveries.c.due_at.is_(None)),
    (
        deliveries.c.state == State.SCHEDULED,
        deliveries.c.not_before.is_not(None),
        deliveries.c.error.is_not(None),
        deliveries.c.post.is_(None),
    ),
)
_UNCORRECTED = (
    select(func.count(), func.max(deliveries.c.id))
    .select_from(corrections)
    .join(deliveries, corrections.c.delivery == deliveries.c.id)
    .where(_OF, corrections.c.due_at.is_(None), deliveries.c.state == State.DELIVERED)
)
_COUNTS = (
    *(select(func.count(), func.max(deliveries.c.id)).where(_OF, *each) for each in _WANTING),
    _UNCORRECTED,
)
_TOLD = (
    select(
        *deliveries.c["id", "state"],
        func.coalesce(corrections.c.error, deliveries.c.error).label("error"),
        articles.c.headline,
    )
    .join(articles, deliveries.c.article == articles.c.id)
    .outerjoin(corrections, corrections.c.delivery == deliveries.c.id)
    .where(deliveries.c.id == bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One account: what holds for it, when the first of what goes on by itself is due, and how many want a person."""

    lane: Lane
    first_due: datetime | None
    wanting: int


@dataclass(frozen=True, slots=True)
class Wanting:
    """What of one account wants a person for the same reason: how many deliveries, and of the newest its number and words."""

    account: str
    state: State
    many: int
    id: int
    headline: str
    error: str | None


class Measuring(Base):
    """Figures for those who watch the bot."""

    def measured(self) -> tuple[Measured, ...]:
        """Each account, by name."""
        with self._database.reading() as db:
            return tuple(_measured(db, row) for row in db.execute(select(accounts).order_by(accounts.c.name)).all())

    def tally(self) -> dict[tuple[str, State], int]:
        """How many deliveries of each account stand in each state: the one figure that counts them all."""
        counted = select(deliveries.c.account, deliveries.c.state, func.count().label("many"))
        each = counted.group_by(deliveries.c.account, deliveries.c.state).subquery()
        named = select(accounts.c.name, each.c.state, each.c.many).join(each, each.c.account == accounts.c.id)
        with self._database.reading() as db:
            return {(row.name, row.state): row.many for row in db.execute(named)}

    def files_in_queue(self) -> int:
        """How many files stand in the queue that were taken in."""
        with self._database.reading() as db:
            standing = identities.c.identity.startswith("queue:", autoescape=True)
            return db.execute(select(func.count()).select_from(identities).where(standing)).scalar_one()

    def wanting(self) -> tuple[Wanting, ...]:
        """What wants a person, by account and state."""
        with self._database.reading() as db:
            rows = db.execute(select(accounts.c.id, accounts.c.name).order_by(accounts.c.name)).all()
            return tuple(each for row in rows for each in _wanting(db, *row))

    def expired_since(self, moment: datetime) -> tuple[Event, ...]:
        """What expired unsent since then, among the latest events."""
        last = select(func.max(events.c.id)).scalar_subquery()
        lately = (events.c.id > last - _LATELY, events.c.event == "expired", events.c.at >= moment)
        told = select(events, articles.c.headline).join(articles, events.c.article == articles.c.id)
        with self._database.reading() as db:
            return tuple(event_of(row) for row in db.execute(told.where(*lately).order_by(events.c.id)))


def _measured(db: Connection, row: Row[Any]) -> Measured:
    of = {"of": row.id}
    dues = [db.execute(each, of).scalar() for each in _HEADS]
    wanting = sum(db.execute(each, of).one()[0] for each in _COUNTS)
    return Measured(lane_of(row), min(filter(None, dues), default=None), wanting)


def _wanting(db: Connection, of: int, account: str) -> Iterator[Wanting]:
    for each in _COUNTS:
        many, newest = db.execute(each, {"of": of}).one()
        if many:
            row = db.execute(_TOLD, {"number": newest}).one()
            yield Wanting(account, row.state, many, row.id, row.headline, row.error)
