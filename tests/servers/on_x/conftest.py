"""An account on the X server of the test's own, and adapters for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.on_x.made import NOW, adapter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login
    from servers.x.server import XServer

    from bot.networks.base import Adapter


@pytest.fixture
def login(x_server: XServer) -> Login:
    return x_server.account()


@pytest.fixture
def here(login: Login, tmp_path: Path) -> Adapter:
    return adapter(login, tmp_path)


@pytest.fixture
def wire(x_server: XServer, proxied: Callable[[str], Lossy]) -> Lossy:
    return proxied(x_server.url)


@pytest.fixture
def through(login: Login, wire: Lossy, tmp_path: Path) -> Adapter:
    """The same behind the proxy, by a clock that stands."""
    return adapter(login, tmp_path, wire.url, clock=lambda: NOW)
