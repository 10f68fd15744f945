"""Looking at an SQLite file without changing it, and whether the end of it is there: SQLite takes what is missing for zeros."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LOG_HEAD, _FRAME_HEAD = 32, 24


def looked_at(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, and leaves nothing beside a copy that stands for itself."""
    logged = _beside(path, "-wal").exists()
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'' if logged else '&immutable=1'}", uri=True)


def cut_short(path: Path) -> bool:
    """
    Whether a page of this file is neither whole in it nor in the log beside it; also while others write.

    Raises sqlite3.Error where SQLite itself sees that it is damaged, which it does where whole pages are missing.
    """
    if _size(_beside(path, "-journal")):  # what SQLite takes back when it next opens the file says how long that is
        return False
    with closing(looked_at(path)) as db:  # not a file of our own: closing one would let go of SQLite's locks on it
        db.execute("BEGIN")  # until it ends nobody writes the log anew
        pages, length = (db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        whole = _size(path) // length
        missing = set(range(whole + 1, pages + 1))
        return bool(missing) and not missing <= _logged(_beside(path, "-wal"), length)


def _logged(log: Path, length: int) -> set[int]:
    """The pages that a write-ahead log holds, of transactions that ended: a checkpoint that was cut off is done again."""
    held: set[int] = set()
    pending: set[int] = set()
    if not log.exists():
        return held
    with log.open("rb") as file:
        salts = file.read(_LOG_HEAD)[16:24]
        while (head := file.read(_FRAME_HEAD))[8:16] == salts and len(file.read(length)) == length:
            pending.add(int.from_bytes(head[:4], "big"))
            if any(head[4:8]):  # the last one of a transaction
                held |= pending
                pending.clear()
    return held


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
