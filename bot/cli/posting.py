"""`bot post`, `preview`, `add` and `run`: articles go in, posts come out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import exits, opening, show
from bot.cli.exits import Exit
from bot.errors import ArticleError, ConfigurationError
from bot.model import Delivery, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from bot.app import App
    from bot.model import Article

Articles = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ARTICLE]...", help="Files; '-' is standard input; none: the next one waiting."),
]
To = Annotated[list[str] | None, typer.Option("--to", metavar="ACCOUNT", help="Only this account; may be repeated.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="Not before this time: 18:30, 2026-11-24 18:30.")]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (post, preview, add, run):
        cli.command()(command)


def post(
    articles: Articles = None,
    to: To = None,
    at: At = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the posts and send nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Send it once more where it already stands.")] = False,
    as_json: Json = False,
) -> None:
    """Publish articles now, each once."""
    app = opening.app()
    if dry_run:
        preview(articles or list(map(str, app.queue.waiting(app.clock())[:1])), to=to, as_json=as_json)
    chosen = app.chosen(to or ())
    due_at = opening.moment(at, app.settings.timezone, app.clock())
    if articles:
        numbers, codes = _take_in(app, articles, chosen, due_at)
    else:
        numbers, codes = _next_waiting(app)
    earlier = {delivery.id for delivery in _latest(app, numbers, chosen) if delivery.state is State.DELIVERED}
    deliveries = _send(app, numbers, chosen, again=again, at=due_at)
    app.desk.clear()
    _report(app, deliveries, as_json=as_json, earlier=earlier)
    if not numbers and not codes:
        show.notice("Nothing is waiting.")
    raise typer.Exit(exits.worst([*codes, *map(exits.of_delivery, deliveries)]))


def preview(
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE...", help="Files; '-' is standard input.")],
    to: To = None,
    as_json: Json = False,
) -> None:
    """Show what each account would post, and what was given up to fit."""
    from bot.cli import cards

    app = opening.app()
    chosen = app.chosen(to or ())
    codes: list[Exit] = []
    drawn: list[cards.Card] = []
    for source in articles:
        try:
            article = app.read(Path(source))
        except ArticleError as error:
            show.trouble(error)
            codes.append(exits.of_error(error))
        else:
            drawn += [cards.draw(article, account, app.composer) for account in app.accounts_of(article, chosen)]
    cards.show_all(drawn, as_json=as_json)
    codes += [Exit.DONE if card.post else Exit.REFUSED for card in drawn]
    raise typer.Exit(exits.worst(codes))


def add(
    articles: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files; '-' is standard input.")],
    to: To = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Take articles in for the next run."""
    app = opening.app()
    due_at = opening.moment(at, app.settings.timezone, app.clock())
    chosen = app.chosen(to or ())
    numbers, codes = _take_in(app, articles, chosen, due_at)
    _report(app, _latest(app, numbers, chosen), as_json=as_json)
    raise typer.Exit(exits.worst(codes))


def run(
    once: Annotated[bool, typer.Option("--once", help="Take in, deliver what is due, and exit.")] = False,
    as_json: Json = False,
) -> None:
    """Take in what waits in the queue, deliver what is due."""
    if not once:
        raise ConfigurationError(
            "this version has no daemon yet", where="bot run", hint="Call `bot run --once` from cron."
        )
    app = opening.app()
    taken = app.desk.empty_queue()
    for trouble in taken.troubles:
        show.trouble(trouble)
    before = app.ledger.unsettled()
    with show.working("Sending what is due …"):
        app.courier.deliver_due()
    app.desk.clear()
    deliveries = [now for then in before if (now := app.ledger.delivery(then.id)) != then or now.error]
    _report(app, deliveries, as_json=as_json)
    codes = [exits.of_error(trouble) for trouble in taken.troubles]
    raise typer.Exit(exits.worst([*codes, *map(exits.of_delivery, deliveries)]))


