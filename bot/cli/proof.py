"""The page of `bot preview --html`: every post as its readers will see it, all in one file."""

from __future__ import annotations

import base64
import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot import showing
from bot.cli import cards, show
from bot.errors import BotError
from bot.showing.parts import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cli.cards import Card
    from bot.model import Attachment
    from bot.showing.parts import ShownPart

_TEMPLATE = Path(__file__).with_name("proof.html.j2")
_HEAVIEST = 16_000_000  # bytes: a browser shows a heavier film with trouble, and a page of many not at all


def write(drawn: Sequence[Card], file: str, *, currency: str) -> None:
    """Put the page into the file, its owner's alone if it is new, and tell where it is; `-` is standard output."""
    content = page(drawn, currency).encode()
    if file == "-":
        typer.echo(content, nl=False)
        return
    path = Path(file)
    try:  # written as a shell would, not put in its place: it may be a link, or no plain file
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as error:
        hint = "Name a file in a folder that you may write, or - for standard output."
        raise BotError(f"cannot be written: {error.strerror}", where=f"--html {file}", hint=hint) from error
    show.line(f"Wrote {path.resolve().as_uri()}")


def page(drawn: Sequence[Card], currency: str) -> str:
    """All cards as one page that needs nothing beside it."""
    articles = [(headline, list(group)) for headline, group in groupby(drawn, key=lambda card: card.headline)]
    return showing.page(
        _TEMPLATE,
        pictures=["data:"],
        name="Preview",
        articles=articles,
        parts=_parts,
        lengths=cards.lengths,
        notes=lambda card: list(cards.notes(card, currency)),
    )


def _parts(card: Card) -> list[ShownPart]:
    return shown(card.post, _inside) if card.post else []


def _inside(attachment: Attachment) -> str | None:
    """A picture as an address that holds its bytes; None where they are not here, or too many."""
    if not attachment.content or attachment.size > _HEAVIEST:
        return None
    return f"data:{attachment.mime};base64,{base64.b64encode(attachment.content).decode()}"
