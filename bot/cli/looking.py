"""`bot status`, `log` and `check`: what stands where, what happened, and whether all is in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import checks, exits, opening, show
from bot.cli.exits import Exit
from bot.cli.standing import standing
from bot.errors import ConfigurationError, one_line
from bot.model import State

if TYPE_CHECKING:
    from bot.app import App
    from bot.ledger import Event, Lane
    from bot.model import Delivery

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (status, log, check):
        cli.command()(command)


def status(as_json: Json = False) -> None:
    """Show where everything stands, and what wants attention."""
    app = opening.app()
    answer = _status(app)
    if as_json:
        show.document(answer)
        return
    zone = app.settings.timezone
    lanes = [lane for lane in app.ledger.lanes() if lane.account in app.accounts]
    rows = [
        (
            lane.account,
            lane.network,
            lane_state(lane, app),
            show.moment(app.ledger.next_due(lane.account), zone),
            _reason(lane, app),
        )
        for lane in lanes
    ]
    show.table(("account", "network", "state", "next due", "reason"), rows)
    show.line(", ".join(f"{n} {state}" for state, n in answer["counts"].items() if n) or "No deliveries yet.")
    for item in answer["attention"]:
        delivery = app.ledger.delivery(item["id"])
        show.line(f"\n{show.state(delivery)}  {delivery.id}  {delivery.account}: {one_line(delivery.headline)}")
        show.line(f"  {standing(app, delivery).told.rstrip('.')}.")


def _status(app: App) -> dict[str, Any]:
    counts = app.ledger.counts()
    return {
        "accounts": [
            {
                "name": lane.account,
                "network": lane.network,
                "state": lane_state(lane, app),
                "paused_until": show.stamp(lane.paused_until or lane.backoff_until),
                "reason": _reason(lane, app) or None,
                "next_due": show.stamp(app.ledger.next_due(lane.account)),
            }
            for lane in app.ledger.lanes()
            if lane.account in app.accounts
        ],
        "counts": {state.value: counts.get(state, 0) for state in State},
        "attention": [
            {
                "id": delivery.id,
                "account": delivery.account,
                "article": delivery.article,
                "state": delivery.state.value,
                "error": delivery.error,
                "hint": standing(app, delivery).remedy,
            }
            for delivery in _attention(app)
        ],
    }


def _attention(app: App) -> list[Delivery]:
    """What the ledger points out, and what no account is left for."""
    homeless = [delivery for delivery in app.ledger.unsettled() if delivery.account not in app.accounts]
    return sorted(
        {delivery.id: delivery for delivery in (*app.ledger.attention(), *homeless)}.values(), key=lambda d: d.id
    )


def lane_state(lane: Lane, app: App) -> str:
    """In one word, whether an account takes posts now."""
    now = app.clock()
    if lane.paused_at(now):
        return "paused"
    return "backing off" if lane.backs_off_at(now) else "ready"


def _reason(lane: Lane, app: App) -> str:
    return "" if lane_state(lane, app) == "ready" else lane.reason or ""


def log(
    article: Annotated[str | None, typer.Argument(help="A file, an address, or the number of an article.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what happened, oldest first."""
    app = opening.app()
    number = _number_of(app, article) if article else None
    events = app.ledger.events(number)
    if as_json:
        show.document([_event_json(event) for event in events])
        return
    rows = [
        (
            show.moment(event.at, app.settings.timezone),
            str(event.article or ""),
            str(event.delivery or ""),
            event.account or "",
            event.event,
            event.detail,
        )
        for event in events
    ]
    show.table(("at", "article", "delivery", "account", "event", "detail"), rows)


def _number_of(app: App, name: str) -> int:
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
    as_json: Json = False,
) -> None:
    """Try settings, templates, queued articles and credentials."""
    app = opening.app()
    findings = checks.run(app, offline=offline)
    if as_json:
        show.document([{"what": f.what, "ok": f.ok, "detail": f.detail} for f in findings])
    else:
        for finding in findings:
            mark = typer.style("✓", fg="green") if finding.ok else typer.style("✗", fg="red")
            show.line(f"{mark} {finding.what}: {finding.detail}")
    raise typer.Exit(Exit.DONE if all(finding.ok for finding in findings) else exits.worst(f.code for f in findings))
