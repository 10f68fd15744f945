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
from bot.networks.outbox import OutboxAccount

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
    `writes` matches the paths of the requests that post, and `says` is how this network words a refusal.
    """

    connect: Callable[[float], Adapter]
    texts: Callable[[], list[str]]
    wire: Lossy | None = None
    writes: str = ""
    says: Mapping[type[DeliveryError], Fault] = field(default_factory=dict)


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


NETWORKS: dict[str, Callable[[pytest.FixtureRequest, Path], Stage]] = {
    "bluesky": bluesky,
    "outbox": outbox,
}
WIRED = [network for network in NETWORKS if network != "outbox"]  # an outbox is no further than the disk
