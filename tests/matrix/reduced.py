"""A part of the matrix that is small enough for every test run: each network, mishap and kind of step has its turn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from matrix.cells import ends, rows
from matrix.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrix.cells import Cell
    from matrix.journey import Outcome

SENDING = ("before claim", "before request POST", "before confirm", "before abandoned")
"""The kinds of step at which every network is to be ended; for the others any of them will do."""

STRIDE = 7  # has no factor in common with the number of mishaps, so that no network meets the same ones with each shape


def some_rows() -> Iterator[Cell]:
    """Some rows of each network, other ones for each, and the orphans of one part in each shape; what is rare is not left out."""
    for begin, (network, stage) in enumerate(STAGES.items()):
        mine = [cell for cell in rows() if cell.network == network]
        whole = [cell for cell in mine if not cell.what.orphans and not cell.what.rare]
        yield from whole if stage.only else whole[begin - 1 :: STRIDE]
        yield from [cell for cell in mine if cell.what.rare]
        yield from [cell for cell in mine if cell.what.orphans][begin::STRIDE]


def some_endings(outcomes: Iterable[Outcome]) -> Iterator[Cell]:
    """For each kind of step one cell that is ended where a row first comes to it, in turn of all rows and networks."""
    found: dict[str, list[Cell]] = defaultdict(list)
    for outcome in sorted(outcomes, key=str):
        if not outcome.cell.end_at:
            first = {moment: number for number, moment in reversed([*ends(outcome)])}
            for moment, number in first.items():
                whose = outcome.cell.network if moment.startswith(SENDING) else ""
                found[whose + moment].append(replace(outcome.cell, end_at=number))
    for turn, cells in enumerate(found.values()):
        yield cells[turn * STRIDE % len(cells)]
