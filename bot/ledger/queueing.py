"""What stands in the queue, as the ledger remembers it: what becomes of an article whose file is taken away, or put back."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, delete, or_, select

from bot.ledger.base import Base
from bot.ledger.locks import locked
from bot.ledger.reading import event_of
from bot.ledger.rows import change, note, whole
from bot.ledger.schema import articles, deliveries, events, identities
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.ledger.answers import Event
    from bot.model import Delivery

_QUEUED = identities.c.identity.startswith("queue:", autoescape=True)


class Queueing(Base):
    """The queue's side of the ledger, for whoever watches over the folder."""

    def queued(self) -> dict[str, int]:
        """The articles whose files stood in the queue when it was last looked at, by the identity that each file lends."""
        with self._database.reading() as db:
            return dict(db.execute(select(identities.c.identity, identities.c.article).where(_QUEUED)).all())

    def withdraw(self, identity: str, *, now: datetime) -> tuple[Delivery, ...]:
        """
        The file at this place of the queue was taken away: what is put there next is another article.

        If no other file holds the article, what waits of it is called off wherever nothing can be out; which that was.
        """
        with self._database.writing() as db:
            name = identities.c.identity == identity
            number = db.execute(select(identities.c.article).where(name, _QUEUED)).scalar()
            if number is None:
                return ()
            db.execute(delete(identities).where(name))
            note(db, "left the queue", identity.removeprefix("queue:"), now=now, article=number)
            if db.execute(select(identities.c.article).where(identities.c.article == number, _QUEUED)).first():
                return ()
            waiting = whole(db, deliveries.c.article == number, deliveries.c.state == State.SCHEDULED)
            return tuple(_called_off(db, each, now) for each in waiting if not (each.post or each.receipts))

    def named_in_queue(self, media: Collection[str], *, besides: int) -> frozenset[str]:
        """Which of these pictures other articles name whose files stand in the queue."""
        content = cast(articles.c.content, Text)
        holds = or_(*(content.contains(json.dumps(source)[1:-1], autoescape=True) for source in media))
        others = select(identities.c.article).where(_QUEUED, identities.c.article != besides)
        with self._database.reading() as db:
            found = db.execute(select(articles.c.content).where(articles.c.id.in_(others), holds)).scalars()
            return frozenset(each["source"] for article in found for each in article.get("media", ()))

    def happened(self, since: int | None) -> tuple[int, tuple[Event, ...]]:
        """The number of the last event, and what happened after event `since`, if that is given."""
        told = select(events, articles.c.headline).outerjoin(articles, events.c.article == articles.c.id)
        with self._database.reading() as db:
            if since is None:
                return db.execute(select(events.c.id).order_by(events.c.id.desc()).limit(1)).scalar() or 0, ()
            rows = db.execute(told.where(events.c.id > since).order_by(events.c.id)).all()
            return rows[-1].id if rows else since, tuple(map(event_of, rows))

    @property
    def has_one_daemon(self) -> bool:
        """Whether no more than one daemon works on this ledger."""
        return self._database.file is not None

    @contextmanager
    def alone(self, who: str) -> Iterator[str | None]:
        """
        Be the one daemon of an SQLite ledger, for as long as this process lives; who it is where there is one already.

        On PostgreSQL there may be several: each lane is worked by one of them.
        """
        if not self.has_one_daemon:
            yield None
            return
        file = self._lanes / "daemon.lock"
        with locked(file, wait=False) as ours:
            if ours:
                file.write_text(who, encoding="utf-8")
            yield None if ours else file.read_text(encoding="utf-8") or "another process"


def _called_off(db: Connection, delivery: Delivery, now: datetime) -> Delivery:
    return change(db, delivery, "withdrawn", "its file left the queue", now=now, state=State.CANCELLED, due_at=None)
