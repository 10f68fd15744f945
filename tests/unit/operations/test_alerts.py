"""The operator hears of each trouble once, and once that it is over, whatever becomes of the bot or of a channel."""

from __future__ import annotations

import json
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from unit.operations.made import Steady

from bot.errors import BotError, ConfigurationError, LedgerError
from bot.operations.alerts import Alerts, Apprise, channels
from bot.operations.troubles import AT_ONCE, QUIET, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# what apprise itself imports on older Pythons
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated", "ignore::DeprecationWarning:apprise")
KEY = b"key"
ONE, TWO = Trouble("delivery 1", "One was refused", AT_ONCE), Trouble("delivery 2", "Two was refused", AT_ONCE)


class Heard:
    """A channel that works until it is told not to."""

    def __init__(self, name: str = "first") -> None:
        self.name = name
        self.works = True
        self.tried = 0
        self.bodies: list[str] = []

    def tell(self, title: str, body: str) -> bool:
        self.tried += 1
        if self.works:
            self.bodies.append(body)
        return self.works


class Desk:
    """Alerts that can be started anew over the same file."""

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.clock = Steady()
        self.failed: list[str] = []

    def start(self, *to: Heard) -> Alerts:
        return Alerts(to, self.memory, failed=lambda e: self.failed.append(str(e)), monotonic=self.clock)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "alerts.json")


def test_what_begins_together_goes_in_one_message_and_is_not_told_again(desk: Desk) -> None:
    channel = Heard()
    alerts = desk.start(channel)
    alerts.see([ONE, TWO])
    alerts.see([ONE, TWO])
    assert ["✗ One was refused\n✗ Two was refused"] == channel.bodies


def test_a_start_tells_nothing_twice_and_tells_what_ended_meanwhile(desk: Desk) -> None:
    channel = Heard()
    desk.start(channel).see([ONE, TWO])
    again = desk.start(channel)
    again.see([ONE])
    desk.clock.seconds += QUIET
    again.see([ONE])
    again.see([ONE])
    assert ["✗ One was refused\n✗ Two was refused", "✓ over: Two was refused"] == channel.bodies


def test_what_was_told_is_its_owners_alone(desk: Desk) -> None:
    desk.start(Heard()).see([ONE])
    assert (0o600, {"first": {"delivery 1": "One was refused"}}) == (
        desk.memory.stat().st_mode & 0o777,
        json.loads(desk.memory.read_text()),
    )


@pytest.mark.parametrize("content", ["", "[]", '{"first": 3}', "{"])
def test_a_file_that_is_damaged_costs_a_message_and_no_more(desk: Desk, content: str) -> None:
    desk.memory.write_text(content)
    channel = Heard()
    desk.start(channel).see([ONE])
    assert ["✗ One was refused"] == channel.bodies


def test_a_channel_that_fails_is_tried_again_later_and_later(desk: Desk) -> None:
    channel = Heard()
    channel.works = False
    alerts = desk.start(channel)
    tried = []
    for _ in range(400):
        alerts.see([ONE])
        tried.append(channel.tried)
        desk.clock.seconds += 10
    assert [1, 2, 3, 4] == [tried[0], tried[3], tried[9], tried[21]]
    assert 8 == channel.tried
    assert ["BOT_ALERTS, number 1: an alert could not be sent. Tried again in 30 s."] == desk.failed[:1]
    channel.works = True
    desk.clock.seconds += 3600
    alerts.see([ONE])
    assert ["✗ One was refused"] == channel.bodies


def test_one_that_fails_costs_the_others_nothing(desk: Desk) -> None:
    broken, well = Heard("first"), Heard("second")
    broken.works = False
    alerts = desk.start(broken, well)
    alerts.see([ONE])
    desk.clock.seconds += 30
    alerts.see([ONE])
    assert (2, ["✗ One was refused"]) == (broken.tried, well.bodies)


def test_a_new_channel_is_told_what_there_is(desk: Desk) -> None:
    first, second = Heard("first"), Heard("second")
    desk.start(first).see([ONE])
    desk.start(first, second).see([ONE])
    assert (1, 1) == (len(first.bodies), len(second.bodies))


