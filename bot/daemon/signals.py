"""How the daemon is stopped: asked once it finishes what is under way, asked again it ends on the spot."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def asked_to_stop(first: Callable[[], None]) -> Iterator[None]:
    """
    Call `first` at the first SIGTERM, SIGINT or SIGHUP (its terminal went); at the second end this process, and let nothing hold it up.

    That is safe: what is on its way was written down before, and all locks die with us. A thread of its own waits for
    signals, since a handler could find the main thread holding the very lock that it needs. Enter before any thread begins.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED)
    Thread(target=_wait, args=[first], name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(first: Callable[[], None]) -> None:
    signal.sigwait(_ASKED)
    first()
    os._exit(128 + signal.sigwait(_ASKED))
