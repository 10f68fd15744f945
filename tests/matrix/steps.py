"""The steps of a bot as seen from outside: each is written down, and the process can be ended before or after any of them."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bot.ledger
from bot import files, networks
from bot.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from bot.model import Delivery, Identity, Network, Post, Receipt
    from bot.networks.base import Adapter

BEFORE, AFTER = "before ", "after "
LOOK, LANE, WRITE, PUT = "look: ", "lane: ", "write ", "put in place "
_LOOKS = frozenset(dir(bot.ledger.reading.Reading)) | set(
    "article complete correction corrections due_corrections find lane_of lanes named_in_queue taken".split()
)


class Steps:
    """Writes each moment into a file, and at the one of number `end_at` ends this process as a power cut would."""

    def __init__(self, log: Path, end_at: int | None) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._end_at = end_at
        self._count = 0
        self._turn = threading.Lock()

    def moment(self, name: str) -> None:
        """Something is about to be done, or was just done."""
        with self._turn:
            self._count += 1
            os.write(self._log, f"{name}\n".encode())
            if self._count == self._end_at:
                os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, step: str) -> Iterator[None]:
        """What is done inside is this step; one that fails is done as well."""
        self.moment(BEFORE + step)
        try:
            yield
        finally:
            self.moment(AFTER + step)


def watch(steps: Steps) -> None:
    """From now on every transaction, every request, every call of an adapter and every file put in place is a step."""
    _ledger(steps)
    for network in networks.names():
        _adapters(networks.account_settings(network), steps)
    _step(Wire, "ask", steps, lambda _, method, url, *__: f"request {_word(method)} {_path(url)}")
    _step(files, "write_whole", steps, lambda path, *_: f"{WRITE}{_kind(path)}")
    _step(Path, "replace", steps, lambda path, _: f"{PUT}{_kind(path)}")


def _ledger(steps: Steps) -> None:
    ledger = bot.ledger.Ledger
    _step(bot.ledger, "open_ledger", steps, lambda *_: "open the ledger")
    for name in dir(ledger):
        if not name.startswith("_") and name not in {"close", "lane"}:
            _step(ledger, name, steps, lambda *_, name=name: f"{LOOK if name in _LOOKS else ''}{name}")
    lane = ledger.lane

    @contextmanager
    def watched(self: bot.ledger.Ledger, account: str, *, wait: bool) -> Iterator[bool]:
        steps.moment(f"{BEFORE}{LANE}taking")
        with lane(self, account, wait=wait) as held:
            steps.moment(f"{AFTER}{LANE}taking")
            yield held
            steps.moment(f"{BEFORE}{LANE}leaving")
        steps.moment(f"{AFTER}{LANE}leaving")

    setattr(ledger, "lane", watched)  # noqa: B010 - mypy lets nobody assign to a method


def _adapters(account: Any, steps: Steps) -> None:
    connect = account.connect
    account.connect = lambda self, name, home: Watched(connect(self, name, home), steps)


class Watched:
    """An adapter whose every call is a step, and every receipt that it hands over a moment."""

    def __init__(self, adapter: Adapter, steps: Steps) -> None:
        self._adapter = adapter
        self._steps = steps

    @property
    def network(self) -> Network:
        return self._adapter.network

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        with self._steps.around("publish"):
            yield from self._told(self._adapter.publish(delivery), "publish")

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        with self._steps.around("find"):
            yield from self._told(self._adapter.find(delivery, taken), "find")

    def retract(self, receipt: Receipt) -> None:
        with self._steps.around("retract"):
            self._adapter.retract(receipt)

    def revise(self, post: Post, receipt: Receipt) -> None:
        with self._steps.around("revise"):
            self._adapter.revise(post, receipt)

    def check(self) -> Identity:
        with self._steps.around("check"):
            return self._adapter.check()

    def _told(self, receipts: Iterator[Receipt], by: str) -> Iterator[Receipt]:
        for receipt in receipts:
            self._steps.moment(f"{AFTER}a receipt of {by}")
            yield receipt


def _step(owner: Any, name: str, steps: Steps, title: Callable[..., str]) -> None:
    """Make a step of each call of this function, under the title that its arguments give it."""
    function = getattr(owner, name)

    @wraps(function)
    def watched(*arguments: Any, **named: Any) -> Any:
        with steps.around(title(*arguments)):
            return function(*arguments, **named)

    setattr(owner, name, watched)


def _word(method: bytes | str) -> str:
    return method.decode() if isinstance(method, bytes) else method


def _path(url: Any) -> str:
    """The path that is asked for, without what differs from run to run."""
    target = url.target.decode() if hasattr(url, "target") else "/" + url.split("/", 3)[3]
    path = target.partition("?")[0]
    return "/".join("…" if any(map(str.isdigit, part)) and len(part) > 3 else part for part in path.split("/"))


def _kind(path: Path) -> str:
    """What file it is, without what differs from run to run."""
    return path.name if path.name[0].isalpha() else f"one in {path.parent.name}/"
