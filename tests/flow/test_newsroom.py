"""What a newsroom and its machine do to the real daemon: on a real server and on this disk every article stands there once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flow.daemons import Daemon, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flow.conftest import Bot
    from servers.lossy import Exchange, Lossy
    from servers.pds import PDS, Login

POSTS = "putRecord|applyWrites"
MINUTE = timedelta(minutes=1)
MANY = 300  # ten thousand take as many times as long, and nothing else: tried by hand


@pytest.fixture
def login(pds: PDS) -> Login:
    return pds.account()


@pytest.fixture
def newsroom(login: Login, lossy: Lossy, on_bluesky: Callable[..., Bot]) -> Iterator[Daemon]:
    """A daemon for the outbox and for an account on the real PDS, behind a wire that does what a test says."""
    daemon = Daemon(on_bluesky(login, lossy.url, BOT_ACCOUNTS__OUTBOX__FOLDER="var/outbox"))
    yield daemon
    daemon.close()


def headlines(login: Login) -> list[str]:
    """What stands on the server, by the first line of each post."""
    return [text.splitlines()[0] for text in login.texts()]


def sent_at(daemon: Daemon, headline: str) -> list[datetime]:
    """When the article was delivered, on each account."""
    log = daemon.bot("log", "--json").json
    (article,) = {each["article"] for each in log if each["event"] == "taken in" and each["detail"] == headline}
    return [
        datetime.fromisoformat(each["at"]) for each in log if (each["event"], each["article"]) == ("delivered", article)
    ]


def test_an_hour_of_a_newsroom(newsroom: Daemon, login: Login) -> None:
    """A slot, an appointment that is edited before it, one that is taken away and put back, one called off, and a storm."""
    slot = (datetime.now(UTC) + timedelta(seconds=25)).replace(second=0, microsecond=0) + MINUTE
    bot, early, late = newsroom.bot, slot - timedelta(seconds=6), slot - timedelta(seconds=3)
    for account in ("OUTBOX", "BLUESKY"):
        bot.settings[f"BOT_ACCOUNTS__{account}__SLOTS"] = f"{slot.minute} {slot.hour} * * *"
    newsroom.start()
    bot.write("queue/slotted.md", story("Slotted"))
    bot.write("queue/vote.md", story("Vote begins", publish_at=early.isoformat()))
    bot.write("queue/back.md", story("Back again", publish_at=late.isoformat()))
    gone = bot.write("queue/gone.md", story("Never said", publish_at=late.isoformat()))
    bot.write("queue/storm.md", story("Storm warning", priority="breaking"))
    newsroom.until(lambda: {"scheduled": 8, "delivered": 2} == newsroom.states())
    assert ["Storm warning"] == headlines(login) == bot.titles()
    gone.unlink()
    (bot.home / "queue/back.md").rename(bot.home / "back.md")
    bot.write("queue/vote.md", story("Vote is over", publish_at=early.isoformat()))
    newsroom.until(lambda: {"scheduled": 4, "cancelled": 4, "delivered": 2} == newsroom.states())
    (bot.home / "back.md").rename(bot.home / "queue/back.md")
    newsroom.until(lambda: {"cancelled": 2, "delivered": 8} == newsroom.states(), patience=90)
    expected = ["Storm warning", "Vote is over", "Back again", "Slotted"]
    assert (expected, sorted(expected)) == (headlines(login), bot.titles())
    for headline, at in (("Vote begins", early), ("Slotted", slot), ("Back again", late)):
        times = sent_at(newsroom, headline)
        assert 2 == len(times)
        assert all(at <= each < at + timedelta(seconds=3) for each in times), (headline, at, times)
    assert 0 == newsroom.end(signal.SIGTERM)[0]
    assert ["back.md", "slotted.md", "storm.md", "vote.md"] == sorted(
        path.name for path in (bot.home / "queue/done").iterdir()
    )


def ends(daemon: Daemon, *signals: signal.Signals, arrives: bool) -> Callable[[Exchange], None]:
    """While the request is on its way the daemon is ended; the server has it, or never gets it."""

    def fault(exchange: Exchange) -> None:
        if arrives:
            exchange.forward()
        daemon.send(*signals)

    return fault


@pytest.mark.parametrize(
    ("signals", "code", "arrives"),
    [
        ((signal.SIGKILL,), -signal.SIGKILL, True),
        ((signal.SIGKILL,), -signal.SIGKILL, False),
        ((signal.SIGTERM, signal.SIGTERM), 128 + signal.SIGTERM, True),
    ],
)
def test_ended_on_the_spot_in_mid_post_it_posts_once(
    newsroom: Daemon, login: Login, lossy: Lossy, signals: tuple[signal.Signals, ...], code: int, *, arrives: bool
) -> None:
    newsroom.bot.write("queue/one.md", story("One"))
    lossy.next(POSTS, ends(newsroom, *signals, arrives=arrives))
    newsroom.start()
    assert newsroom.process is not None
    assert code == newsroom.process.wait(10)
    newsroom.end()
    assert "sending" in newsroom.states()
    newsroom.start()
    newsroom.until(lambda: {"delivered": 2} == newsroom.states())
    assert (["One"], ["One"]) == (headlines(login), newsroom.bot.titles())


def test_asked_to_stop_it_writes_down_what_came_of_the_request_under_way(
    newsroom: Daemon, login: Login, lossy: Lossy
) -> None:
    def fault(exchange: Exchange) -> None:
        newsroom.send(signal.SIGTERM)
        exchange.server.closing.wait(1)
        exchange.send(exchange.forward())

    for number in range(3):
        newsroom.bot.write(f"queue/{number}.md", story(f"Story {number}", accounts="[bluesky]"))
    lossy.next(POSTS, fault)
    newsroom.start()
    assert newsroom.process is not None
    assert 0 == newsroom.process.wait(20)
    newsroom.end()
    (post,) = login.posts()
    assert {"delivered": 1, "scheduled": 2} == newsroom.states(), "no other was begun"
    (told,) = [each["detail"] for each in newsroom.bot("log", "--json").json if each["event"] == "delivered"]
    assert post["uri"].rpartition("/")[2] in told


def test_hundreds_of_files_at_once_hold_up_neither_the_news_nor_the_end(daemon: Daemon) -> None:
    later = story("Later", publish_at="2999-01-01")
    for number in range(MANY):
        daemon.bot.write(f"queue/{number:04}.md", later.replace("Later", f"Later {number}"))
    storm = daemon.bot.write("queue/storm.md", story("Storm", priority="breaking"))
    os.utime(storm, (1, 1))  # the first in the queue, and others are still coming in
    daemon.start()
    daemon.until(daemon.bot.titles)
    code, _ = daemon.end(signal.SIGTERM)
    taken = daemon.states()
    assert (0, 1, True) == (code, taken["delivered"], 0 < taken["scheduled"] < MANY)
    daemon.start()
    daemon.until(lambda: {"delivered": 1, "scheduled": MANY} == daemon.states(), patience=90)
    assert Counter({"taken in": MANY + 1, "delivered": 1}) == Counter(daemon.told()) & Counter(
        {"taken in": 9999, "delivered": 9, "edited": 9, "withdrawn": 9}
    )


def test_a_file_that_changes_every_second_is_read_when_it_rests_and_holds_up_no_other(daemon: Daemon) -> None:
    daemon.start()
    path = daemon.bot.home / "queue" / "restless.md"
    path.parent.mkdir(exist_ok=True)
    for number in range(8):
        path.write_text(story(f"Draft {number}", publish_at="2999-01-01"))
        if number == 3:
            daemon.bot.write("queue/one.md", story("One"))
        time.sleep(0.7)
    assert ["One"] == daemon.bot.titles()
    daemon.until(lambda: "scheduled" in daemon.states())
    assert [("taken in", "Draft 7")] == [
        (each["event"], each["detail"]) for each in daemon.bot("log", "--json").json if "Draft" in each["detail"]
    ]


def test_after_its_machine_was_suspended_it_posts_at_once_what_was_due(daemon: Daemon) -> None:
    due = datetime.now(UTC) + timedelta(seconds=6)
    daemon.bot.write("queue/one.md", story("One", publish_at=due.isoformat()))
    daemon.start()
    daemon.until(lambda: {"scheduled": 1} == daemon.states())
    os.kill(daemon.pid, signal.SIGSTOP)
    time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()) + 2)
    assert [] == daemon.bot.titles()
    os.kill(daemon.pid, signal.SIGCONT)
    daemon.until(daemon.bot.titles, patience=5)


@pytest.fixture
def mounted(daemon: Daemon) -> Callable[..., Any]:
    """Its queue is a disk of its own, as the process in its own mounts sees it: mounts it, and takes it away."""
    if os.geteuid() or not all(map(shutil.which, ("unshare", "nsenter"))):
        pytest.skip("needs root, unshare and nsenter")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to unshare mounts")
    disk, queue = daemon.bot.home / "disk", daemon.bot.home / "queue"
    disk.mkdir()
    queue.mkdir()
    command = daemon.bot.command
    mount = f"mount --make-rprivate / && mount --bind '{disk}' '{queue}'"
    daemon.bot.command = lambda *given: (  # type: ignore[method-assign]
        ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh", *command(*given)]
        if given == ("run",)
        else command(*given)
    )

    def do(*words: str | Path) -> None:
        subprocess.run(["nsenter", "--mount", f"--target={daemon.pid}", *map(str, words)], check=True)

    return do


def test_a_queue_whose_disk_is_away_for_a_while_calls_nothing_off(daemon: Daemon, mounted: Callable[..., Any]) -> None:
    queue = daemon.bot.home / "queue"
    for number in range(3):
        daemon.bot.write(f"disk/{number}.md", story(f"Story {number}", publish_at="2999-01-01"))
    daemon.start()
    daemon.until(lambda: {"scheduled": 3} == daemon.states())
    mounted("umount", "--lazy", queue)
    time.sleep(6)
    assert {"scheduled": 3} == daemon.states()
    daemon.bot.write("disk/one.md", story("One"))
    (daemon.bot.home / "disk/0.md").unlink()
    mounted("mount", "--bind", daemon.bot.home / "disk", queue)
    daemon.until(lambda: {"scheduled": 2, "cancelled": 1, "delivered": 1} == daemon.states())
    assert 1 == daemon.told().count("withdrawn")
