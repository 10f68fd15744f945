"""The server itself: takes requests over HTTP, asks who sent them and whether they may, and answers."""

from __future__ import annotations

import json
import sys
import threading
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from servers.x import words
from servers.x.accounts import Access, Keys, Login, Window
from servers.x.endpoints import ENDPOINTS, Endpoint, Request, endpoint
from servers.x.media import Uploads
from servers.x.oauth import Signatures
from servers.x.posts import Posts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from servers.x.counter import Counter


class Exchange(BaseHTTPRequestHandler):
    """One request, and the answer to it."""

    server: XServer
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.title(): value for name, value in self.headers.items()}
        status, told, content = self.server.answer(self.command, self.path, headers, body)
        data = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header(
            "Content-Type", f"application/{'problem+json' if 'title' in content else 'json'}; charset=utf-8"
        )
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.clock(), usegmt=True)

    def log_message(self, *_: Any) -> None:
        pass


class XServer(ThreadingHTTPServer):
    """X on loopback, at `url`; its truth is asked past every proxy."""

    daemon_threads = True

    def __init__(self, counter: Counter, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.counter = counter
        self.clock = clock
        self.posts = Posts()
        self.uploads = Uploads()
        self._signatures = Signatures()
        self._numbers = count(1)
        self._turn = threading.Lock()

    def account(self, *, access: Access = "read-write", premium: bool = False, suspended: bool = False) -> Login:
        """A fresh account with nothing posted, and the keys of an app that has this access to it."""
        number = next(self._numbers)
        user_id = str(1_700_000_000_000_000_000 + number)
        login = Login(self, user_id, f"kil{number}", Keys.made_for(user_id), access, premium, suspended)
        with self._turn:  # a request that is being answered looks through them
            self._signatures.logins[login.keys.access_token] = login
        return login

    def give_keys(self, login: Login) -> None:
        """Keys in place of those that this account had."""
        del self._signatures.logins[login.keys.access_token]
        login.keys = Keys.made_for(login.user_id)
        self._signatures.logins[login.keys.access_token] = login

    def user(self, user_id: str) -> Login | None:
        """The account with this id."""
        return next((login for login in self._signatures.logins.values() if login.user_id == user_id), None)

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and body; one request at a time, so that none sees half of another."""
        told: dict[str, str] = {}
        with self._turn:
            try:
                login = self._signatures.author(method, target, headers, self.clock())
                told["x-access-level"] = login.access
                url = urlsplit(target)
                name, subject = endpoint(method, url.path)
                self._admit(login, name, told)
                request = Request(login, subject, url.query, headers.get("Content-Type", ""), body)
                status, content = ENDPOINTS[name].answer(self, request)
            except words.Refused as refused:
                status, content = refused.status, refused.body
        return status, told, content

    def _admit(self, login: Login, name: str, told: dict[str, str]) -> None:
        known = ENDPOINTS[name]
        window = login.windows.setdefault(name, Window(known.limit, 0, self.clock()))
        taken = window.take(self.clock())
        told |= window.headers()
        if not taken:
            raise words.too_many_requests()
        _may(login, known)

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up does no harm; a mistake of ours is the test's failure."""
        if not isinstance(sys.exception(), OSError):
            raise  # noqa: PLE0704 - socketserver calls this while it handles the exception


def _may(login: Login, known: Endpoint) -> None:
    """Refused where this account may not do this now."""
    if login.suspended:
        raise words.suspended()
    if known.writes and login.access == "read":
        raise words.read_only()
    if login.out_of_credit:
        raise words.out_of_credit(login.user_id)
    if known.capped and login.usage_capped:
        raise words.usage_capped()
