"""The networks that every adapter test plays on: a network is one row."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from servers.lossy import Fault, Lossy, answers

from bot.errors import DeliveryError, RateLimited, Rejected, Unauthorized
from bot.networks.bluesky import BlueskyAccount
from bot.networks.mastodon import MastodonAccount
from bot.networks.outbox import OutboxAccount
from bot.networks.x import XAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pytest
    from servers.pds import PDS

    from bot.networks.base import Adapter


@dataclass(frozen=True)
class Stage:
    """
    One network with nothing on it.

    `connect` makes a fresh adapter, as after a restart, to which one attempt may take so many seconds. `texts` asks the
    network itself what stands there, oldest first. Where it is reached over a wire, `wire` is where things go wrong,
    `writes` matches the paths of the requests that post, and `says` is how this network words a refusal. `guarded` says that
    the network itself lets no request post a second time, however late it arrives; `unequal` that it takes no text twice;
    `together` that a thread goes out in one request.
    """

    connect: Callable[[float], Adapter]
    texts: Callable[[], list[str]]
    wire: Lossy | None = None
    writes: str = ""
    says: Mapping[type[DeliveryError], Fault] = field(default_factory=dict)
    guarded: bool = True
    unequal: bool = False
    together: bool = True


def bluesky(request: pytest.FixtureRequest, home: Path) -> Stage:
    """The reference PDS behind the lossy proxy."""
    pds: PDS = request.getfixturevalue("pds")
    wire: Lossy = request.getfixturevalue("lossy")
    login = pds.account()
    login.keep_session(home, "bluesky", wire.url)
    account = BlueskyAccount.model_validate(login.settings(wire.url))

    def error(status: int, name: str, **headers: str) -> Fault:
        body = json.dumps({"error": name, "message": "as the network words it"})
        return answers(status, body, content_type="application/json", **headers)

    return Stage(
        connect=lambda timeout: account.model_copy(update={"timeout": timeout}).connect("bluesky", home),
        texts=login.texts,
        wire=wire,
        writes="putRecord|applyWrites",
        says={
            RateLimited: error(429, "RateLimitExceeded", ratelimit_reset="1"),
            Unauthorized: error(401, "AccountTakedown"),
            Rejected: error(400, "InvalidRequest"),
        },
    )


def outbox(_: pytest.FixtureRequest, home: Path) -> Stage:
    """The feed on disk, as a reader takes it in."""
    account = OutboxAccount()

    def texts() -> list[str]:
        feed = ET.parse(home / "var" / "outbox" / "feed.xml")
        contents = [content.text or "" for content in feed.iterfind(".//{http://www.w3.org/2005/Atom}content")]
        parts = [part for content in reversed(contents) for part in content.split("<hr>")]
        return [html.unescape(re.sub("<[^>]+>", "", part)).strip() for part in parts]

    return Stage(connect=lambda _: account.connect("outbox", home), texts=texts)


def x(request: pytest.FixtureRequest, home: Path) -> Stage:
    """Our X server behind the lossy proxy."""
    login = request.getfixturevalue("x_server").account()
    wire: Lossy = request.getfixturevalue("proxied")(request.getfixturevalue("x_server").url)
    account = XAccount.model_validate(login.settings(wire.url))

    def problem(status: int, title: str, **headers: str) -> Fault:
        body = {"title": title, "detail": "as the network words it", "type": "about:blank", "status": status}
        return answers(status, json.dumps(body), content_type="application/problem+json", **headers)

    return Stage(
        connect=lambda timeout: account.model_copy(update={"timeout": timeout}).connect("x", home),
        texts=login.texts,
        wire=wire,
        writes="^/2/tweets$",
        says={
            RateLimited: problem(429, "Too Many Requests", x_rate_limit_reset="1"),
            Unauthorized: problem(401, "Unauthorized"),
            Rejected: problem(400, "Invalid Request"),
        },
        unequal=True,
        together=False,
    )


def mastodon(server: str, *, guarded: bool = True) -> Callable[[pytest.FixtureRequest, Path], Stage]:
    """One of the Mastodon servers behind the lossy proxy."""

    def stage(request: pytest.FixtureRequest, home: Path) -> Stage:
        login = request.getfixturevalue(server).account()
        wire: Lossy = request.getfixturevalue("proxied")(request.getfixturevalue(server).url)
        account = MastodonAccount.model_validate(login.settings(wire.url))
        account.connect("mastodon", home).check()  # as the courier does first of all: it keeps what the server allows

        def error(status: int, **headers: str) -> Fault:
            body = json.dumps({"error": "as the network words it"})
            return answers(status, body, content_type="application/json", **headers)

        return Stage(
            connect=lambda timeout: account.model_copy(update={"timeout": timeout}).connect("mastodon", home),
            texts=login.texts,
            wire=wire,
            writes="^/api/v1/statuses$",
            says={
                RateLimited: error(429, X_RateLimit_Reset="2026-11-23T10:05:00.000000Z"),
                Unauthorized: error(403),
                Rejected: error(422),
            },
            guarded=guarded,
            together=False,
        )

    return stage


NETWORKS: dict[str, Callable[[pytest.FixtureRequest, Path], Stage]] = {
    "bluesky": bluesky,
    "mastodon": mastodon("mastodon_strict"),
    "mastodon-keyless": mastodon("mastodon_keyless", guarded=False),
    "mastodon-mock": mastodon("mastodon_mock"),
    "outbox": outbox,
    "x": x,
}
WIRED = [network for network in NETWORKS if network != "outbox"]  # an outbox is no further than the disk
