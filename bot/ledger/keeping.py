"""Copies of the ledger, and what becomes of one that was put back: nobody knows what was published since it was made."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, case, false, func, insert, literal, select, type_coerce, update

from bot.errors import ConfigurationError, LedgerError, Refused
from bot.files import private_folder
from bot.ledger import copies
from bot.ledger.accounts import row_of
from bot.ledger.answers import SEARCH
from bot.ledger.base import Base
from bot.ledger.database import in_file
from bot.ledger.failures import is_damage, told
from bot.ledger.pages import cut_short
from bot.ledger.rows import note
from bot.ledger.schema import Moment, accounts, deliveries, events
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from bot.ledger.copies import Copy
    from bot.model import Account

_OPEN = tuple(state for state in State if not state.final)
_PUT_BACK = "the ledger was put back from a backup"
_PERHAPS = f"{_PUT_BACK}; this may have been posted since"


@dataclass(frozen=True, slots=True)
class PutBack:
    """From when the ledger is that was put back, which accounts wait, and how many deliveries are unknown now."""

    since: datetime
    accounts: tuple[str, ...]
    unknown: int


class Keeping(Base):
    """What keeps the ledger from being lost."""

    def back_up(self, target: Path | None, *, now: datetime) -> Copy:
        """
        A copy of the ledger at `target`, whole and sound or not there; while others write, too.

        Without a target, or with a folder for one, it gets a name that tells the time. Raises Refused where that is taken.
        """
        file = self._file()
        usual = copies.named(file, now)
        target = (target or usual).absolute()
        with told(str(target)):
            target = target / usual.name if target.is_dir() else target
            if target == usual:
                private_folder(target.parent)
            copy = self._placed(file, target, now)
        with self._database.writing() as db:
            note(db, "backed up", str(target), now=now)
        return replace(copy, path=target)

    @property
    def in_a_file(self) -> bool:
        """Whether it is ours to copy: PostgreSQL has its own ways."""
        return self._database.file is not None

    def last_backup(self) -> datetime | None:
        """When the newest backup was made that we know of."""
        if self._database.file is None:
            return None
        with self._database.reading() as db:
            last = db.execute(select(func.max(events.c.at)).where(events.c.event == "backed up")).scalar()
        found = copies.newest(self._database.file)
        return max(filter(None, (last, found and found.at)), default=None)

    def damage(self) -> str | None:
        """What is wrong with the file of an SQLite ledger, as far as a quick look at all of it shows."""
        if self._database.file is None:
            return None
        with told(self.where):
            if cut_short(self._database.file):
                return "its end is missing"
        with self._database.reading() as db:
            found: str = db.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        return None if found == "ok" else found

    def put_back(self, configured: Iterable[Account], *, now: datetime) -> PutBack:
        """
        What stands here was put back from a backup, and what happened since that was made is not known.

        Pauses every account until `resume`, makes unknown what was not final, and has each account looked through for what
        it may have published since, before anything is sent; accounts that the backup did not know, too.
        """
        with self._database.writing() as db:
            since = min(_last_event(db), now)
            for account in configured:
                row_of(db, account)
            names = tuple(_held_up(db, row, since, now) for row in db.execute(select(accounts)).all())
            unknown = _all_unknown(db, now)
            note(db, "put back", f"from a backup of {_written(since)}", now=now)
            return PutBack(since, names, unknown)

    def _file(self) -> Path:
        if self._database.file is None:
            hint = "Copy it with pg_dump; when a dump was put back: bot restore --put-back"
            raise ConfigurationError("this ledger is kept by PostgreSQL", where=self.where, hint=hint)
        return self._database.file

    def _placed(self, file: Path, target: Path, now: datetime) -> Copy:
        """The copy at `target`, which nobody sees before it is whole."""
        if not target.parent.is_dir():
            raise LedgerError("there is no such folder", where=str(target.parent), hint="Make it, or name another one")
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            copy = self._drafted(file, draft, now)
            copies.place(draft, target)
        except FileExistsError:
            raise Refused("there is such a file already", where=str(target), hint="Name another one") from None
        except OSError as error:  # nobody knows the draft by its name
            raise OSError(error.errno, error.strerror, str(target)) from error
        finally:
            copies.remove(draft)
        return copy

    def _drafted(self, file: Path, draft: Path, now: datetime) -> Copy:
        """A copy that was read back from end to end, and says from when it is."""
        try:
            if cut_short(file):
                raise LedgerError("its end is missing")
            with closing(sqlite3.connect(file)) as source:
                copies.make(source, draft)
            copy = copies.read(draft)
        except (sqlite3.Error, LedgerError) as error:
            if isinstance(error, sqlite3.Error) and not is_damage(error):
                raise
            hint = "No backup was made of it. Stop the bot and put back the newest one: bot restore"
            raise LedgerError(f"the ledger is damaged: {error}", where=self.where, hint=hint) from error
        found = in_file(draft)
        try:
            with found.writing() as db:
                note(db, "backed up", now=now)
        finally:
            found.engine.dispose()
        return replace(copy, at=now)


def _last_event(db: Connection) -> datetime:
    """
    When the last thing happened that this ledger knows of: the backup is no older, and we do not ask its clock.

    That it was put back before is nothing that it knows of the time in between.
    """
    put_back = (events.c.event == "put back") | events.c.detail.startswith(_PUT_BACK)
    known = select(events.c.at).where(~func.coalesce(put_back, false()))
    return db.execute(known.order_by(events.c.id.desc()).limit(1)).scalar() or copies.BEFORE_US


def _held_up(db: Connection, row: Row[Any], since: datetime, now: datetime) -> str:
    """Pause an account, and have it looked through: from where an earlier restore began, if that is not over."""
    name: str = row.name
    searching = row.sought_until is not None and row.sought_until >= now - SEARCH
    reason = f"{_PUT_BACK} of {_written(since)}; `bot resume {name}` goes on"
    values = {
        "paused": True,
        "paused_until": None,
        "paused_with": None,
        "reason": reason,
        "sought_since": min(row.sought_since, since) if searching else since,
        "sought_until": now,
    }
    db.execute(update(accounts).where(accounts.c.id == row.id).values(**values))
    note(db, "paused", reason, now=now, account=name)
    return name


def _all_unknown(db: Connection, now: datetime) -> int:
    """Whatever was not final may have been posted since, or may not; how many there are."""
    unsettled = deliveries.c.state.in_(_OPEN)
    was = literal("was ", String) + type_coerce(deliveries.c.state, String)
    told = select(
        literal(now, Moment), deliveries.c.article, deliveries.c.id, accounts.c.name, literal("put back"), was
    ).join(accounts, deliveries.c.account == accounts.c.id)
    columns = ["at", "article", "delivery", "account", "event", "detail"]
    db.execute(insert(events).from_select(columns, told.where(unsettled).order_by(deliveries.c.id)))
    before = deliveries.c.state == State.UNKNOWN  # that the operator was waited for stays so
    changed = db.execute(
        update(deliveries)
        .where(unsettled)
        .values(
            state=State.UNKNOWN,
            due_at=case((before, deliveries.c.due_at), else_=func.coalesce(deliveries.c.due_at, now)),
            error=case((before | (deliveries.c.due_at > now), deliveries.c.error), else_=_PERHAPS),
            changed_at=now,
        )
    )
    return changed.rowcount


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
