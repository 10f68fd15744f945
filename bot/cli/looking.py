"""`bot status`, `log` and `check`: what stands where, what happened, and whether all is in order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import checks, exits, money, opening, show
from bot.cli.cases import Case, case
from bot.cli.exits import Exit
from bot.cli.halts import halts
from bot.errors import ConfigurationError
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from bot.app import App
    from bot.cli.halts import Halt
    from bot.ledger import Event
    from bot.model import Delivery

_IN_FULL = 20  # cases
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (status, log, check):
        cli.command()(command)


def status(as_json: Json = False) -> None:
    """Show where everything stands, and what wants attention."""
    app = opening.app()
    counts, tally = app.ledger.counts(), app.ledger.tally()
    waiting = Counter[str]()
    for (account, state), number in tally.items():
        waiting[account] += 0 if state.final else number
    accounts = halts(app, waiting)
    wanting = [case(app, delivery) for delivery in _attention(app)]
    if as_json:
        show.document(
            {
                "accounts": [each.json for each in accounts],
                "counts": {state.value: counts.get(state, 0) for state in State},
                "attention": [each.json for each in wanting],
                "rejected": _rejected(app),
            }
        )
        return
    _draw_accounts(accounts, app.settings.timezone)
    show.line(", ".join(f"{counts[state]} {state}" for state in State if counts.get(state)) or "No deliveries yet.")
    _tell_rejected(app)
    for halt in accounts:
        if halt.search:
            show.line(f"{halt.way.lane.account} is {halt.search}.")
    for halt in accounts:
        for waits in halt.spending.waits if halt.spending else ():
            show.line(f"{halt.way.lane.account}: {waits}.")
    for halt in accounts:
        if halt.way.held_up:
            halt.draw()
    _draw_all([each for each in wanting if not each.is_the_accounts])


def _draw_accounts(accounts: Sequence[Halt], zone: tzinfo) -> None:
    """A row for each account; below, what those spend whose posts cost something."""
    show.table(("account", "network", "state", "waiting", "next due"), [each.row for each in accounts])
    if any(each.next_due for each in accounts):
        show.line(f"Times are in {zone}.")
    spending = [(each.way.lane.account, *each.spending.row) for each in accounts if each.spending]
    if spending:
        show.line()
        show.table(("account", *money.COLUMNS), spending)
        show.line()


def _tell_rejected(app: App) -> None:
    """What the operator would miss: files that went nowhere."""
    if rejected := _rejected(app):
        files = "One file" if rejected == 1 else f"{rejected:,} files"
        show.line(f"{files} could not be read: {app.settings.queue}/rejected/ has the reasons.")


def _rejected(app: App) -> int:
    """How many files lie where those are put away that could not be read."""
    found = (app.queue.folder / "rejected").rglob("*")
    return sum(1 for path in found if not path.name.endswith(".reason.txt") and path.is_file())


def _draw_all(wanting: list[Case]) -> None:
    """The cases in full, first those that wait for their operator; beyond a number that is still read, they are counted."""
    wanting.sort(key=lambda each: not each.standing.waits_for_its_operator)
    for each in wanting[:_IN_FULL]:
        each.draw()
    if rest := Counter(each.standing.delivery.state for each in wanting[_IN_FULL:]):
        counted = ", ".join(f"{rest[state]} {state}" for state in State if rest[state])
        show.line()
        show.line(f"And {rest.total()} more like these: {counted}. `bot status --json` has all of them.")


def _attention(app: App) -> list[Delivery]:
    """What the ledger points out, and what no account is left for."""
    found = (*app.ledger.attention(), *app.ledger.unsettled(besides=app.accounts))
    return sorted({delivery.id: delivery for delivery in found}.values(), key=lambda d: d.id)


def log(
    article: Annotated[str | None, typer.Argument(help="A file, an address, or the number of an article.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what happened, oldest first."""
    app = opening.app()
    number = number_of(app, article) if article else None
    events = app.ledger.events(number)
    if as_json:
        show.document([_event_json(event) for event in events])
        return
    if pruned := app.ledger.pruned():
        show.notice(f"Pruned is {show.in_zone(pruned, app.settings.timezone)}: BOT_HISTORY says how long it is kept.")
    rows = [
        (
            show.moment(event.at, app.settings.timezone),
            str(event.article or ""),
            str(event.delivery or ""),
            event.account or "",
            event.event,
            show.in_zone(event.detail, app.settings.timezone),
        )
        for event in events
    ]
    show.table(("at", "article", "delivery", "account", "event", "detail"), rows)


def number_of(app: App, name: str) -> int:
    """The ledger's number of an article named by itself, its address or its file."""
    number: int | None
    if name.isdecimal():
        number = int(name) if len(name) < 10 and app.ledger.deliveries(int(name)) else None
    elif "://" in name:
        number = app.ledger.find((f"url:{_canonical(name)}",))
    else:
        number = app.ledger.find(app.read(Path(name)).identities)
    if number is None:
        raise ConfigurationError("the ledger knows no such article", where=name, hint="`bot log` lists all.")
    return number


def _canonical(url: str) -> str:
    from bot.intake.identity import canonical

    try:
        return canonical(url)
    except ValueError:
        raise ConfigurationError("not an address", where=url) from None


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "at": show.stamp(event.at),
        "delivery": event.delivery,
        "article": event.article,
        "account": event.account,
        "event": event.event,
        "detail": event.detail,
    }


def check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the networks.")] = False,
    alert: Annotated[bool, typer.Option("--alert", help="Send a trial message to each of BOT_ALERTS.")] = False,
    as_json: Json = False,
) -> None:
    """Try settings, templates, queued articles and credentials."""
    app = opening.app()
    findings = checks.run(app, offline=offline, alert=alert)
    if as_json:
        show.document([{"what": f.what, "ok": f.ok, "detail": f.detail} for f in findings])
    else:
        for finding in findings:
            mark = typer.style("✓", fg="green") if finding.ok else typer.style("✗", fg="red")
            show.line(f"{mark} {finding.what}: {finding.detail}")
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else exits.worst(f.code for f in findings))
