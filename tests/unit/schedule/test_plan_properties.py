"""What every plan keeps, whatever waits, whatever the rhythm, and on which side of a change of the clocks."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.schedule.made import DAY, MINUTE, cases, moments, nows, pauses, rhythms

from bot.model import Priority
from bot.schedule import slots
from bot.schedule.calendar import Calendar
from bot.schedule.ending import deadline
from bot.schedule.line import arrival
from bot.schedule.plan import plan
from bot.schedule.rhythm import Backlog, Rhythm
from bot.schedule.values import Pause, Planned, Sent, Waiting, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = tuple[list[Waiting], Rhythm, list[Sent], datetime]
often = settings(max_examples=40, deadline=None)


def placed(planned: tuple[Planned, ...]) -> Iterator[tuple[int, datetime]]:
    return ((each.id, each.moment) for each in planned if each.moment)


def in_quiet_hours(at: datetime, rhythm: Rhythm) -> bool:
    """By the clock on the wall; of a time that it shows twice, the second is not judged."""
    local = at.astimezone(rhythm.zone)
    shown = local.time().replace(fold=0)
    return not local.fold and any(
        quiet.begin <= shown < quiet.end if quiet.begin < quiet.end else shown >= quiet.begin or shown < quiet.end
        for quiet in rhythm.quiet
    )


def without_slot(waiting: Waiting, rhythm: Rhythm) -> bool:
    evergreen = waiting.priority is Priority.EVERGREEN
    at_once = rhythm.backlog is Backlog.ALL and waiting.missed and not evergreen
    return waiting.priority is Priority.BREAKING or waiting.appointed or at_once or not rhythm.slots


@often
@given(cases(), pauses)
def test_each_delivery_is_planned_once_and_in_order_of_time(case: Case, pause: Pause | None) -> None:
    waiting, rhythm, sent, now = case
    planned = plan(waiting, rhythm, sent, now, pause=pause)
    assert sorted(each.id for each in waiting) == sorted(each.id for each in planned)
    times = [at for _, at in placed(planned)]
    assert sorted(times) == times
    assert all(each.moment is None for each in planned[len(times) :])


@often
@given(cases(), pauses, st.randoms(use_true_random=False), nows)
def test_the_same_values_give_the_same_plan(case: Case, pause: Pause | None, random, other: datetime) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    waiting, rhythm, sent, now = case
    planned = plan(waiting, rhythm, sent, now, pause=pause)
    calendar = Calendar(rhythm)
    plan(waiting, rhythm, sent, other, calendar=calendar)
    random.shuffle(waiting)
    random.shuffle(sent)
    assert planned == plan(waiting, rhythm, sent, now, pause=pause, calendar=calendar)


@often
@given(cases(), pauses)
def test_nothing_goes_before_its_time_or_after_its_end(case: Case, pause: Pause | None) -> None:
    waiting, rhythm, sent, now = case
    by_id = {each.id: each for each in waiting}
    for number, at in placed(plan(waiting, rhythm, sent, now, pause=pause)):
        each = by_id[number]
        assert at >= now
        assert at >= (each.publish_at or at)
        assert at >= (each.not_before or at)
        assert at < (deadline(each, rhythm) or at + MINUTE)
        assert pause is None or (pause.until is not None and at >= pause.until)


@often
@given(cases())
def test_the_gap_is_never_broken(case: Case) -> None:
    waiting, rhythm, sent, now = case
    times = sorted(at for _, at in placed(plan(waiting, rhythm, sent, now)))
    assert all(later - earlier >= rhythm.gap for earlier, later in pairwise(times))
    assert all(abs(at - each.at) >= rhythm.gap for at in times for each in sent)


@often
@given(cases())
def test_caps_and_budgets_are_never_broken(case: Case) -> None:
    waiting, rhythm, sent, now = case
    costs = {each.id: each.cost for each in waiting}
    planned = list(placed(plan(waiting, rhythm, sent, now)))
    posts: Counter[str] = Counter()
    spent: defaultdict[str, Decimal] = defaultdict(Decimal)
    touched: set[str] = set()
    for at, cost in [(each.at, each.cost) for each in sent] + [(at, costs[number]) for number, at in planned]:
        for period in (f"{at.astimezone(rhythm.zone):%Y-%m-%d}", f"{at.astimezone(rhythm.zone):%Y-%m}"):
            posts[period] += 1
            spent[period] += cost
    for number, at in planned:
        day = f"{at.astimezone(rhythm.zone):%Y-%m-%d}"
        touched |= {day, day[:7]}
        assert posts[day] <= (rhythm.per_day or posts[day])
        assert posts[day[:7]] <= (rhythm.per_month or posts[day[:7]])
        if costs[number]:
            assert spent[day] <= (rhythm.budget_per_day or spent[day])
            assert spent[day[:7]] <= (rhythm.budget_per_month or spent[day[:7]])


@often
@given(cases())
def test_only_breaking_news_goes_in_quiet_hours_and_only_where_it_may(case: Case) -> None:
    waiting, rhythm, sent, now = case
    by_id = {each.id: each for each in waiting}
    loud = {number for number, at in placed(plan(waiting, rhythm, sent, now)) if in_quiet_hours(at, rhythm)}
    assert rhythm.breaking_in_quiet or not loud
    assert {Priority.BREAKING} >= {by_id[number].priority for number in loud}


@often
@given(cases())
def test_no_slot_is_used_twice_and_nothing_that_needs_one_goes_without(case: Case) -> None:
    waiting, rhythm, sent, now = case
    by_id = {each.id: each for each in waiting}
    days = [now.astimezone(rhythm.zone).date() + n * DAY for n in range(-2, 17)]
    known = {slot for day in days for slot in slots.of_day(rhythm.slots, day, rhythm.zone)}
    late = {now} if any(now - 5 * MINUTE <= slot <= now for slot in known) else set()
    planned = list(placed(plan(waiting, rhythm, sent, now)))
    used = [at for number, at in planned if not without_slot(by_id[number], rhythm)]
    assert set(used) <= known | late
    everything = Counter([at.replace(second=0) for _, at in planned] + [each.at.replace(second=0) for each in sent])
    assert all(everything[at.replace(second=0)] == 1 for at in used)


@often
@given(cases())
def test_an_appointment_is_kept_unless_something_stronger_stands_against_it(case: Case) -> None:
    waiting, rhythm, sent, now = case
    costs = {each.id: each.cost for each in waiting}
    planned = dict(placed(plan(waiting, rhythm, sent, now)))
    for each in waiting:
        wish = max(each.publish_at or now, each.not_before or now, now)
        if not each.appointed or each.missed or planned.get(each.id, wish) == wish:
            continue
        day = wish.astimezone(rhythm.zone).date()
        others = [(at, costs[number]) for number, at in planned.items() if number != each.id]
        others += [(one.at, one.cost) for one in sent]
        today = [cost for at, cost in others if at.astimezone(rhythm.zone).date() == day]
        month = [cost for at, cost in others if at.astimezone(rhythm.zone).date().replace(day=1) == day.replace(day=1)]
        assert (
            any(abs(at - wish) < rhythm.gap for at, _ in others)
            or (len(today) >= (rhythm.per_day or 99) or len(month) >= (rhythm.per_month or 99))
            or sum(today) + each.cost > (rhythm.budget_per_day or 99)
            or sum(month) + each.cost > (rhythm.budget_per_month or 99)
            or Calendar(rhythm).quiet_until(wish) is not None
        )


@often
@given(cases())
def test_carrying_out_the_first_of_a_plan_leaves_the_rest_of_it_as_it_was(case: Case) -> None:
    waiting, rhythm, sent, now = case
    planned = plan(waiting, rhythm, sent, now)
    if not planned or planned[0].moment is None:
        return
    first = next(each for each in waiting if each.id == planned[0].id)
    gone = Sent(planned[0].moment, first.cost, first.section, first.missed)
    over = {each.id for each in planned if each.why.ended}  # the ledger ends them
    left = [each for each in waiting if each is not first and each.id not in over]
    rest = plan(left, rhythm, [*sent, gone], planned[0].moment)
    near = now + 13 * DAY  # what comes over the horizon may stand against the last day
    before = {number: at for number, at in placed(planned[1:]) if at < near}
    assert before == {number: at for number, at in placed(rest) if number in before}


@often
@given(cases(), pauses, st.integers(0, 5 * 24 * 60))
def test_a_plan_of_the_near_days_is_the_beginning_of_the_whole_one(case: Case, pause: Pause | None, ahead: int) -> None:
    waiting, rhythm, sent, now = case
    until = now + ahead * MINUTE
    own = {each.id for each in waiting if without_slot(each, replace(rhythm, slots=("0 0 * * *",)))}
    whole = list(placed(plan(waiting, rhythm, sent, now, pause=pause)))
    near = list(placed(plan(waiting, rhythm, sent, now, pause=pause, until=until)))
    assert [(number, at) for number, at in whole if at <= until or number in own] == near


@often
@given(cases(), st.integers(0, 2 * 24 * 60))
def test_no_more_of_a_section_than_there_are_moments_need_be_given_for_the_near_days(case: Case, ahead: int) -> None:
    given_, rhythm, sent, now = case
    rhythm = replace(rhythm, max_age=None, budget_per_day=None, budget_per_month=None)
    waiting = [replace(each, expires_at=None, not_before=None, missed=False) for each in given_]
    until = now + ahead * MINUTE
    near = plan(waiting, rhythm, sent, now, until=until)
    ordinary = [
        each for each in sorted(waiting, key=arrival) if each.priority is not Priority.BREAKING and not each.appointed
    ]
    own = [each for each in waiting if each not in ordinary]
    most = sum(1 for number, _ in placed(near) if number in {each.id for each in ordinary})
    sections: defaultdict[tuple[Priority, str], list[Waiting]] = defaultdict(list)
    for each in ordinary:
        sections[each.priority, each.section].append(each)
    window = own + [each for section in sections.values() for each in section[:most]]
    assert near == plan(window, rhythm, sent, now, until=until)


simple = st.builds(lambda minutes, section: (minutes, section), st.integers(0, 300), st.sampled_from("abcd"))


@often
@given(st.lists(simple, max_size=30), rhythms, nows, simple)
def test_a_new_article_changes_neither_the_order_of_the_others_nor_brings_one_forward(
    old: list[tuple[int, str]], rhythm: Rhythm, now: datetime, new: tuple[int, str]
) -> None:
    rhythm = replace(rhythm, max_age=None)
    waiting = [
        Waiting(number, now - minutes * MINUTE, section=section) for number, (minutes, section) in enumerate(old)
    ]
    before = plan(waiting, rhythm, (), now)
    after = plan([*waiting, Waiting(99, now, section=new[1])], rhythm, (), now)
    still = [each.id for each in after if each.moment is not None and each.id != 99]  # one more may fill a month
    assert still == [each.id for each in before if each.id in still]
    then, later = moments(before), moments(after)
    assert all(later[each.id] is None or then[each.id] <= later[each.id] for each in before)  # type: ignore[operator]


@often
@given(cases())
def test_what_has_no_moment_says_why(case: Case) -> None:
    waiting, rhythm, sent, now = case
    for each in plan(waiting, rhythm, sent, now):
        at_a_moment = each.why not in {Why.LATER, Why.WILL_EXPIRE, Why.EXPIRED, Why.PASSED_OVER}
        assert each.moment is None or at_a_moment
        assert each.moment is not None or each.why not in {Why.SLOT, Why.AT_ONCE, Why.PUBLISH_AT}
