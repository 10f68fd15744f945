"""How connections and transactions are made, so that both databases keep the same promises."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigurationError, LedgerError
from bot.ledger.failures import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import IsolationLevel

_PATIENCE = 30  # seconds for other writers to finish: each takes milliseconds

# the statements that begin a transaction: that of SQLite itself, and what lets in one writer at a time
_READING = {"sqlite": ("BEGIN",), "postgresql": ()}
_WRITING = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (f"SET LOCAL lock_timeout = '{_PATIENCE}s'", "LOCK TABLE accounts IN EXCLUSIVE MODE"),
}
_CHANGING_TABLES = {"sqlite": ("BEGIN IMMEDIATE",), "postgresql": ("SELECT pg_advisory_xact_lock(2718281828)",)}


class Same:
    """Which file an SQLite database is: another one in its place, or none, is not what we wrote down."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._first: tuple[int, int] | None = None

    def must_be(self) -> None:
        """Raise LedgerError where the file is not the one that it was; SQLite would go on writing where nobody reads."""
        if self._file is None:
            return
        try:
            found = self._file.stat()
        except FileNotFoundError:
            now = None
        else:
            now = found.st_dev, found.st_ino
        if self._first is None:  # SQLite makes the file when it first writes
            self._first = now
        elif now != self._first:
            gone = "is not the file any more that was opened" if now else "was removed while it was open"
            hint = "Stop the bot, and put back the ledger, or its newest backup: `bot restore`"
            raise LedgerError(gone, where=str(self._file), hint=hint)


@dataclass(frozen=True, slots=True)
class Database:
    """
    A database and the ways into it.

    Writers come one at a time, on PostgreSQL as on SQLite, and see all that the writers before them did: what one reads
    still holds when it writes. That costs nothing here, where a write takes milliseconds and a network takes seconds.
    """

    engine: Engine
    where: str
    same: Same

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self.engine.url.database or "") if self._is_sqlite else None

    @property
    def _is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout."""
        with self._transaction(_READING, isolation=None if self._is_sqlite else "REPEATABLE READ") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only transaction that writes at this time: on disk when this returns, undone when it raises."""
        with self._transaction(_WRITING) as connection:
            yield connection

    @contextmanager
    def changing_tables(self) -> Iterator[Connection]:
        """The only transaction at this time that creates or changes tables; all of it happens or nothing."""
        with self._transaction(_CHANGING_TABLES) as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A PostgreSQL session outside the pool and outside any transaction, for locks that die with it."""
        engine = create_engine(self.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with told(self.where):
            connection = engine.connect()
        with connection:
            yield connection

    @contextmanager
    def _transaction(
        self, first: Mapping[str, tuple[str, ...]], isolation: IsolationLevel | None = None
    ) -> Iterator[Connection]:
        self.same.must_be()
        with told(self.where), self.engine.connect() as connection:
            if isolation:
                connection.execution_options(isolation_level=isolation)
            with connection.begin():
                for statement in first[self.engine.dialect.name]:
                    self._begin(connection, statement)
                yield connection

    def _begin(self, connection: Connection, statement: str) -> None:
        """On SQLite past SQLAlchemy, which takes four times as long as the database for it."""
        driver = connection.connection.driver_connection
        if self._is_sqlite and driver:
            driver.execute(statement)
        else:
            connection.exec_driver_sql(statement)


def in_file(file: Path) -> Database:
    """The SQLite database in a file, not opened yet."""
    return database(URL.create("sqlite", database=str(file)))


def database(url: str | URL) -> Database:
    """The database at `url`, not opened yet."""
    address = _address(url)
    if address.drivername == "sqlite":
        engine, where = _sqlite(address), str(address.database)
    else:
        engine, where = _postgresql(address), address.render_as_string()
    return Database(engine, where, Same(Path(where) if address.drivername == "sqlite" else None))


def _address(url: str | URL) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # the latter names a piece of it, which may be of the password
        address = make_url("unreadable://")
    match address.drivername:
        case "sqlite" if address.database and Path(address.database).is_absolute():
            return address
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return address.set(drivername="postgresql+psycopg")
    raise ConfigurationError(
        "this is no address of a database",
        where="BOT_DATABASE_URL",
        hint="Write sqlite:///var/bot.db or postgresql://user:password@host/name",
    )


def _sqlite(address: URL) -> Engine:
    engine = create_engine(address, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _postgresql(address: URL) -> Engine:
    try:
        return create_engine(address, isolation_level="READ COMMITTED", pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "PostgreSQL needs a driver that is not installed",
            where="BOT_DATABASE_URL",
            hint="Install it: pip install 'psycopg[binary]'",
        ) from error


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # or the driver would begin transactions of its own, where it thinks fit
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
