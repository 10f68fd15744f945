"""`bot retry`, `cancel`, `resolve`, `pause` and `resume`: the operator decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import completing, exits, opening, show
from bot.cli.exits import Exit
from bot.errors import BotError, ConfigurationError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import App
    from bot.model import Delivery

AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT", autocompletion=completing.accounts)]


def _ids(offered: Callable[[], completing.Offers]) -> Any:
    hint = "Deliveries, as `bot status` and `bot log` number them."
    return typer.Argument(metavar="ID...", min=1, max=2**31, help=hint, autocompletion=offered)


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (retry, cancel, resolve, pause, resume):
        cli.command()(command)


def retry(ids: Annotated[list[int], _ids(completing.to_retry)]) -> None:
    """Let deliveries be tried again at the next run."""
    app = opening.app()
    _each(ids, app.courier.retry, "is tried again at the next run")


def cancel(ids: Annotated[list[int], _ids(completing.to_cancel)]) -> None:
    """Call deliveries off, or put discarded ones away."""
    app = opening.app()
    _each(ids, lambda number: app.ledger.cancel(number, now=app.clock()), "is cancelled")


def resolve(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31, autocompletion=completing.to_resolve)],
    posted: Annotated[str | None, typer.Option(metavar="URL", help="It stands there.")] = None,
    resend: Annotated[bool, typer.Option("--resend", help="It does not stand anywhere: send it again.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="It does not stand anywhere, and need not.")] = False,
) -> None:
    """Settle a delivery whose outcome no network could tell."""
    if [posted is not None, resend, drop].count(True) != 1:
        hint = "Look for the post first."
        raise ConfigurationError("say one of --posted URL, --resend and --drop", where="bot resolve", hint=hint)
    if posted is not None and not posted.startswith(("https://", "http://", "file://")):
        raise ConfigurationError("not an address", where=f"--posted {posted}", hint="Copy it from the browser.")
    ledger, now = (app := opening.app()).ledger, app.clock()
    if posted is not None:
        remote_id = _remote_id(app, number, posted)
        _each([number], lambda each: ledger.resolve_posted(each, posted, remote_id, now=now), "is settled as posted")
    elif resend:
        _each([number], lambda each: ledger.resolve_resend(each, now=now), "is sent again at the next run")
    else:
        _each([number], lambda each: ledger.resolve_dropped(each, now=now), "is given up")


def _remote_id(app: App, number: int, url: str) -> str:
    """The network's own name for the post at this address: an answer to it needs that, and who looks for others too."""
    account = app.ledger.delivery(number).account
    if account not in app.accounts:
        return url
    try:
        return app.settings.accounts[account].post_at(url)
    except ValueError as error:
        raise ConfigurationError(str(error), where=f"--posted {url}", hint="Copy it from the browser.") from None


def pause(
    account: AccountName,
    reason: Annotated[str, typer.Option(help="Shown by `bot status`.")] = "by hand",
) -> None:
    """Hold an account's posts back until `bot resume`."""
    app = opening.app()
    (name,) = app.chosen([account])
    app.ledger.pause(name, one_line(reason), now=app.clock())
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
            show.line(f"{number} ({delivery.account}: {one_line(delivery.headline)}) {then}.")
    raise typer.Exit(exits.worst(codes))
