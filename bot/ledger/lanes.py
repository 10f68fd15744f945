"""One lane an account: at most one of its deliveries is in flight, anywhere."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from threading import Condition
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.ledger.accounts import row_named
from bot.ledger.base import Base
from bot.ledger.failures import told
from bot.ledger.locks import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.ledger.opening import Opened

# the oid of the table makes the lock this ledger's own among others in the same database
_TRY = text("SELECT pg_try_advisory_lock('accounts'::regclass::oid::int, :row)")
_WAIT = text("SELECT pg_advisory_lock('accounts'::regclass::oid::int, :row) IS NOT NULL")


class Lanes(Base):
    """The lanes of this ledger, and which of them this process holds."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened)
        self._held: set[int] = set()
        self._freed = Condition()

    @contextmanager
    def lane(self, account: str, *, wait: bool) -> Iterator[bool]:
        """
        Hold an account's lane; False where somebody else has it and we do not wait.

        The lock dies with its holder, so whoever holds it knows that nobody else sends for this account. It belongs to
        the account's row, which keeps it when the account is renamed.
        """
        row, ours = self._row(account), False
        while True:
            with ExitStack() as held:
                ours = held.enter_context(self._in_this_process(row, wait=wait)) and held.enter_context(
                    self._anywhere(row, wait=wait)
                )
                moved = self._row(account)  # while we waited, the name may have gone to another row
                if moved == row:
                    yield ours
                    return
                row = moved

    def _row(self, account: str) -> int:
        with self._database.reading() as db:
            number: int = row_named(db, account).id
            return number

    @contextmanager
    def _in_this_process(self, row: int, *, wait: bool) -> Iterator[bool]:
        with self._freed:
            free = self._freed.wait_for(lambda: row not in self._held, timeout=None if wait else 0)
            if free:
                self._held.add(row)
        try:
            yield free
        finally:
            if free:
                with self._freed:
                    self._held.remove(row)
                    self._freed.notify_all()

    @contextmanager
    def _anywhere(self, row: int, *, wait: bool) -> Iterator[bool]:
        if self._database.file:
            with locked(self._lanes / f"{row}.lock", wait=wait) as ours:
                yield ours
        else:
            with self._database.session() as session:
                with told(self._database.where):
                    ours = session.execute(_WAIT if wait else _TRY, {"row": row}).scalar_one()
                yield ours
