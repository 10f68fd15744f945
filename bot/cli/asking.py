"""How questions are put: to a person at a terminal, or to a script that answers line by line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.cli import show
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def ask(what: str, meant: Callable[[str], T], *, about: str = "", usual: str = "", hidden: bool = False) -> T:
    """
    What an answer means, asked until `meant` raises no ValueError, whose words are told.

    An empty answer is the `usual` one. What is `hidden` is not shown, neither as it is typed nor as the usual answer.
    """
    offer = f" [{'as before' if hidden else usual}]" if usual else ""
    notes = "; ".join(note for note in (about, "not shown as you type" if hidden and _typed() else "") if note)
    question = f"{what}{f' ({notes})' if notes else ''}{offer}: "
    while True:
        answer = _answer(what, question, hidden=hidden) or usual
        try:
            if not answer.isprintable():
                raise ValueError("there is a character in it that nobody means; type or copy it anew")
            return meant(answer)
        except ValueError as error:
            show.complaint(f"{what}: {error}")


def _answer(what: str, question: str, *, hidden: bool) -> str:
    """One line without its end; ConfigurationError where there is none any more."""
    try:
        return (_unseen(question) if hidden and _typed() else _line(question)).strip()
    except EOFError:
        raise ConfigurationError("the answers end here; nothing was written", where=what) from None


def _typed() -> bool:
    return sys.stdin.isatty()


def _unseen(question: str) -> str:
    from getpass import getpass

    return getpass(question)  # which asks when the terminal shows no key any more, not before


def _line(question: str) -> str:
    """A line of standard input, whatever bytes it is made of."""
    typer.echo(question, nl=not _typed())
    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    return line.decode(errors="surrogateescape")
