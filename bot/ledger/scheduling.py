"""A delivery as it is made: of one article for one account, under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from bot.ledger.rows import note_on, one
from bot.ledger.schema import deliveries
from bot.model import State
from bot.schedule.sections import section

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from bot.model import Article, Delivery


@dataclass(frozen=True, slots=True)
class Times:
    """When an article came in, and when its deliveries are due: for `planned` accounts the plan says it."""

    now: datetime
    due_at: datetime | None
    not_before: datetime | None = None
    planned: frozenset[str] = frozenset()


def wishes(article: Article) -> dict[str, Any]:
    """What the article says of when it is to go, as the plan reads it from each of its deliveries."""
    return {
        "priority": article.priority,
        "section": section(article.section, "", article.hashtags),
        "publish_at": article.publish_at,
        "expires_at": article.expires_at,
    }


def schedule(
    db: Connection, number: int, article: Article, account: int, name: str, times: Times, **more: Any
) -> Delivery:
    """One more delivery of an article to the account of this row and name."""
    earlier = (deliveries.c.article == number, deliveries.c.account == account)
    last = db.execute(select(func.max(deliveries.c.generation)).where(*earlier)).scalar()
    values = {
        "article": number,
        "account": account,
        "generation": 0 if last is None else last + 1,
        "key": uuid4().hex,
        "state": State.SCHEDULED,
        "due_at": None if name in times.planned else times.due_at,
        "not_before": times.not_before,
        "created_at": times.now,
        "changed_at": times.now,
        **wishes(article),
        **more,
    }
    made: int = db.execute(insert(deliveries).values(values).returning(deliveries.c.id)).scalar_one()
    delivery = one(db, made)
    note_on(db, delivery, "scheduled", now=times.now)
    return delivery
