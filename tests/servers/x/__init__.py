"""X on loopback, as strict as the network and stricter where in doubt, with accounts made as a test asks for them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from servers import node
from servers.need import missing
from servers.x.counter import Counter
from servers.x.server import XServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def running(clock: Callable[[], datetime] = _utc_now) -> Iterator[XServer]:
    """A server with this clock and nothing on it, while this lasts."""
    if not node.installed():
        missing("npm twitter-text: python tests/servers/node.py installs it")
    with Counter() as counter, XServer(counter, clock) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def x_server() -> Iterator[XServer]:
    """The server that the whole run shares: each test makes an account of its own on it."""
    with running() as server:
        yield server
