"""What months bring to a loop, on a clock that is set by hand: nights when the clocks change, a machine asleep, a restless file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from unit.daemon.test_loop import HOUR, MINUTE, SECOND, Office

from bot.errors import Unavailable
from bot.model import State
from bot.schedule.rhythm import Backlog, Rhythm

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("slot", "zone", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("30 2 * * *", "America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("30 1 * * *", "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("15 2 * * *", "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("45 1 * * *", "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        ("30 2 * * *", "Asia/Kolkata", datetime(2026, 3, 28, 21, 0, tzinfo=UTC)),
    ],
)
def test_a_slot_at_night_is_used_once_when_the_clocks_change(
    tmp_path: Path, slot: str, zone: str, expected: datetime
) -> None:
    office = Office(tmp_path, rhythm=Rhythm(slots=(slot,), zone=ZoneInfo(zone)))
    office.clock.now = expected - HOUR
    for number in range(2):
        office.put(f"{number}.md", f"Story {number}")
    office.pass_by(3 * HOUR)
    assert ["Story 0"] == office.texts()
    assert expected == office.delivery().first_attempt_at
    office.ledger.close()


@pytest.mark.parametrize("backlog", [Backlog.SKIP, Backlog.NEWEST, Backlog.ALL])
def test_a_turn_that_comes_before_the_first_look_after_a_sleep_sends_no_backlog(
    tmp_path: Path, backlog: Backlog
) -> None:
    office = Office(tmp_path, rhythm=Rhythm(slots=("0 * * * *",), backlog=backlog))
    office.clock.now += 10 * MINUTE
    for number in range(3):
        office.put(f"{number}.md", f"Story {number}", age=60 - number)
    office.pass_by(MINUTE)
    office.set_clock(12 * HOUR + 20 * MINUTE)
    office.courier().deliver_due_of("one", go_on=lambda: office.loop.is_awake)
    assert [] == office.texts()
    office.pass_by(MINUTE)
    left = {Backlog.SKIP: [], Backlog.NEWEST: [], Backlog.ALL: ["Story 0", "Story 1", "Story 2"]}
    assert left[backlog] == office.texts()
    office.pass_by(HOUR)
    left[Backlog.NEWEST] = ["Story 2"]
    assert left[backlog] == office.texts()
    office.ledger.close()


def test_a_slot_is_not_lost_to_a_hiccup_of_its_network(tmp_path: Path) -> None:
    office = Office(tmp_path, rhythm=Rhythm(slots=("0 13 * * *",)))
    office.networks["one"].faults = [Unavailable("down"), Unavailable("down")]
    office.put("one.md", "One")
    office.pass_by(HOUR + 2 * MINUTE)
    assert State.DELIVERED is office.delivery().state
    office.ledger.close()


def test_a_file_that_changes_every_second_holds_up_nobody_and_goes_out_as_it_reads_then(tmp_path: Path) -> None:
    office = Office(tmp_path, rhythm=Rhythm(slots=("*/2 * * * *",)))
    office.put("calm.md", "Calm")
    looks = 0
    for number in range(90):
        office.put("restless.md", f"Edition {number}", age=0)
        looks += office.pass_by(SECOND)
    assert looks < 4 * 90
    assert ["Calm"] == office.texts()
    assert [f"{office.queue.folder}/restless.md: changes all the time, so it is not read"] == [
        each.split(". ")[0] for each in office.troubles
    ], "told once"
    office.pass_by(3 * MINUTE)
    assert ["Calm", "Edition 89"] == office.texts()
    office.ledger.close()
