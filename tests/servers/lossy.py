"""A proxy that stands before any server and loses, spoils or delays what a test tells it to."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest


class Exchange(BaseHTTPRequestHandler):
    """One request on its way to the server, and what became of it."""

    server: Lossy

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            return
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(self.path)
        self.server.fault(self.path)(self)

    def forward(self) -> bytes:
        """Let the server have the request; its whole answer, as it would go over the wire."""
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=30)
        try:
            upstream.request(self.command, self.path, self.body or None, dict(self.headers.items()))
            answer = upstream.getresponse()
            return wire(answer.status, answer.read(), dict(answer.getheaders()))
        finally:
            upstream.close()

    def send(self, data: bytes) -> None:
        """Hand bytes to the client; one that has hung up does not hear them."""
        try:
            self.wfile.write(data)
        except OSError:
            self.server.closing.wait(0.01)

    def log_message(self, *_: Any) -> None:
        pass


Fault = Callable[[Exchange], None]


def wire(status: int, body: bytes, headers: Mapping[str, str]) -> bytes:
    """An HTTP answer as bytes."""
    dropped = {"connection", "transfer-encoding", "content-length", "keep-alive"}
    kept = {name: value for name, value in headers.items() if name.lower() not in dropped}
    kept |= {"Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in kept.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def passes(exchange: Exchange) -> None:
    """No fault."""
    exchange.send(exchange.forward())


def drops(exchange: Exchange) -> None:
    """The request is lost on its way there."""


def loses(exchange: Exchange) -> None:
    """The server does what was asked; its answer is lost."""
    exchange.forward()


def cuts(exchange: Exchange) -> None:
    """The server does what was asked; its answer breaks off in the middle of its body."""
    exchange.send(exchange.forward()[:-9])


def late(exchange: Exchange) -> None:
    """The server does what was asked at once; its answer comes when the client is long gone."""
    answer = exchange.forward()
    exchange.server.closing.wait(5)
    exchange.send(answer)


class Held:
    """The request is held up on its way until the test lets it go on."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._through = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        self._go.wait(30)
        passes(exchange)
        self._through.set()

    def let_go(self) -> None:
        """Let it arrive, and wait until the server has done what it asks."""
        self._go.set()
        assert self._through.wait(30)


def answers(status: int, body: str = "", **headers: str) -> Fault:
    """The request never arrives; the client is told this instead. Headers are named with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(wire(status, body.encode(), named))


def dribbles(start: bytes, piece: bytes) -> Fault:
    """The server does what was asked; the answer comes a piece at a time, for half a minute."""

    def fault(exchange: Exchange) -> None:
        exchange.forward()
        exchange.send(start)
        for _ in range(600):
            if exchange.server.closing.wait(0.05):
                return
            exchange.wfile.write(piece)

    return fault


@dataclass
class Plan:
    """What happens to the next `times` requests whose path matches, after letting `after` of them pass."""

    match: str
    fault: Fault
    times: int
    after: int


class Lossy(ThreadingHTTPServer):
    """The proxy; without a plan everything passes."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.upstream = urlsplit(upstream).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.seen: list[str] = []
        self.closing = threading.Event()
        self._plans: list[Plan] = []

    def next(self, match: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        """The next `times` requests whose path has this pattern meet the fault, once `after` of them have passed."""
        self._plans.append(Plan(match, fault, times, after))

    def count(self, match: str) -> int:
        """How many requests came whose path has this pattern."""
        return sum(re.search(match, path) is not None for path in self.seen)

    def fault(self, path: str) -> Fault:
        """What becomes of a request for this path."""
        for plan in self._plans:
            if not plan.times or not re.search(plan.match, path):
                continue
            if plan.after:
                plan.after -= 1
                continue
            plan.times -= 1
            return plan.fault
        return passes

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def before(upstream: str) -> Iterator[Lossy]:
    """A proxy before the server at this address, while this lasts."""
    with Lossy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.closing.set()
            proxy.shutdown()
            thread.join()


@pytest.fixture
def proxied() -> Iterator[Callable[[str], Lossy]]:
    """Makes a proxy of this test's own before the server at an address."""
    with ExitStack() as proxies:
        yield lambda url: proxies.enter_context(before(url))


@pytest.fixture
def lossy(pds: Any, proxied: Callable[[str], Lossy]) -> Lossy:
    """A proxy of this test's own before the shared PDS."""
    return proxied(pds.url)
