"""`bot run`: what the daemon tells while it works, a line for each thing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.cli import show
from bot.errors import BotError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.app import App
    from bot.ledger import Event

_TOLD = {
    *("taken in", "edited", "withdrawn", "back in the queue", "cancelled", "expired"),
    *("delivered", "part posted", "discarded", "unknown", "postponed", "late receipt"),
    *("paused", "resumed", "backing off"),
}
_AGAIN = 3600.0  # seconds until the same trouble is told once more


def run(app: App) -> None:
    """Be the daemon until somebody says stop; the second time at once."""
    from bot.daemon.bell import Bell
    from bot.daemon.signals import asked_to_stop

    bell = Bell()

    def stop() -> None:
        show.notice("Stopping; what is under way is finished. Once more stops at once.")
        bell.stop()

    with asked_to_stop(stop):
        accounts = ", ".join(app.accounts)
        show.notice(f"At work for {accounts}; articles are taken from {app.queue.folder}. Ctrl-C stops.")
        app.work(bell, news=_tell, trouble=_Troubles(time.monotonic).tell)


def _tell(events: Sequence[Event]) -> None:
    for each in events:
        if each.event in _TOLD:
            detail = each.detail if each.detail != each.headline else ""
            told = filter(None, (each.account, each.headline and f"“{each.headline}”", detail))
            show.line(one_line(f"{show.stamp(each.at)} {each.event}: {' '.join(told)}"))


class _Troubles:
    """Tells each trouble once, and again after a while if it lasts."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._told: dict[str, float] = {}

    def tell(self, error: Exception) -> None:
        """One line for it, unless that stands there already."""
        now, text = self._monotonic(), str(error)
        self._told = {each: at for each, at in self._told.items() if now - at < _AGAIN}
        if text in self._told:
            return
        self._told[text] = now
        if isinstance(error, BotError):
            show.trouble(error)
        else:
            show.complaint(f"{type(error).__name__}: {text}; `bot --debug …` shows where")
