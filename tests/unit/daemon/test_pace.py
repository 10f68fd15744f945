from __future__ import annotations

import pytest

from bot.daemon.pace import LOOK, Looked, plan_at, rest, survey_at


@pytest.mark.parametrize(
    ("changed", "unsettled", "took", "expected"),
    [
        (False, False, 0.0, 100 + LOOK),
        (True, False, 0.0, 100.0),
        (False, True, 0.0, 101.05),
        (True, True, 0.0, 100.0),
        (True, True, 0.5, 105.5),  # a big queue in which a file changes all the time
        (False, False, 0.5, 100.5 + LOOK),
    ],
)
def test_the_queue_is_looked_at_when_it_pays(changed: bool, unsettled: bool, took: float, expected: float) -> None:
    assert expected == survey_at(Looked(100.0, took), changed=changed, unsettled=unsettled)


def test_the_first_survey_and_the_first_plan_are_at_once() -> None:
    assert survey_at(Looked(), changed=False, unsettled=False) < 0
    assert plan_at(Looked(), pending=5) < 0


@pytest.mark.parametrize(("pending", "took", "expected"), [(0, 0.1, 100.0), (7, 0.1, 102.0), (7, 1.0, 104.0)])
def test_while_files_come_in_the_plan_is_made_now_and_then(pending: int, took: float, expected: float) -> None:
    assert expected == plan_at(Looked(100.0, took), pending=pending)


def test_the_loop_sleeps_until_the_first_reason_and_never_longer_than_a_minute() -> None:
    assert 3.0 == rest(100.0, 105.0, None, 103.0, pending=0)
    assert LOOK == rest(100.0, 500.0, None, pending=0)
    assert 0.0 == rest(100.0, 90.0, pending=0)
    assert 0.0 == rest(100.0, 500.0, pending=1)
