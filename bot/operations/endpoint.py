"""Answers /healthz and /metrics to this machine alone; whoever asks slowly, or much, holds up nobody."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import SHUT_RDWR
from socketserver import TCPServer, ThreadingMixIn
from threading import BoundedSemaphore, Thread, Timer
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HOST = "127.0.0.1"
_PATIENCE = 5.0  # seconds in all that a request and its answer may take
_AT_ONCE = 8
_OURS = frozenset({"localhost", HOST, ""})  # HTTP/1.0 names none


class Answer(NamedTuple):
    """What is told for a path."""

    status: HTTPStatus
    kind: str
    body: bytes


Ways: TypeAlias = "Mapping[str, Callable[[str], Answer]]"
"""What answers each path; it is given the forms that the asker accepts."""


def as_json(status: HTTPStatus, value: object) -> Answer:
    """An answer for programs that people can read."""
    return Answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode() + b"\n")


@contextmanager
def answering(port: int, ways: Ways, *, patience: float = _PATIENCE) -> Iterator[int]:
    """
    Answer each path in its way for as long as this is open; the port, of the system's choice where it is 0.

    Raises ConfigurationError where the port is not to be had.
    """
    try:
        server = _Server(port, ways, patience)
    except OSError as error:
        hint = "Name another port, or end what has this one; perhaps it is a daemon that is at work already."
        where = f"BOT_METRICS_PORT={port}"
        raise ConfigurationError(f"cannot be listened on: {error.strerror}", where=where, hint=hint) from None
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="endpoint", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingMixIn, TCPServer):
    """A thread for each of a few; anyone beyond that is hung up on."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 16

    def __init__(self, port: int, ways: Ways, patience: float) -> None:
        self.ways = ways
        self._patience = patience
        self._places = BoundedSemaphore(_AT_ONCE)
        super().__init__((HOST, port), _Asked)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # The library's timeout is for each byte: a byte every now and then would keep the place for good.
        end = Timer(self._patience, _hang_up, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone: nothing to tell."""


class _Asked(BaseHTTPRequestHandler):
    """One request; the connection ends with its answer."""

    server: _Server
    timeout = _PATIENCE
    server_version = "bot"
    sys_version = ""

    def do_GET(self) -> None:
        if self._host() not in _OURS:  # a page in the operator's browser, whose name was made to lead here
            self._tell(_refusal(HTTPStatus.MISDIRECTED_REQUEST))
            return
        way = self.server.ways.get(self.path.partition("?")[0])
        try:
            answer = way(self.headers.get("Accept", "")) if way else _refusal(HTTPStatus.NOT_FOUND)
        except Exception as error:  # noqa: BLE001 - whoever watches is told that there is something to see to
            answer = _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, type(error).__name__)
        self._tell(answer)

    do_HEAD = do_GET  # noqa: N815 - the name that the library looks for

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library refuses; it knows only methods that are not ours."""
        del message, explain
        self.command = self.command or "GET"
        not_ours = code == HTTPStatus.NOT_IMPLEMENTED
        self._tell(_refusal(HTTPStatus.METHOD_NOT_ALLOWED if not_ours else HTTPStatus(code)))

    def log_message(self, *_: object) -> None:
        """Scrapes are no news."""

    def _host(self) -> str:
        host = self.headers.get("Host", "")
        return host.rpartition(":")[0] if ":" in host else host

    def _tell(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _refusal(status: HTTPStatus, why: str = "") -> Answer:
    return as_json(status, {"error": why or status.phrase})


def _hang_up(connection: Any) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)
