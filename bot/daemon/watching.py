"""Notices within a second or so that the queue has changed, or that a command has touched the file for that."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from watchfiles import watch

from bot.intake.paths import is_section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchfiles import Change

_TICK = 1.0  # seconds: how often it is asked whether the folder is still the same
_STEP = 100  # milliseconds
_DEBOUNCE = 500  # milliseconds: what comes in an endless stream is told this often
_Sight = tuple[tuple[int, int] | None, tuple[int, int] | None]


class Watching:
    """
    Watches a folder with those in it, and one file beside it, for as long as it is open; may tell of more than happened.

    The kernel tells of changes, but not that a folder is gone, or another one: so that is looked at each second. Where it
    cannot tell at all, because it may not watch so many folders, every look tells of a change.
    """

    def __init__(
        self, queue: Path, wake: Path, *, files: Callable[[], None], woken: Callable[[], None], tick: float = _TICK
    ) -> None:
        self._queue = queue.absolute()
        self._wake = wake.absolute()
        self._files = files
        self._woken = woken
        self._tick = tick
        self._stop = Event()
        self._thread = Thread(target=self._watch_on, name="watching", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch_on(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except (OSError, RuntimeError):  # a folder that went while we began; or no more of them may be watched
                self._stop.wait(self._tick)
                self._files()

    def _watch(self) -> None:
        """Tell of changes until the folder or the file is another one, or there is nothing to watch."""
        seen = self._sight()
        there = [path for path, sight in zip((self._queue, self._wake), seen, strict=True) if sight]
        self._files()  # what changed while nobody watched
        if not there:
            self._until_another(seen)
            return
        for changes in watch(
            *there,
            watch_filter=self._matters,
            step=_STEP,
            debounce=_DEBOUNCE,
            rust_timeout=int(self._tick * 1000),
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            self._tell(changes)
            if self._sight() != seen:
                return

    def _until_another(self, seen: _Sight) -> None:
        while self._sight() == seen and not self._stop.wait(self._tick):
            pass

    def _sight(self) -> _Sight:
        return _identity(self._queue), _identity(self._wake)

    def _tell(self, changes: Iterable[tuple[Change, str]]) -> None:
        paths = {Path(path) for _, path in changes}
        if paths - {self._wake}:
            self._files()
        if self._wake in paths:
            self._woken()

    def _matters(self, _: Change, path: str) -> bool:
        """Whether this may be of an article that waits: where they go from here is no news."""
        if Path(path) == self._wake:
            return True
        place = Path(os.path.relpath(path, self._queue))
        return not place.parts or is_section(place)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
