"""The clock: wakes each account at its moment, and works it in a thread of its own, so that a slow network delays no other."""

from __future__ import annotations

import logging
from datetime import UTC
from threading import Event, Lock
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from bot.daemon.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

_AT_ONCE = 3  # instances of a job that may overlap: all but one of them end at once


class Roster:
    """
    One turn an account at a time: `work` sends what is due there and returns how much that was, as long as it may go on.

    `ended` is called after each turn, `told` with what went wrong in one; both from the turn's own thread.
    """

    def __init__(
        self,
        accounts: Collection[str],
        work: Callable[[str, Callable[[], bool]], int],
        *,
        ended: Callable[[], None],
        told: Callable[[Exception], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._work = work
        self._ended = ended
        self._told = told
        self._monotonic = monotonic
        self._turns: dict[str, Turn] = {}
        self._busy: set[str] = set()
        self._lock = Lock()
        self._stopping = Event()
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())  # else its warnings go to the terminal
        # The jobs are made from the ledger at each look, so they are kept nowhere; one that comes late runs all the same.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(1, len(accounts)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": _AT_ONCE},
        )

    def start(self) -> None:
        """Begin to watch the clock."""
        self._scheduler.start()

    @property
    def turns(self) -> Mapping[str, Turn]:
        """The last turn of each account that has had one."""
        with self._lock:
            return dict(self._turns)

    def set(self, moments: Mapping[str, datetime]) -> None:
        """The accounts' next turns; one that is at work is asked about again when it ends."""
        with self._lock:
            free = {account: at for account, at in moments.items() if account not in self._busy}
        for account, at in free.items():
            trigger = DateTrigger(at, UTC)
            self._scheduler.add_job(self._turn, trigger, args=[account], id=account, replace_existing=True)
        self._scheduler.wakeup()  # the clock may have been set since it went to sleep

    def stop(self) -> None:
        """Begin no other post, and wait until those under way have ended, each within its own deadline."""
        self._stopping.set()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def _turn(self, account: str) -> None:
        with self._lock:
            if account in self._busy or self._stopping.is_set():
                return
            self._busy.add(account)
        began, sent, failed = self._monotonic(), 0, False
        try:
            sent = self._work(account, lambda: not self._stopping.is_set())
        except Exception as error:  # noqa: BLE001 - one account's surprise ends no other's work
            failed = True
            self._told(error)
        finally:
            with self._lock:
                self._turns[account] = Turn(began, self._monotonic(), sent, failed)
                self._busy.discard(account)
            self._ended()
