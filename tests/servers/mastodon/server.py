"""A strict Mastodon on loopback, with accounts made as a test asks for them."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from servers.mastodon import entities
from servers.mastodon.api import DEFAULT_RATE, Answer, Request, answer
from servers.mastodon.nouns import Account, Rules, Token
from servers.mastodon.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Login:
    """An account on the server and a token of it."""

    server: Mastodon
    account: Account
    token: str

    def settings(self, base_url: str | None = None) -> dict[str, str]:
        """What the operator writes to publish as this account, there or through a proxy."""
        return {"base_url": base_url or self.server.url, "access_token": self.token}

    def again(self, scopes: str = "read write", app: str | None = None, rate: int = DEFAULT_RATE) -> Login:
        """The same account with another token, of an app that may do no more than that, unless it is said."""
        return self.server.log_in(self.account, scopes, app or scopes, rate)

    def revoke(self) -> None:
        """Take the token back."""
        del self.server.state.tokens[self.token]

    def posts(self) -> list[dict[str, Any]]:
        """Every post that stands, oldest first, as the server keeps it."""
        return [entities.record(post) for post in self.server.state.standing(self.account) if not post.reblog]

    def texts(self) -> list[str]:
        """The text of every post that stands, oldest first."""
        return [post["text"] for post in self.posts()]

    def media_of(self, post_id: str) -> list[bytes]:
        """The bytes of what a post of this account shows, as they were uploaded."""
        return [media.content for media in self.server.state.shown(post_id, self.account).media]

    def shown(self, post_id: str) -> dict[str, Any]:
        """A post as this account is shown it."""
        return entities.post(self.server.state.shown(post_id, self.account), self.server.rules)

    def uploads(self) -> int:
        """How many uploads no post shows."""
        return self.server.state.loose(self.account)


class Mastodon(ThreadingHTTPServer):
    """A running server. Its `rules` may be changed while it runs; its clock is an argument."""

    daemon_threads = True

    def __init__(self, rules: Rules, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.rules = rules
        self.state = State(rules, clock)
        self.broken: list[BaseException] = []

    def account(
        self,
        *,
        scopes: str = "read write",
        rate: int = DEFAULT_RATE,
        language: str = "en",
        state: str = "active",
    ) -> Login:
        """A fresh account with nothing posted; `rate` is what its token may ask in five minutes."""
        who = self.state.join(language, state)
        return self.log_in(who, scopes, scopes, rate)

    def log_in(self, account: Account, scopes: str, app: str, rate: int) -> Login:
        """A token of this account, and of an app that may do this."""
        token = token_urlsafe(32)
        self.state.tokens[token] = Token(account, tuple(scopes.split()), tuple(app.split()), rate)
        return Login(self, account, token)

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is what the tests are about; anything else is a fault of this server's own."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.broken.append(error)


class _Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: Mastodon
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.close_connection = True
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            return
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        if len(body) < size:  # it hung up before it had asked
            return
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self._send(answer(self.server.state, Request(self.command, url.path, query, self.headers, body)))

    def _send(self, said: Answer) -> None:
        kind, body = (
            ("text/html", said.body) if isinstance(said.body, str) else ("application/json", json.dumps(said.body))
        )
        length = len(body.encode())
        self.send_response(said.status)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(length), "Connection": "close"}
        for name, value in (headers | said.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the server's clock."""
        del timestamp
        return format_datetime(self.server.state.now().astimezone(UTC), usegmt=True)

    def version_string(self) -> str:
        return "Mastodon"

    def log_message(self, *_: Any) -> None:
        pass


def wall_clock() -> datetime:
    return datetime.now(UTC)


@contextmanager
def strict(clock: Callable[[], datetime] = wall_clock, **rules: Any) -> Iterator[Mastodon]:
    """A fresh server with these rules, while this lasts."""
    with Mastodon(Rules(**rules), clock) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
    assert not server.broken, server.broken
