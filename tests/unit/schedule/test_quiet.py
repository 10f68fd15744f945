"""Quiet hours, over midnight and over a change of the clocks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.schedule import quiet
from bot.schedule.calendar import Calendar
from bot.schedule.rhythm import Quiet, Rhythm

BERLIN = ZoneInfo("Europe/Berlin")


def until(text: str, at: datetime) -> datetime | None:
    return Calendar(Rhythm(zone=BERLIN, quiet=quiet.parse(text))).quiet_until(at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:00-07:00", (Quiet(time(22), time(7)),)),
        ("22-7", (Quiet(time(22), time(7)),)),
        ("12:15 – 13:00; 22:00-24:00", (Quiet(time(12, 15), time(13)), Quiet(time(22), time(0)))),
        ("", ()),
    ],
)
def test_a_range_is_read_as_people_write_it(text: str, expected: tuple[Quiet, ...]) -> None:
    assert expected == quiet.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("night", "'night' are no quiet hours: write them as 22:00-07:00"),
        ("22:00-25:00", "'22:00-25:00' are no quiet hours: write them as 22:00-07:00"),
        ("07:00-07:00", "07:00-07:00 begins when it ends: write quiet hours as 22:00-07:00, or pause the account"),
        ("06-20; 20-6", "06-20; 20-6 is quiet all day, and nothing would go out: leave some hours, or pause the account"),
        ("00:00-24:00", "00:00-24:00 begins when it ends: write quiet hours as 22:00-07:00, or pause the account"),
        (";", "';' names no quiet hours: write them as 22:00-07:00, or leave it empty"),
    ],
)  # fmt: skip
def test_what_is_no_range_is_refused_in_a_line(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        quiet.parse(text)


def test_night_ends_in_the_morning_and_day_is_not_quiet() -> None:
    end = datetime(2026, 3, 3, 7, tzinfo=BERLIN)
    assert until("22:00-07:00", datetime(2026, 3, 2, 21, 59, tzinfo=BERLIN)) is None
    assert end == until("22:00-07:00", datetime(2026, 3, 2, 22, tzinfo=BERLIN))
    assert end == until("22:00-07:00", datetime(2026, 3, 3, 6, 59, tzinfo=BERLIN))
    assert until("22:00-07:00", end) is None


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("22:00-02:30", datetime(2026, 3, 28, 23, tzinfo=BERLIN), datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 03:00
        ("22:00-02:30", datetime(2026, 10, 25, 0, 29, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("22:00-02:30", datetime(2026, 10, 25, 1, 15, tzinfo=UTC), None),  # 02:15 again: the night is over
        ("02:30-06:00", datetime(2026, 10, 25, 1, 15, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC)),
        ("02:10-02:50", datetime(2026, 3, 29, 1, tzinfo=UTC), None),  # it does not come at all
    ],
)
def test_each_end_is_a_wall_time_that_comes_once(text: str, at: datetime, expected: datetime | None) -> None:
    assert expected == until(text, at)
