"""The command line: a file per group of commands, each importing its work when it is called."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.cli import looking, operating, posting, show
from bot.cli.exits import Exit, of_error
from bot.errors import BotError

cli = typer.Typer(
    help="Publish queued articles on every network, in its own words, once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@cli.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something goes wrong.")] = False,
) -> None:
    """Publish queued articles on every network, in its own words, once."""


for _group in (posting, looking, operating):
    _group.register(cli)


def run() -> int:
    """Run one command; every error is one line on standard error, a traceback only with --debug."""
    try:
        cli()  # leaves by SystemExit
    except BotError as error:
        if "--debug" in sys.argv:
            raise
        show.trouble(error)
        return of_error(error)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        show.complaint(f"{type(error).__name__}: {error}; `bot --debug …` shows where")
        return Exit.REFUSED
    return Exit.DONE
