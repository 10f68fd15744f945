"""Locks on files that die with their holder, whatever kills him."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.ledger.failures import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(file: Path, *, wait: bool) -> Iterator[bool]:
    """
    Hold the lock of `file`; False if another has it and we do not wait.

    The file is opened afresh each time, so that two holders in one process exclude each other, and never deleted:
    else a second holder could lock a new file of that name while the first still holds the old one.
    """
    lock = _opened(file)
    try:
        yield _lock(lock, wait=wait)
    finally:
        os.close(lock)


class Shared:
    """A lock that many hold at once, each until he closes it: while one does, nobody has it for himself as `locked`."""

    def __init__(self, file: Path) -> None:
        self._lock: int | None = _opened(file)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go of it; once is enough."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _opened(file: Path) -> int:
    with told(str(file)):
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(lock: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
