"""Copies of an SQLite ledger: where they stand, from when they are, what is in them, and whether they are sound."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import LedgerError
from bot.ledger.pages import cut_short, looked_at
from bot.ledger.schema import HEAD
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BESIDE = ("", "-wal", "-shm", "-journal")
"""What the names of an SQLite file, and of those that it keeps beside it, end with."""

BEFORE_US = datetime(2026, 1, 1, tzinfo=UTC)
"""When this bot had not posted anything yet: from when a ledger is in which nothing ever happened."""

_FINAL = tuple(state.value for state in State if state.final)
_NEWEST = "without one `bot restore` takes the newest backup that is sound"
_ANOTHER = f"Name another file; {_NEWEST}"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a ledger; `at` is not later than the moment that it shows."""

    path: Path
    at: datetime
    articles: int
    deliveries: int
    unsettled: int

    @property
    def told(self) -> str:
        """What is in it, for people."""
        held = f"articles {self.articles:,}, deliveries {self.deliveries:,}, of these not final {self.unsettled:,}"
        return f"{held}; as of {self.at:%Y-%m-%d %H:%M:%S} UTC"


def named(file: Path, now: datetime) -> Path:
    """Where a backup of this ledger stands that was made now."""
    return file.parent / "backups" / f"{_title(file)}-{now:%Y%m%dT%H%M%SZ}.db"


def newest(file: Path) -> Copy | None:
    """The newest copy that `bot backup` or a migration made of this ledger, of those that are sound."""
    return next(_sound(sorted(_moments(file), reverse=True)), None)


def read(path: Path) -> Copy:
    """What is in this copy of a ledger; LedgerError where this version could not put it back."""
    _must_be_a_file(path)
    try:
        with closing(looked_at(path)) as db:
            _known(db, path)
            damage = "its end is missing" if cut_short(path) else db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if damage != "ok":
                raise LedgerError(f"this copy is damaged: {damage}", where=str(path), hint=_ANOTHER)
            return _what_is_in(db, path)
    except (sqlite3.Error, ValueError) as error:
        raise LedgerError(f"this is no sound copy of a ledger: {error}", where=str(path), hint=_ANOTHER) from error


def make(source: sqlite3.Connection, target: Path) -> None:
    """A copy of what stands there at this moment, whatever others write meanwhile: one file, its owner's alone."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # or reading it would need two more files beside it


def place(draft: Path, target: Path) -> None:
    """Have the draft stand there for good, whole; FileExistsError where something does already."""
    sync(draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links: what comes between these two lines would be lost
        if target.exists():
            raise FileExistsError(str(target)) from None
        draft.replace(target)
    sync(target.parent)


def moment(db: sqlite3.Connection) -> datetime:
    """When the last thing happened in this ledger."""
    last = db.execute("SELECT at FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return datetime.fromisoformat(last[0]).replace(tzinfo=UTC) if last else BEFORE_US


def remove(path: Path) -> None:
    """Have no such file, nor what SQLite keeps beside one."""
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file, or what a folder names, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _title(file: Path) -> str:
    """What the names of its backups begin with: another one for each ledger in a folder."""
    return file.stem if file.suffix == ".db" else file.name


def _made(file: Path) -> Iterator[Path]:
    """What a backup or a migration of this ledger left, by its whole name: `bot-test.db` has backups there, too."""
    backup = re.compile(rf"{re.escape(_title(file))}-\d{{8}}T\d{{6}}Z\.db")
    yield from (path for path in (file.parent / "backups").glob("*.db") if backup.fullmatch(path.name))
    before = re.compile(rf"{re.escape(file.name)}\.before-\d{{4}}")
    yield from (path for path in file.parent.glob("*.before-*") if before.fullmatch(path.name))


def _moments(file: Path) -> Iterator[tuple[datetime, Path]]:
    for path in _made(file):
        try:
            with closing(looked_at(path)) as db:
                yield moment(db), path
        except (sqlite3.Error, ValueError, OSError):
            continue


def _sound(found: list[tuple[datetime, Path]]) -> Iterator[Copy]:
    for _, path in found:
        try:
            yield read(path)
        except (LedgerError, OSError):
            continue


def _must_be_a_file(path: Path) -> None:
    if path.is_dir():
        raise LedgerError("this is a folder", where=str(path), hint=f"Name a file in it; {_NEWEST}")
    if not path.is_file():
        what = "this is no file" if path.exists() else "there is no such file"
        raise LedgerError(what, where=str(path), hint=_ANOTHER)


def _known(db: sqlite3.Connection, path: Path) -> None:
    """Whether this version knows such tables: migrations are numbered as they come."""
    revision = db.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None or str(revision[0]) > HEAD:
        what = "this copy was made by a newer version of the bot"
        raise LedgerError(what, where=str(path), hint="Run that version, or name another file")


def _what_is_in(db: sqlite3.Connection, path: Path) -> Copy:
    def count(what: str, *values: str) -> int:
        number: int = db.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0]  # noqa: S608 - our own words
        return number

    final = ", ".join("?" * len(_FINAL))
    return Copy(
        path=path,
        at=moment(db),
        articles=count("articles"),
        deliveries=count("deliveries"),
        unsettled=count(f"deliveries WHERE state NOT IN ({final})", *_FINAL),
    )
