"""
The whole crash matrix: `make crash-matrix`, or `PYTHONPATH=tests python -m matrix` with a part of it.

Ends with 1 where a post stands twice, is lost, or anything else is not as it should be, and names those cells.
"""

# ruff: noqa: T201 - a command speaks to whoever gives it

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matrix import table
from matrix.bots import launcher
from matrix.cells import Cell, endings, rows
from matrix.journey import Outcome
from matrix.playing import Playground, played
from matrix.stages import servers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DOCUMENT = Path(__file__).parents[2] / "docs" / "delivery-guarantees.md"
MOST_MISSED = 0.01
NOW_AND_THEN = 100


def main() -> int:
    options, begun = _options(), time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so stopped, it tells as well how far it was
    folder, outcomes, stopped = Path(tempfile.mkdtemp(prefix="crash-matrix-")), list[Outcome](), False
    try:
        for outcome in _watched(_outcomes(options, folder), begun):
            outcomes.append(outcome)
    except KeyboardInterrupt:
        stopped = True
    if not outcomes and not stopped:
        raise SystemExit("there is no such cell")
    _tell(outcomes, options, folder)
    text = table.table(outcomes, time.monotonic() - begun, datetime.now(UTC), table.commit())
    print(text)
    if stopped:
        print("Stopped before its end: nothing is written.")
        return 130
    if not options.cell and not options.only:
        table.write(options.document, text)
    return 1 if any(outcome.wrong for outcome in outcomes) or _missed(outcomes) > MOST_MISSED * len(outcomes) else 0


def _tell(outcomes: Sequence[Outcome], options: argparse.Namespace, folder: Path) -> None:
    """What went wrong in which cells, and of those that were asked for by name all that they did."""
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    for outcome in outcomes if options.cell else wrong:
        print(outcome, *outcome.log, sep="\n  ")
    if wrong:
        print(f"{len(wrong)} cells went wrong; play one again with --cell NAME. Their homes are in {folder}.")
    else:
        shutil.rmtree(folder)
    if missed := _missed(outcomes):
        print(f"{missed} cells were over before their moment came: this machine was busier when it played their rows.")


def _missed(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.missed for outcome in outcomes)


def _outcomes(options: argparse.Namespace, folder: Path) -> Iterator[Outcome]:
    """What becomes of the cells that are asked for, and of those that follow from them."""
    cells = [*map(Cell.named, options.cell)] or [
        cell for cell in rows() if str(cell).startswith(tuple(options.only or [""]))
    ]
    with servers(folder) as running, launcher(folder) as starting:
        ground = Playground(running, starting, folder)
        yield from played(cells, ground.play, options.jobs, _none if options.cell else _all)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m matrix", description="Play the crash matrix.")
    parser.add_argument("--cell", action="append", default=[], metavar="NAME", help="only this cell, with all it did")
    parser.add_argument(
        "--only", action="append", default=[], metavar="x/thread/", help="only cells whose names begin so"
    )
    parser.add_argument("--jobs", type=int, default=6 * (os.cpu_count() or 1), help="how many cells at a time")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the table of a whole run is written")
    return parser.parse_args()


def _all(outcome: Outcome) -> Iterable[Cell]:
    """A row is played whole first: that shows at which moments it can be ended."""
    return () if outcome.cell.end_at else endings(outcome)


def _none(_: Outcome) -> Iterable[Cell]:
    return ()


def _watched(outcomes: Iterable[Outcome], begun: float) -> Iterator[Outcome]:
    """The same, and how far it is: on a terminal all the time, elsewhere now and then."""
    wrong, terminal = 0, sys.stderr.isatty()
    for number, outcome in enumerate(outcomes, start=1):
        wrong += outcome.wrong
        if outcome.wrong:
            print(f"\r{outcome}", file=sys.stderr)
        if terminal or number % NOW_AND_THEN == 0:
            told = f"{number:,} cells in {time.monotonic() - begun:.0f} s, {wrong} went wrong; last {outcome.cell}"
            print(f"\r{told:<100.100}" if terminal else told, end="" if terminal else "\n", file=sys.stderr, flush=True)
        yield outcome
    print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
