"""
A week of a newsroom in a minute: `make week`, or `PYTHONPATH=tests python -m week` with another seed, start or length.

Draws its calendar, tells each rule with the number of cases in which it was looked at, and ends with 1 where one is broken.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from week.drawing import calendar
from week.rules import lateness, verdicts
from week.simulation import midnight, simulated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from week.record import Record
    from week.rules import Verdict

WIDTH = 116
SHOWN = 5  # broken cases of a rule


def main() -> int:
    options, console, begun = _options(), Console(highlight=False), time.monotonic()
    if not console.is_terminal:
        console = Console(width=WIDTH, highlight=False)
    record = simulated(options.seed, midnight(options.start), options.days)
    lived = time.monotonic() - begun
    for line in calendar(record):
        console.print(line, no_wrap=True, crop=True)
    found = verdicts(record)
    console.print(_counts(record))
    console.print(_table(found))
    for text in (*_punctuality(lateness(record)), *_failures(found, whole=options.days >= 7)):
        console.print(text, soft_wrap=True)
    console.print(
        f"Simulated in {lived:.0f} s, checked in {time.monotonic() - begun - lived:.0f} s; seed {options.seed}."
    )
    return 1 if any(_failures(found, whole=options.days >= 7)) else 0


def _counts(record: Record) -> str:
    ends = Counter(end.state for end in record.ends.values())
    fates = Counter(request.fate for request in record.requests)
    done = Counter(deed.what for deed in record.deeds)
    lines = [
        f"\n{len(record.came)} articles in {record.days} days: " + _listed(done),
        f"{len(record.ends)} deliveries to {len(record.beats)} accounts: " + _listed(ends),
        f"{len(record.requests)} requests: " + _listed(fates),
        *(f"{off.begin:%a %H:%M} to {off.end:%a %H:%M} UTC: {off.how}" for off in record.off),
    ]
    return "\n".join(lines) + "\n"


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counted.most_common())


def _table(found: Sequence[Verdict]) -> Table:
    table = Table("rule", box=None, header_style="bright_black", padding=(0, 2, 0, 0))
    for heading in ("cases", "to the limit", "broken"):
        table.add_column(heading, justify="right")
    for each in found:
        bad = bool(each.broken) or not each.cases
        table.add_row(
            each.rule,
            f"{each.cases:,}",
            f"{each.tight:,}" if each.tight else "",
            str(len(each.broken) or "–"),
            style="red" if bad else "",
        )
    return table


def _punctuality(late: Sequence[timedelta]) -> list[str]:
    if not late:
        return []
    p99, most = (each.total_seconds() * 1000 for each in (late[len(late) * 99 // 100], late[-1]))
    return [
        f"\nLate with nothing in the way, by the simulated clock: p99 {p99:.0f} ms, most {most:.0f} ms, of {len(late)} posts."
    ]


def _failures(found: Sequence[Verdict], *, whole: bool) -> list[str]:
    """The cases in which a rule was broken; and in a whole week the rules that nothing put to the test."""
    lines = [f"{each.rule}: {case}" for each in found for case in each.broken[:SHOWN]]
    return lines + [f"{each.rule}: no case, so nothing was shown" for each in found if whole and not each.cases]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m week", description="Simulate a newsroom's week, and check every rule."
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=7, help="from 2 on; 7 have a case of each rule")
    parser.add_argument("--start", default="2026-10-19", metavar="DATE", help="the first day, in the newsroom's Berlin")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
