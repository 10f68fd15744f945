"""`bot run`: the real process, fed through its folder and its commands, stopped, and started again."""

from __future__ import annotations

import os
import re
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flow.daemons import PATIENCE, Mute, story, supervised
from flow.terminal import at_a_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow.conftest import Bot
    from flow.daemons import Daemon

A = "BOT_ACCOUNTS__OUTBOX__"


def test_what_is_put_into_the_queue_is_published_and_its_file_moves_on(daemon: Daemon) -> None:
    daemon.start()
    daemon.bot.write("queue/sport/one.md", story("One"))
    daemon.until((daemon.bot.home / "queue/done/sport/one.md").exists)
    assert ["One"] == daemon.bot.titles()
    code, told = daemon.end(signal.SIGTERM)
    assert (0, True) == (code, "delivered" in told and "One" in told)


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
    code, _ = daemon.end(signal.SIGINT)
    assert 0 == code


def test_a_terminal_that_is_closed_stops_it_as_anything_else_does(daemon: Daemon) -> None:
    daemon.start()
    code, told = daemon.end(signal.SIGHUP)
    assert (0, True) == (code, '"stopped"' in told)


def test_one_that_was_killed_is_no_hindrance(daemon: Daemon) -> None:
    daemon.start()
    daemon.end(signal.SIGKILL)
    daemon.bot.write("queue/one.md", story("One"))
    daemon.start()
    daemon.until(lambda: ["One"] == daemon.bot.titles())
    assert 0 == daemon.end(signal.SIGTERM)[0]


def test_prices_of_very_many_are_reckoned_while_posts_leave_and_it_hears_of_its_end(daemon: Daemon) -> None:
    later = story("{0}", id="{0}", publish_at="2999-01-01")
    files = [daemon.bot.write(f"{number}.md", later.replace("{0}", f"Story {number}")) for number in range(100)]
    assert 0 == daemon.bot("add", *files).code
    slow = "{% for _ in range(2000) %}{% for _ in range(9999) %}{% endfor %}{% endfor %}"  # for all of them a minute and more
    daemon.bot.write("templates/default.j2", slow + "{{ article.headline }}")
    daemon.bot.settings |= {f"{A}PRICE": "0.01", f"{A}TEMPLATE": "default"}
    began = time.monotonic()
    daemon.start()
    daemon.bot.write("queue/one.md", story("One"))
    daemon.until(daemon.bot.titles)
    code, _ = daemon.end(signal.SIGTERM)
    assert (0, True) == (code, time.monotonic() - began < PATIENCE)


def test_ctrl_c_at_its_terminal_ends_it(bot: Bot) -> None:
    with at_a_terminal(bot.command("run"), cwd=bot.home, env=bot.environment()) as terminal:
        terminal.expect("at work")
        terminal.type("\x03")
        assert 0 == terminal.end()
    assert ("stopping" in terminal.seen, "Traceback" in terminal.seen) == (True, False)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        (f"{A}SLOTS", "0 25 * * *", f"{A}SLOTS: '0 25 * * *' is no slot: its hour is '25', one of 0-23 is meant"),
        (f"{A}ZONE", "Europe/Berln", f"{A}ZONE: no time zone is named 'Europe/Berln'; did you mean Europe/Berlin?"),
    ],
)
def test_it_does_not_begin_with_a_rhythm_that_means_nothing(bot: Bot, setting: str, value: str, told: str) -> None:
    bot.settings[setting] = value
    answer = bot("run")
    assert (2, f"error: {told}\n") == (answer.code, answer.err)


def test_it_gives_no_json(bot: Bot) -> None:
    answer = bot("run", "--json")
    assert (2, True) == (answer.code, "--once" in answer.err)


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
    code, told = daemon.end(signal.SIGTERM)
    assert (0, True) == (code, time.monotonic() - began < PATIENCE)
    assert "stopping" in told


def test_asked_twice_it_stops_on_the_spot(daemon: Daemon, mute: Mute) -> None:
    daemon.start()
    daemon.until(lambda: mute.asked)
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    began = time.monotonic()
    code, _ = daemon.end(signal.SIGTERM)
    assert (128 + signal.SIGTERM, True) == (code, time.monotonic() - began < 4)


def test_its_supervisor_hears_of_it_whatever_a_network_does(daemon: Daemon, mute: Mute, tmp_path: Path) -> None:
    with supervised(tmp_path) as (environment, heard):
        daemon.bot.settings |= environment | {"WATCHDOG_USEC": "1000000"}
        daemon.start()
        daemon.until(lambda: mute.asked)
        daemon.until(
            lambda: (told := heard()) and "READY=1" in told and "STATUS=2 accounts, 0 waiting, next due –" in told
        )
        time.sleep(3)
        assert heard().count("WATCHDOG=1") >= 5, "a beat each half second, while a request hangs"
        os.kill(daemon.pid, signal.SIGSTOP)
        heard()
        time.sleep(1.5)
        assert [] == heard(), "one that hangs is noticed"
        os.kill(daemon.pid, signal.SIGCONT)
        code, _ = daemon.end(signal.SIGTERM)
        assert (0, True) == (code, "STOPPING=1" in heard())


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
