"""How much of a quota is left, by the headers of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from bot.networks.rates import Window, number, reset, window

UNTIL = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
TOLD = {"x-limit": "1300", "x-remaining": "1297", "x-reset": "2026-11-23T13:05:00.000Z"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-11-23T13:05:00.000Z", UNTIL),
        ("2026-11-23T14:05:00+01:00", UNTIL),
        ("2026-11-23T13:05:00", UNTIL),
        ("1795439100", UNTIL),
        (" 1795439100 ", UNTIL),
        ("99999999999", datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
        ("100000000000", None),
        ("9" * 30, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("-1", None),
        ("1e9", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_reset_is_seconds_or_iso_8601(told: str, expected: datetime | None) -> None:
    assert expected == reset({"x-reset": told}, "x")


def test_a_reset_that_is_not_told_is_none() -> None:
    assert reset({}, "x") is None


def test_what_is_left_is_told_in_words() -> None:
    told = window(TOLD, "x")
    assert Window(1297, 1300, UNTIL) == told
    assert "1,297 of 1,300 requests left until 2026-11-23 13:05 UTC" == told.of("requests")
    assert "0 of 300 posts left" == Window(0, 300, None).of("posts")


def test_a_window_without_its_end_is_one() -> None:
    assert Window(1297, 1300, None) == window(TOLD | {"x-reset": "soon"}, "x")


@pytest.mark.parametrize("odd", [None, "", "-1", "1e3", "soon", "9" * 30, "١٢"])
@pytest.mark.parametrize("name", ["x-limit", "x-remaining"])
def test_a_window_that_is_not_told_whole_says_nothing(name: str, odd: str | None) -> None:
    told = TOLD | {name: odd} if odd is not None else {other: TOLD[other] for other in TOLD if other != name}
    assert window(told, "x") is None


def test_names_of_headers_are_taken_as_their_mapping_takes_them() -> None:
    assert window(CaseInsensitiveDict({name.upper(): value for name, value in TOLD.items()}), "x") == window(TOLD, "x")


@pytest.mark.parametrize(
    ("value", "expected"), [("7", 7), (7, 7), (" 7\n", 7), ("0" * 11, 0), ("99999999999", 10**11 - 1)]
)
def test_a_number_is_one(value: Any, expected: int) -> None:
    assert expected == number(value)


@pytest.mark.parametrize("value", [None, True, 7.5, -1, 10**11, "0" * 12, "7a", "0x7", "²", "٧", "", [], {}])
def test_anything_else_is_no_number(value: Any) -> None:
    assert number(value) is None
