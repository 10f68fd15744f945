"""What happens to the requests that post: lost, spoilt, late or refused, and those that outlive their sender."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from servers.lossy import Exchange, answers, cuts, drops, late, loses, passes, wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrix.stages import Stage
    from servers.lossy import Fault

PATIENCE = 60.0
JSON = "application/json"


class Release(Enum):
    """When a request that is held up is let go on to the server."""

    BEFORE_THE_RESTART = auto()
    AFTER_THE_RESTART = auto()
    IN_THE_END = auto()


class Held:
    """Requests that are held up on their way; `meanwhile` is done when one has come so far."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile
        self._go = threading.Event()
        self._through = threading.Event()
        self.waiting = False

    def __call__(self, exchange: Exchange) -> None:
        self.waiting = True
        self._meanwhile()
        self._go.wait(PATIENCE)
        passes(exchange)
        self._through.set()

    def let_go(self) -> None:
        """Let it arrive, and wait until the server has done what it asks; where none is held, nothing."""
        if self.waiting:
            self._go.set()
            assert self._through.wait(PATIENCE)


@dataclass(frozen=True)
class Mishap:
    """
    One thing that can go wrong on the wire, as the table names it.

    Where a request is held up, `release` says when it goes on, and `orphans` that its sender is ended at that moment; `silent`
    says that its sender has to wait until his time is over. `refuses` says that nobody takes the connection; `again` that the
    same happens to the request by which the bot finds out what became of it. `doubtful` says that the post may stand then, and
    `asks` what the operator has to do. A `rare` one is played with a thread by `bot run --once` alone.
    """

    title: str
    of: Callable[[Stage], Fault] = lambda _: passes
    release: Release | None = None
    orphans: bool = False
    silent: bool = False
    refuses: bool = False
    again: bool = False
    doubtful: bool = True
    asks: str = ""
    rare: bool = False


def _refused(status: int) -> Callable[[Stage], Fault]:
    return lambda stage: answers(status, stage.words(status), content_type=JSON)


def hidden(stage: Stage) -> Fault:
    """What a server answers that does not know the request."""
    return _refused(404)(stage)


def _paused(stage: Stage) -> Fault:
    """A rate limit, counted from when it is met."""
    return lambda exchange: exchange.send(wire(429, stage.words(429).encode(), stage.pause() | {"Content-Type": JSON}))


def _fails_after(stage: Stage) -> Fault:
    """The server does what was asked, and says that it failed."""

    def fault(exchange: Exchange) -> None:
        exchange.forward()
        exchange.send(wire(500, stage.words(500).encode(), {"Content-Type": JSON}))

    return fault


MISHAPS = {
    "none": Mishap("none", doubtful=False),
    "refused": Mishap("connection refused", refuses=True, doubtful=False),
    "dropped": Mishap("dropped before it arrives", lambda _: drops),
    "lost": Mishap("done, the answer dropped", lambda _: loses),
    "lost-again": Mishap(
        "done, the answer dropped, then that to the look or the repeat", lambda _: loses, again=True, rare=True
    ),
    "late": Mishap("done, answered past the deadline", lambda _: late, silent=True),
    "cut": Mishap("done, the answer cut", lambda _: cuts),
    "500": Mishap("done, answered 500", _fails_after),
    "429": Mishap("answered 429", _paused, doubtful=False),
    "401": Mishap("answered 401", _refused(401), doubtful=False, asks="resume"),
    "413": Mishap("answered 413", _refused(413), doubtful=False, asks="retry"),
    "502": Mishap("answered 502, a page", lambda _: answers(502, "<html>Bad Gateway</html>", content_type="text/html")),
    "slow": Mishap("arrives when its sender has given up", release=Release.BEFORE_THE_RESTART, silent=True),
    "orphan": Mishap("sender killed, arrives before the restart", release=Release.BEFORE_THE_RESTART, orphans=True),
    "orphan-later": Mishap("sender killed, arrives after the restart", release=Release.AFTER_THE_RESTART, orphans=True),
    "orphan-last": Mishap("sender killed, arrives when all is done", release=Release.IN_THE_END, orphans=True),
}
"""The mishaps by the word that names them in a cell."""
