"""Which troubles there are, and when each is told: once as it begins, once when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.operations.made import NOW, event, measured

from bot.ledger.measuring import Wanting
from bot.model import State
from bot.operations.sight import Scene
from bot.operations.troubles import (
    A_MINUTE,
    AN_OUTAGE,
    AT_ONCE,
    QUIET,
    Change,
    Course,
    Trouble,
    change,
    followed,
    message,
    troubles,
)

LATER = NOW + timedelta(minutes=5)
BEFORE = NOW - timedelta(minutes=5)


def keys(**said: object) -> list[tuple[str, float]]:
    return [(each.key, each.patience) for each in troubles(Scene(NOW, **said))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held_up", "expected"),
    [
        ({}, []),
        ({"paused": True, "reason": "by hand"}, []),
        ({"paused": True, "paused_with": "keys", "reason": "401"}, [("paused sport", AT_ONCE)]),
        ({"paused": True, "paused_with": "keys", "paused_until": BEFORE}, []),
        ({"paused": True, "paused_until": LATER, "reason": "asks for a pause"}, []),
        ({"failures": 3, "backoff_until": LATER}, [("outage sport", AN_OUTAGE)]),
        ({"failures": 3, "backoff_until": BEFORE}, []),
        ({"failures": 3, "backoff_until": BEFORE, "due": BEFORE}, [("outage sport", AN_OUTAGE)]),
        ({"failures": 0, "due": BEFORE}, []),
    ],
)
def test_an_account_is_a_trouble_where_only_its_operator_or_its_network_lets_it_go_on(
    held_up: dict[str, object], expected: list[tuple[str, float]]
) -> None:
    assert expected == keys(accounts=(measured(**held_up),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "patience"), [(State.DISCARDED, AT_ONCE), (State.UNKNOWN, AT_ONCE), (State.SCHEDULED, AN_OUTAGE)]
)
def test_all_of_an_account_that_want_a_person_for_one_reason_are_one(state: State, patience: float) -> None:
    assert [(f"{state} sport", patience)] == keys(wanting=(Wanting("sport", state, 60, 7, "One", "why"),))


def test_its_words_count_them_and_name_the_newest() -> None:
    (found,) = troubles(Scene(NOW, wanting=(Wanting("sport", State.DISCARDED, 60, 7, "One", "403"),)))
    assert "sport: 60 refused for good, the newest “One”: 403 (delivery 7)" == found.words


def test_what_expired_is_one_for_each_account_and_names_the_last() -> None:
    expired = (event("expired", "its time was over"), event("expired", "the cap is reached", headline="Two"))
    (found,) = troubles(Scene(NOW, expired=expired))
    expected = "sport: 2 expired unsent within 24 hours, the last “Two” (the cap is reached)"
    assert ("expired sport", expected) == (found.key, found.words)


def test_files_and_faults_are_others() -> None:
    found = keys(rejected=("sport/one.md",), faults={"ledger": "the disk is full"})
    assert [("rejected sport/one.md", AT_ONCE), ("ledger", A_MINUTE)] == found


def test_an_account_that_is_capped_is_none() -> None:
    assert [] == keys(accounts=(measured(due=None),))


DISK = Trouble("ledger", "the disk is full")


class Day:
    """What somebody is told who is told at once of all that changes."""

    def __init__(self) -> None:
        self.courses: dict[str, Course] = {}
        self.told: dict[str, str] = {}
        self.heard: list[tuple[float, str]] = []

    def see(self, at: float, *present: Trouble, blind: bool = False) -> None:
        self.courses = followed(self.courses, present, at, blind=blind)
        news = change(self.courses, self.told, at)
        self.heard += [(at, f"+ {each.key}") for each in news.begun] + [(at, f"- {key}") for key in news.over]
        self.told = {k: w for k, w in self.told.items() if k not in news.over} | {t.key: t.words for t in news.begun}


def test_a_trouble_is_told_when_it_has_lasted_and_once_more_when_it_is_over() -> None:
    day = Day()
    for at in range(0, 300, 10):
        day.see(at, DISK)
    for at in range(300, 1000, 10):
        day.see(at)
    assert [(60, "+ ledger"), (290 + QUIET, "- ledger")] == day.heard


def test_what_wants_a_person_is_told_at_once() -> None:
    day = Day()
    day.see(0, Trouble("delivery 7", "One", AT_ONCE))
    assert [(0, "+ delivery 7")] == day.heard


def test_sixty_posts_that_are_refused_one_by_one_are_told_once_and_over_when_none_is_left() -> None:
    day = Day()
    for many in range(1, 61):
        day.see(
            many * QUIET, *troubles(Scene(NOW, wanting=(Wanting("news", State.DISCARDED, many, many, "One", "403"),)))
        )
    for at in range(61, 64):
        day.see(at * QUIET)
    assert [(QUIET, "+ discarded news"), (61 * QUIET, "- discarded news")] == day.heard


def test_one_that_goes_by_is_not_told() -> None:
    day = Day()
    for at in range(0, 1000, 10):
        day.see(at, *[DISK] * (at < 50))
    assert [] == day.heard


def test_one_that_flaps_is_told_once() -> None:
    day = Day()
    for at in range(0, 3600, 10):
        day.see(at, *[DISK] * (at // 100 % 2))
    assert [(160, "+ ledger")] == day.heard[:1]
    assert 1 == len(day.heard)


def test_whoever_cannot_see_takes_nothing_for_over() -> None:
    day = Day()
    for at in range(0, 100, 10):
        day.see(at, DISK)
    for at in range(100, 2000, 10):
        day.see(at, blind=True)
    assert [(60, "+ ledger")] == day.heard
    day.see(2000)
    assert (2000, "- ledger") == day.heard[-1]


def test_several_go_in_one_message_and_many_are_counted() -> None:
    begun = tuple(Trouble(str(number), f"trouble {number}") for number in range(12))
    title, body = message(Change(begun, {"ledger": "the disk is full"}))
    assert "12 troubles, 1 over" == title
    lines = body.splitlines()
    assert ["✗ trouble 0", "✗ trouble 9", "✗ and 2 more: bot status", "✓ over: the disk is full"] == [
        lines[0],
        *lines[9:],
    ]


def test_no_text_from_outside_makes_a_line_of_its_own() -> None:
    (found,) = troubles(Scene(NOW, wanting=(Wanting("sport", State.DISCARDED, 1, 7, "One\n✓ over: all", "x" * 999),)))
    assert (False, True) == ("\n" in found.words, len(found.words) <= 300)
