"""Opening a ledger: its file, its folder, and its tables brought up to this version, with a copy kept of the old ones."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from bot.errors import LedgerError
from bot.files import private_folder
from bot.ledger import copies
from bot.ledger.database import Database, database
from bot.ledger.failures import told
from bot.ledger.locks import Shared, locked
from bot.ledger.loss import Presence
from bot.ledger.schema import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

MIGRATIONS = "bot.ledger:migrations"


@dataclass(frozen=True, slots=True)
class Opened:
    """
    A database with the tables of this version; `backup` is the copy of the one that was brought up to it.

    `use` tells others for as long as it is held that somebody has this file open.
    """

    database: Database
    lanes: Path
    begun_anew: bool = False
    backup: Path | None = None
    use: Shared | None = None

    def close(self) -> None:
        """Let go of all connections, and of the file."""
        self.database.engine.dispose()
        if self.use is not None:
            self.use.close()


def open_database(url: str, *, lanes: Path, migrations: str = MIGRATIONS, head: str = HEAD) -> Opened:
    """The database at `url`, created or brought up to `head` if need be; of several processes one does it."""
    found = database(url)
    try:
        with told(found.where):
            if found.file is None:
                return up_to_date(found, lanes, migrations, head)
            return _open_file(found, found.file, lanes, migrations, head)
    except BaseException:
        found.engine.dispose()
        raise


@contextmanager
def opening(file: Path, lanes: Path) -> Iterator[None]:
    """Hold off others that open this SQLite file: to begin a write-ahead log it must be ours for a moment."""
    private_folder(lanes)
    private_folder(file.parent)
    lock = lanes / "opening.lock"
    if not lock.exists():  # nobody was here before, or all was removed that would tell
        Presence(file, lanes).recall()
    with locked(lock, wait=True):
        yield


def in_use(lanes: Path) -> Path:
    """The lock that everybody shares who has the file open."""
    return lanes / "use.lock"


def up_to_date(
    found: Database,
    lanes: Path,
    migrations: str = MIGRATIONS,
    head: str = HEAD,
    *,
    presence: Presence | None = None,
    keep: bool = True,
) -> Opened:
    """The database with the tables of `head`; a copy of an SQLite file that held older ones is kept."""
    with found.reading() as connection:
        if _revision(connection, found.where) == head:
            return Opened(found, lanes)
    with found.changing_tables() as connection:
        revision = _revision(connection, found.where)  # somebody else may have done it meanwhile
        if revision == head:
            return Opened(found, lanes)
        if revision is None and presence is not None and presence.begun:
            raise presence.without_tables()
        backup = _migrate(connection, found, revision, migrations, keep=keep)
    return Opened(found, lanes, begun_anew=revision is None, backup=backup)


def _open_file(found: Database, file: Path, lanes: Path, migrations: str, head: str) -> Opened:
    with opening(file, lanes):
        presence = Presence(file, lanes)
        with presence.watched():
            _must_be_ours(file)
            with found.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            opened = up_to_date(found, lanes, migrations, head, presence=presence)
        presence.keep()
        return replace(opened, use=Shared(in_use(lanes)))


def _must_be_ours(file: Path) -> None:
    """Begin it if need be; one that is there is not opened, for closing it would let go of SQLite's locks in this process."""
    if not file.is_file():
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    elif not os.access(file, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))


def _revision(connection: Connection, where: str) -> str | None:
    """The migration that a database stands at, None where it is empty."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        revision: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return revision
    if tables:
        raise LedgerError(
            f"this database belongs to something else (it has a table {tables[0]!r})",
            where=where,
            hint="Let BOT_DATABASE_URL name an empty one",
        )
    return None


def _migrate(
    connection: Connection, found: Database, revision: str | None, migrations: str, *, keep: bool
) -> Path | None:
    """Bring the tables up to the newest migration, after copying an SQLite file that holds some; the copy's path."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", migrations)
    scripts = ScriptDirectory.from_config(config)
    if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
        raise LedgerError(
            f"this ledger was written by a newer version of the bot (its tables are at {revision!r})",
            where=found.where,
            hint="Run that version, or put back the copy that it kept beside the ledger: bot restore",
        )
    copy = _copy(found.file, f"before-{scripts.get_current_head()}") if keep and revision and found.file else None
    command.upgrade(config, "head")
    return copy


def _copy(file: Path, suffix: str) -> Path:
    """A copy of an SQLite file as it stands, beside it."""
    copy = file.with_name(f"{file.name}.{suffix}")
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as source:
        copies.make(source, copy)
    return copy
