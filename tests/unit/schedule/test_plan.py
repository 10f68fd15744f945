"""Where a delivery goes, case by case: what wins, who is next, and what a backlog comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest
from unit.schedule.made import BERLIN, DAY, HOUR, MINUTE, MONDAY, at, moments, planned, reasons, wait

from bot.model import Priority
from bot.schedule.rhythm import Backlog, Quiet, Rhythm
from bot.schedule.values import Pause, Planned, Sent, Waiting, Why

HOURLY = Rhythm(slots=("0 * * * *",))
AT_WILL = Rhythm()
NIGHT = (Quiet(time(22), time(7)),)
BREAKING, EVERGREEN = Priority.BREAKING, Priority.EVERGREEN


def test_each_takes_the_next_slot_in_the_order_in_which_it_came() -> None:
    assert {1: at(10), 2: at(11), 3: at(12)} == moments(planned([wait(3), wait(1), wait(2)], HOURLY))


def test_a_slot_stays_open_for_five_minutes_of_a_pause() -> None:
    now = at(10, 0)
    found = planned([wait(1), wait(2)], HOURLY, now=now, pause=Pause(now + 5 * MINUTE))
    assert {1: at(10, 5), 2: at(11)} == moments(found)
    assert {1: Why.PAUSE, 2: Why.SLOT} == reasons(found)
    assert {1: at(11)} == moments(planned([wait(1)], HOURLY, now=now, pause=Pause(now + 6 * MINUTE)))


def test_without_slots_each_goes_as_soon_as_it_may() -> None:
    assert {1: MONDAY, 2: MONDAY} == moments(planned([wait(1), wait(2)], AT_WILL))
    spaced = planned([wait(1), wait(2)], Rhythm(gap=20 * MINUTE), sent=[Sent(MONDAY - 5 * MINUTE)])
    assert {1: at(9, 45), 2: at(10, 5)} == moments(spaced)


def test_breaking_news_skips_slots_and_others_go_around_it() -> None:
    rhythm = Rhythm(slots=("0 * * * *",), gap=45 * MINUTE)
    found = planned([wait(1), wait(2, priority=BREAKING)], rhythm)
    assert {2: MONDAY, 1: at(11)} == moments(found)
    assert {2: Why.AT_ONCE, 1: Why.GAP} == reasons(found)


@pytest.mark.parametrize(("allowed", "expected"), [(True, at(3)), (False, at(7))])
def test_breaking_news_wakes_nobody_unless_the_account_allows_it(allowed: bool, expected: object) -> None:
    rhythm = Rhythm(quiet=NIGHT, breaking_in_quiet=allowed)
    news = wait(1, priority=BREAKING, created_at=at(3))
    assert {1: expected, 2: at(7)} == moments(planned([news, wait(2, created_at=at(2))], rhythm, now=at(3)))


def test_evergreen_takes_what_nobody_else_does() -> None:
    waiting = [wait(1, priority=EVERGREEN), wait(2), wait(3, publish_at=at(11, 30))]
    assert {2: at(10), 1: at(11), 3: at(11, 30)} == moments(planned(waiting, HOURLY))


def test_an_appointment_is_kept_to_the_minute_and_others_give_way() -> None:
    rhythm = Rhythm(slots=("*/15 * * * *",), gap=15 * MINUTE)
    found = planned([wait(1), wait(2), wait(3, publish_at=at(10, 7))], rhythm)
    assert {1: at(9, 30), 2: at(9, 45), 3: at(10, 7)} == moments(found)
    found = planned([wait(1), wait(2), wait(4), wait(3, publish_at=at(10, 7))], rhythm)
    assert at(10, 30) == moments(found)[4]


def test_exactly_a_gap_from_an_appointment_is_far_enough() -> None:
    found = planned([wait(1), wait(2), wait(3, publish_at=at(10, 45))], Rhythm(slots=("0 * * * *",), gap=45 * MINUTE))
    assert {1: at(10), 3: at(10, 45), 2: at(12)} == moments(found)


def test_an_appointment_at_its_own_end_is_never_kept() -> None:
    found = planned([wait(1, publish_at=at(11), expires_at=at(11))], AT_WILL)
    assert (Planned(1, None, Why.WILL_EXPIRE, Why.PUBLISH_AT),) == found


def test_a_publish_at_of_long_ago_is_the_age_of_an_article_and_no_appointment() -> None:
    old = wait(1, publish_at=MONDAY - 2 * DAY)
    assert {1: at(10)} == moments(planned([old], HOURLY))
    assert {1: Why.EXPIRED} == reasons(planned([old], replace(HOURLY, max_age=DAY)))


ONE_STRONGER_THAN_THE_OTHER = [
    # a pause before a cap: the cap of today is reached, and the pause lasts till tomorrow's noon
    (Rhythm(per_day=1), [Sent(at(8))], Pause(at(12, day=3)), wait(1), at(12, day=3), Why.PAUSE),
    # a cap before quiet hours: tomorrow begins at night
    (Rhythm(per_day=1, quiet=NIGHT), [Sent(at(8))], None, wait(1), at(7, day=3), Why.DAY_CAP),
    # a budget likewise
    (Rhythm(budget_per_day=Decimal("0.30"), quiet=NIGHT), [Sent(at(8), Decimal("0.20"))], None, wait(1, cost=Decimal("0.20")), at(7, day=3), Why.DAY_BUDGET),
    # quiet hours before the gap: what goes at their end keeps its distance too
    (Rhythm(quiet=(Quiet(time(9), time(10)),), gap=3 * HOUR), [Sent(at(8))], None, wait(1), at(11), Why.QUIET),
    # the gap before an appointment
    (Rhythm(gap=HOUR), [Sent(at(9))], None, wait(1, publish_at=at(9, 40)), at(10), Why.GAP),
    # an appointment before slots
    (HOURLY, [], None, wait(1, publish_at=at(10, 20)), at(10, 20), Why.PUBLISH_AT),
]  # fmt: skip


@pytest.mark.parametrize(("rhythm", "sent", "pause", "waiting", "moment", "why"), ONE_STRONGER_THAN_THE_OTHER)
def test_what_wins_first_to_last_is_pause_caps_and_budget_quiet_hours_gap_publish_at_and_slots(
    rhythm: Rhythm, sent: list[Sent], pause: Pause | None, waiting: Waiting, moment: object, why: Why
) -> None:
    assert (Planned(1, moment, why),) == planned([waiting], rhythm, sent=sent, pause=pause)  # type: ignore[arg-type]


def test_a_pause_without_end_gives_no_moment_and_says_so() -> None:
    found = planned([wait(1), wait(2, priority=BREAKING)], HOURLY, pause=Pause())
    assert {1: Why.PAUSE, 2: Why.PAUSE} == reasons(found)
    assert {None} == set(moments(found).values())


def test_caps_count_by_the_calendar_of_the_account_s_zone() -> None:
    rhythm = Rhythm(zone=BERLIN, per_day=1)
    late = at(23, 30)  # 00:30 of the next day in Berlin
    found = planned([wait(1)], rhythm, now=at(22), sent=[Sent(at(21))])
    assert {1: at(23)} == moments(found)
    assert {1: at(23, day=3)} == moments(planned([wait(1)], rhythm, now=late, sent=[Sent(at(23, 10))]))


def test_the_cap_of_a_month_is_kept_over_its_end() -> None:
    rhythm = Rhythm(slots=("0 12 * * *",), per_month=3)
    waiting = [wait(number) for number in range(1, 6)]
    found = planned(waiting, rhythm, now=at(9, day=25), sent=[Sent(at(8, day=1)), Sent(at(8) - 10 * DAY)])
    april = at(12, day=31) + DAY
    assert [at(12, day=25), at(12, day=26), april, april + DAY, april + 2 * DAY] == [each.moment for each in found]
    assert Why.MONTH_CAP is reasons(found)[3]


def test_a_post_at_the_very_beginning_of_a_month_counts_for_it() -> None:
    first = at(0, day=1)
    assert {1: None} == moments(planned([wait(1)], Rhythm(per_month=1), sent=[Sent(first)]))
    assert {1: MONDAY} == moments(planned([wait(1)], Rhythm(per_month=1), sent=[Sent(first - timedelta(seconds=1))]))


def test_what_the_budget_has_no_money_for_waits_and_what_is_cheaper_goes() -> None:
    rhythm = Rhythm(slots=("0 * * * *",), budget_per_month=Decimal("1.00"))
    waiting = [wait(1, cost=Decimal("0.20")), wait(2, cost=Decimal("0.01")), wait(3, cost=Decimal("0.20"))]
    found = planned(waiting, rhythm, sent=[Sent(at(8, day=1), Decimal("0.75"))])
    assert {1: at(10), 2: at(11), 3: None} == moments(found)
    assert Why.MONTH_BUDGET is reasons(found)[3]


def test_what_will_expire_before_its_turn_is_said_with_what_is_in_its_way() -> None:
    soon = {"expires_at": at(11)}
    assert [Planned(1, None, Why.WILL_EXPIRE, Why.DAY_CAP)] == list(
        planned([wait(1, priority=BREAKING, **soon)], Rhythm(per_day=1), sent=[Sent(at(8))])
    )
    assert Planned(2, None, Why.WILL_EXPIRE) == planned([wait(1), wait(2, **soon)], HOURLY)[-1]
    assert Planned(1, None, Why.EXPIRED) == planned([wait(1, expires_at=MONDAY)], HOURLY)[0]


def test_the_maximum_age_is_for_news_and_not_for_what_is_evergreen() -> None:
    rhythm = Rhythm(slots=("0 12 * * *",), max_age=2 * HOUR)
    found = planned([wait(1), wait(2, priority=EVERGREEN)], rhythm)
    assert {1: None, 2: at(12)} == moments(found)
    assert Why.WILL_EXPIRE is reasons(found)[1]


def test_after_fourteen_days_nothing_has_a_moment_yet() -> None:
    found = planned([wait(number) for number in range(16)], Rhythm(slots=("0 12 * * *",)))
    assert [*[at(12) + number * DAY for number in range(14)], None, None] == [each.moment for each in found]
    assert {Why.LATER} == {each.why for each in found[14:]}
    assert Why.LATER is reasons(planned([wait(1, publish_at=MONDAY + 15 * DAY)], HOURLY))[1]


def test_a_section_with_one_article_does_not_wait_behind_a_hundred_of_another() -> None:
    sport = [wait(number, section="sport") for number in range(100)]
    found = planned([*sport, wait(100, section="culture"), wait(101, section="culture")], HOURLY)
    assert [0, 100, 1, 101, 2, 3] == [each.id for each in found[:6]]


def test_the_section_that_was_posted_last_waits_longest() -> None:
    waiting = [wait(1, section="sport"), wait(2, section="culture")]
    sent = [Sent(MONDAY - 10 * MINUTE, section="sport"), Sent(MONDAY - 20 * MINUTE, section="culture")]
    assert [2, 1] == [each.id for each in planned(waiting, HOURLY, sent=sent)]
    long_ago = [replace(each, at=each.at - DAY) for each in sent]  # of no weight for what came in since
    assert [1, 2] == [each.id for each in planned(waiting, HOURLY, sent=long_ago)]


def test_breaking_news_of_a_section_counts_for_its_turn() -> None:
    waiting = [wait(1, section="sport"), wait(2, section="culture"), wait(3, section="sport", priority=BREAKING)]
    assert [3, 2, 1] == [each.id for each in planned(waiting, HOURLY)]


def test_a_slot_just_over_is_still_taken_and_one_of_a_while_ago_is_not() -> None:
    assert {1: at(10, 4)} == moments(planned([wait(1)], HOURLY, now=at(10, 4)))
    assert {1: at(11)} == moments(planned([wait(1)], HOURLY, now=at(10, 6)))
    assert {1: at(11)} == moments(planned([wait(1)], HOURLY, now=at(10, 4), sent=[Sent(at(10, 1))]))


def test_a_clock_set_back_does_not_give_a_slot_again() -> None:
    sent = [Sent(at(10) + timedelta(milliseconds=200))]
    assert {1: at(11)} == moments(planned([wait(1)], HOURLY, now=at(9, 50), sent=sent))


def test_what_may_not_be_tried_again_yet_lets_others_by() -> None:
    found = planned([wait(1, not_before=at(10, 30)), wait(2)], HOURLY)
    assert {2: at(10), 1: at(11)} == moments(found)
    assert Why.NOT_BEFORE is reasons(planned([wait(1, not_before=at(10, 30))], AT_WILL))[1]


BACKLOG = [wait(number, missed=True) for number in range(1, 4)]
FRESH = wait(9, created_at=MONDAY)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Backlog.SPREAD, {1: at(10), 2: at(11), 3: at(12), 9: at(13)}),
        (Backlog.ALL, {1: MONDAY, 2: MONDAY, 3: MONDAY, 9: at(10)}),
        (Backlog.NEWEST, {1: None, 2: None, 3: at(10), 9: at(11)}),
        (Backlog.SKIP, {1: None, 2: None, 3: None, 9: at(10)}),
    ],
)
def test_a_backlog_follows_the_account_s_policy(policy: Backlog, expected: dict[int, object]) -> None:
    found = planned([*BACKLOG, FRESH], replace(HOURLY, backlog=policy))
    assert expected == moments(found)
    assert {Why.PASSED_OVER} >= {each.why for each in found if each.moment is None}


def test_a_backlog_without_slots_is_no_flood_and_news_go_between() -> None:
    found = planned([*BACKLOG, FRESH], AT_WILL)
    assert {1: MONDAY, 9: MONDAY, 2: MONDAY + 10 * MINUTE, 3: MONDAY + 20 * MINUTE} == moments(found)
    assert Why.SPREAD is reasons(found)[2]


def test_a_backlog_stays_spread_when_the_plan_is_made_again() -> None:
    sent = [Sent(MONDAY, missed=True)]
    found = planned([*BACKLOG[1:], FRESH], AT_WILL, now=MONDAY + MINUTE, sent=sent)
    assert {9: MONDAY + MINUTE, 2: MONDAY + 10 * MINUTE, 3: MONDAY + 20 * MINUTE} == moments(found)


def test_missed_appointments_are_spread_too_and_all_at_once_keeps_the_gap() -> None:
    missed = [wait(number, publish_at=at(9), missed=True) for number in (1, 2)]
    assert {1: MONDAY, 2: MONDAY + 10 * MINUTE} == moments(planned(missed, HOURLY))
    rhythm = Rhythm(slots=("0 * * * *",), gap=7 * MINUTE, backlog=Backlog.ALL)
    assert {1: MONDAY, 2: MONDAY + 7 * MINUTE} == moments(planned(missed, rhythm))


def test_what_is_evergreen_is_never_passed_over() -> None:
    found = planned([wait(1, priority=EVERGREEN, missed=True)], replace(HOURLY, backlog=Backlog.SKIP))
    assert {1: at(10)} == moments(found)


def test_a_thousand_appointments_of_one_moment_take_no_more_looks_than_posts() -> None:
    waiting = [wait(number, publish_at=at(12)) for number in range(1000)]
    found = planned(waiting, Rhythm(gap=MINUTE))
    assert [at(12) + number * MINUTE for number in range(1000)] == [each.moment for each in found]
