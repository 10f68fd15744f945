"""The bot as its users meet it: a process of its own in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flow.daemons import Daemon
    from servers.pds import Login


@dataclass(frozen=True)
class Answer:
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Bot:
    """A home with its settings; calling it runs one command there."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, stdin: str | bytes | None = None) -> Answer:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            cwd=self.home,
            input=data,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """The same without waiting for its end."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "bot", *map(str, arguments)]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        return kept | {"BOT_HOME": str(self.home)} | self.settings

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the home, as old as one that nobody is still writing."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        settled = time.time() - 5
        os.utime(path, (settled, settled))
        return path

    def entries(self) -> list[dict[str, Any]]:
        """What stands in the outbox, as its feed tells it."""
        from lxml import etree

        feed = self.home / "var" / "outbox" / "feed.xml"
        if not feed.exists():
            return []
        names = {"a": "http://www.w3.org/2005/Atom"}
        entries = etree.parse(feed).findall("a:entry", names)
        return [{"id": e.findtext("a:id", None, names), "title": e.findtext("a:title", None, names)} for e in entries]

    def titles(self) -> list[str]:
        """The titles of what stands in the outbox, in order of their names."""
        return sorted(entry["title"] for entry in self.entries())


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    """A bot with no account: it posts to the outbox."""
    return Bot(tmp_path)


@pytest.fixture
def daemon(bot: Bot) -> Iterator[Daemon]:
    """The bot's daemon, not begun yet."""
    from flow.daemons import Daemon

    daemon = Daemon(bot)
    yield daemon
    daemon.close()


@pytest.fixture
def on_bluesky(tmp_path: Path) -> Callable[..., Bot]:
    """Makes a bot with one account on the real PDS, reached at `url`."""

    def make(login: Login, url: str | None = None, **settings: str) -> Bot:
        account = {
            "BOT_ACCOUNTS__BLUESKY__HANDLE": login.handle,
            "BOT_ACCOUNTS__BLUESKY__APP_PASSWORD": login.password,
            "BOT_ACCOUNTS__BLUESKY__BASE_URL": url or login.server.url,
            "BOT_ACCOUNTS__BLUESKY__TIMEOUT": "3",
        }
        return Bot(tmp_path, account | settings)

    return make
