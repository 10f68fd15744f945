"""The networks that the matrix plays on: a real server or our own for each, an account for each cell, and how it words a refusal."""

from __future__ import annotations

import html
import json
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from servers import pds, x
from servers.gallery import Picture, Shown, gallery
from servers.mastodon import KEYLESS, strict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SHORTLY = timedelta(seconds=1)
CONTENT = ".//{http://www.w3.org/2005/Atom}content"


@dataclass(frozen=True)
class Stage:
    """
    One network as the matrix plays on it.

    `writes` matches the paths of the requests that post; without it there is no wire. `before` matches the last request
    before the first of these, `looks` those by which the bot finds out what became of one, `hides` those that the server never
    answers. `only` are the mishaps to play, where that is not all of them. `words` is the body of a refusal of
    this status, `rests` are the headers that ask for a pause until a moment. `together` says that a thread goes out in one
    request; `guarded` that a request which arrives when all is over is harmless, because the network knows it again; `waits`
    that the bot, before it looks, waits for as long as an attempt may take. `another` that it is a second server of its network.
    `address` is where a person sees a post.
    """

    title: str
    network: str
    writes: str = ""
    before: str = ""
    looks: str = ""
    hides: str = ""
    only: tuple[str, ...] = ()
    words: Callable[[int], str] = str
    rests: Callable[[datetime], Mapping[str, str]] = lambda _: {}
    together: bool = False
    guarded: bool = True
    waits: bool = True
    another: bool = False
    address: Callable[[Any, Mapping[str, Any]], str] = lambda *_: ""

    def pause(self) -> dict[str, str]:
        """The headers of an answer that asks for a short pause, beginning now."""
        return dict(self.rests(datetime.now(UTC) + SHORTLY))

    def seen(self, login: Any) -> list[tuple[str, str]]:
        """What stands on the network by its own word, each text with its address."""
        return [(text, self.address(login, post)) for text, post in zip(login.texts(), login.posts(), strict=True)]


def _bluesky(status: int) -> str:
    names = {401: "AccountTakedown", 413: "PayloadTooLarge", 429: "RateLimitExceeded", 500: "InternalServerError"}
    return json.dumps({"error": names[status], "message": "as the network words it"})


def _mastodon(status: int) -> str:
    return json.dumps({"error": f"as the network words its {status}"})


def _x(status: int) -> str:
    told = {"title": f"Problem {status}", "detail": "as the network words it", "type": "about:blank", "status": status}
    return json.dumps(told)


def _epoch(header: str) -> Callable[[datetime], Mapping[str, str]]:
    return lambda until: {header: str(int(until.timestamp()) + 1)}


def _iso(until: datetime) -> Mapping[str, str]:
    return {"X-RateLimit-Reset": until.isoformat()}


def _at_bluesky(_: Any, post: Mapping[str, Any]) -> str:
    did, _, key = post["uri"].removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{did}/post/{key}"


def _at_mastodon(login: Any, post: Mapping[str, Any]) -> str:
    rules = login.server.rules
    return str(rules.address.format(domain=rules.domain, name=login.account.name, id=post["id"]))


def _at_x(_: Any, post: Mapping[str, Any]) -> str:
    return f"https://x.com/i/status/{post['id']}"


_TIMELINE = "^/api/v1/accounts/[^/]+/statuses"
_ON_MASTODON: dict[str, Any] = {
    "network": "mastodon",
    "writes": "^/api/v1/statuses$",
    "before": "^/api/v2/instance",
    "looks": _TIMELINE,
    "address": _at_mastodon,
    "words": _mastodon,
    "rests": _iso,
}

STAGES = {
    "outbox": Stage("Outbox", "outbox", only=("none",)),
    "bluesky": Stage(
        "Bluesky (the reference PDS)",
        "bluesky",
        "putRecord|applyWrites",
        before="getSession$",
        looks="putRecord",
        words=_bluesky,
        rests=_epoch("ratelimit-reset"),
        address=_at_bluesky,
        together=True,
        waits=False,
    ),
    "mastodon": Stage("Mastodon that honours the key", **_ON_MASTODON),
    "keyless": Stage("Mastodon that ignores the key", **_ON_MASTODON, guarded=False, another=True),
    "blind": Stage(
        "Mastodon that ignores the key and hides what stands",
        **_ON_MASTODON,
        hides=_TIMELINE,
        only=("dropped", "lost", "orphan"),
        guarded=False,
        another=True,
    ),
    "x": Stage(
        "X (our server)",
        "x",
        "^/2/tweets$",
        before="^/2/users/me",
        looks="^/2/users/[0-9]+/tweets",
        words=_x,
        rests=_epoch("x-rate-limit-reset"),
        guarded=False,
        address=_at_x,
    ),
}
"""The networks by the word that begins the names of their cells."""


class Feed:
    """An outbox as a reader of its feed sees it."""

    def __init__(self, home: Path) -> None:
        self._feed = home / "var" / "outbox" / "feed.xml"
        self._entries = home / "var" / "outbox" / "entries"

    def settings(self, _: str | None = None) -> dict[str, str]:
        return {}

    def texts(self) -> list[str]:
        """The text of every part that stands, oldest first; each stands in the feed and in an entry."""
        shown, kept = self._shown(), self._kept()
        assert shown == kept, f"the feed shows {shown}, and the entries are {kept}"
        return shown

    def posts(self) -> list[dict[str, Any]]:
        return [{} for _ in self.texts()]

    def pictures(self) -> list[Shown]:
        """What each part shows: pictures whose bytes are those that their names tell."""
        return [Shown(tuple(map(self._picture, part.get("media", ())))) for part in self._parts()]

    def _picture(self, told: Mapping[str, str]) -> Picture:
        (path,) = (self._entries.parent / "media").glob(f"{told['digest']}.*")
        assert told["digest"] == sha256(path.read_bytes()).hexdigest()
        return Picture(told.get("alt", ""), path.read_bytes())

    def _kept(self) -> list[str]:
        return [part["text"] for part in self._parts()]

    def _parts(self) -> list[Any]:
        entries = [json.loads(path.read_bytes()) for path in sorted(self._entries.glob("[!.]*"))]
        return [part for entry in entries for part in entry["post"]["parts"]]

    def _shown(self) -> list[str]:
        contents = [content.text or "" for content in ET.parse(self._feed).iterfind(CONTENT)]
        parts = [part for content in reversed(contents) for part in content.split("<hr>")]
        return [_said(part) for part in parts]


def _said(part: str) -> str:
    """The text of a part, without its card."""
    alone = re.sub("<blockquote>.*?</blockquote>", "", part, flags=re.DOTALL)
    paragraphs = re.sub("</p>\\s*<p>", "\n\n", alone)
    return html.unescape(re.sub("<[^>]+>", "", paragraphs)).strip()


@gallery.register
def _(feed: Feed) -> list[Shown]:
    return feed.pictures()


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, Any]]:
    """The servers of all stages by their names, while this lasts."""
    with ExitStack() as running:
        keyless = running.enter_context(strict(**KEYLESS))
        yield {
            "bluesky": running.enter_context(pds.running(folder)),
            "mastodon": running.enter_context(strict()),
            "keyless": keyless,
            "blind": keyless,
            "x": running.enter_context(x.running()),
        }
