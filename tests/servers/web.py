"""A little web on loopback: pages and pictures, and every way in which a server can be a bad one."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Talk = Callable[["Visit"], object]


class Visit(BaseHTTPRequestHandler):
    """One request, and what it is answered."""

    server: Web

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.seen.append(self.path)
        self.server.asked.append(dict(self.headers.items()))
        try:
            self.server.talks.get(path, missing)(self)
        except OSError:
            self.close_connection = True  # whoever asked has hung up

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send all that comes before the body."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Web(ThreadingHTTPServer):
    """
    A server that answers as it was told for each path, and 404 for all others.

    `host` is what BOT_FETCH_HOSTS needs to name, `seen` the paths that were asked for in turn, with their queries, and
    `asked` the headers of each. Every method that says what a path answers gives its whole address.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"
        self.talks: dict[str, Talk] = {}
        self.seen: list[str] = []
        self.asked: list[Mapping[str, str]] = []
        self.closing = threading.Event()

    def talk(self, path: str, answer: Talk) -> str:
        """This path is answered by a function that writes what it likes."""
        self.talks[path] = answer
        return self.url + path

    def says(
        self, path: str, body: bytes | str = b"", *, mime: str | None = None, status: int = 200, **headers: str
    ) -> str:
        """An ordinary answer; text is UTF-8 and HTML unless `mime` says otherwise. Headers are named with _ for -."""
        content = body.encode() if isinstance(body, str) else body
        kind = mime or ("text/html; charset=utf-8" if isinstance(body, str) else "application/octet-stream")
        named = {"Content-Type": kind, "Content-Length": str(len(content))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(visit: Visit) -> None:
            visit.begin(status, named)
            visit.wfile.write(content)

        return self.talk(path, answer)

    def leads(self, path: str, to: str, *, status: int = 302) -> str:
        """A redirect."""
        return self.says(path, "moved", status=status, Location=to)

    def folded(self, path: str, body: bytes, *, mime: str = "image/png", encoding: str = "gzip") -> str:
        """A body that is compressed though nobody asked for that: a bomb, if it is large and says nothing."""
        return self.says(path, gzip.compress(body), mime=mime, Content_Encoding=encoding)

    def cut_short(self, path: str, body: bytes, *, mime: str = "image/jpeg") -> str:
        """A body of which the server hangs up after half."""
        headers = {"Content-Type": mime, "Content-Length": str(len(body))}

        def answer(visit: Visit) -> None:
            visit.begin(200, headers)
            visit.wfile.write(body[: len(body) // 2])

        return self.talk(path, answer)

    def endless(
        self, path: str, piece: bytes = b"\0" * 65536, *, start: bytes = b"", mime: str = "image/jpeg", every: float = 0
    ) -> str:
        """A body that never ends: `start`, then `piece` for ever, a wait of so many seconds before each."""

        def answer(visit: Visit) -> None:
            visit.begin(200, {"Content-Type": mime})
            visit.wfile.write(start)
            while not self.closing.wait(every):
                visit.wfile.write(piece)

        return self.talk(path, answer)

    def silent(self, path: str) -> str:
        """No answer at all."""
        return self.talk(path, lambda _: self.closing.wait(30))


def missing(visit: Visit) -> None:
    """There is no such page."""
    visit.begin(404, {"Content-Type": "text/html", "Content-Length": "7"})
    visit.wfile.write(b"missing")


@contextmanager
def running() -> Iterator[Web]:
    """A web that answers until the end of the block."""
    web = Web()
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.closing.set()
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    """A web of the test's own; name its `host` as one that may be fetched."""
    with running() as one:
        yield one
