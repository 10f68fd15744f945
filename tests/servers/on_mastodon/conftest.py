"""A strict Mastodon of the test's own, an account on it, and adapters for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.mastodon import Login, Mastodon, strict
from servers.on_mastodon.made import NOW, adapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servers.lossy import Lossy

    from bot.networks.mastodon.adapter import MastodonAdapter


@pytest.fixture
def server() -> Iterator[Mastodon]:
    """A strict server of the test's own, whose clock stands still."""
    with strict(clock=lambda: NOW) as mastodon:
        yield mastodon


@pytest.fixture
def login(server: Mastodon) -> Login:
    return server.account()


@pytest.fixture
def wire(server: Mastodon, proxied: Callable[[str], Lossy]) -> Lossy:
    return proxied(server.url)


@pytest.fixture
def here(login: Login, tmp_path: Path) -> MastodonAdapter:
    return adapter(login, tmp_path)


@pytest.fixture
def through(login: Login, wire: Lossy, tmp_path: Path) -> MastodonAdapter:
    return adapter(login, tmp_path, wire.url)
