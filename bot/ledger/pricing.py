"""What the posts cost that nobody has sent yet: kept with each delivery, as it was last reckoned."""

from __future__ import annotations

from array import array
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, update

from bot.ledger.accounts import row_named
from bot.ledger.base import Base
from bot.ledger.codec import load
from bot.ledger.schema import accounts, articles, deliveries
from bot.model import Article, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Connection

_AT_ONCE = 500  # articles
# What is unknown and not frozen was put back from a backup: it may be sent. Many rows at once take no IN.
_UNSENT = (
    or_(deliveries.c.state == State.SCHEDULED, deliveries.c.state == State.UNKNOWN),
    deliveries.c.frozen_by.is_(None),
)
_OF = deliveries.c.account == bindparam("of")
_ALL = select(deliveries.c.id).where(_OF, *_UNSENT)
_SOME = select(deliveries.c.id, deliveries.c.cost, articles.c.content).join(articles).where(*_UNSENT)
_IN_ALL = select(func.sum(deliveries.c.cost, type_=deliveries.c.cost.type)).where(_OF, *_UNSENT)
_REPRICE = update(deliveries).where(deliveries.c.id == bindparam("number"), *_UNSENT)
_OF_AN_ARTICLE = update(deliveries).where(
    deliveries.c.article == bindparam("number"),
    deliveries.c.account == select(accounts.c.id).where(accounts.c.name == bindparam("name")).scalar_subquery(),
    *_UNSENT,
)


class Pricing(Base):
    """What waits, and what it costs; what may be out there keeps its price."""

    def unsent(self, account: str) -> Iterator[list[tuple[int, Article, Decimal]]]:
        """What waits for an account and may still change, so many at a time: the delivery, its article, and what it costs."""
        with self._database.reading() as db:
            numbers = array("q", db.execute(_ALL, {"of": row_named(db, account).id}).scalars())
        for first in range(0, len(numbers), _AT_ONCE):
            with self._database.reading() as db:
                rows = db.execute(_SOME.where(deliveries.c.id.in_(numbers[first : first + _AT_ONCE]))).all()
            yield [(row.id, load(Article, row.content), row.cost) for row in rows]

    def reprice(self, costs: Mapping[int, Decimal]) -> None:
        """These deliveries cost this, wherever nothing of them can be out."""
        if costs:
            with self._database.writing() as db:
                db.execute(_REPRICE, [{"number": number, "cost": cost} for number, cost in costs.items()])

    def free(self, names: Collection[str]) -> None:
        """On these accounts nothing costs anything."""
        with self._database.writing() as db:
            of = deliveries.c.account.in_(select(accounts.c.id).where(accounts.c.name.in_(names)))
            db.execute(update(deliveries).where(of, *_UNSENT, deliveries.c.cost != Decimal(0)).values(cost=Decimal(0)))

    def cost_of_waiting(self, account: str) -> Decimal:
        """What all costs that waits for an account."""
        with self._database.reading() as db:
            return db.execute(_IN_ALL, {"of": row_named(db, account).id}).scalar() or Decimal(0)


def price(db: Connection, article: int, costs: Mapping[str, Decimal]) -> None:
    """What an article costs on these accounts, wherever nothing of it can be out."""
    for name, cost in costs.items():
        db.execute(_OF_AN_ARTICLE.values(cost=cost), {"number": article, "name": name})
