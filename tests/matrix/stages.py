"""The networks that the matrix plays on: a real server or our own for each, an account for each cell, and how it words a refusal."""

from __future__ import annotations

import html
import json
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from servers import pds, x
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

    `writes` matches the paths of the requests that post; without it there is no wire. `words` is the body of a refusal of
    this status, `rests` are the headers that ask for a pause until a moment. `together` says that a thread goes out in one
    request; `guarded` that a request which arrives when all is over is harmless, because the network knows it again; `waits`
    that the bot, before it looks, waits for as long as an attempt may take.
    """

    title: str
    network: str
    writes: str = ""
    words: Callable[[int], str] = str
    rests: Callable[[datetime], Mapping[str, str]] = lambda _: {}
    together: bool = False
    guarded: bool = True
    waits: bool = True

    def pause(self) -> dict[str, str]:
        """The headers of an answer that asks for a short pause, beginning now."""
        return dict(self.rests(datetime.now(UTC) + SHORTLY))


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


_ON_MASTODON: dict[str, Any] = {
    "network": "mastodon",
    "writes": "^/api/v1/statuses$",
    "words": _mastodon,
    "rests": _iso,
}

STAGES = {
    "outbox": Stage("Outbox", "outbox"),
    "bluesky": Stage(
        "Bluesky (the reference PDS)",
        "bluesky",
        "putRecord|applyWrites",
        _bluesky,
        _epoch("ratelimit-reset"),
        together=True,
        waits=False,
    ),
    "mastodon": Stage("Mastodon that honours the key", **_ON_MASTODON),
    "keyless": Stage("Mastodon that ignores the key", **_ON_MASTODON, guarded=False),
    "x": Stage("X (our server)", "x", "^/2/tweets$", _x, _epoch("x-rate-limit-reset"), guarded=False),
}
"""The networks by the word that begins the names of their cells."""


class Feed:
    """An outbox as a reader of its feed sees it."""

    def __init__(self, home: Path) -> None:
        self._feed = home / "var" / "outbox" / "feed.xml"

    def settings(self, _: str | None = None) -> dict[str, str]:
        return {}

    def texts(self) -> list[str]:
        """The text of every part that stands, oldest first."""
        contents = [content.text or "" for content in ET.parse(self._feed).iterfind(CONTENT)]
        parts = [part for content in reversed(contents) for part in content.split("<hr>")]
        return [html.unescape(re.sub("<[^>]+>", "", part)).strip() for part in parts]


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, Any]]:
    """The servers of all stages by their names, while this lasts."""
    with ExitStack() as running:
        yield {
            "bluesky": running.enter_context(pds.running(folder)),
            "mastodon": running.enter_context(strict()),
            "keyless": running.enter_context(strict(**KEYLESS)),
            "x": running.enter_context(x.running()),
        }
