"""The plan at work: moments in the ledger by each account's rhythm, kept when posts leave, and mended after an outage."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from fakes import NOON, FakeNetwork, World, down, story

from bot.errors import Unauthorized
from bot.model import Priority, State
from bot.planning import Planner
from bot.schedule.rhythm import Backlog, Quiet, Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from bot.model import Delivery

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOURLY = Rhythm(slots=("0 * * * *",))


class Newsroom(World):
    """A world whose account has a rhythm, and a daemon that comes and goes."""

    def __init__(self, folder: Path, rhythm: Rhythm) -> None:
        super().__init__(folder)
        self.rhythm = rhythm
        self.ledger.ensure([self.account()])
        self.planner = self.begun()

    def begun(self) -> Planner:
        """A planner that knows of nothing yet, as that of a new process."""
        return Planner(self.ledger, dict.fromkeys(self.networks, self.rhythm), clock=self.clock)

    def may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        return self.planner.may_go(delivery, cost, by_hand=by_hand)

    def add(self, number: int, **said: Any) -> Delivery:
        accounts, now = [self.account(name) for name in self.networks], self.clock()
        planned = self.planner.planned
        return self.ledger.take_in(story(number, **said), accounts, now=now, due_at=now, planned=planned).deliveries[0]

    def look(self) -> None:
        """What the daemon does when it wakes."""
        self.planner.replan(at_work=True)
        while (at := self.planner.next_due()) and at <= self.clock() and self.courier().deliver_due():
            self.planner.replan(at_work=True)

    def pass_by(self, stretch: timedelta) -> None:
        """Time in which the daemon is at work: it looks when something is due, and every hour."""
        end = self.clock.now + stretch
        while self.clock.now < end:
            self.look()
            later = self.clock.now + HOUR
            self.clock.now = max(min(self.planner.next_due() or later, later), self.clock.now + timedelta(seconds=1))
        self.look()

    def sent_at(self) -> list[datetime]:
        return [each.at for each in self.ledger.sent("one", NOON - 400 * DAY)]

    def due(self, *deliveries: Delivery) -> list[datetime | None]:
        return [self.now(each).due_at for each in deliveries]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    room = Newsroom(tmp_path, HOURLY)
    yield room
    room.ledger.close()


def with_(tmp_path: Path, **limits: Any) -> Newsroom:
    return Newsroom(tmp_path, Rhythm(**limits))


def test_an_account_without_a_rhythm_is_not_planned(tmp_path: Path) -> None:
    room = with_(tmp_path)
    delivery = room.add(1)
    assert (frozenset(), [NOON]) == (room.planner.planned, room.due(delivery))
    room.look()
    assert State.DELIVERED is room.now(delivery).state


def test_each_waits_for_a_slot_of_its_own(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    deliveries = [room.add(number) for number in range(3)]
    room.look()
    assert [NOON + (n + 1) * HOUR for n in range(3)] == room.due(*deliveries)
    room.pass_by(3 * HOUR)
    assert [NOON + (n + 1) * HOUR for n in range(3)] == room.sent_at()


def test_breaking_news_goes_at_once_and_the_others_keep_their_slots(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    normal = room.add(1)
    room.look()
    breaking = room.add(2, priority=Priority.BREAKING)
    room.look()
    assert (State.DELIVERED, [NOON + HOUR]) == (room.now(breaking).state, room.due(normal))


def test_caps_and_gaps_hold_over_days_at_work(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 * * * *",), per_day=6, gap=2 * HOUR, quiet=(Quiet(time(22), time(7)),))
    for number in range(14):
        room.add(number, section=str(number % 3))
    room.pass_by(2 * DAY)
    sent = room.sent_at()
    assert [5, 6, 3] == list(Counter(at.date() for at in sent).values())
    assert all(later - one >= 2 * HOUR for one, later in pairwise(sent))
    assert {0} == {at.minute for at in sent}
    assert all(7 <= at.hour < 22 for at in sent)


def test_by_hand_it_goes_at_once_but_not_past_a_cap(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 8 * * *",), gap=HOUR, per_day=2, quiet=(Quiet(time(11), time(13)),))
    deliveries = [room.add(number) for number in range(3)]
    room.courier().deliver_now(deliveries)
    room.planner.replan(at_work=False)
    states = [room.now(each).state for each in deliveries]
    assert [State.DELIVERED, State.DELIVERED, State.SCHEDULED] == states
    assert [datetime(2026, 11, 24, 8, tzinfo=UTC)] == room.due(deliveries[2])


def test_what_went_out_meanwhile_keeps_the_next_at_its_distance(tmp_path: Path) -> None:
    room = with_(tmp_path, gap=HOUR)
    first, second = room.add(1), room.add(2)
    room.planner.replan(at_work=True)
    room.courier().deliver_now([second])
    room.courier().deliver_due()  # by the plan that was
    assert (State.SCHEDULED, [NOON + HOUR]) == (room.now(first).state, room.due(first))
    room.look()
    assert [NOON + HOUR] == room.due(first)


def test_what_was_missed_in_an_outage_follows_the_policy(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 * * * *",), backlog=Backlog.NEWEST)
    room.clock.now = NOON + 10 * MINUTE
    missed = [room.add(number) for number in range(3)]
    room.look()
    room.clock.now += DAY
    room.planner = room.begun()
    fresh = room.add(9)
    room.look()
    assert [State.EXPIRED, State.EXPIRED, State.SCHEDULED] == [room.now(each).state for each in missed]
    assert [NOON + DAY + HOUR, NOON + DAY + 2 * HOUR] == room.due(missed[2], fresh)


def test_all_is_missed_that_would_have_gone_in_an_outage_however_long(tmp_path: Path) -> None:
    """A plan looks a day or so ahead; the outage lasts for three, and what it held up is no less missed."""
    room = with_(tmp_path, slots=("0 * * * *",), backlog=Backlog.SKIP)
    room.clock.now = NOON + 10 * MINUTE
    line = [room.add(number) for number in range(100)]
    room.look()
    room.clock.now += 3 * DAY
    room.planner = room.begun()
    during = room.add(100)
    room.look()
    assert [State.EXPIRED] * 72 + [State.SCHEDULED] * 29 == [room.now(each).state for each in (*line, during)]


def test_an_account_without_a_rhythm_sends_no_flood_after_an_outage(tmp_path: Path) -> None:
    room = with_(tmp_path)
    room.clock.now = NOON
    room.planner.spread_backlogs()
    line = [room.add(number, publish_at=NOON + number * HOUR) for number in (1, 2, 3)]
    room.clock.now = woken = NOON + 2 * DAY
    room.planner = room.begun()
    fresh = room.add(9)
    room.planner.spread_backlogs()
    assert [woken, woken + 10 * MINUTE, woken + 20 * MINUTE, woken] == room.due(*line, fresh)
    room.pass_by(HOUR)
    assert [State.DELIVERED] * 4 == [room.now(each).state for each in (*line, fresh)]


def test_no_section_waits_for_ever_however_many_there_are(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 * * * *",))
    room.clock.now = NOON + 10 * MINUTE
    oldest = room.add(0, section="zzz")
    room.clock.now += MINUTE
    for number in range(1, 1_002):
        room.add(number, section=f"{number:04}")
    room.planner.replan(at_work=True)
    assert [NOON + HOUR] == room.due(oldest)


def test_a_cron_job_that_is_a_little_late_is_no_outage(tmp_path: Path) -> None:
    room = with_(tmp_path, gap=10 * MINUTE, backlog=Backlog.SKIP)
    line = [room.add(number) for number in range(20)]
    for _ in range(50):
        room.look()
        room.clock.now += 5 * MINUTE + timedelta(seconds=2)
    assert [State.DELIVERED] * 20 == [room.now(each).state for each in line]


def test_what_grew_too_old_since_it_was_planned_is_not_sent(tmp_path: Path) -> None:
    """A request before it took a while, or the machine slept for a few minutes."""
    room = with_(tmp_path, max_age=30 * MINUTE)
    delivery = room.add(1)
    room.planner.replan(at_work=True)
    room.clock.now += 31 * MINUTE
    assert 0 == room.courier().deliver_due()
    assert (State.EXPIRED, []) == (room.now(delivery).state, room.sent_at())


def test_a_look_by_hand_in_an_outage_does_not_end_it(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 * * * *",), backlog=Backlog.SKIP)
    room.clock.now = NOON + 10 * MINUTE
    missed = room.add(1)
    room.look()
    room.clock.now += 6 * HOUR
    room.planner = room.begun()
    room.planner.replan(at_work=False)
    assert State.EXPIRED is room.now(missed).state
    later = room.add(2)
    room.planner.replan(at_work=False)
    room.clock.now += 6 * HOUR
    room.look()
    assert State.EXPIRED is room.now(later).state


def test_a_backlog_is_spread(tmp_path: Path) -> None:
    room = with_(tmp_path, gap=MINUTE)
    deliveries = [room.add(number) for number in range(3)]
    room.planner.replan(at_work=True)
    room.clock.now += DAY
    room.planner = room.begun()
    room.pass_by(HOUR)
    assert [State.DELIVERED] * 3 == [room.now(each).state for each in deliveries]
    sent = room.sent_at()
    assert all(later - one >= 10 * MINUTE for one, later in pairwise(sent))


def test_behind_many_that_are_over_the_next_has_its_slot(tmp_path: Path) -> None:
    room = with_(tmp_path, slots=("0 * * * *",), max_age=2 * HOUR)
    old = [room.add(number, publish_at=NOON - DAY) for number in range(60)]
    fresh = room.add(99)
    room.clock.now += 10 * MINUTE
    room.look()
    assert {State.EXPIRED} == {room.now(each).state for each in old}
    assert [NOON + HOUR] == room.due(fresh)


@pytest.mark.parametrize("said", [{}, {"publish_at": NOON - DAY}, {"publish_at": NOON + HOUR}])
def test_what_a_person_retries_goes_however_old_it_is(tmp_path: Path, said: dict[str, datetime]) -> None:
    room = with_(tmp_path, slots=("0 * * * *",), max_age=2 * HOUR)
    room.clock.now += 10 * MINUTE
    old = room.add(1, **said)
    room.clock.now += DAY
    room.look()
    assert State.EXPIRED is room.now(old).state
    room.courier().retry(old.id)
    room.networks["one"].faults.append(down())  # a trouble on the way does not make it old again
    room.pass_by(HOUR + 10 * MINUTE)
    assert State.DELIVERED is room.now(old).state


def test_nothing_has_a_moment_while_its_account_is_paused(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    delivery = room.add(1)
    room.look()
    room.ledger.pause("one", "by hand", now=room.clock())
    room.look()
    assert ([None], None) == (room.due(delivery), room.planner.next_due())
    room.ledger.resume("one", now=room.clock())
    room.look()
    assert ([NOON + HOUR], NOON + HOUR) == (room.due(delivery), room.planner.next_due())


def test_after_a_pause_that_ends_the_first_goes_at_the_next_slot(room: Newsroom) -> None:
    delivery = room.add(1)
    room.ledger.pause("one", "slow down", now=NOON, until=NOON + 90 * MINUTE)
    room.planner.replan(at_work=True)
    assert [NOON + 2 * HOUR] == room.due(delivery)


def test_new_credentials_let_what_waits_go(room: Newsroom) -> None:
    room.networks["one"].faults.append(Unauthorized("no such token"))
    delivery = room.add(1)
    room.look()
    room.credentials = "new keys"
    room.courier().deliver_due()  # as a new process begins
    room.pass_by(HOUR)
    assert State.DELIVERED is room.now(delivery).state


def test_a_network_that_was_down_gets_it_after_the_back_off_and_in_no_quiet_hour(tmp_path: Path) -> None:
    room = with_(tmp_path, quiet=(Quiet(time(12, 5), time(14)),))
    room.networks["one"].faults += [down()] * 6
    delivery = room.add(1)
    room.pass_by(4 * HOUR)
    assert State.DELIVERED is room.now(delivery).state
    assert [] == [at for at in room.sent_at() if NOON + 5 * MINUTE <= at < NOON + 2 * HOUR]


def test_an_account_that_nothing_happened_to_keeps_its_plan(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    room.add(1)
    room.look()
    room.ledger.plan_to("one", {}, {}, now=room.clock())  # as it would not be planned now
    assert not room.planner.replan(at_work=True)
    assert room.ledger.next_due("one") is None
    room.add(2)
    room.planner.replan(at_work=True)
    assert NOON + HOUR == room.ledger.next_due("one")


def test_what_an_account_is_asked_for_next_is_by_the_plan_of_now(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    delivery = room.add(1)
    assert NOON + HOUR == room.planner.next_due_of("one")
    assert [None] == room.due(delivery)


def test_after_a_restore_what_waited_keeps_its_distance(tmp_path: Path) -> None:
    room = with_(tmp_path, gap=HOUR, quiet=(Quiet(time(14, 30), time(20)),))
    deliveries = [room.add(number) for number in range(5)]
    room.planner.replan(at_work=True)
    room.ledger.put_back([room.account()], now=room.clock())
    room.clock.now += 10 * MINUTE
    room.ledger.resume("one", now=room.clock())
    room.pass_by(10 * HOUR)
    assert [State.DELIVERED] * 5 == [room.now(each).state for each in deliveries]
    begun = NOON + 10 * MINUTE
    hours = [(at - begun) // HOUR for at in room.sent_at()]
    assert [0, 1, 2, 7, 8] == hours


def test_what_waited_for_a_plan_goes_at_once_when_there_is_no_rhythm_any_more(room: Newsroom) -> None:
    room.clock.now = NOON + 10 * MINUTE
    waiting, appointed = room.add(1), room.add(2, publish_at=NOON + DAY)
    room.rhythm = Rhythm()
    room.planner = room.begun()
    room.look()
    assert (State.DELIVERED, [NOON + DAY]) == (room.now(waiting).state, room.due(appointed))


def test_lanes_ask_for_several_accounts_at_once(tmp_path: Path) -> None:
    room = with_(tmp_path, per_day=3)
    for name in ("two", "three"):
        room.networks[name] = FakeNetwork(checks=[name])
    room.ledger.ensure([room.account(name) for name in room.networks])
    room.planner = room.begun()
    for number in range(5):
        room.add(number)
    room.look()
    assert [3, 3, 3] == [len(room.ledger.sent(name, NOON)) for name in room.networks]


def test_what_is_planned_ahead_is_the_beginning_of_the_whole(tmp_path: Path) -> None:
    """In the near plan stand the first of a line alone: what it says of them is what the whole plan says."""
    room = with_(tmp_path, slots=("*/30 * * * *",), gap=10 * MINUTE, per_day=40)
    kinds: dict[int, dict[str, Any]] = {
        0: {"publish_at": NOON + 5 * HOUR},
        1: {"priority": Priority.EVERGREEN},
        2: {"expires_at": NOON + DAY},
    }
    for number in range(75):
        room.add(number, section="sport", **kinds.get(number % 25, {}))
    room.clock.now += MINUTE
    near, whole = (room.planner.outlook("one", whole=each).planned for each in (False, True))
    placed = [each for each in near if each.moment is not None]
    assert placed == list(whole[: len(placed)])
    assert 20 < len(placed) < 40