def _take_in(
    app: App, sources: Iterable[str], to: Collection[str], at: datetime | None
) -> tuple[list[int], list[Exit]]:
    """The articles that could be read, in the ledger; one that cannot be is told and holds up no other."""
    numbers: list[int] = []
    codes: list[Exit] = []
    for source in sources:
        try:
            article = app.read(Path(source))
        except ArticleError as error:
            show.trouble(error)
            codes.append(exits.of_error(error))
        else:
            taken = app.desk.take_in(article, to=to, at=at)
            app.desk.remember(Path(source), taken.article)
            numbers.append(taken.article)
    return list(dict.fromkeys(numbers)), codes


def _next_waiting(app: App) -> tuple[list[int], list[Exit]]:
    """The article that is due first, after the queue was taken in."""
    taken = app.desk.empty_queue()
    for trouble in taken.troubles:
        show.trouble(trouble)
    due = [delivery for delivery in app.ledger.waiting() if delivery.due_at and delivery.due_at <= app.clock()]
    return [delivery.article for delivery in due[:1]], [exits.of_error(trouble) for trouble in taken.troubles]


def _send(
    app: App, articles: Iterable[int], to: Collection[str], *, again: bool, at: datetime | None
) -> list[Delivery]:
    """Send these articles' deliveries whose hour has come, and say where they then stand."""
    articles = list(articles)
    if again:
        for number in articles:
            ended = [delivery.account for delivery in _latest(app, [number], to) if delivery.state.final]
            accounts = [account for name, account in app.accounts.items() if name in ended]
            app.ledger.again(number, accounts, now=app.clock(), due_at=at or app.clock())
    if at is None:
        unsettled = [delivery for delivery in _latest(app, articles, to) if not delivery.state.final]
        waiting = [delivery for delivery in unsettled if delivery.account in app.accounts]
        due = [delivery for delivery in waiting if not _held_back(app.ledger.article(delivery.article), app)]
        with show.working(f"Sending to {', '.join(sorted({delivery.account for delivery in due}))} …"):
            app.courier.deliver_now(due)
    return _latest(app, articles, to)


def _held_back(article: Article, app: App) -> bool:
    return article.publish_at is not None and article.publish_at > app.clock()


def _latest(app: App, articles: Iterable[int], to: Collection[str]) -> list[Delivery]:
    """The latest delivery of each article to each account; a cancelled one only where there is no other."""
    latest: dict[tuple[int, str], Delivery] = {}
    for delivery in (delivery for number in articles for delivery in app.ledger.deliveries(number)):
        if delivery.state is State.CANCELLED:
            latest.setdefault((delivery.article, delivery.account), delivery)
        else:
            latest[delivery.article, delivery.account] = delivery
    return [delivery for delivery in latest.values() if not to or delivery.account in to]


def _report(app: App, deliveries: list[Delivery], *, as_json: bool, earlier: Collection[int] = ()) -> None:
    if as_json:
        show.document([show.delivery_json(delivery) for delivery in deliveries])
        return
    headline = None
    for delivery in deliveries:
        if delivery.headline != headline:
            headline = delivery.headline
            show.line(typer.style(headline, bold=True))
        remark = "  (earlier; --again posts it once more)" if delivery.id in earlier else ""
        show.line(f"  {show.state(delivery)}  {delivery.account:<12} {_outcome(app, delivery)}{remark}")
    published = {delivery.account for delivery in deliveries if delivery.state is State.DELIVERED}
    for account in sorted(published & app.accounts.keys()):
        for what, where in app.whereabouts(account).items():
            show.line(f"  {account} {what}: {where}")


def _outcome(app: App, delivery: Delivery) -> str:
    """Where it stands for a reader, or why it does not and what to do."""
    if delivery.state is State.DELIVERED:
        return delivery.receipts[0].url
    if delivery.account not in app.accounts:
        return f"{delivery.account} is configured no more: put it back, or `bot cancel {delivery.id}`"
    from bot.cli import hints

    return hints.of(delivery, app.ledger.lane_of(delivery.account), app.settings.timezone)
