"""A person at a terminal: reads what a command says, types, and presses Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# getpass asks at the terminal that is in control of the process, whatever its standard input is
_IN_CONTROL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)
PATIENCE = 30.0


class Terminal:
    """A command that runs at a terminal of its own; `seen` is all that stood there."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self._process = process
        self._screen = screen
        self._unread = ""
        self.seen = ""

    def expect(self, text: str) -> None:
        """Read until this stands there."""
        until = time.monotonic() + PATIENCE
        while text not in self._unread:
            assert time.monotonic() < until, f"{text!r} did not come: {self.seen!r}"
            if not self._read():
                assert text in self._unread, f"{text!r} did not come: {self.seen!r}"
        self._unread = self._unread.partition(text)[2]

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def answer(self, question: str, line: str = "") -> None:
        """Wait for a question and answer it."""
        self.expect(question)
        self.expect(": ")
        self.type(f"{line}\n")

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def _read(self) -> str:
        ready, _, _ = select.select([self._screen], [], [], PATIENCE)
        assert ready, f"silent after {self.seen!r}"
        try:
            told = os.read(self._screen, 4096).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # how Linux says that nobody is at the other end any more
            told = ""
        self._unread += told
        self.seen += told
        return told


@contextmanager
def at_a_terminal(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Iterator[Terminal]:
    """The command at a terminal while this lasts."""
    screen, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_CONTROL, *command],
        stdin=there,
        stdout=there,
        stderr=there,
        cwd=cwd,
        env={**env, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(there)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)
