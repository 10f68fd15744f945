"""Days of a newsroom around changes of the clocks, and that their checker would see what goes wrong: `make week` is a whole week."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest
from week.drawing import calendar
from week.rules import RULES, lateness, verdicts
from week.simulation import midnight, simulated
from week.spoiled import SPOILED
from week.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from week.record import Record

CANDIDATES = 12  # of which some rule at least one must be seen: not each of them is wrong


@pytest.fixture(scope="module")
def record() -> Record:
    """A restart, an outage and a sleep, and the end of summer in Europe."""
    return simulated(1, midnight("2026-10-24"), 2)


def test_every_rule_is_kept_and_put_to_the_test(record: Record) -> None:
    found = verdicts(record)
    assert [] == [case for each in found for case in each.broken]
    assert [] == [each.rule for each in found if not each.cases]
    assert lateness(record)[-1].total_seconds() < 0.25


def test_a_day_on_which_the_clocks_change_by_half_an_hour() -> None:
    found = verdicts(simulated(2, midnight("2026-10-03"), 1))
    assert [] == [case for each in found for case in each.broken]


@pytest.mark.parametrize(("rule", "spoil"), SPOILED, ids=[spoil.__name__ for _, spoil in SPOILED])
def test_the_checker_sees_what_goes_wrong(
    record: Record, rule: str, spoil: Callable[[Record], Iterator[Record]]
) -> None:
    wrong = islice(spoil(record), CANDIDATES)
    assert any(case.broken for each in wrong for name in each.beats for case in RULES[rule](View(each, name)))


def test_each_rule_has_a_record_that_breaks_it() -> None:
    assert set(RULES) == {rule for rule, _ in SPOILED}


def test_the_calendar_fits_a_terminal(record: Record) -> None:
    lines = [line.plain for line in calendar(record)]
    assert max(map(len, lines)) <= 116
    assert sum("bot" not in line and "╳" in line for line in lines[1:]) >= len(record.beats)
