"""What systemd wants to hear of a service that it started; silent where nobody asked."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STATUS = 10.0  # seconds between two looks at how it stands: that may cost something, and it is for people


class Supervisor:
    """Whoever started this process and asked to be told how it is; perhaps nobody."""

    def __init__(self, environment: Mapping[str, str], pid: int, *, monotonic: Callable[[], float]) -> None:
        self._address = _address(environment)
        self._watched_for = _watched_for(environment, pid)
        self._monotonic = monotonic
        self._ready = False
        self._status: str | None = None
        self._status_at = float("-inf")

    @property
    def patience(self) -> float:
        """Within how many seconds the next beat is to come."""
        return self._watched_for / 2 if self._watched_for else float("inf")

    def beat(self, status: Callable[[], str]) -> None:
        """It is at work, and just now all was well; `status` is one line, made every now and then, that people are shown."""
        if self._address is None:
            return
        lines = [] if self._ready else ["READY=1"]
        if self._watched_for:
            lines.append("WATCHDOG=1")
        if self._monotonic() >= self._status_at + _STATUS:
            self._status_at, before = self._monotonic(), self._status
            self._status = status()
            lines += [f"STATUS={self._status}"] if self._status != before else []
        self._ready = self._tell(lines) or self._ready

    def stopping(self) -> None:
        """It was asked to stop, and finishes what is under way."""
        self._tell(["STOPPING=1", "STATUS=Stopping; what is under way is finished."])

    def _tell(self, lines: list[str]) -> bool:
        """Whether it was told; where nobody listens for the moment, the next beat comes soon."""
        if self._address is None or not lines:
            return False
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)
            line.sendto("\n".join(lines).encode(errors="replace"), self._address)
            return True
        return False


def _address(environment: Mapping[str, str]) -> str | None:
    """Where it listens: a path, or after `@` a name that is in no folder."""
    given = environment.get("NOTIFY_SOCKET", "")
    if given.startswith("@"):
        return f"\0{given[1:]}"
    return given if given.startswith("/") else None


def _watched_for(environment: Mapping[str, str], pid: int) -> float | None:
    """After how many silent seconds it takes this process for dead, if it watches it."""
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    given = environment.get("WATCHDOG_USEC", "")
    return int(given) / 1e6 or None if given.isascii() and given.isdecimal() else None
