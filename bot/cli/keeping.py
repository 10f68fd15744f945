"""`bot backup` and `restore`: a copy of the ledger, and what is not known when one is put back."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import opening, show
from bot.errors import ConfigurationError, Refused

if TYPE_CHECKING:
    from bot.app import App
    from bot.ledger.copies import Copy
    from bot.ledger.keeping import PutBack


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (backup, restore):
        cli.command()(command)


def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; none: into backups/ beside the ledger.")
    ] = None,
) -> None:
    """Copy the ledger, also while the bot runs."""
    app = opening.app()
    if app.ledger.begun_anew:
        raise Refused("it has only just been begun: there is nothing to keep yet", where=app.ledger.where)
    copy = app.ledger.back_up(file, now=app.clock())
    show.line(f"{copy.path}: {copy.path.stat().st_size / 1e6:,.2f} MB; {_told(app, copy)}.")


def restore(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A copy of the ledger; none: the newest backup.")
    ] = None,
    put_back: Annotated[
        bool, typer.Option("--put-back", help="You have put it back yourself, with pg_restore or by copying the file.")
    ] = False,
) -> None:
    """Put a copy of the ledger back; what was posted since it was made is looked for before anything is sent."""
    from bot.ledger.restoring import restore as into_place

    app = opening.app()
    if put_back:
        if file is not None:
            raise ConfigurationError("say FILE or --put-back, not both", where="bot restore")
        _tell_next(app, _taken_as_it_stands(app))
        app.changed()
        return
    url, lanes = app.database
    done = into_place(url, file, app.accounts.values(), lanes=lanes, now=app.clock())
    show.line(f"Put back {done.copy.path}: {_told(app, done.copy)}.")
    if done.kept:
        show.line(f"What stood there is kept as {done.kept}.")
    _tell_next(app, done.ledger)


def _told(app: App, copy: Copy) -> str:
    return show.in_zone(copy.told, app.settings.timezone)


def _taken_as_it_stands(app: App) -> PutBack:
    """The ledger that is there counts as put back; Refused while anybody sends by it."""
    with ExitStack() as lanes:
        for account in app.accounts:
            if not lanes.enter_context(app.ledger.lane(account, wait=False)):
                raise Refused("another bot is sending", where=account, hint="Stop it, and run this again")
        return app.ledger.put_back(app.accounts.values(), now=app.clock())


def _tell_next(app: App, back: PutBack) -> None:
    """What is held up now, and how it goes on."""
    held_up = [name for name in back.accounts if name in app.accounts]
    settling = max(account.network.deadline for account in app.accounts.values()) + app.settings.settle_seconds
    sending = app.clock() + timedelta(seconds=settling)
    done = app.queue.folder / "done"
    show.line(f"Paused: {', '.join(held_up)}. Deliveries whose outcome is unknown now: {back.unknown:,}.")
    show.line(
        "What the accounts have posted since then is looked through before anything is sent, for 30 days from now."
    )
    show.line(f"1. Put articles that came in since then back into the queue; {quote(str(done))} has what left it.")
    show.line("2. Let each account go on: " + "; ".join(f"bot resume {name}" for name in held_up))
    show.line(f"3. bot run --once, after {show.moment(sending, app.settings.timezone)}; bot status tells what is left.")
