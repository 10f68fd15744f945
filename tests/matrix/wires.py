"""The lossy proxy of one cell, which knows when all that it lets through has arrived, and can refuse connections."""

from __future__ import annotations

import socket
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

    allow_reuse_port = True

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.RequestHandlerClass = Counted
        self._busy = 0
        self._change = threading.Condition()
        self._place: socket.socket | None = None
        self._listen()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def unplugs(self, exchange: Exchange) -> None:
        """Let this pass; from then on connections are refused, until the wire is quiet."""
        with self.under_way():
            answer = exchange.forward()
            self._stop()
            self._place = socket.socket()  # keeps the port ours while nobody listens there
            self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._place.bind(("127.0.0.1", self.server_port))
            self.socket.close()
        exchange.send(answer)

    def wait_until_quiet(self) -> None:
        """Until no request is on its way but those that are held up; then connections are taken again."""
        with self._change:
            assert self._change.wait_for(lambda: not self._busy, PATIENCE)
        if self._place is not None:
            self.socket = socket.socket()
            self.server_bind()
            self.server_activate()
            self._place.close()
            self._place = None
            self._listen()

    def end(self) -> None:
        """Stop for good."""
        self.closing.set()
        if self._place is None:
            self._stop()
        else:
            self._place.close()

    def _listen(self) -> None:
        self._serving = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self._serving.start()

    def _stop(self) -> None:
        self.shutdown()
        self._serving.join()

    def _add(self, number: int) -> None:
        with self._change:
            self._busy += number
            self._change.notify_all()


@contextmanager
def wire(upstream: str) -> Iterator[Wire]:
    """A proxy before the server at this address, while this lasts."""
    with Wire(upstream) as proxy:
        try:
            yield proxy
        finally:
            proxy.end()
