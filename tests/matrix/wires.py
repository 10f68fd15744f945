"""The lossy proxy of one cell, which knows when all that it lets through has arrived."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servers.lossy import Exchange, Lossy

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0


class Counted(Exchange):
    """An exchange of which the wire knows while its server is at it."""

    server: Wire

    def forward(self) -> bytes:
        with self.server.under_way():
            return super().forward()


class Wire(Lossy):
    """
    The proxy.

    A server that this machine is too busy to run may take longer than the settling time, which here is short. Nobody
    promises anything for that, so whoever restarts a bot waits until the wire is quiet.
    """

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.RequestHandlerClass = Counted
        self._busy = 0
        self._change = threading.Condition()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def wait_until_quiet(self) -> None:
        """Until no request is on its way but those that are held up."""
        with self._change:
            assert self._change.wait_for(lambda: not self._busy, PATIENCE)

    def _add(self, number: int) -> None:
        with self._change:
            self._busy += number
            self._change.notify_all()


@contextmanager
def wire(upstream: str) -> Iterator[Wire]:
    """A proxy before the server at this address, while this lasts."""
    with Wire(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.closing.set()
            proxy.shutdown()
            thread.join()
