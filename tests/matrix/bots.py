"""Bots of one cell, started through the launcher, and what a look into their ledger tells."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matrix.launcher import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

HANGS_AFTER = 60.0
HERE = Path(__file__).parent
LOOK = """
    SELECT d.id, d.state, d.due_at, count(r.part), a.paused_with, a.paused, a.paused_until, a.backoff_until
    FROM deliveries d JOIN accounts a ON d.account = a.id LEFT JOIN receipts r ON r.delivery = d.id
    GROUP BY d.id ORDER BY d.id
"""


@dataclass(frozen=True)
class Answer:
    """What one command came to, and the moments that it went through."""

    arguments: tuple[str, ...]
    code: int
    out: str
    moments: tuple[str, ...]

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    def __str__(self) -> str:
        ended = f"ended {self.moments[-1]}" if self.killed and self.moments else f"exit code {self.code}"
        return f"bot {' '.join(self.arguments)}: {ended}"


@dataclass(frozen=True)
class Standing:
    """One delivery as it stands in the ledger; it goes on by itself at `at`, or never."""

    id: int
    state: str
    receipts: int
    needs_resume: bool
    at: datetime | None


class Launcher:
    """The process that starts bots; see launcher.py."""

    def __init__(self, address: str) -> None:
        self._address = address

    @contextmanager
    def bot(self, folder: Path) -> Iterator[Bot]:
        """A bot with a home in this folder, and no settings yet."""
        with socket.socket(socket.AF_UNIX) as clerk:
            clerk.connect(self._address)
            clerk.settimeout(HANGS_AFTER)
            (folder / "home").mkdir(parents=True)
            yield Bot(folder, clerk)


@contextmanager
def launcher(folder: Path) -> Iterator[Launcher]:
    """A launcher, while this lasts; `bot` is found where this process finds it."""
    address = str(folder / "launcher")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), *filter(None, sys.path)])}
    with subprocess.Popen(
        [sys.executable, str(HERE / "launcher.py"), address],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # whoever stops the matrix by hand stops no bot in the middle of a cell
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Launcher(address)


@dataclass
class Bot:
    """A home with its settings; calling it runs one command there, to its end or to its appointed one."""

    folder: Path
    clerk: socket.socket
    settings: dict[str, str] = field(default_factory=dict)
    _started: threading.Event = field(default_factory=threading.Event)
    _process: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def __call__(self, *arguments: str, end_at: int | None = None) -> Answer:
        output, steps = self.folder / "output", self.folder / "steps"
        order = Order(str(self.home), dict(self.settings), arguments, str(output), str(steps), end_at)
        self._started.clear()
        with self.clerk.makefile("rw") as line:
            line.write(f"{json.dumps(asdict(order))}\n")
            line.flush()
            self._process = int(line.readline())
            self._started.set()
            try:
                code = int(line.readline())
            except TimeoutError:
                self.kill()
                raise
        return Answer(arguments, code, output.read_text(), tuple(map(sys.intern, steps.read_text().splitlines())))

    def kill(self) -> None:
        """End the process that runs."""
        self._started.wait()
        os.kill(self._process, signal.SIGKILL)

    def write(self, name: str, content: str | bytes) -> None:
        """A file of the home, as old as one that nobody is still writing."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        settled = path.stat().st_mtime - 5
        os.utime(path, (settled, settled))

    def look(self) -> list[Standing]:
        """
        The deliveries in the ledger.

        Not for a ledger whose last process was ended: to open it is to mend it, and that is for the next bot to do.
        """
        with closing(sqlite3.connect(self.home / "var" / "bot.db")) as ledger:
            return [_standing(*row) for row in ledger.execute(LOOK)]


def _standing(
    number: int,
    state: str,
    due_at: str | None,
    receipts: int,
    paused_with: str | None,
    paused: bool,
    *until: str | None,
) -> Standing:
    times = [datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (due_at, *until) if at]
    return Standing(number, state, receipts, bool(paused and paused_with), max(times) if due_at else None)
