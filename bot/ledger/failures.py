"""What a database says when it fails, in one line that tells people what to do."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOM = 65_536  # bytes; what SQLite's smallest file beside the ledger grows by is half of it
_FULL = ("the disk is full", "Make room and run it again: nothing that was promised is lost")
_READ_ONLY = ("it cannot be written", "Make it and its folder writable for the user who runs the bot")
_BUSY = ("another program has kept it busy for too long", "Look what holds it, and run it again")
_CLOSED = ("it cannot be opened", "Make it and its folder readable and writable for the user who runs the bot")

# by SQLite's error name or PostgreSQL's SQLSTATE
_KNOWN = {
    "SQLITE_FULL": _FULL,
    "53100": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "25006": _READ_ONLY,
    "42501": (
        "its tables are not ours to use",
        "Grant the user in BOT_DATABASE_URL the right to create and write tables",
    ),
    "SQLITE_BUSY": _BUSY,
    "55P03": _BUSY,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_NOTADB": (
        "this file is no SQLite database",
        "Let BOT_DATABASE_URL name another file, or move this one away",
    ),
    "SQLITE_IOERR": ("the disk fails to read or write it", "Look at the disk and the system's log"),
    "SQLITE_CORRUPT": (
        "the database is damaged",
        "Stop the bot and put back the newest backup: bot restore",
    ),
}


@contextmanager
def told(where: str) -> Iterator[None]:
    """What fails inside is raised as a LedgerError about `where`."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error.orig or error, where) from error
    except (sqlite3.Error, PoolTimeout) as error:
        raise _explained(error, where) from error
    except OSError as error:
        what, hint = _FULL if error.errno == errno.ENOSPC else (f"{_CLOSED[0]} ({error.strerror})", _CLOSED[1])
        raise LedgerError(what, where=str(error.filename or where), hint=hint) from error


def is_damage(error: BaseException) -> bool:
    """Whether this says that an SQLite file is not what it was."""
    while isinstance(error, LedgerError | DBAPIError):
        cause = error.orig if isinstance(error, DBAPIError) else error.__cause__
        if cause is None:
            return False
        error = cause
    return _code(error) in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}


def _explained(error: BaseException, where: str) -> LedgerError:
    code = _code(error)
    if code == "SQLITE_IOERR" and _is_full(Path(where).parent):  # the shared memory file found no room to grow
        code = "SQLITE_FULL"
    own_words = str(error).strip().partition("\n")[0] or type(error).__name__
    what, hint = _KNOWN.get(
        code, (own_words, None if code else "Look at BOT_DATABASE_URL, and whether the server runs")
    )
    return LedgerError(what, where=where, hint=hint)


def _is_full(folder: Path) -> bool:
    return bool(folder.is_dir() and disk_usage(folder).free < _ROOM)


def _code(error: BaseException) -> str:
    """SQLITE_READONLY_DIRECTORY and its like count as SQLITE_READONLY; a server that does not let us in gives no code."""
    name: str = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or ""
    return "_".join(name.split("_")[:2])
