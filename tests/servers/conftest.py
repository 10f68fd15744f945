"""A Bluesky account of the test's own, and adapters for it that are signed in already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers.bluesky import adapter

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.pds import PDS, Login

    from bot.networks.base import Adapter


@pytest.fixture
def login(pds: PDS) -> Login:
    return pds.account()


@pytest.fixture
def here(login: Login, tmp_path: Path) -> Adapter:
    """An adapter that is signed in already."""
    login.keep_session(tmp_path, "bluesky")
    return adapter(login, tmp_path)


@pytest.fixture
def through(login: Login, lossy: Lossy, tmp_path: Path) -> Adapter:
    """The same behind the proxy."""
    login.keep_session(tmp_path, "bluesky", lossy.url)
    return adapter(login, tmp_path, lossy.url)
