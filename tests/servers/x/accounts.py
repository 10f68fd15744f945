"""The accounts on the server: their keys, what they may do, and what a test does to them."""

from __future__ import annotations

import http.client
import json
import math
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

from oauthlib.oauth1 import Client
from servers.x import words
from servers.x.oauth import PUBLIC

if TYPE_CHECKING:
    from servers.x.media import Media
    from servers.x.server import XServer

WINDOW = timedelta(minutes=15)
Method = Literal["GET", "POST", "PUT", "DELETE"]
Access = Literal["read", "read-write"]


@dataclass(frozen=True)
class Keys:
    """What an operator copies from the developer's console."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str

    @classmethod
    def made_for(cls, user_id: str) -> Keys:
        """Fresh keys of the lengths that X's have."""
        return cls(
            secrets.token_hex(13)[:25],
            secrets.token_hex(25),
            f"{user_id}-{secrets.token_hex(20)}",
            secrets.token_hex(23)[:45],
        )


@dataclass
class Window:
    """How many requests of a kind an account may make until `reset`, and then again."""

    limit: int
    remaining: int
    reset: datetime

    def take(self, now: datetime) -> bool:
        """Whether there is one left; it is used up."""
        if now >= self.reset:
            self.remaining, self.reset = self.limit, now + WINDOW
        if not self.remaining:
            return False
        self.remaining -= 1
        return True

    def headers(self) -> dict[str, str]:
        """What every answer tells of it."""
        told = {"limit": self.limit, "remaining": self.remaining, "reset": math.ceil(self.reset.timestamp())}
        return {f"x-rate-limit-{name}": str(number) for name, number in told.items()}


@dataclass(eq=False)
class Login:
    """
    An account on the server, with what its owner knows, and with what a test makes X do to it.

    Posts that are younger than `hidden_from_timeline` stand, but are not listed yet. What moves is found unfinished by
    `processing` looks, and then cannot be processed for the reason that `unprocessable` gives, if it gives one.
    """

    server: XServer
    user_id: str
    username: str
    keys: Keys
    access: Access = "read-write"
    premium: bool = False
    suspended: bool = False
    out_of_credit: bool = False
    usage_capped: bool = False
    hidden_from_timeline: timedelta = timedelta(0)
    processing: int = 1
    unprocessable: str = ""
    windows: dict[str, Window] = field(default_factory=dict)
    _hidden_parents: list[words.Refused] = field(default_factory=list)

    def settings(self, base_url: str | None = None) -> dict[str, str]:
        """What the operator writes to publish as this account, there or through a proxy."""
        return {**asdict(self.keys), "base_url": base_url or self.server.url}

    def posts(self) -> list[dict[str, Any]]:
        """Every post that stands, oldest first, with all that the API can tell of it."""
        return [post.told() for post in self.server.posts.of(self.user_id)]

    def texts(self) -> list[str]:
        """The text of every post that stands, as its author sent it, oldest first."""
        return [post.sent for post in self.server.posts.of(self.user_id)]

    def media_of(self, post_id: str) -> list[Media]:
        """What this post shows, with its bytes and what was said of it."""
        post = self.server.posts.get(post_id)
        return list(post.media) if post else []

    def uploads(self) -> list[Media]:
        """All that was ever uploaded, whether or not it was posted."""
        return self.server.uploads.of(self.user_id)

    def regenerate(self) -> None:
        """What the owner does in the developer's console: the old keys are worth nothing from now on."""
        self.server.give_keys(self)

    def rate(self, limit: int, remaining: int, of: str = "post") -> None:
        """Begin a window of 15 minutes with so many requests left; `of` is the name of an endpoint."""
        self.windows[of] = Window(limit, remaining, self.server.clock() + WINDOW)

    def hide_parents(self, times: int = 1, *, older_form: bool = False) -> None:
        """The next replies, so many, are told that what they answer is not visible."""
        self._hidden_parents = [words.parent_not_visible(older_form=older_form)] * times

    def look_for_parent(self) -> None:
        """What X does first with a reply; Refused while parents are hidden."""
        if self._hidden_parents:
            raise self._hidden_parents.pop()

    def call(self, method: Method, path: str, body: Any = None, **params: Any) -> tuple[int, dict[str, str], Any]:
        """
        The server's answer to this account's own request: status, headers by their names in lower case, and body.

        It is always in time by the server's clock. Parameters are named with __ for the dot. A form's body is what
        urllib3 makes of it: bytes, and their type.
        """
        named = {name.replace("__", "."): value for name, value in params.items()}
        target = f"{path}?{urlencode(named)}" if named else path
        body, kind = body if isinstance(body, tuple) else (body, "application/json")
        plain = {} if body is None else {"Content-Type": kind}
        now = int(self.server.clock().timestamp())
        keys = (
            self.keys.consumer_key,
            self.keys.consumer_secret,
            self.keys.access_token,
            self.keys.access_token_secret,
        )
        client = Client(*keys, timestamp=str(now))
        uri, headers, _ = client.sign(PUBLIC + target, method, headers=plain)
        return ask(self.server.url, method, uri.removeprefix(PUBLIC), headers, body)


def ask(server: str, method: str, target: str, headers: dict[str, str], body: Any) -> tuple[int, dict[str, str], Any]:
    """A server's answer to any request: status, headers by their names in lower case, and body."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
    try:
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection.request(method, target, sent, headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, json.loads(answer.read())
    finally:
        connection.close()
