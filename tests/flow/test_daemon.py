"""`bot run`: the real process, fed through its folder and its commands, stopped, and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from flow.conftest import Bot

PATIENCE = 30  # seconds for what takes two, on a machine with other work
A = "BOT_ACCOUNTS__OUTBOX__"


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
        lock = self.bot.home / "var" / "bot.db.lanes" / "daemon.lock"
        self.until(lambda: lock.exists() and f"process {self.pid} " in lock.read_text())

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self, *signals: signal.Signals) -> tuple[int, str, str]:
        """Its exit code, and what it told."""
        assert self.process is not None
        for each in signals:
            self.process.send_signal(each)
        out, err = self.process.communicate(timeout=PATIENCE)
        code, self.process = self.process.returncode, None
        return code, out.decode(), err.decode()

    def until(self, is_so: Callable[[], object]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not is_so():
            assert self.process is None or self.process.poll() is None, self.end()
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def states(self) -> dict[str, int]:
        return {state: count for state, count in self.bot("status", "--json").json["counts"].items() if count}


@pytest.fixture
def daemon(bot: Bot) -> Iterator[Daemon]:
    daemon = Daemon(bot)
    yield daemon
    if daemon.process is not None:
        daemon.process.kill()
        daemon.process.communicate()


def test_what_is_put_into_the_queue_is_published_and_its_file_moves_on(daemon: Daemon) -> None:
    daemon.start()
    daemon.bot.write("queue/sport/one.md", story("One"))
    daemon.until((daemon.bot.home / "queue/done/sport/one.md").exists)
    assert ["One"] == daemon.bot.titles()
    code, out, _ = daemon.end(signal.SIGTERM)
    assert (0, True) == (code, "delivered: outbox “One”" in out)


def test_it_is_told_of_by_the_commands_that_change_the_ledger(daemon: Daemon) -> None:
    daemon.start()
    began = time.monotonic()
    assert 0 == daemon.bot("add", daemon.bot.write("one.md", story("One"))).code
    daemon.until(lambda: ["One"] == daemon.bot.titles())
    assert time.monotonic() - began < PATIENCE, "it would look by itself in a minute"


def test_a_post_leaves_at_its_appointment_in_the_words_it_then_has(daemon: Daemon) -> None:
    daemon.bot.settings |= {f"{A}GAP": "1s"}
    at = datetime.now(UTC) + timedelta(seconds=8)
    daemon.bot.write("queue/one.md", story("Early", publish_at=at.isoformat()))
    daemon.start()
    daemon.until(lambda: {"scheduled": 1} == daemon.states())
    daemon.bot.write("queue/one.md", story("Late", publish_at=at.isoformat()))
    daemon.until(daemon.bot.titles)
    assert (["Late"], True) == (daemon.bot.titles(), datetime.now(UTC) >= at)


def test_what_is_taken_from_the_queue_is_called_off_until_it_is_back(daemon: Daemon) -> None:
    later = story("One", publish_at="2999-01-01")
    path = daemon.bot.write("queue/one.md", later)
    daemon.start()
    daemon.until(lambda: {"scheduled": 1} == daemon.states())
    path.unlink()
    daemon.until(lambda: {"cancelled": 1} == daemon.states())
    daemon.bot.write("queue/one.md", later)
    daemon.until(lambda: {"scheduled": 1} == daemon.states())


def test_a_second_one_on_the_ledger_says_who_is_there(daemon: Daemon) -> None:
    daemon.start()
    answer = daemon.bot("run")
    assert 2 == answer.code
    assert re.search(rf"a daemon is at work already: process {daemon.pid} on \S+, since .* UTC", answer.err)
    code, _, _ = daemon.end(signal.SIGINT)
    assert 0 == code


def test_one_that_was_killed_is_no_hindrance(daemon: Daemon) -> None:
    daemon.start()
    daemon.end(signal.SIGKILL)
    daemon.bot.write("queue/one.md", story("One"))
    daemon.start()
    daemon.until(lambda: ["One"] == daemon.bot.titles())
    assert 0 == daemon.end(signal.SIGTERM)[0]


def test_it_gives_no_json(bot: Bot) -> None:
    answer = bot("run", "--json")
    assert (2, True) == (answer.code, "--once" in answer.err)


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


@pytest.fixture
def mute(daemon: Daemon) -> Iterator[Mute]:
    """A second account whose network takes its time."""
    server = Mute()
    mastodon = "BOT_ACCOUNTS__MASTODON__"
    daemon.bot.settings |= {
        f"{A}NETWORK": "outbox",
        f"{mastodon}BASE_URL": server.url,
        f"{mastodon}ACCESS_TOKEN": "made-up",
        f"{mastodon}TIMEOUT": "8",
    }
    yield server
    server.close()


def test_a_network_that_does_not_answer_delays_no_other_account(daemon: Daemon, mute: Mute) -> None:
    daemon.bot.write("queue/one.md", story("One"))
    daemon.start()
    daemon.until(lambda: mute.asked)
    daemon.bot.write("queue/two.md", story("Two"))
    daemon.until(lambda: ["One", "Two"] == daemon.bot.titles())


def test_asked_to_stop_it_waits_for_the_request_under_way(daemon: Daemon, mute: Mute) -> None:
    daemon.start()
    daemon.until(lambda: mute.asked)
    began = time.monotonic()
    code, _, err = daemon.end(signal.SIGTERM)
    assert (0, True) == (code, time.monotonic() - began < PATIENCE)
    assert "Stopping" in err


def test_asked_twice_it_stops_on_the_spot(daemon: Daemon, mute: Mute) -> None:
    daemon.start()
    daemon.until(lambda: mute.asked)
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    began = time.monotonic()
    code, _, _ = daemon.end(signal.SIGTERM)
    assert (128 + signal.SIGTERM, True) == (code, time.monotonic() - began < 4)


def test_idle_it_hardly_uses_the_machine(daemon: Daemon) -> None:
    daemon.start()
    time.sleep(2)
    before = _cpu(daemon.pid)
    time.sleep(6)
    assert (_cpu(daemon.pid) - before) / 6 < 0.02, "0.5 % is measured in benchmarks/, over a longer time"


def _cpu(pid: int) -> float:
    """The seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - no file of ours
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
