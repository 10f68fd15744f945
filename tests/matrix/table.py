"""What the whole matrix came to, as a table that the document about the promise holds."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrix.faults import MISHAPS
from matrix.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from matrix.journey import Outcome

BEGIN, END = "<!-- crash matrix: begin -->", "<!-- crash matrix: end -->"
HEAD = ["cells", "seconds", "duplicates", "losses", "left unknown for the operator"]


@dataclass
class Tally:
    """The sums of some cells; those whose moment never came show nothing, and are counted apart."""

    cells: int = 0
    seconds: float = 0.0
    duplicates: int = 0
    losses: int = 0
    unknown: int = 0
    ended: int = 0
    missed: int = 0

    def add(self, outcome: Outcome) -> None:
        self.cells += not outcome.missed
        self.missed += outcome.missed
        self.seconds += outcome.seconds
        self.duplicates += outcome.duplicates
        self.losses += outcome.losses
        self.unknown += "resolve" in outcome.asked
        self.ended += outcome.ended

    def __str__(self) -> str:
        numbers = (self.cells, round(self.seconds), self.duplicates, self.losses, self.unknown)
        return " | ".join(f"{number:,}" for number in numbers)


def tallied(outcomes: Iterable[Outcome]) -> Tally:
    """The sums of these."""
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome)
    return tally


def table(outcomes: Sequence[Outcome], took: float, when: datetime, commit: str) -> str:
    """The table in Markdown: a row for each network, and within a fold one for each of its mishaps."""
    by_network: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_network[outcome.cell.network].append(outcome)
    whole = tallied(outcomes)
    told = (
        f"Run on {when:%Y-%m-%d} at commit {commit}: {whole.cells:,} cells in {took / 60:.0f} minutes, in {whole.ended:,}"
        f" of them a bot ended with SIGKILL. **{whole.duplicates} duplicates, {whole.losses} losses.**"
        f" {_apart(whole.missed)}"
    ).rstrip()
    lines = [
        told,
        "",
        *_head("network"),
        *(f"| {STAGES[name].title} | {tallied(by_network[name])} |" for name in STAGES if name in by_network),
        f"| **all** | {whole} |",
        "",
        "<details><summary>Each network, mishap by mishap</summary>",
        "",
        *_head("network", "mishap"),
        *(row for name in STAGES for row in _mishaps(name, by_network[name])),
        "",
        "</details>",
    ]
    return "\n".join(lines)


def _apart(missed: int) -> str:
    return (
        f"Not counted: {missed:,} more, which were over before the moment came at which to end them." if missed else ""
    )


def write(document: Path, text: str) -> None:
    """Put the table in the place of the one before."""
    before = document.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    after, times = pattern.subn(lambda _: f"{BEGIN}\n{text}\n{END}", before)
    if times != 1:
        raise ValueError(f"{document} has no place for the table")
    document.write_text(after, encoding="utf-8")


def commit() -> str:
    """What this run ran on, in words for people."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head} with changes that are not committed" if _git("status", "--porcelain", "--", "bot") else head


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def _head(*names: str) -> Iterator[str]:
    yield f"| {' | '.join([*names, *HEAD])} |"
    yield f"|{'---|' * len(names)}{'--:|' * len(HEAD)}"


def _mishaps(network: str, outcomes: Iterable[Outcome]) -> Iterator[str]:
    by_mishap: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_mishap[outcome.cell.mishap].append(outcome)
    for word, mishap in MISHAPS.items():
        if word in by_mishap:
            yield f"| {network} | {mishap.title} | {tallied(by_mishap[word])} |"
