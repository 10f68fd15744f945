"""Putting a copy of an SQLite ledger back in the place of the one that stands there, which is kept."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import ConfigurationError, LedgerError, Refused
from bot.ledger import copies
from bot.ledger.database import database, in_file
from bot.ledger.failures import told
from bot.ledger.keeping import Keeping, PutBack
from bot.ledger.locks import locked
from bot.ledger.loss import Presence
from bot.ledger.opening import in_use, opening, up_to_date
from bot.ledger.pages import looked_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.ledger.copies import Copy
    from bot.model import Account


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, what that means, and where the file is kept that stood there."""

    copy: Copy
    ledger: PutBack
    kept: Path | None


def restore(url: str, copy: Path | None, configured: Iterable[Account], *, lanes: Path, now: datetime) -> Restored:
    """
    Put a copy of the ledger back, or without one the newest backup that is sound.

    Until the last step the ledger is as it was; after it, it is whole and says what is not known. Raises Refused while
    somebody uses it, LedgerError where the copy is none that this version can put back.
    """
    found = database(url)
    file, where = found.file, found.where
    found.engine.dispose()
    if file is None:
        hint = "Put back a dump with psql or pg_restore, and then: bot restore --put-back"
        raise ConfigurationError("this ledger is kept by PostgreSQL", where=where, hint=hint)
    with told(where), _nobody_else(file, lanes):
        fresh = file.with_name(f"{file.name}.restoring")
        chosen = _chosen(copy, file, fresh)
        try:
            back = _prepared(chosen.path, fresh, configured, lanes, now)
            Presence(file, lanes).keep()  # from here on a crash leaves a ledger that is gone, not one to begin
            kept = _set_aside(file, now)
            fresh.replace(file)
        finally:
            copies.remove(fresh)
        copies.sync(file.parent)
        return Restored(chosen, back, kept)


@contextmanager
def _nobody_else(file: Path, lanes: Path) -> Iterator[None]:
    """Hold the file for ourselves: nobody has it open, and nobody opens it."""
    with opening(file, lanes), locked(in_use(lanes), wait=False) as ours:
        if not ours:
            raise Refused("another bot uses this ledger", where=str(file), hint="Stop it, and run this again")
        yield


def _chosen(copy: Path | None, file: Path, fresh: Path) -> Copy:
    """The copy to put back, which is not what we are about to overwrite."""
    if copy is None:
        newest = copies.newest(file)
        if newest is None:
            hint = "If there is one elsewhere: bot restore FILE"
            raise LedgerError("no sound backup stands beside it", where=str(file), hint=hint)
        return newest
    if copy.exists() and fresh.exists() and copy.samefile(fresh):
        hint = "Name another file, or move this one to another name if you are sure of it"
        raise Refused("this is where a restore does its work, and may be half of one", where=str(copy), hint=hint)
    return copies.read(copy)


def _prepared(source: Path, fresh: Path, configured: Iterable[Account], lanes: Path, now: datetime) -> PutBack:
    """Make of a copy the ledger that is to stand there, in a file of its own."""
    copies.remove(fresh)  # of a restore that was cut off
    with closing(looked_at(source)) as db:
        copies.make(db, fresh)
    opened = up_to_date(in_file(fresh), lanes, keep=False)
    ledger = Keeping(opened)
    try:
        return ledger.put_back(configured, now=now)
    finally:
        ledger.close()
        copies.sync(fresh)


def _set_aside(file: Path, now: datetime) -> Path | None:
    """
    Keep the file that stands there as it is, under a name that says so; None where none does.

    The file itself goes first: one whose log is gone would look sound, and lack what is only in that.
    """
    kept = file.with_name(f"{file.name}.replaced-{now:%Y%m%dT%H%M%S%fZ}")
    names = [(file.with_name(file.name + end), kept.with_name(kept.name + end)) for end in copies.BESIDE]
    found = [(old, new) for old, new in names if old.exists()]
    for old, new in found:
        old.rename(new)
        copies.sync(file.parent)
    return kept if found else None
