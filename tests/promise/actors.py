"""One round of one process in one lane, halting wherever the test has a say in what happens next."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from fakes import Crash

from bot.errors import LedgerError
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from promise.witness import Witness

    from bot.ledger import Ledger
    from bot.model import Delivery

IN_LANE = frozenset("claim confirm postpone doubt discard abandoned note_error expire put_off".split())
"""A sender's moves that only the holder of the lane makes."""
WRITES = IN_LANE | {"pause", "back_off", "resume", "unplan", "awake", "spread", "plan_to"}
"""All that a sender, or whoever plans for him, writes in the ledger: before each of these he halts."""
_STUCK = 60.0  # seconds after which a round that neither halts nor ends is a bug of the test


class Actor:
    """A round that is under way; `place` is where it halts, None when it has ended, and `error` what it should not raise."""

    def __init__(self) -> None:
        self.place: str | None = None
        self.error: BaseException | None = None
        self._places: SimpleQueue[str | None] = SimpleQueue()
        self._fates: SimpleQueue[str] = SimpleQueue()

    def begin(self, round_: Callable[[], object]) -> None:
        """Run until it halts for the first time."""
        Thread(target=self._run, args=(round_,), daemon=True).start()
        self.place = self._places.get(timeout=_STUCK)

    def meet(self, fate: str) -> None:
        """Let it meet this where it halts, and go on until it halts again."""
        self._fates.put(fate)
        self.place = self._places.get(timeout=_STUCK)

    def ask(self, place: str) -> str:
        """Halt here; what the round meets."""
        self._places.put(place)
        fate = self._fates.get()
        if fate == "crash":
            raise Crash
        return fate

    def _run(self, round_: Callable[[], object]) -> None:
        try:
            round_()
        except (Crash, LedgerError):  # a process that ends, a disk that is full
            pass
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            self.error = error
        self._places.put(None)


class Watched:
    """A ledger that asks before each move that a sender makes, and tells the witness of some."""

    def __init__(self, ledger: Ledger, ask: Callable[[str], str], witness: Witness) -> None:
        self._ledger = ledger
        self._ask = ask
        self._witness = witness

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        return (lambda *given, **named: self._moved(name, method, *given, **named)) if name in WRITES else method

    def _moved(self, name: str, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if self._ask(name) == "disk full":
            raise LedgerError("the disk is full")
        answer = method(*given, **named)
        if name == "doubt":
            self._witness.doubts(given[1])
        if name in {"claim", "expire"} and answer is not None:
            self._tell(name, answer, named["now"])
        if name == "plan_to":
            self._tell_ended(given[2], named["now"])
        return answer

    def _tell_ended(self, ended: Iterable[int], now: datetime) -> None:
        for delivery in map(self._ledger.delivery, ended):
            if delivery.state is State.EXPIRED:  # else somebody took it up meanwhile
                self._witness.expires(delivery, now)

    def _tell(self, name: str, delivery: Delivery, now: datetime) -> None:
        if name == "claim":
            self._witness.claims(delivery)
        else:
            self._witness.expires(delivery, now)