def test_a_daemon_that_ends_by_an_error_says_so_once_until_it_is_at_work_again(desk: Desk) -> None:
    channel = Heard()
    desk.start(channel).stopped(LedgerError("the disk is full"))
    desk.start(channel).stopped(LedgerError("the disk is full"))
    alerts = desk.start(channel)
    alerts.see([])
    desk.clock.seconds += QUIET
    alerts.see([])
    words = "the daemon stopped: the disk is full"
    assert [f"✗ {words}", f"✓ over: {words}"] == channel.bodies


def test_a_disk_that_is_full_is_told_of_all_the_same(desk: Desk) -> None:
    desk.memory = desk.memory / "no such folder" / "alerts.json"
    channel = Heard()
    desk.start(channel).see([ONE])
    assert (["✗ One was refused"], True) == (channel.bodies, "cannot be read or written" in desk.failed[0])


class Inbox(ThreadingHTTPServer):
    """A server on loopback that takes messages as apprise's json:// sends them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.messages: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.hold: Event | None = None
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://operator:s3cretword@127.0.0.1:{self.server_port}/hook"


class _Post(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.hold:
            self.server.hold.wait(10)
        self.server.messages.append(message)
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    server = Inbox()
    yield server
    if server.hold:
        server.hold.set()
    server.shutdown()
    server.server_close()


def test_a_real_server_is_told(inbox: Inbox) -> None:
    assert Apprise(inbox.url, KEY).tell("1 trouble", "✗ “Grüße” <b> & more") is True
    (message,) = inbox.messages
    assert ("1 trouble", "✗ “Grüße” <b> & more") == (message["title"], message["message"])


def test_a_server_that_refuses_was_not_told(inbox: Inbox) -> None:
    inbox.answers = [500]
    assert Apprise(inbox.url, KEY).tell("1 trouble", "words") is False


def test_nobody_there_is_no_more_than_that() -> None:
    assert Apprise("json://127.0.0.1:9/hook", KEY).tell("1 trouble", "words") is False


def test_a_channel_that_hangs_is_given_up_in_time_and_not_asked_again_meanwhile(inbox: Inbox) -> None:
    inbox.hold = Event()
    channel = Apprise(inbox.url, KEY, patience=0.3)
    assert [False, False] == [channel.tell("1 trouble", "words") for _ in range(2)]
    inbox.hold.set()
    assert len(inbox.messages) <= 1


class Post(socketserver.ThreadingTCPServer):
    """As much of an SMTP server as takes a letter."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Letter)
        self.letters: list[str] = []
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Letter(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while (row := self.rfile.readline()) != b".\r\n":
                    letter += row
                self.server.letters.append(letter.decode())
            self.wfile.write(b"250 well\r\n")


def test_a_letter_arrives() -> None:
    with Post() as post:
        port = post.server_address[1]
        url = f"mailto://127.0.0.1:{port}?mode=insecure&from=bot@example.org&to=desk@example.org"
        assert Apprise(url, KEY).tell("1 trouble", "One was refused") is True
        (letter,) = post.letters
        post.shutdown()
    assert ("Subject: 1 trouble" in letter, "desk@example.org" in letter) == (True, True)


def test_an_address_that_is_none_is_named_by_its_place_alone() -> None:
    with pytest.raises(ConfigurationError) as caught:
        channels("json://127.0.0.1:9/x; wrongo://s3cretword/token", KEY)
    told = "BOT_ALERTS, number 2: apprise knows no such address. Look it up: https://github.com/caronc/apprise/wiki"
    assert told == str(caught.value)


def test_a_channels_name_tells_nothing_of_its_address(inbox: Inbox) -> None:
    first, again, other = (Apprise(inbox.url, key) for key in (KEY, KEY, b"other"))
    assert (True, False) == (first.name == again.name, first.name == other.name)
    assert "s3cretword" not in first.name


def test_what_is_told_keeps_secrets(desk: Desk) -> None:
    channel = Heard()
    mask = {"mask": lambda text: text.replace("s3cret", "***")}
    alerts = Alerts([channel], desk.memory, failed=_never, monotonic=desk.clock, **mask)
    alerts.see([Trouble("ledger", "no way in with s3cret", AT_ONCE)])
    assert ["✗ no way in with ***"] == channel.bodies


def _never(error: BotError) -> None:
    raise AssertionError(error)
