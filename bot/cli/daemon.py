"""`bot run`: the daemon, what it tells, and whom."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from bot.cli import show
from bot.cli.exits import Exit, of_error
from bot.errors import BotError, one_line

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from bot.app import App
    from bot.daemon.loop import Dues
    from bot.operations.logs import Manner
    from bot.operations.watch import Watch


def run(app: App) -> None:
    """Be the daemon until somebody says stop; the second time at once."""
    from bot.operations.logs import tell_error, telling
    from bot.operations.watch import Watch

    manner = _manner(app)
    with telling(sys.stderr, manner) as log:
        watch = Watch(app.settings, log, mask=manner.mask, clock=app.clock, monotonic=time.monotonic)
        try:
            _work(
                replace(app, tell=lambda text: log.info("note", detail=text), leaving=watch.leaving, took=watch.took),
                watch,
                log,
            )
        except Exception as error:
            tell_error(log, error, "stopped")
            raise typer.Exit(of_error(error) if isinstance(error, BotError) else Exit.REFUSED) from error
        log.info("stopped")


def _manner(app: App) -> Manner:
    """How to tell it here."""
    from bot.operations.logs import Manner
    from bot.operations.masking import masking, secrets_of

    settings, seen = app.settings, sys.stderr.isatty()
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not seen)
    return Manner(
        mask=masking(secrets_of(settings)),
        clock=app.clock,
        zone=settings.timezone,
        level=settings.log_level,
        as_json=as_json,
        coloured=seen and not as_json and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        traced="--debug" in sys.argv,
        here=lambda text: show.in_zone(text, settings.timezone),
        journaled=_to_the_journal(),
    )


def _to_the_journal() -> bool:
    """Whether systemd's journal reads what we tell; a child of a service may have been given another stream."""
    stream = os.fstat(sys.stderr.fileno())
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def _work(app: App, watch: Watch, log: FilteringBoundLogger) -> None:
    from bot.daemon.bell import Bell
    from bot.daemon.signals import asked_to_stop
    from bot.operations.systemd import Supervisor

    bell, supervisor = Bell(), Supervisor(os.environ, os.getpid(), monotonic=time.monotonic)

    def stop() -> None:
        log.info("stopping", detail="What is under way is finished. Once more stops at once.")
        supervisor.stopping()
        bell.stop()

    def looked(dues: Dues) -> None:
        watch.looked()
        supervisor.beat(lambda: _status(app, dues))

    with asked_to_stop(stop), watch.kept(app.ledger, app.queue.folder, app.var, app.told):
        accounts = ", ".join(app.accounts)
        log.info("at work", detail=f"For {accounts}; articles are taken from {app.queue.folder}. Ctrl-C stops.")
        app.work(bell, news=watch.news, trouble=watch.trouble, looked=looked, patience=supervisor.patience)


def _status(app: App, dues: Dues) -> str:
    """How it stands, in one line."""
    try:
        waiting = sum(map(app.ledger.in_line, app.accounts))
    except BotError as error:
        return one_line(str(error))
    due = min(filter(None, dues.values()), default=None)
    accounts = f"{len(app.accounts)} account{'' if len(app.accounts) == 1 else 's'}"
    return f"{accounts}, {waiting:,} waiting, next due {show.moment(due, app.settings.timezone)}"
