"""A ledger that stood here before and is gone, empty or damaged is told, with the way back, and never begun anew in silence."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from bot.errors import LedgerError
from bot.files import write_whole
from bot.ledger import copies
from bot.ledger.failures import is_damage
from bot.ledger.pages import cut_short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHY = "The ledger {file} was begun. Without this file another one may be begun in its place.\n"


class Presence:
    """What tells, beside an SQLite file, that a ledger was begun in it."""

    def __init__(self, file: Path, lanes: Path) -> None:
        self._file = file
        self._mark = lanes / "begun"

    @property
    def begun(self) -> bool:
        """Whether a ledger stood here when it was last opened."""
        return self._mark.exists()

    def keep(self) -> None:
        """Have it told from now on."""
        if not self.begun:
            write_whole(self._mark, _WHY.format(file=self._file.name).encode())

    def recall(self) -> None:
        """Where nothing is left of a ledger but its backups, one was begun here: whoever removed it may not have meant that."""
        if not self._holds_anything and copies.newest(self._file):
            self.keep()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What stood here is not taken for a beginning; damage that is met inside is told with the way back."""
        if self.begun and not self._file.exists():
            raise self._lost("is gone, though it was begun here")
        if self.begun and not self._holds_anything:
            raise self.without_tables()
        try:
            self._must_be_whole()
            yield
        except (DBAPIError, sqlite3.Error, LedgerError) as error:
            if not (self.begun and is_damage(error)):
                raise
            raise self._lost("is damaged", "move it away") from error

    def without_tables(self) -> LedgerError:
        """What is told of a file in which a ledger was begun, and that is empty."""
        return self._lost("is empty, though it was begun")

    @property
    def _holds_anything(self) -> bool:
        return self._file.exists() and self._file.stat().st_size > 0

    def _must_be_whole(self) -> None:
        """Before SQLite writes: it would fill up with zeros what is missing, and nobody could tell any more."""
        if self._file.is_file() and cut_short(self._file):
            raise self._lost("is damaged: its end is missing", "move it away")

    def _lost(self, what: str, *anew: str) -> LedgerError:
        """The newest backup by its name, and how to begin anew on purpose."""
        backup = copies.newest(self._file)
        if backup:
            back = f"Put back the newest backup, of {backup.at:%Y-%m-%d %H:%M:%S} UTC: bot restore {quote(str(backup.path))}"
        else:
            back = "No backup stands beside it; if there is one elsewhere: bot restore FILE"
        steps = (*anew, f"rm {quote(str(self._mark))}") if self.begun else anew
        hint = f"{back}; or begin anew: {', and '.join(steps)}"
        return LedgerError(f"this ledger {what}", where=str(self._file), hint=hint)
