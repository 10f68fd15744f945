"""The command line: a file per group of commands, each importing its work when it is called."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.cli import coming, correcting, init, keeping, looking, operating, posting, show
from bot.cli.exits import Exit, of_error
from bot.errors import BotError

cli = typer.Typer(
    help="Publish queued articles on every network, in its own words, once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        show.line(f"bot {version('bot')}")
        raise typer.Exit


@cli.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something goes wrong.")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Publish queued articles on every network, in its own words, once."""
    del debug, version  # the one is read from sys.argv, to hold for what typer itself refuses; the other has answered


for _group in (init, posting, correcting, coming, looking, operating, keeping):
    _group.register(cli)


def run() -> int:
    """Run one command; every error is one line on standard error, a traceback only with --debug."""
    try:
        return int(cli(prog_name="bot", standalone_mode=False) or Exit.DONE)
    except typer.Abort:
        show.complaint("stopped by hand; what was under way is settled by the next run")
        return 130
    except BrokenPipeError:
        sys.stdout = None  # or Python complains once more when it ends
        return Exit.DONE
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return _told(error)


def _told(error: Exception) -> int:
    """The error's one line, and its exit code."""
    if isinstance(error, BotError):
        show.trouble(error)
        return of_error(error)
    usage = getattr(error, "format_message", None)  # typer's own, whose classes it keeps to itself
    if usage is not None:
        show.complaint(f"{usage().rstrip('.')}. `bot --help` shows how it is used.")
        return Exit.USAGE
    show.complaint(f"{type(error).__name__}: {error}; `bot --debug …` shows where")
    return Exit.REFUSED
