"""Where pictures come from: files of this disk, and addresses."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from bot.pictures.looking import Original, PictureError, look

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.fetch import Fetcher

MOST = 40 << 20  # bytes
_KEPT_BYTES = 64 << 20
_KEPT_SECONDS = 300.0
_DOORS = 16


@dataclass(frozen=True, slots=True)
class _Kept:
    original: Original
    until: float


class Originals:
    """Loads pictures; the last few stay at hand for some minutes, so that what goes to several accounts is loaded once."""

    def __init__(self, fetcher: Fetcher, *, clock: Callable[[], float] = monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._guard = Lock()
        self._doors = [Lock() for _ in range(_DOORS)]
        self._desk = Lock()  # one at a time is decoded: a large one takes hundreds of megabytes

    def load(self, source: str) -> Original:
        """The picture or film in this file or at this address; raises PictureError or FetchError."""
        remote = source.lower().startswith(("http://", "https://"))
        with self._doors[hash(source) % _DOORS]:  # who comes at the same moment waits for whoever was first
            key = (source,) if remote else (source, *_stamp(source))
            if kept := self._at_hand(key):
                return kept
            content = self._fetcher.fetch(source, most=MOST).content if remote else _read(source)
            with self._desk:
                original = look(content)
            self._keep(key, original)
            return original

    def _at_hand(self, key: tuple[object, ...]) -> Original | None:
        with self._guard:
            kept = self._kept.get(key)
            return kept.original if kept and self._clock() < kept.until else None

    def _keep(self, key: tuple[object, ...], original: Original) -> None:
        with self._guard:
            self._kept[key] = _Kept(original, self._clock() + _KEPT_SECONDS)
            self._kept.move_to_end(key)
            while sum(len(kept.original.content) for kept in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)


def _stamp(path: str) -> tuple[int, ...]:
    """What changes when a file does."""
    try:
        status = Path(path).lstat()
    except (OSError, ValueError):
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read(path: str) -> bytes:
    """The bytes of an ordinary file, never waiting, and following no link."""
    try:
        with open(path, "rb", opener=_open) as file:
            return _ordinary(file)
    except FileNotFoundError:
        raise PictureError("there is no such file") from None
    except IsADirectoryError:
        raise PictureError("is a folder") from None
    except PermissionError:
        raise PictureError("may not be read") from None
    except (OSError, ValueError) as error:
        raise PictureError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def _ordinary(file: BinaryIO) -> bytes:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise PictureError("is not an ordinary file")
    if status.st_size > MOST:
        raise PictureError(f"is larger than {MOST >> 20} MiB", hint="Save it smaller.")
    return file.read(MOST)
