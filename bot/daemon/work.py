"""The daemon put together from its parts, for as long as it works."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from bot.daemon.inbox import Inbox
from bot.daemon.loop import Loop
from bot.daemon.roster import Roster
from bot.daemon.watching import Watching
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.daemon.bell import Bell
    from bot.daemon.desk import Desk
    from bot.daemon.loop import Dues
    from bot.deliver import Courier
    from bot.intake.queue import Queue
    from bot.ledger import Event, Ledger
    from bot.planning import Planner


def work(
    *,
    ledger: Ledger,
    planner: Planner,
    courier: Courier,
    desk: Desk,
    queue: Queue,
    accounts: Collection[str],
    wake: Path,
    bell: Bell,
    news: Callable[[Sequence[Event]], None],
    trouble: Callable[[Exception], None],
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    looked: Callable[[Dues], None],
    patience: float,
) -> None:
    """
    Take in, plan and deliver until the bell says stop; then wait for the requests under way.

    `looked` is called after every look, so at the latest after `patience` seconds, and for the first time when all is at work.

    Raises ConfigurationError where the ledger has a daemon already.
    """
    with ledger.alone(_who(clock())) as other:
        if other is not None:
            raise ConfigurationError(f"a daemon is at work already: {other}", where=ledger.where, hint="Stop it first.")
        known = ledger.queued() if ledger.has_one_daemon else ()  # those of another daemon may stand in another folder
        inbox = Inbox(desk, ledger, queue, known=known, clock=clock, monotonic=monotonic)
        roster = Roster(
            accounts,
            lambda account, go_on: courier.deliver_due_of(account, go_on=lambda: go_on() and loop.is_awake),
            ended=bell.ring,
            told=trouble,
            monotonic=monotonic,
        )
        loop = Loop(
            ledger=ledger,
            planner=planner,
            inbox=inbox,
            roster=roster,
            bell=bell,
            news=news,
            trouble=trouble,
            clock=clock,
            monotonic=monotonic,
            looked=looked,
            patience=patience,
        )
        roster.start()
        try:
            with Watching(queue.folder, wake, files=bell.files_changed, woken=bell.ring):
                loop.run()
        finally:
            roster.stop()
        loop.tell_news()


def _who(now: datetime) -> str:
    return f"process {os.getpid()} on {socket.gethostname()}, since {now:%Y-%m-%d %H:%M:%S} UTC"
