"""How answers look: tables and colour on a terminal, plain text in a pipe, one JSON document for programs."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from contextlib import contextmanager
from datetime import datetime
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import typer

from bot.errors import one_line
from bot.model import Delivery, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    from bot.cli.standing import Standing
    from bot.errors import BotError

COLOURS = {
    State.DELIVERED: "green",
    State.SCHEDULED: "blue",
    State.SENDING: "blue",
    State.UNKNOWN: "yellow",
    State.DISCARDED: "red",
    State.CANCELLED: "white",
    State.EXPIRED: "white",
}
MARKS = {State.DELIVERED: "✓", State.SCHEDULED: "…", State.SENDING: "…", State.UNKNOWN: "?"}


_IN_UTC = re.compile(r"\b(\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d) UTC")


def on_terminal() -> bool:
    """Whether a person reads this as it is written."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def styled(text: str, **how: Any) -> str:
    """The text in colour, where somebody sees that."""
    return typer.style(text, **how) if on_terminal() and not os.environ.get("NO_COLOR") else text


def line(text: str = "") -> None:
    """One line for people; colour is left out in a pipe."""
    typer.echo(text)


def notice(text: str) -> None:
    """One line that is not part of the answer."""
    typer.secho(text, err=True, dim=True)


def complaint(text: str) -> None:
    """One line that says what went wrong."""
    typer.echo(f"{typer.style('error:', fg='red', bold=True)} {one_line(text)}", err=True)


def trouble(error: BotError) -> None:
    """An error in its one line, with --debug after its traceback."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    complaint(str(error))


def document(value: Any) -> None:
    """The one JSON document of a command."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def moment(at: datetime | None, zone: tzinfo) -> str:
    """A time for people, in their zone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z") if at else "–"


def soon(at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """A time in a table whose zone is said once: to the minute, with a year where that is another."""
    if at is None:
        return "–"
    there = at.astimezone(zone)
    return f"{there:%a %d %b %H:%M}" if there.year == now.astimezone(zone).year else f"{there:%d %b %Y %H:%M}"


def in_zone(text: str, zone: tzinfo) -> str:
    """A text in which the ledger wrote times down in UTC, with these as the operator's clock has them."""

    def there(found: re.Match[str]) -> str:
        try:
            return moment(datetime.fromisoformat(f"{found[1]}+00:00"), zone)
        except (ValueError, OverflowError):  # it only looks like a time
            return found[0]

    return _IN_UTC.sub(there, text)


def stamp(at: datetime | None) -> str | None:
    """A time for programs: RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def state(delivery: Delivery) -> str:
    """A delivery's state with its mark and colour."""
    if delivery.taken_down:
        return styled(f"✗ {'retracted':<9}", fg=COLOURS[State.CANCELLED])
    mark = MARKS.get(delivery.state, "✗")
    return styled(f"{mark} {delivery.state:<9}", fg=COLOURS[delivery.state])


def heading(mark: str, text: str) -> None:
    """What a few lines are about, after a mark that is as wide as every other."""
    first, *rest = wrapped(text, _room() - 13)
    line(f"{mark}  {styled(first, bold=True)}")
    for more in rest:
        line(f"{' ' * 13}{styled(more, bold=True)}")


def fields(rows: Sequence[tuple[str, str]], *, commands: bool = False) -> None:
    """Labels and what they stand for, one under the other; a command is never broken: it is there to be copied."""
    indent, labels = "  ", max((len(label) for label, _ in rows), default=0)
    before = ""
    for label, text in rows:
        shown = "" if label == before else label
        head = f"{indent}{styled(shown.ljust(labels), dim=True)}  "
        room = _room() - labels - 2 * len(indent)
        pieces = [text] if commands else wrapped(one_line(text), room)
        if commands and cells(text) > room:
            line(head.rstrip())
            head = indent * 2
        for piece in pieces:
            line(head + (styled(piece, fg="cyan") if commands else piece))
            head = " " * (labels + 2 * len(indent))
        before = label


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines that fit, broken between words alone: an address stays whole."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cells(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _room() -> int:
    """How wide a line may be: no wider than is read with ease, and in a pipe as it comes."""
    return min(get_terminal_size().columns, 110) if on_terminal() else sys.maxsize


@contextmanager
def working(what: str) -> Iterator[None]:
    """Tell a person at a terminal what is going on, for as long as it does."""
    if not sys.stderr.isatty() or not on_terminal():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under their headings: a table on a terminal, columns of plain text in a pipe."""
    if not rows:
        return
    rows = [[one_line(cell) for cell in row] for row in rows]
    if on_terminal():
        _rich_table(columns, rows)
        return
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    words = [all(" " not in row[number] for row in (columns, *rows)) for number in range(len(columns))]
    widest = [max(cells(row[number]) for row in (columns, *rows)) for number in range(len(columns))]
    needed = sum(width if word else 10 for word, width in zip(words, widest, strict=True)) + 2 * len(columns)
    for column, word in zip(columns, words, strict=True):  # what is torn is better than what is cut off
        drawn.add_column(column, overflow="fold", no_wrap=word and needed <= get_terminal_size().columns)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def delivery_json(standing: Standing) -> Mapping[str, Any]:
    """A delivery as `post` and its kin answer it."""
    delivery = standing.delivery
    return {
        "id": delivery.id,
        "article": delivery.article,
        "account": delivery.account,
        "network": delivery.network,
        "state": delivery.state.value,
        "error": standing.reason,
        "retracted": delivery.taken_down,
        "receipts": [{"remote_id": receipt.remote_id, "url": receipt.url} for receipt in delivery.receipts],
    }
