"""`bot post`, `preview`, `add` and `run`: articles go in, posts come out."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import completing, daemon, opening, show
from bot.cli.dispatch import Dispatch
from bot.errors import ConfigurationError

Articles = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ARTICLE]...", help="Files; '-' is standard input; none: the next one waiting."),
]
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to", metavar="ACCOUNT", help="Only this account; may be repeated.", autocompletion=completing.accounts
    ),
]
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
        return preview(articles or [str(path) for path in app.queue.waiting(app.clock())[:1]], to=to, as_json=as_json)
    if again and not articles:
        raise ConfigurationError("it is not said what to post once more", where="bot post --again", hint="Name a file.")
    due_at = opening.moment(at, app.settings.timezone, app.clock())
    work = Dispatch(app, to or ())
    if articles:
        work.take_in(articles, due_at, again=again)
    else:
        work.take_in_queue()
        if not work.choose_next():
            show.notice("Nothing is waiting.")
    if due_at is None:
        work.send()
    else:
        work.plan()
    work.report(work.deliveries, as_json=as_json)
    raise work.end()


def preview(
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE...", help="Files; '-' is standard input.")],
    to: To = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write it as one page, pictures included; '-' is standard output."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what each account would post, and what was given up to fit."""
    if html is not None and as_json:
        raise ConfigurationError("two answers are asked for", where="bot preview --html --json", hint="Ask for one.")
    work = Dispatch(opening.app(), to or ())
    work.preview(articles, as_json=as_json, html=html)
    raise work.end()


def add(
    articles: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files; '-' is standard input.")],
    to: To = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Take articles in for the next run."""
    app = opening.app()
    work = Dispatch(app, to or ())
    work.take_in(articles, opening.moment(at, app.settings.timezone, app.clock()))
    work.plan()
    end = work.end()  # that they wait is what was asked for
    work.report(work.deliveries, as_json=as_json)
    raise end


def run(
    once: Annotated[bool, typer.Option("--once", help="Take in, deliver what is due, and exit.")] = False,
    as_json: Json = False,
) -> None:
    """Watch the queue and deliver each post at its moment, until stopped."""
    if not once:
        if as_json:
            hint = "Say `bot run --once --json`, or ask `bot log --json` what happened."
            raise ConfigurationError("a daemon has no one answer", where="bot run --json", hint=hint)
        return daemon.run(opening.app())
    work = Dispatch(opening.app())
    work.take_in_queue()
    work.report_news(work.send_due(), as_json=as_json)
    raise work.end()
