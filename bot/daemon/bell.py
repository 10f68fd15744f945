"""What wakes the loop before its time: a change in the queue, a command, the end of a turn, the order to stop."""

from __future__ import annotations

from threading import Event


class Bell:
    """Rung from any thread; only the loop listens."""

    def __init__(self) -> None:
        self._rung = Event()
        self._files = Event()
        self._stop = Event()

    def ring(self) -> None:
        """Look again."""
        self._rung.set()

    def files_changed(self) -> None:
        """Look again, and into the queue."""
        self._files.set()
        self._rung.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()
        self._rung.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the order to stop was given."""
        return self._stop.is_set()

    def took_files(self) -> bool:
        """Whether files have changed since this was last asked."""
        changed = self._files.is_set()
        if changed:  # what comes now was there before whoever asked goes to see
            self._files.clear()
        return changed

    def wait(self, seconds: float) -> None:
        """Sleep for so long, or until it rings."""
        self._rung.wait(seconds)
        self._rung.clear()
