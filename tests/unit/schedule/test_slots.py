"""Slots: each wall time once, whatever daylight saving does, and a line of help for what is none."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import slots
from bot.schedule.calendar import Calendar
from bot.schedule.rhythm import Rhythm
from bot.schedule.walls import moment


def of_day(text: str, zone: str, day: str) -> list[str]:
    """The moments of a day as the zone's clocks show them, with their distance from UTC."""
    found = slots.of_day(slots.parse(text), date.fromisoformat(day), ZoneInfo(zone))
    return [f"{each.astimezone(ZoneInfo(zone)):%d %H:%M%z}" for each in found]


@pytest.mark.parametrize(
    ("text", "zone", "day", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-29", ["29 03:00+0200"]),
        ("15,45 2 * * *", "Europe/Berlin", "2026-03-29", ["29 03:00+0200"]),
        ("30 2 * * *; 0 3 * * *", "Europe/Berlin", "2026-03-29", ["29 03:00+0200"]),
        ("*/30 1-3 * * *", "Europe/Berlin", "2026-03-29", ["29 01:00+0100", "29 01:30+0100", "29 03:00+0200", "29 03:30+0200"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25", ["25 02:30+0200"]),
        ("*/30 2-3 * * *", "Europe/Berlin", "2026-10-25", ["25 02:00+0200", "25 02:30+0200", "25 03:00+0100", "25 03:30+0100"]),
        ("30 2 * * *", "America/New_York", "2026-03-08", ["08 03:00-0400"]),
        ("30 1 * * *", "America/New_York", "2026-11-01", ["01 01:30-0400"]),
        ("*/30 1 * * *", "America/New_York", "2026-11-01", ["01 01:00-0400", "01 01:30-0400"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["04 02:30+1100"]),
        ("*/15 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["04 02:30+1100", "04 02:45+1100"]),
        ("*/15 1-2 * * *", "Australia/Lord_Howe", "2026-04-05", ["05 01:00+1100", "05 01:15+1100", "05 01:30+1100", "05 01:45+1100", "05 02:00+1030", "05 02:15+1030", "05 02:30+1030", "05 02:45+1030"]),
        ("30 2 * * *", "Asia/Kolkata", "2026-03-29", ["29 02:30+0530"]),
        ("0 0 * * *", "America/Santiago", "2026-09-06", ["06 01:00-0300"]),
        ("45 23 * * *", "America/Santiago", "2026-04-04", ["04 23:45-0300"]),
    ],
)  # fmt: skip
def test_a_skipped_time_is_taken_at_the_gap_s_end_and_a_repeated_one_once(
    text: str, zone: str, day: str, expected: list[str]
) -> None:
    assert expected == of_day(text, zone, day)


def test_stars_lose_no_skipped_time_either() -> None:
    assert ["29 00:30+0100", "29 03:00+0200", "29 04:30+0200"] == of_day("30 */2 * * *", "Europe/Berlin", "2026-03-29")[
        :3
    ]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("0 8-12/2 * * *; 30 12 * * 6,7", "2026-03-07", ["07 08:00", "07 10:00", "07 12:00", "07 12:30"]),
        ("0 8-12/2 * * *; 30 12 * * 6,7", "2026-03-09", ["09 08:00", "09 10:00", "09 12:00"]),
        ("0 9 * * 0; 0 9 * * 7; 0 9 * * SUN", "2026-03-08", ["08 09:00"]),
        ("0 9 13 * 1", "2026-03-09", ["09 09:00"]),
        ("0 9 13 * 1", "2026-03-13", ["13 09:00"]),
        ("0 9 1-7 * 1", "2026-03-10", []),
        ("0 9 L * *", "2026-02-28", ["28 09:00"]),
        ("0 9 * * 1#2", "2026-03-09", ["09 09:00"]),
    ],
)
def test_days_are_those_of_cron(text: str, day: str, expected: list[str]) -> None:
    assert expected == [each.removesuffix("+0000") for each in of_day(text, "UTC", day)]


def test_a_midnight_that_is_skipped_is_found_from_the_day_on_which_it_comes() -> None:
    zone = ZoneInfo("America/Santiago")
    calendar = Calendar(Rhythm(zone=zone, slots=("30 0 * * *",)))
    before = datetime(2026, 9, 5, 12, tzinfo=zone)
    found = calendar.slot(before, before + timedelta(days=3))
    assert found == datetime(2026, 9, 6, 1, tzinfo=zone)


def test_a_slot_in_an_hour_skipped_before_midnight_is_found_on_the_day_after() -> None:
    zone = ZoneInfo("America/Nuuk")  # 23:00 is followed by 00:00
    sunday = datetime(2026, 3, 29, tzinfo=zone)
    calendar = Calendar(Rhythm(zone=zone, slots=("30 23 * * *",)))
    assert sunday == calendar.slot(sunday, sunday + timedelta(days=1))


expressions = st.sampled_from(
    ("*/7 * * * *", "0 * * * *", "*/30 1-3 * * *", "15,45 0,2 * * *", "30 */2 * * *", "10 2 * * 0", "0 0 L * *")
)


@given(
    st.lists(expressions, min_size=1, max_size=3),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo")),
)
def test_slots_rise_strictly_and_are_walls_or_the_ends_of_gaps(texts: list[str], day: date, name: str) -> None:
    zone = ZoneInfo(name)
    found = slots.of_day(texts, day, zone)
    assert sorted(set(found)) == list(found)
    for each in found:
        local = each.astimezone(zone)
        assert not local.fold
        assert local.date() == day
        assert each == moment(local.replace(tzinfo=None), zone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("61 8 * * *", "'61 8 * * *' is no slot: its minute is '61', one of 0-59 is meant"),
        ("0 22-7 * * *", "'0 22-7 * * *' is no slot: its hour is '22-7', over midnight write 22-23,0-7"),
        ("0 8 * * FRI-SUN", "'0 8 * * FRI-SUN' is no slot: its day-of-week is 'FRI-SUN', where Sunday is the last day write numbers, such as 5-7"),
        ("0 8 30 2 *", "'0 8 30 2 *' is no slot: its day-of-month is '30', which its months do not have"),
        ("0 8 * * * *", "'0 8 * * * *' is no slot: it has 6 of the five fields minute hour day month weekday, and none of them is seconds"),
        ("hourly", "'hourly' is no slot: it has 1 of the five fields minute hour day month weekday"),
        ("@daily", "'@daily' is no slot: write '0 0 * * *'"),
        ("0 9 * * *; 08:05", "'08:05' is no slot: write '5 8 * * *' for every day at 08:05"),
        ("0 8 * JANUARY *", "'0 8 * JANUARY *' is no slot: its month is 'JANUARY', one of 1-12, JAN-DEC is meant"),
        (" ; ", "' ; ' names no slot: write one such as '0 8-22/2 * * *', or leave it empty"),
        (f"0 {'1' * 5000} * * *", "a slot of 5008 characters is too long: separate several with ;"),
    ],
)  # fmt: skip
def test_what_is_no_slot_is_refused_in_a_line_that_says_what_to_write(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        slots.parse(text)


@given(st.text(alphabet="0123456789*/,-#LWJANMONSU; ", max_size=30))
def test_nothing_but_a_value_error_comes_of_what_is_written(text: str) -> None:
    with suppress(ValueError):
        slots.of_day(slots.parse(text), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))


def test_spaces_and_repetitions_do_not_matter_and_nothing_is_no_slot() -> None:
    assert ("0 8 * * *", "30 9 * * 1") == slots.parse(" 0  8 * * * ;30 9 * * 1;; 0 8 * * *")
    assert () == slots.parse("")
