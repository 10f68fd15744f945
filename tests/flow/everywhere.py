"""A bot with an account on every network, each server behind a proxy that loses what a test tells it to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flow.conftest import Bot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pytest
    from servers.lossy import Lossy

SERVERS = {
    "bluesky": ("pds", "bluesky", "putRecord|applyWrites"),
    "keyless": ("mastodon_keyless", "mastodon", "^/api/v1/statuses$"),
    "mastodon": ("mastodon_strict", "mastodon", "^/api/v1/statuses$"),
    "mock": ("mastodon_mock", "mastodon", "^/api/v1/statuses$"),
    "x": ("x_server", "x", "^/2/tweets$"),
}
"""The accounts: the fixture of each one's server, its network, and the paths of the requests that post."""

TIMEOUT = 1.5


@dataclass(frozen=True)
class Everywhere:
    """The bot, its login on each server, and the wire to each."""

    bot: Bot
    logins: Mapping[str, Any]
    wires: Mapping[str, Lossy]

    @property
    def accounts(self) -> set[str]:
        return {*self.logins, "outbox"}

    def each(self, fault: Any, *, after: int = 0) -> None:
        """The next post on every wire meets this fault."""
        for name, wire in self.wires.items():
            wire.next(SERVERS[name][2], fault, after=after)

    def texts(self) -> dict[str, list[str]]:
        """What stands on each server, by its own word."""
        return {name: login.texts() for name, login in self.logins.items()}

    def run_until_settled(self) -> None:
        """What cron does: a round now and then, until no outcome is unknown."""
        deadline = time.monotonic() + 60
        while self.bot("run", "--once").code == 3:
            assert time.monotonic() < deadline, self.bot("status").out
            time.sleep(0.3)


def settings(name: str, network: str, account: Mapping[str, str]) -> dict[str, str]:
    """The settings of one account as the operator writes them."""
    prefix = f"BOT_ACCOUNTS__{name.upper()}"
    written = {f"{prefix}__{field.upper()}": value for field, value in account.items()}
    return written | {f"{prefix}__NETWORK": network, f"{prefix}__TIMEOUT": str(TIMEOUT)}


def everywhere(request: pytest.FixtureRequest, home: Path) -> Everywhere:
    """Such a bot, on which nothing is posted yet."""
    proxied: Callable[[str], Lossy] = request.getfixturevalue("proxied")
    logins, wires, written = {}, {}, {"BOT_ACCOUNTS__OUTBOX__FOLDER": "var/outbox", "BOT_SETTLE_SECONDS": "0"}
    for name, (server, network, _) in SERVERS.items():
        login = request.getfixturevalue(server).account()
        logins[name], wires[name] = login, proxied(login.server.url)
        written |= settings(name, network, login.settings(wires[name].url))
    return Everywhere(Bot(home, written), logins, wires)
