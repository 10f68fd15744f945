"""How the bot stands at a moment, as those who watch it see it: figures, health and troubles are made of this."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.errors import ArticleError, BotError, LedgerError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.ledger import Event, Lane, Ledger
    from bot.ledger.measuring import Measured, Wanting
    from bot.model import State
    from bot.networks.base import Told

    _Seen = tuple[tuple[Measured, ...], tuple[Wanting, ...], tuple[Event, ...]]

_LONGEST_LOOK = 180.0  # seconds: it looks once a minute, and beside ten thousand new files less often
_RECOUNT = 100  # at most one part in so many of the time goes into counting
_LASTS = 300.0  # seconds after which what went wrong once, and not again, is over
_LOOKED_ANEW = 60.0  # seconds after which the ledger is asked again though nothing happened: time goes by in it too


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen at one moment; without `ledger_error`, what the ledger tells."""

    now: datetime
    ailing: tuple[str, ...] = ()
    beat_age: float = 0.0
    ledger_error: str | None = None
    accounts: tuple[Measured, ...] = ()
    tally: Mapping[tuple[str, State], int] = field(default_factory=dict)
    files: int = 0
    told: Mapping[str, Told] = field(default_factory=dict)

    def state_of(self, lane: Lane) -> str:
        """In a word or two, whether an account takes posts now."""
        if lane.paused_at(self.now):
            return "paused"
        return "backing off" if lane.backs_off_at(self.now) else "ready"


@dataclass(frozen=True, slots=True)
class Scene:
    """What troubles are made of; `faults` are what went wrong lately, by a stable key. A `blind` one lacks the ledger's part."""

    now: datetime
    accounts: tuple[Measured, ...] = ()
    wanting: tuple[Wanting, ...] = ()
    expired: tuple[Event, ...] = ()
    rejected: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    blind: bool = False


class Pulse:
    """When the loop looked last, and what went wrong since; written by the daemon's threads, read by those who watch."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._beat = monotonic()
        self.has_beaten = False
        self._faults: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = Lock()

    def beat(self) -> None:
        """The loop has looked."""
        self._beat, self.has_beaten = self._monotonic(), True

    @property
    def age(self) -> float:
        """How long ago that was."""
        return self._monotonic() - self._beat

    def fault(self, error: Exception) -> None:
        """Something went wrong; of an article that cannot be read its file tells."""
        if isinstance(error, ArticleError):
            return
        words = str(error) if isinstance(error, BotError) else f"{type(error).__name__}: {error}"
        with self._lock:
            self._faults[_key(error)] = (self._monotonic(), one_line(words))

    def faults(self) -> dict[str, str]:
        """What went wrong, and has again within a while."""
        now = self._monotonic()
        with self._lock:
            for key in [key for key, (at, _) in self._faults.items() if now - at >= _LASTS]:
                del self._faults[key]
            return {key: words for key, (_, words) in self._faults.items()}


def _living() -> frozenset[str]:
    """The names of the threads that are at work."""
    return frozenset(thread.name for thread in threading.enumerate())


class Lookout:
    """Looks at the ledger, the queue and the daemon's threads, cheaply, from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Path,
        pulse: Pulse,
        *,
        told: Callable[[], Mapping[str, Told]],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        names: Callable[[], frozenset[str]] = _living,
    ) -> None:
        """`told` is what the networks said last; `names` are those of the threads that live."""
        self._ledger = ledger
        self._queue = queue
        self._rejected = queue / "rejected"
        self._pulse = pulse
        self._told = told
        self._clock = clock
        self._monotonic = monotonic
        self._names = names
        self._counted = (float("-inf"), 0.0)
        self._tally: Mapping[tuple[str, State], int] = {}
        self._files = 0
        self._seen: tuple[int, float, _Seen] | None = None
        self._lock = Lock()

    def health(self) -> tuple[str, ...]:
        """What keeps the daemon from its work, in words; nothing where all is well."""
        try:
            self._ledger.lanes()
        except LedgerError as error:
            return self._ailing(str(error))
        return self._ailing(None)

    def sight(self) -> Sight:
        """How all stands now."""
        now, age = self._clock(), self._pulse.age
        told = self._told()
        try:
            tally, files = self._count()
            accounts = self._ledger.measured()
        except LedgerError as error:
            return Sight(now, self._ailing(str(error)), age, str(error), told=told)
        return Sight(now, self._ailing(None), age, None, accounts, tally, files, told)

    def scene(self, since: datetime) -> Scene:
        """What there is of troubles, and expired `since` then; a ledger that does not answer is one."""
        now, faults, rejected = self._clock(), self._pulse.faults(), tuple(self._files_rejected())
        try:
            seen = self._look(since)
        except LedgerError as error:
            return Scene(now, rejected=rejected, faults={**faults, _key(error): str(error)}, blind=True)
        return Scene(now, *seen, rejected, faults)

    def _look(self, since: datetime) -> _Seen:
        """What the ledger tells of troubles, looked up anew where something happened in it, or after a while."""
        (last, _), now = self._ledger.touched(None), self._monotonic()
        if self._seen is None or last != self._seen[0] or now - self._seen[1] >= _LOOKED_ANEW:
            found = self._ledger.measured(), self._ledger.wanting(), self._ledger.expired_since(since)
            self._seen = last, now, found
        return self._seen[2]

    def _ailing(self, ledger_error: str | None) -> tuple[str, ...]:
        names = self._names()
        found = (
            f"the loop looked last {self._pulse.age:.0f} s ago" if self._pulse.age > _LONGEST_LOOK else None,
            None if "watching" in names else "nobody watches the queue",
            None if "APScheduler" in names else "nobody watches the clock",
            None if self._queue.is_dir() else f"{self._queue}: the queue is not there",
            ledger_error,
        )
        return tuple(each for each in found if each)

    def _count(self) -> tuple[Mapping[tuple[str, State], int], int]:
        """What has to be counted one by one, anew only when that is worth its time."""
        with self._lock:
            at, took = self._counted
            began = self._monotonic()
            if began - at >= took * _RECOUNT:
                self._tally, self._files = self._ledger.tally(), self._ledger.files_in_queue()
                self._counted = (began, self._monotonic() - began)
            return self._tally, self._files

    def _files_rejected(self) -> list[str]:
        """The files that could not be read and lie where they were put away, with their sections; the newest first."""
        walked = os.walk(self._rejected)
        found = [
            Path(folder, name) for folder, _, names in walked for name in names if not name.endswith(".reason.txt")
        ]
        return [str(path.relative_to(self._rejected)) for path in sorted(found, key=_put_there, reverse=True)]


def _put_there(path: Path) -> float:
    """When a file was moved where it is; one that is gone by now was there before all others."""
    try:
        return path.lstat().st_ctime
    except OSError:
        return 0.0


def _key(error: Exception) -> str:
    """The same for the same trouble, whatever its words say of the moment."""
    if isinstance(error, LedgerError):
        return "ledger"
    if isinstance(error, BotError):
        return f"fault: {error.where or error.what}"
    return f"surprise: {type(error).__name__}"
