from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import NOON

from bot.daemon.turns import BREATH, REST, VISIT, Turn, next_turn

SECOND = timedelta(seconds=1)


def turn(**more: object) -> Turn:
    """One that began 4 seconds ago by the steady clock, which shows 100, and ended 3 seconds ago."""
    return Turn(96.0, 97.0, **{"sent": 0, **more})  # type: ignore[arg-type]


ENDED = NOON - 3 * SECOND


def test_the_first_turn_is_at_once() -> None:
    assert NOON == next_turn(None, None, now=NOON, monotonic=100)
    assert NOON == next_turn(NOON + 60 * SECOND, None, now=NOON, monotonic=100)


@pytest.mark.parametrize(
    ("due", "last", "expected"),
    [
        (NOON + SECOND, turn(), NOON + SECOND),
        (NOON - 2 * SECOND, turn(), NOON - 2 * SECOND),
        (NOON - 3.5 * SECOND, turn(), NOON - 3.5 * SECOND),  # came up while the turn ended: it may not have been seen
        (NOON - 9 * SECOND, turn(), ENDED + BREATH),
        (NOON - 9 * SECOND, turn(failed=True), ENDED + REST),
        (NOON - 9 * SECOND, turn(sent=1), NOON - 9 * SECOND),
        (None, turn(), ENDED + VISIT),
        (NOON + VISIT, turn(), ENDED + VISIT),
    ],
)
def test_what_was_tried_in_vain_is_not_tried_again_at_once(due: object, last: Turn, expected: object) -> None:
    assert expected == next_turn(due, last, now=NOON, monotonic=100)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_wall_clock_that_is_set_changes_no_pause_between_turns(step: timedelta) -> None:
    long_ago = NOON - timedelta(days=2)
    assert ENDED + step + BREATH == next_turn(long_ago, turn(), now=NOON + step, monotonic=100)
