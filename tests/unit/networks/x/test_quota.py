"""What X's headers say of the posts that are left."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks.x import quota

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def window(limit: Any = "100", remaining: Any = "97", reset: Any = None, kind: str = "x-rate-limit") -> dict[str, str]:
    reset = str(int((NOW + timedelta(minutes=9)).timestamp())) if reset is None else reset
    told = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"{kind}-{name}": value for name, value in told.items() if value != "absent"}


def test_what_is_left_is_told_in_words() -> None:
    headers = window() | window("17", "0", kind="x-user-limit-24hour") | window("10000", kind="x-app-limit-24hour")
    assert [
        "97 of 100 posts left until 2026-11-23 10:09 UTC",
        "0 of 17 posts a day left until 2026-11-23 10:09 UTC",
        "97 of 10,000 posts a day of the whole app left until 2026-11-23 10:09 UTC",
    ] == [str(window) for window in quota.told(headers, NOW)]


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_of_ours_that_is_wrong_tells_the_same_span(minutes: int) -> None:
    ours = NOW + timedelta(minutes=minutes)
    headers = window(remaining="0") | {"date": format_datetime(NOW, usegmt=True)}
    [told] = quota.told(headers, ours)
    assert (ours + timedelta(minutes=9),) * 2 == (told.until, quota.pause_until(headers, ours))


ODD = ["absent", "", "-1", "1e3", "9" * 30, "١٢", "soon", "0x10", "12.5"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
def test_headers_that_are_odd_say_nothing(name: str, odd: str) -> None:
    assert [] == quota.told(window(**{name: odd}), NOW)


@given(st.dictionaries(st.sampled_from([*window(), "date"]), st.text() | st.integers().map(str)))
def test_no_header_whatever_it_holds_is_an_error(headers: dict[str, str]) -> None:
    assert NOW < quota.pause_until(headers, NOW) < NOW + timedelta(hours=25)
    assert len(quota.kept(quota.to_keep(quota.told(headers, NOW)), NOW)) <= 1


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT"])
def test_a_date_beyond_all_calendars_is_no_error(date: str) -> None:
    assert NOW + timedelta(minutes=5) == quota.pause_until(window(reset="1", remaining="0") | {"date": date}, NOW)


@pytest.mark.parametrize("reset", ["absent", "1", "soon", "33300000000", "9" * 30])
def test_a_refusal_without_a_moment_that_can_be_meant_is_a_pause_of_five_minutes(reset: str) -> None:
    assert NOW + timedelta(minutes=5) == quota.pause_until(window(remaining="0", reset=reset), NOW)


def test_a_pause_lasts_until_all_that_is_used_up_is_there_again() -> None:
    evening = str(int((NOW + timedelta(hours=8)).timestamp()))
    day = window("50", "0", evening, kind="x-user-limit-24hour")
    app = window("9000", "1", str(int(evening) + 60), kind="x-app-limit-24hour")
    assert NOW + timedelta(hours=8) == quota.pause_until(window(remaining="0") | day | app, NOW)
    assert NOW + timedelta(hours=8) == quota.pause_until(window() | day | app, NOW)
    assert NOW + timedelta(minutes=9) == quota.pause_until(window(remaining="absent") | app, NOW)


def test_what_was_kept_holds_until_its_moment_and_no_nonsense_does() -> None:
    shelf: dict[str, Any] = json.loads(json.dumps(quota.to_keep(quota.told(window(), NOW))))
    end = NOW + timedelta(minutes=9)
    assert [quota.Left("x-rate-limit", 97, 100, end)] == quota.kept(shelf, NOW)
    assert [] == quota.kept(shelf, end)
    assert [] == quota.kept(shelf, NOW - timedelta(days=2))  # by a clock that was two days fast


@pytest.mark.parametrize("damaged", [None, 1, -1, "abc", "", [], {}, True])
@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
def test_what_was_kept_and_damaged_says_nothing(name: str, damaged: object) -> None:
    assert [] == quota.kept(quota.to_keep(quota.told(window(), NOW)) | {f"x-rate-limit-{name}": damaged}, NOW)
