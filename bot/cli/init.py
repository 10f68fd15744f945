"""`bot init`: accounts are entered, tried and written to `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import completing, show
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.cli.interview import Entered
    from bot.networks.base import AccountSettings
    from bot.settings import Settings


def register(cli: typer.Typer) -> None:
    """Add this command to the command line."""
    cli.command()(init)


def init(
    networks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NETWORK]...", help="None: asks which.", autocompletion=completing.networks),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Ask for what has a default, too; a rhythm goes into .env by hand.")
    ] = False,
) -> None:
    """Ask for accounts, try their keys, and write them to .env."""
    from bot import environment
    from bot.settings import load

    chosen = _chosen(networks or ())
    settings = load()
    env_file = settings.home / ".env"
    environment.expect_writable(env_file)
    show.line(f"Accounts are added to {env_file}. Ctrl-C leaves it as it is.")
    try:
        entered = _entered(settings, chosen, every=every)
    except KeyboardInterrupt:
        show.line()
        show.complaint("stopped by hand; nothing was written")
        raise typer.Exit(130) from None
    if not entered:
        show.line("No account was added.")
        return
    open_before = env_file.exists() and env_file.stat().st_mode & 0o077
    environment.add(env_file, {account.comment: account.lines for account in entered})
    names = ", ".join(account.name for account in entered)
    show.line(f"\nWrote {names} to {env_file}; {'from now on ' if open_before else ''}only its owner can read it.")
    show.line("Next:  bot check           tries everything and sends nothing")
    show.line("       bot post ARTICLE    publishes an article")


def _chosen(named: Sequence[str]) -> tuple[str, ...]:
    """The networks that were named with the command."""
    try:
        return _meant(" ".join(named))
    except ValueError as error:
        raise ConfigurationError(str(error), where="bot init") from None


def _meant(text: str) -> tuple[str, ...]:
    """These networks, each once; ValueError for a name that none has."""
    from difflib import get_close_matches

    from bot import networks

    known = networks.names()
    for name in (names := tuple(dict.fromkeys(text.lower().replace(",", " ").split()))):
        if name not in known:
            near = "".join(get_close_matches(name, known, n=1))
            hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"no network is named {name!r}; {hint}")
    return names


def _entered(settings: Settings, chosen: Sequence[str], *, every: bool) -> list[Entered]:
    """The accounts that were entered, one on each network that was chosen."""
    from tempfile import TemporaryDirectory

    from bot import networks
    from bot.cli.asking import ask
    from bot.cli.interview import Interview

    names = chosen or ask("networks", _meant, about=", ".join(networks.names()), usual="outbox")
    with TemporaryDirectory() as scratch:
        interview = Interview(_there(settings), home=settings.home, scratch=Path(scratch), every=every)
        return [entered for name in names if (entered := interview.account_on(name))]


def _there(settings: Settings) -> Mapping[str, AccountSettings]:
    """The accounts that somebody wrote down: the outbox of a bot without any is not one."""
    from bot import environment

    _, written = environment.read()
    return settings.accounts if any(name.startswith(environment.ACCOUNTS) for name in written) else {}
