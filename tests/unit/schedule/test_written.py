"""What operators write of a rhythm: read as they mean it, or refused in one line with what to write."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import caps, durations, zones
from bot.schedule.rhythm import Backlog

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h30m", 5400),
        ("1 h 30 min", 5400),
        ("90 s", 90),
        ("2d", 172_800),
        ("2 days", 172_800),
        ("0", 0),
    ],
)
def test_a_stretch_of_time_is_read(text: str, seconds: int) -> None:
    assert timedelta(seconds=seconds) == durations.parse(text)


@given(st.integers(0, 10**7))
def test_a_stretch_of_time_is_shown_as_it_is_written(seconds: int) -> None:
    stretch = timedelta(seconds=seconds)
    assert stretch == durations.parse(durations.shown(stretch))


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (durations.parse, "30", "'30' of what? Write 30m for minutes, 30h for hours"),
        (durations.parse, "half an hour", "'half an hour' is no stretch of time: write it as 30m, 1h30m or 2d"),
        (durations.parse, "-5m", "'-5m' is no stretch of time: write it as 30m, 1h30m or 2d"),
        (durations.parse, "3 months", "'3 months' is no stretch of time: write it as 30m, 1h30m or 2d"),
        (durations.parse, "", "'' is no stretch of time: write it as 30m, 1h30m or 2d"),
        (durations.parse, "99999d", "99999d is too long: at most ten years"),
        (durations.parse, "9999999999h", "9999999999h is too long: at most ten years"),
        (caps.parse, "0", "a cap of 0 would publish nothing: pause the account instead, or leave it empty for no cap"),
        (caps.parse, "ten", "'ten' is no number of posts: write one such as 10, or leave it empty for no cap"),
        (caps.parse, "-1", "'-1' is no number of posts: write one such as 10, or leave it empty for no cap"),
        (caps.parse, "99999999", "99999999 posts are no cap: leave it empty for none"),
        (caps.parse_budget, "5 USD", "'5 USD' is no amount: write one such as 4.50, without a currency"),
        (caps.parse_budget, "nan", "'nan' is no amount: write one such as 4.50, without a currency"),
        (caps.parse_budget, "0", "a budget of 0 would publish nothing that costs: leave it empty for no budget"),
        (zones.parse, "europe/berlin", "no time zone is named 'europe/berlin'; write Europe/Berlin"),
        (zones.parse, "Berlin", "no time zone is named 'Berlin'; write Europe/Berlin"),
        (zones.parse, "New York", "no time zone is named 'New York'; write America/New_York"),
        (zones.parse, "Europe/Berlim", "no time zone is named 'Europe/Berlim'; did you mean Europe/Berlin?"),
        (zones.parse, "Asia/Kolkatta", "no time zone is named 'Asia/Kolkatta'; did you mean Asia/Kolkata?"),
        (zones.parse, "CEST", "no time zone is named 'CEST'; zones are named like Europe/Berlin; offsets and their short names are none"),
        (zones.parse, "+02:00", "no time zone is named '+02:00'; zones are named like Europe/Berlin; offsets and their short names are none"),
        (zones.parse, "Europe", "no time zone is named 'Europe'; one is Europe/Berlin"),
        (zones.parse, "../../etc/passwd", "no time zone is named '../../etc/passwd'; one is Europe/Berlin"),
        (Backlog.parse, "drop", "no policy for a backlog is named 'drop': write one of spread, all, newest, skip"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_line(parse: Callable[[str], object], text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        parse(text)


def test_what_can_be_read_is() -> None:
    assert 10 == caps.parse(" 10 ")
    assert Decimal("4.50") == caps.parse_budget("4.50")
    assert "Asia/Kolkata" == zones.parse("Asia/Kolkata").key
    assert Backlog.NEWEST is Backlog.parse("Newest")


@given(st.sampled_from((durations.parse, caps.parse, caps.parse_budget, Backlog.parse)), st.text(max_size=20))
def test_nothing_but_a_value_error_comes_of_what_is_written(parse: Callable[[str], object], text: str) -> None:
    with suppress(ValueError):
        parse(text)
