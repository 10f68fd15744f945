"""The daemon as a process of its own, one at a time in the bot's home."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flow.conftest import Bot

PATIENCE = 30  # seconds for what takes two, on a machine with other work


def story(headline: str, **said: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in {"headline": headline, **said}.items())
    return f"---\n{lines}---\nIt is so.\n"


class Daemon:
    """One process at a time in the bot's home."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begun, and at work."""
        self.process = self.bot.start("run")
        self.until(self.is_at_work)

    def is_at_work(self) -> bool:
        """Whether this very process has the ledger's lock."""
        lock = self.bot.home / "var" / "bot.db.lanes" / "daemon.lock"
        return lock.exists() and f"process {self.pid} " in lock.read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def send(self, *signals: signal.Signals) -> None:
        assert self.process is not None
        for each in signals:
            self.process.send_signal(each)
            time.sleep(0.2)  # two of a kind that wait are one

    def end(self, *signals: signal.Signals) -> tuple[int, str]:
        """Its exit code, and what it told."""
        assert self.process is not None
        for each in signals:
            self.process.send_signal(each)
        out, err = self.process.communicate(timeout=PATIENCE)
        code, self.process = self.process.returncode, None
        return code, (out + err).decode()

    def until(self, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        give_up = time.monotonic() + patience
        while not is_so():
            assert self.process is None or self.process.poll() is None, self.end()
            assert time.monotonic() < give_up, self.bot("status").out
            time.sleep(0.05)

    def states(self) -> dict[str, int]:
        return {state: count for state, count in self.bot("status", "--json").json["counts"].items() if count}

    def told(self) -> list[str]:
        """What happened, by its names."""
        return [each["event"] for each in self.bot("log", "--json").json]

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()


class Mute:
    """A server that takes what it is sent and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked = 0
        self._open: list[socket.socket] = []
        Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self._open.append(self._socket.accept()[0])
            except OSError:
                return
            self.asked += 1

    def close(self) -> None:
        for each in (self._socket, *self._open):
            each.close()


@contextmanager
def supervised(folder: Path) -> Iterator[tuple[dict[str, str], Callable[[], list[str]]]]:
    """The environment of a service that is to tell how it is, and what it told since this was last asked."""
    address = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address)
        heard.setblocking(False)

        def lines() -> list[str]:
            told: list[str] = []
            while True:
                try:
                    told += heard.recv(4096).decode().split("\n")
                except BlockingIOError:
                    return told

        yield {"NOTIFY_SOCKET": address}, lines
