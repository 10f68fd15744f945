"""What works beside the loop, each in a thread of its own, and never in the way of a post."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from bot.ledger import Ledger

_JOIN = 2.0  # seconds: whoever is told something at this moment is not waited for
_BREATH = 0.05  # seconds between two steps, for others that write


@contextmanager
def every(
    seconds: float,
    name: str,
    step: Callable[[Event], None],
    *,
    failed: Callable[[Exception], None],
    first: float | None = None,
) -> Iterator[None]:
    """Take a step every so many seconds, the `first` after so many, while this is open; a step is given what tells it to end."""
    stop = Event()

    def work() -> None:
        wait = seconds if first is None else first
        while not stop.wait(wait):
            wait = seconds
            try:
                step(stop)
            except Exception as error:  # noqa: BLE001 - the next one may go well
                failed(error)

    thread = Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_JOIN)


def forget(ledger: Ledger, history: timedelta, stop: Event, *, now: datetime) -> tuple[int, int]:
    """Prune what is older than this, in steps that let others write; how many articles and events were forgotten."""
    before, after, articles, gone = now - history, 0, 0, 0
    while not stop.is_set():
        step = ledger.prune(before, after=after, first=not articles, now=now)
        articles, gone = articles + step.articles, gone + step.events
        if step.next is None:
            break
        after = step.next
        stop.wait(_BREATH if step.articles else 0)
    while not stop.wait(_BREATH) and (some := ledger.prune_accounts(before)):
        gone += some
    return articles, gone
