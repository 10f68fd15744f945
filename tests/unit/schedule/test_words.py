"""What is told of a plan: contradictory limits beforehand, and the reason of each moment."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from unit.schedule.made import BERLIN, HOUR, MINUTE, MONDAY, at

from bot.model import Links, Prices
from bot.schedule.contradictions import contradictions, surprises, too_dear
from bot.schedule.rhythm import Quiet, Rhythm
from bot.schedule.sections import section
from bot.schedule.values import Pause, Planned, Why
from bot.schedule.words import reason

NIGHT = (Quiet(time(22), time(7)),)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (
            {"slots": ("0 8,10,18 * * *",), "gap": 3 * HOUR},
            "the gap of 3h is longer than the 2h from the slot at 08:00 to the next, which stays empty: lower the gap to 2h, or take slots out",
        ),
        ({"slots": ("0 23 * * *", "30 3 * * *"), "quiet": NIGHT}, "all slots are in quiet hours, and nothing would go out: 0 23 * * *; 30 3 * * *"),
        ({"slots": ("0 8 29 2 *",)}, "no slot comes in the next 14 days: 0 8 29 2 *"),
        ({"slots": ("0 8-12 * * *",), "per_day": 3}, "a day has up to 5 slots, but may have 3 posts: its later slots stay empty"),
        ({"slots": ("0 8-12 * * *",), "per_month": 100}, "70 slots in 14 days are more than 100 posts a month: its end stays empty"),
        (
            {"slots": ("0 8-22 * * *",), "max_age": 6 * HOUR},
            "no slot comes for 10h after the one at Mon 22:00, longer than the maximum age of 6h: what comes in then may expire unsent",
        ),
        ({"per_day": 10, "per_month": 5}, "a day may have 10 posts, but its whole month only 5: lower the cap of the day, or raise the month's"),
        (
            {"budget_per_day": Decimal(3), "budget_per_month": Decimal(2)},
            "a day may cost 3, but its whole month only 2: lower the day's budget, or raise the month's",
        ),
        (
            {"gap": 2 * HOUR, "max_age": HOUR},
            "the gap of 2h is longer than the maximum age of 1h: what comes in after a post is too old for the next",
        ),
    ],
)  # fmt: skip
def test_limits_that_stand_against_each_other_are_told(limits: dict[str, Any], expected: str) -> None:
    rhythm = Rhythm(zone=BERLIN, **limits)
    assert (expected,) == contradictions(rhythm, MONDAY) + surprises(rhythm, MONDAY)


def test_limits_that_go_together_are_not() -> None:
    rhythm = Rhythm(
        zone=BERLIN,
        slots=("0 8-20/2 * * *",),
        gap=HOUR,
        per_day=7,
        per_month=220,
        quiet=NIGHT,
        max_age=timedelta(days=1),
    )
    assert () == contradictions(rhythm, MONDAY) + surprises(rhythm, MONDAY)
    assert () == contradictions(Rhythm(), MONDAY) + surprises(Rhythm(), MONDAY)


def test_slots_that_caps_leave_empty_may_be_meant_so() -> None:
    assert () == contradictions(Rhythm(zone=BERLIN, slots=("0 8-12 * * *",), per_day=3), MONDAY)


DEAR = Prices(Decimal("0.015"), Decimal("0.200"))


@pytest.mark.parametrize(
    ("budget", "links", "expected"),
    [
        ("0.01", Links.NEVER, "a post costs at least 0.015, more than the whole budget of 0.01, and none would ever go: raise it"),
        (
            "0.19",
            Links.ALWAYS,
            "a post with a link costs 0.200, more than the whole budget of 0.19, and would never go: raise it, or set LINKS to never",
        ),
    ],
)  # fmt: skip
def test_a_budget_that_no_post_fits_in_is_told(budget: str, links: Links, expected: str) -> None:
    rhythm = Rhythm(budget_per_day=Decimal(9), budget_per_month=Decimal(budget))
    assert (expected,) == too_dear(rhythm, DEAR, links)


def test_a_budget_that_posts_fit_in_is_not() -> None:
    enough = too_dear(Rhythm(budget_per_day=Decimal("0.2")), DEAR, Links.ALWAYS)
    unlinked = too_dear(Rhythm(budget_per_day=Decimal("0.1")), DEAR, Links.NEVER)
    assert ((), (), ()) == (enough, unlinked, too_dear(Rhythm(), DEAR, Links.ALWAYS))


RHYTHM = Rhythm(
    zone=BERLIN, gap=20 * MINUTE, per_day=3, per_month=50, budget_per_day=Decimal("0.50"), budget_per_month=Decimal(9), quiet=NIGHT
)  # fmt: skip


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (Planned(1, MONDAY, Why.SLOT), "a slot"),
        (Planned(1, MONDAY, Why.DAY_CAP), "the cap of 3 a day is reached"),
        (Planned(1, None, Why.MONTH_CAP), "the cap of 50 a month is reached"),
        (Planned(1, MONDAY, Why.DAY_BUDGET), "the day's budget of 0.50 leaves no room"),
        (Planned(1, None, Why.MONTH_BUDGET), "the month's budget of 9 leaves no room"),
        (Planned(1, None, Why.TOO_DEAR), "it costs more than the whole budget of 0.50 a day"),
        (Planned(1, MONDAY, Why.QUIET), "quiet hours 22:00-07:00"),
        (Planned(1, MONDAY, Why.GAP), "at least 20m from the next post"),
        (Planned(1, MONDAY, Why.SPREAD), "a backlog is spread, 10m apart"),
        (Planned(1, MONDAY, Why.PAUSE), "paused until 2026-03-02 13:00"),
        (Planned(1, None, Why.LATER), "later than the next 14 days"),
        (Planned(1, None, Why.WILL_EXPIRE), "expires before its turn: others go before it"),
        (Planned(1, None, Why.WILL_EXPIRE, Why.DAY_CAP), "expires before its turn: the cap of 3 a day is reached"),
    ],
)
def test_every_reason_is_said_in_words(planned: Planned, expected: str) -> None:
    assert expected == reason(planned, RHYTHM, Pause(at(12)))


def test_there_are_words_for_every_reason() -> None:
    assert all(reason(Planned(1, None, why), RHYTHM) for why in Why)
    assert "paused until it is resumed" == reason(Planned(1, None, Why.PAUSE), RHYTHM, Pause())


def test_a_section_is_named_else_the_queue_s_folder_else_the_first_hashtag() -> None:
    assert "sport" == section(" Sport", "news", ("Korea",))
    assert "news" == section(None, "news", ("Korea",))
    assert "korea" == section(None, "", ("Korea", "Japan"))
    assert "" == section(None, "", ())
