"""What the ledger forgets with time: what happened to articles long done, and their words; never what keeps them from going out twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import JSON, String, cast, delete, exists, func, insert, select, update

from bot.ledger.base import Base
from bot.ledger.rows import note
from bot.ledger.schema import articles, corrections, deliveries, events, media
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

STEP = 50
"""Articles that are looked at in one transaction: others that write wait for some milliseconds."""
_PRUNED = "pruned"
_UNFINISHED = tuple(state for state in State if not state.final)
_OF_AN_ACCOUNT = ("paused", "resumed", "backing off", _PRUNED)
_MANY = 1_000
_HAS_WORDS = cast(articles.c.content, String) != "null"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step came to, and behind which article the next begins; None where that was the last."""

    articles: int
    events: int
    next: int | None


class Pruning(Base):
    """
    Forgets what nobody asks for any more.

    Identities, deliveries with their states, keys and generations, and receipts stay for good: an article that comes in once
    more is known, and what was published counts. So stays what `bot status` shows, and the last thing that happened to
    whatever was called off: by that it is known whether it goes on when its file is back.
    """

    def prune(self, before: datetime, *, after: int = 0, first: bool = True, now: datetime) -> Pruned:
        """
        Forget what ended `before` then, of the next few articles behind number `after`; call again until there is no next.

        The `first` time that something is, it is written down.
        """
        with self._database.reading() as db:
            numbers = select(articles.c.id).where(articles.c.id > after).order_by(articles.c.id).limit(STEP)
            last = max(db.execute(numbers).scalars(), default=None)
            some = (articles.c.id > after, articles.c.id <= (last or after))
            done = _done(db, before, *some)
        if not done:
            return Pruned(0, 0, last)
        with self._database.writing() as db:
            done = _done(db, before, articles.c.id.in_(done))  # somebody may have taken one up meanwhile
            gone = _forget_events(db, done, before)
            of_these = select(deliveries.c.id).where(deliveries.c.article.in_(done))
            db.execute(delete(media).where(media.c.delivery.in_(of_these)))
            if self._database.file is not None:
                _put_close(db, done)
            else:
                db.execute(update(articles).where(articles.c.id.in_(done)).values(content=JSON.NULL))
            if first and done:
                note(db, _PRUNED, f"what had ended by {before:%Y-%m-%d %H:%M:%S} UTC", now=now)
            return Pruned(len(done), gone, last)

    def prune_accounts(self, before: datetime) -> int:
        """Forget how accounts fared before then, but the last of each kind; how many events that were, a thousand at most."""
        mine = (events.c.event.in_(_OF_AN_ACCOUNT), events.c.delivery.is_(None))
        kept = select(func.max(events.c.id)).where(*mine).group_by(events.c.account, events.c.event)
        old = (*mine, events.c.at < before, events.c.id.not_in(kept), events.c.id < _last())
        with self._database.reading() as db:
            numbers = list(db.execute(select(events.c.id).where(*old).limit(_MANY)).scalars())
        if numbers:
            with self._database.writing() as db:
                db.execute(delete(events).where(events.c.id.in_(numbers)))
        return len(numbers)

    def pruned(self) -> str | None:
        """What is forgotten, in words, if anything is."""
        last = select(events.c.detail).where(events.c.event == _PRUNED).order_by(events.c.id.desc()).limit(1)
        with self._database.reading() as db:
            told: str | None = db.execute(last).scalar()
            return told


def _done(db: Connection, before: datetime, *some: ColumnElement[bool]) -> list[int]:
    """Which of some articles came to their end before then, on every account, and are not forgotten already."""
    to_correct = exists().where(corrections.c.delivery == deliveries.c.id).correlate(deliveries)
    open_or_late = deliveries.c.state.in_(_UNFINISHED) | (deliveries.c.changed_at >= before) | to_correct
    held = exists().where(deliveries.c.article == articles.c.id, open_or_late).correlate(articles)
    done = select(articles.c.id).where(*some, articles.c.changed_at < before, _HAS_WORDS, ~held)
    return list(db.execute(done).scalars())


def _forget_events(db: Connection, done: Sequence[int], before: datetime) -> int:
    """What is asked for later stays: late receipts, how a cancelled delivery ended, and the number of the last event."""
    cancelled = select(deliveries.c.id).where(deliveries.c.article.in_(done), deliveries.c.state == State.CANCELLED)
    ends = select(func.max(events.c.id)).where(events.c.delivery.in_(cancelled)).group_by(events.c.delivery)
    old = (events.c.article.in_(done), events.c.at < before, events.c.event != "late receipt")
    return db.execute(delete(events).where(*old, events.c.id.not_in(ends), events.c.id < _last())).rowcount


def _put_close(db: Connection, done: Sequence[int]) -> None:
    """The same on SQLite: it leaves what an update makes shorter where it is, and nobody gets the room; what comes anew it puts close."""
    db.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until this transaction ends, when all of them are back
    rows = db.execute(select(articles).where(articles.c.id.in_(done)).order_by(articles.c.id)).mappings().all()
    db.execute(delete(articles).where(articles.c.id.in_(done)))
    if rows:
        db.execute(insert(articles), [{**row, "content": JSON.NULL} for row in rows])


def _last() -> ColumnElement[int]:
    """The number that must not be given twice: by it the daemon knows what is news."""
    return select(func.max(events.c.id)).scalar_subquery()
