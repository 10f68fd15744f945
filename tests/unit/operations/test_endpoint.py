"""Answers to this machine alone, and nobody who asks can hold it up."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from bot.errors import ConfigurationError
from bot.operations.endpoint import Answer, answering, as_json

if TYPE_CHECKING:
    from collections.abc import Iterator


def broken(_: str) -> Answer:
    raise RuntimeError("s3cret")


WAYS = {
    "/healthz": lambda _: as_json(HTTPStatus.OK, {"status": "ok"}),
    "/metrics": lambda accept: Answer(HTTPStatus.OK, "text/plain", accept.encode()),
    "/broken": broken,
}


@pytest.fixture
def port() -> Iterator[int]:
    with answering(0, WAYS, patience=1.0) as port:
        yield port


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)


def test_each_path_is_answered_in_its_way(port: int) -> None:
    assert (200, b'{"status": "ok"}\n') == ask(port, "/healthz")[:2]
    assert (200, b"text/x") == ask(port, "/metrics?a=b", Accept="text/x")[:2]
    assert (404, b'{"error": "Not Found"}\n') == ask(port, "/")[:2]


def test_a_look_at_the_head_gives_no_body(port: int) -> None:
    status, body, headers = ask(port, "/healthz", "HEAD")
    assert (200, b"", "17") == (status, body, headers["Content-Length"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_nothing_can_be_changed_there(port: int, method: str) -> None:
    status, _, headers = ask(port, "/healthz", method)
    assert (405, "GET, HEAD") == (status, headers["Allow"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 200),
        ("localhost:9100", 200),
        ("127.0.0.1:9100", 200),
        ("evil.example", 421),
        ("evil.example:9100", 421),
        ("localhost.evil.example", 421),
        ("10.0.0.1:9100", 421),
    ],
)
def test_a_name_that_was_made_to_lead_here_is_refused(port: int, host: str, expected: int) -> None:
    assert expected == ask(port, "/metrics", Host=host)[0]


def test_what_goes_wrong_is_told_by_its_kind_alone(port: int) -> None:
    assert (500, b'{"error": "RuntimeError"}\n') == ask(port, "/broken")[:2]


def test_only_this_machine_hears_it(port: int) -> None:
    others = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), port)} - {"127.0.0.1", "::1"}
    for address in others:
        with pytest.raises(ConnectionRefusedError), socket.create_connection((address, port), timeout=2):
            pass


def test_whoever_asks_a_byte_at_a_time_is_hung_up_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        began = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012 - at which of them is open
            while time.monotonic() - began < 8:
                slow.sendall(b"G")
                time.sleep(0.2)
    assert time.monotonic() - began < 5


def test_many_who_say_nothing_are_hung_up_on_and_leave_their_places(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(20)]
    began = time.monotonic()
    for each in silent:
        assert b"" == each.recv(1)
        each.close()
    assert time.monotonic() - began < 5
    assert 200 == ask(port, "/healthz")[0]


def test_a_port_that_is_taken_is_told_in_one_line(port: int) -> None:
    with pytest.raises(ConfigurationError) as caught, answering(port, WAYS):
        pass
    expected = f"BOT_METRICS_PORT={port}: cannot be listened on: Address already in use. Name another port, or end "
    assert str(caught.value).startswith(expected)


def test_when_it_ends_the_port_is_free() -> None:
    with answering(0, WAYS) as port:
        assert 200 == ask(port, "/healthz")[0]
    with answering(port, WAYS) as again:
        assert port == again
