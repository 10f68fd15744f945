"""The page for operators says what the plan does: its examples are made here."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.model import Priority
from bot.networks.timetable import Timetable
from bot.schedule import caps, durations, quiet, slots, zones
from bot.schedule.plan import plan
from bot.schedule.rhythm import Rhythm
from bot.schedule.values import Sent, Waiting
from bot.schedule.words import reason

PAGE = (Path(__file__).parents[3] / "docs" / "schedule.md").read_text(encoding="utf-8")
READ = {
    "ZONE": ("zone", zones.parse),
    "SLOTS": ("slots", slots.parse),
    "GAP": ("gap", durations.parse),
    "PER_DAY": ("per_day", caps.parse),
    "QUIET": ("quiet", quiet.parse),
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[1:]]


def rhythm() -> Rhythm:
    block = re.search(r"```\n(ZONE=.*?)```", PAGE, re.DOTALL)
    assert block
    written = dict(line.split("=", 1) for line in block[1].splitlines())
    limits: dict[str, Any] = {READ[name][0]: READ[name][1](text) for name, text in written.items()}
    return Rhythm(**limits)


def clock(text: str) -> datetime:
    return datetime.combine(date(2026, 3, 2), datetime.strptime(text, "%H:%M").time(), ZoneInfo("Europe/Berlin"))  # noqa: DTZ007


def waiting(number: int, section: str, came_in: str, says: str) -> Waiting:
    name, _, value = says.partition(": ")
    said: dict[str, Any] = {}
    if name:
        said[name] = Priority(value) if name == "priority" else clock(value)
    return Waiting(number, created_at=clock(came_in), section=section, **said)


def test_the_day_that_it_tells_of_is_the_day_that_is_planned() -> None:
    table = rows("A day")
    rules = rhythm()
    sent = [Sent(clock("07:15")), Sent(clock("08:00"))]
    given = [waiting(number, row[1], row[2], row[3]) for number, row in enumerate(table)]
    planned = plan(given, rules, sent, clock("09:30"))
    found = {
        table[each.id][0]: (
            f"{each.moment.astimezone(rules.zone):%a %H:%M}" if each.moment else "",
            reason(each, rules),
        )
        for each in planned
    }
    assert {row[0]: (row[4], row[5]) for row in table} == found


@pytest.mark.parametrize(("slot", "zone", "day", "goes"), rows("When the clocks change"))
def test_the_clocks_change_as_it_tells(slot: str, zone: str, day: str, goes: str) -> None:
    (found,) = slots.of_day(slots.parse(slot), date.fromisoformat(day), zones.parse(zone))
    assert goes == f"{found.astimezone(ZoneInfo(zone)):%H:%M %z}"


def test_every_setting_that_it_gives_an_example_of_can_be_read() -> None:
    examples = {name: row[1] for row in rows("The rhythm") for name in row[0].replace("`", "").split(", ")}
    assert examples.keys() == {name.upper() for name in Timetable.model_fields}
    Timetable.model_validate({name.lower(): text for name, text in examples.items()})
