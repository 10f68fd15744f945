"""When the wire uses a connection again, and what becomes of a request that breaks on one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic, sleep

import httpcore
import pytest

from bot.networks.bluesky.sdk import BadRequestError, RateLimitExceededError
from bot.networks.bluesky.transport import Transport
from bot.networks.outcomes import never_left
from bot.wire import Deadline, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
Talk = Callable[[int], bytes]  # what is answered to the request of this number on its connection; nothing: hang up


class Line:
    """A server that says what it is told to say; `requests` has how many came over each connection."""

    def __init__(self, talk: Talk) -> None:
        self.requests: list[int] = []
        self.hung_up = threading.Event()
        self._talk = talk
        self._connections: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Take no connections any more, and hang up."""
        for open_one in (self._door, *self._connections):
            with suppress(OSError):
                open_one.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._door.accept()
            except OSError:
                return
            self._connections.append(connection)
            with connection, suppress(OSError):  # whoever asked may have hung up
                self._converse(connection)
            self.hung_up.set()

    def _converse(self, connection: socket.socket) -> None:
        self.requests.append(0)
        while connection.recv(65536):
            self.requests[-1] += 1
            answer = self._talk(self.requests[-1])
            connection.sendall(answer)
            if not answer or b"bye" in answer:
                return


@pytest.fixture
def served() -> Iterator[Callable[[Talk], Line]]:
    """Begins a server that ends with the test."""
    lines: list[Line] = []
    yield lambda talk: lines.append(Line(talk)) or lines[-1]  # type: ignore[func-returns-value]
    for line in lines:
        line.close()


def ask(wire: Wire, line: Line) -> bytes:
    return wire.ask("GET", line.url, [(b"Host", b"here")], b"").body


def test_requests_that_follow_at_once_go_over_one_connection(served: Callable[[Talk], Line]) -> None:
    line, deadline = served(lambda _: ANSWER), Deadline(30)
    wire = Wire(deadline)
    for _ in range(3):
        deadline.renew()
        assert ask(wire, line) == b"OK"
    assert [3] == line.requests
    wire.close()


def test_a_connection_that_is_not_fresh_any_more_is_not_used_again(served: Callable[[Talk], Line]) -> None:
    line = served(lambda _: ANSWER)
    wire = Wire(Deadline(30), fresh=0.001)
    for _ in range(3):
        assert ask(wire, line) == b"OK"
        sleep(0.01)
    assert [1, 1, 1] == line.requests
    wire.close()


def test_a_connection_that_the_server_has_hung_up_is_not_used_again(served: Callable[[Talk], Line]) -> None:
    line = served(lambda _: ANSWER.replace(b"OK\r", b"bye\r"))
    wire = Wire(Deadline(30))
    for _ in range(3):
        assert ask(wire, line) == b"OK"
        assert line.hung_up.wait(10)
        line.hung_up.clear()
    assert [1, 1, 1] == line.requests
    wire.close()


def test_a_request_that_breaks_on_a_connection_from_before_is_not_sent_again(served: Callable[[Talk], Line]) -> None:
    line = served(lambda number: ANSWER if number == 1 else b"")
    wire = Wire(Deadline(30))
    ask(wire, line)
    with pytest.raises(httpcore.RemoteProtocolError) as broken:
        ask(wire, line)
    assert [2] == line.requests
    assert not never_left(broken.value)
    wire.close()


def test_a_server_that_is_gone_since_the_last_answer_was_certainly_not_reached() -> None:
    line = Line(lambda _: ANSWER.replace(b"OK\r", b"bye\r"))
    wire = Wire(Deadline(30))
    ask(wire, line)
    line.close()
    with pytest.raises(httpcore.ConnectError) as refused:
        ask(wire, line)
    assert never_left(refused.value)
    wire.close()


def test_a_wire_that_nobody_has_any_more_hangs_up(served: Callable[[Talk], Line]) -> None:
    line = served(lambda _: ANSWER)
    wire = Wire(Deadline(30))
    ask(wire, line)
    assert not line.hung_up.is_set()
    del wire
    assert line.hung_up.wait(10)


def test_a_deadline_ends_and_begins_anew_for_another_attempt() -> None:
    deadline = Deadline(0.05)
    sleep(0.06)
    with pytest.raises(httpcore.ReadTimeout):
        deadline.left(httpcore.ReadTimeout)
    deadline.renew()
    assert 0 < deadline.left(httpcore.ReadTimeout) <= 0.05


def told(status: str, body: bytes, *headers: str) -> Talk:
    lines = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    return lambda _: lines.encode() + body


JSON = "Content-Type: application/json; charset=utf-8"


def test_a_header_that_comes_twice_is_told_as_a_list(served: Callable[[Talk], Line]) -> None:
    line = served(told("200 OK", b"{}", JSON, "RateLimit-Reset: 1", "ratelimit-reset: 2"))
    transport = Transport(Deadline(30))
    answer = transport.post(url=line.url, headers={})
    assert ({}, "1, 2") == (answer.content, transport.headers["ratelimit-reset"])


@pytest.mark.parametrize(
    ("kind", "body", "content"),
    [
        (JSON, b'{"error": "No"}', {"error": "No"}),
        (JSON, b'{"error": "\\ud800"}', b'{"error": "\\ud800"}'),
        (JSON, b"[" * 100_000, b"[" * 100_000),
        ("Content-Type: text/html", b'{"error": "No"}', b'{"error": "No"}'),
    ],
    ids=["JSON", "half a character", "nests without end", "a page"],
)
def test_a_refusal_keeps_what_was_said(served: Callable[[Talk], Line], kind: str, body: bytes, content: object) -> None:
    line = served(told("400 Bad Request", body, kind))
    with pytest.raises(BadRequestError) as caught:
        Transport(Deadline(30)).get(url=line.url, params={"repo": "did:plc:a b"}, headers={})
    assert content == caught.value.response.content


def test_a_limit_is_told_as_one_whatever_stands_in_its_body(served: Callable[[Talk], Line]) -> None:
    line = served(told("429 Too Many Requests", b"{", JSON, "RateLimit-Reset: 7"))
    with pytest.raises(RateLimitExceededError) as caught:
        Transport(Deadline(30)).post(url=line.url, headers={}, content=b"{}")
    assert caught.value.response.headers["ratelimit-reset"] == "7"


def test_a_server_that_takes_in_little_at_a_time_does_not_outlast_the_deadline() -> None:
    def sips(door: socket.socket) -> None:
        with suppress(OSError), door.accept()[0] as connection:
            while connection.recv(2_000_000):
                sleep(0.2)

    body = b"x" * 60_000_000
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=sips, args=[door])
        thread.start()
        url, headers = (
            f"http://127.0.0.1:{door.getsockname()[1]}/",
            [(b"Host", b"here"), (b"Content-Length", b"60000000")],
        )
        began = monotonic()
        with pytest.raises(httpcore.WriteTimeout):
            Wire(Deadline(1)).ask("POST", url, headers, body)
        assert monotonic() - began < 2
        thread.join()


def test_a_host_may_be_named_in_its_own_script() -> None:
    with pytest.raises(httpcore.ConnectError):
        Transport(Deadline(30)).get(url="https://münchen.invalid/", params=None, headers={})
