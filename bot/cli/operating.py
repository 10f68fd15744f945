"""`bot retry`, `cancel`, `resolve`, `pause` and `resume`: the operator decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import exits, opening, show
from bot.cli.exits import Exit
from bot.errors import BotError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.model import Delivery

Ids = Annotated[
    list[int], typer.Argument(metavar="ID...", help="Deliveries, as `bot status` and `bot log` number them.")
]
AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT")]


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (retry, cancel, resolve, pause, resume):
        cli.command()(command)


def retry(ids: Ids) -> None:
    """Let deliveries be tried again at the next run."""
    app = opening.app()
    _each(ids, app.courier.retry, "is tried again at the next run")


def cancel(ids: Ids) -> None:
    """Call deliveries off, or put discarded ones away."""
    app = opening.app()
    _each(ids, lambda number: app.ledger.cancel(number, now=app.clock()), "is cancelled")


def resolve(
    number: Annotated[int, typer.Argument(metavar="ID")],
    posted: Annotated[str | None, typer.Option(metavar="URL", help="It stands there.")] = None,
    resend: Annotated[bool, typer.Option("--resend", help="It does not stand anywhere: send it again.")] = False,
) -> None:
    """Settle a delivery whose outcome no network could tell."""
    if (posted is None) is not resend:
        hint = "Look for the post first."
        raise ConfigurationError("say either --posted URL or --resend", where="bot resolve", hint=hint)
    app = opening.app()
    if posted is not None:
        url = posted
        _each([number], lambda each: app.ledger.resolve_posted(each, url, now=app.clock()), "is settled as posted")
    else:
        _each([number], lambda each: app.ledger.resolve_resend(each, now=app.clock()), "is sent again at the next run")


def pause(
    account: AccountName,
    reason: Annotated[str, typer.Option(help="Shown by `bot status`.")] = "by hand",
) -> None:
    """Hold an account's posts back until `bot resume`."""
    app = opening.app()
    (name,) = app.chosen([account])
    app.ledger.pause(name, reason, now=app.clock())
    show.line(f"{name} is paused. `bot resume {name}` goes on.")


def resume(account: AccountName) -> None:
    """Let an account go on that was paused."""
    app = opening.app()
    (name,) = app.chosen([account])
    app.ledger.resume(name, now=app.clock())
    show.line(f"{name} goes on at the next run.")


def _each(ids: list[int], change: Callable[[int], Delivery], then: str) -> None:
    """Make the change to each; one that is refused holds up no other."""
    codes = [Exit.DONE]
    for number in ids:
        try:
            delivery = change(number)
        except BotError as error:
            show.trouble(error)
            codes.append(exits.of_error(error))
        else:
            show.line(f"{number} ({delivery.account}: {delivery.headline}) {then}.")
    raise typer.Exit(exits.worst(codes))
