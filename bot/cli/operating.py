"""`bot retry`, `cancel`, `resolve`, `pause` and `resume`: the operator decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import completing, exits, opening, show
from bot.cli.exits import Exit
from bot.cli.standing import standing
from bot.cli.way import settled_at, way
from bot.errors import BotError, ConfigurationError, Refused, one_line
from bot.model import State

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
    _each(app, ids, lambda number: _retried(app, number), lambda changed: _tried_again(app, changed))


def _retried(app: App, number: int) -> Delivery:
    """Try it again, unless its article's time is over: it would only expire once more."""
    delivery = app.ledger.delivery(number)
    expires_at = app.ledger.article(delivery.article).expires_at
    afresh = delivery.post is None or (delivery.state.final and delivery.first_time)  # only such a one can expire
    over = expires_at is not None and expires_at <= app.clock()
    if over and afresh and delivery.state not in {State.UNKNOWN, State.SENDING, State.DELIVERED}:
        until = show.moment(expires_at, app.settings.timezone)
        hint = f"Give the article another expires_at, `bot add` it, and then: bot retry {number}"
        raise Refused(f"its time was over at {until}", where=f"delivery {number}", hint=hint)
    return app.courier.retry(number)


def _tried_again(app: App, changed: Delivery) -> str:
    configured = app.accounts.get(changed.account)
    looks = changed.state is State.UNKNOWN and configured and not configured.network.repeatable
    return "is looked for again" if looks else "is tried again"


def cancel(ids: Annotated[list[int], _ids(completing.to_cancel)]) -> None:
    """Call deliveries off, or put discarded ones away."""
    app = opening.app()
    _each(app, ids, lambda number: app.ledger.cancel(number, now=app.clock()), _said("is cancelled"))


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
    app = opening.app()
    if posted is not None:
        _each(app, [number], lambda each: _posted(app, each, posted), _said("is settled as posted"))
    elif resend:
        _each(app, [number], lambda each: _resent(app, each), _said("is sent again"))
    else:
        _each(app, [number], lambda each: _dropped(app, each), _said("is given up"))


def _posted(app: App, number: int, url: str) -> Delivery:
    """Settle it by a post that the operator saw, under the network's own name for that."""
    account = _configured(app, number)
    try:
        remote_id = app.settings.accounts[account].post_at(url, app.ledger.lane_of(account).login)
    except ValueError as error:
        raise ConfigurationError(str(error), where=f"--posted {url}", hint="Copy it from the browser.") from None
    return app.ledger.resolve_posted(number, url, remote_id, now=app.clock())


def _resent(app: App, number: int) -> Delivery:
    """Send it again, unless a request of ours may still be on its way, and a repeat would harm."""
    if not app.accounts[_configured(app, number)].network.repeatable:
        _refuse_in_the_dust(app, number)
    return app.ledger.resolve_resend(number, now=app.clock())


def _dropped(app: App, number: int) -> Delivery:
    """Give it up, unless a request of ours may still be on its way."""
    _refuse_in_the_dust(app, number)
    return app.ledger.resolve_dropped(number, now=app.clock())


def _configured(app: App, number: int) -> str:
    """The account of a delivery; Refused where it is configured no more."""
    name = app.ledger.delivery(number).account
    if name not in app.accounts:
        hint = f"Put it back first, or give this up: `bot resolve {number} --drop`"
        raise Refused(f"its account, {name}, is configured no more", where=f"delivery {number}", hint=hint)
    return name


def _refuse_in_the_dust(app: App, number: int) -> None:
    """Nobody can say that it stands nowhere before the longest request has ended, and shows."""
    delivery = app.ledger.delivery(number)
    clear_at = settled_at(app, delivery)
    if clear_at and app.clock() < clear_at:
        hint = f"Look again after {show.moment(clear_at, app.settings.timezone)}"
        if delivery.account in app.accounts and delivery.post:
            hint += f"; if you see it before: `bot resolve {number} --posted ADDRESS`"
        raise Refused("the last request may still be on its way", where=f"delivery {number}", hint=hint)


def pause(
    account: AccountName,
    reason: Annotated[str, typer.Option(help="Shown by `bot status`.")] = "by hand",
) -> None:
    """Hold an account's posts back until `bot resume`."""
    app = opening.app()
    (name,) = app.chosen([account])
    app.ledger.pause(name, one_line(reason), now=app.clock())
    app.changed()
    show.line(f"{name} is paused, and its posts wait. `bot resume {name}` lets them go on.")


def resume(account: AccountName) -> None:
    """Let an account go on that was paused."""
    app = opening.app()
    (name,) = app.chosen([account])
    before = way(app, app.ledger.lane_of(name))
    app.ledger.resume(name, now=before.now)
    app.changed()
    after = way(app, app.ledger.lane_of(name))
    if after.until:
        until = show.moment(after.until, app.settings.timezone)
        show.line(f"{name} goes on at the first run after {until}: {after.reason}.")
    else:
        show.line(
            f"{name} goes on: at once where `bot run` is at work, else with the next run."
            if before.held_up
            else f"{name} was not held up."
        )


def _said(words: str) -> Callable[[Delivery], str]:
    return lambda _: words


def _each(app: App, ids: list[int], change: Callable[[int], Delivery], then: Callable[[Delivery], str]) -> None:
    """Make the change to each, once, and tell what comes of it; one that is refused holds up no other."""
    codes = [Exit.DONE]
    for number in dict.fromkeys(ids):
        try:
            changed = change(number)
            app.changed()
            changed = app.ledger.delivery(number)
        except BotError as error:
            show.trouble(error)
            codes.append(exits.of_error(error))
        else:
            after = "" if changed.state.final else standing(app, changed).next
            told = f"{number} ({changed.account}: {one_line(changed.headline)}) {then(changed)}."
            show.line(f"{told} {after.rstrip('.')}." if after else told)
    raise typer.Exit(exits.worst(codes))
