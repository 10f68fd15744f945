"""A look at a ledger from outside: it is neither begun nor brought up to date by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.errors import LedgerError
from bot.ledger.database import database
from bot.ledger.failures import told
from bot.ledger.pages import cut_short
from bot.ledger.rows import whole
from bot.ledger.schema import deliveries

if TYPE_CHECKING:
    from bot.model import Delivery, State


def glance(url: str, *states: State, most: int = 100) -> tuple[Delivery, ...]:
    """The newest deliveries in these states; none where there is no ledger. Raises LedgerError for one that is not ours."""
    found = database(url)
    if found.file and not found.file.exists():
        return ()
    with told(found.where):
        if found.file and cut_short(found.file):
            raise LedgerError("this ledger is damaged: its end is missing", where=found.where, hint="See: bot status")
    newest = select(deliveries.c.id).where(deliveries.c.state.in_(states)).order_by(deliveries.c.id.desc()).limit(most)
    try:
        with found.reading() as db:
            return whole(db, deliveries.c.id.in_(newest))
    finally:
        found.engine.dispose()
