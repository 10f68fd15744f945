"""A budget is never broken: what counts is the post that is really sent, whatever was reckoned when its article came in."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes import NOON, World, story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ComposeError, OutcomeUnknown, Unavailable
from bot.model import Account, Part, Post, Prices, Span, State
from bot.planning import Planner
from bot.pricing import Pricing
from bot.schedule.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model import Article, Delivery

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHEAP, DEAR = Decimal("0.015"), Decimal("0.200")
LINK = Span(0, 4, link="link")


@dataclass
class Treasury(World):
    """A world whose account pays for its posts: a paragraph that says `link` is a part with one."""

    folder: Path
    prices: Prices = field(default_factory=lambda: Prices(CHEAP, DEAR))
    rhythm: Rhythm = field(default_factory=lambda: Rhythm(budget_per_day=Decimal("0.40")))

    def __post_init__(self) -> None:
        super().__init__(self.folder)
        self.compose = self.made
        self.links, self.broken = True, False
        self.ledger.ensure([self.account()])
        self.restart()

    def made(self, article: Article, _: Account) -> Post:
        if self.broken:
            raise ComposeError("no template")
        texts = (article.headline, *article.body)
        return Post(tuple(Part(text, (LINK,) if self.links and text == "link" else ()) for text in texts))

    def account(self, name: str = "one") -> Account:
        return replace(super().account(name), prices=self.prices)

    def restart(self) -> None:
        """A new process, with the settings and templates of now."""
        self.planner = Planner(self.ledger, {"one": self.rhythm}, clock=self.clock)
        self.pricing = Pricing(self.ledger, [self.account()], self.compose)
        self.pricing.reckon()

    def may_go(self, delivery: Delivery, cost: Decimal, *, by_hand: bool) -> bool:
        return self.planner.may_go(delivery, cost, by_hand=by_hand)

    def add(self, number: int, *body: str) -> Delivery:
        article, now = story(number, *body), self.clock()
        return self.ledger.take_in(
            article, [self.account()], now=now, due_at=now, planned=self.planner.planned, costs=self.pricing.of(article)
        ).deliveries[0]

    def look(self, after: timedelta = timedelta(0)) -> None:
        self.clock.now += after
        self.planner.replan(at_work=True)
        while (at := self.planner.next_due()) and at <= self.clock() and self.courier().deliver_due():
            self.planner.replan(at_work=True)

    def cost(self, delivery: Delivery) -> Decimal:
        waiting = self.ledger.waits(delivery.id)
        assert waiting is not None
        return waiting.cost

    def spent(self) -> Decimal:
        return sum((each.cost for each in self.ledger.sent("one", NOON - 400 * DAY)), Decimal(0))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Treasury]:
    made = Treasury(tmp_path)
    yield made
    made.ledger.close()


def test_what_waits_costs_what_it_would_be_sent_as(world: Treasury) -> None:
    plain, thread = world.add(1), world.add(2, "link", "more")
    assert [CHEAP, 2 * CHEAP + DEAR] == [world.cost(each) for each in (plain, thread)]
    world.add(1, "link")
    assert CHEAP + DEAR == world.cost(plain)
    assert 3 * CHEAP + 2 * DEAR == world.ledger.cost_of_waiting("one")


def test_what_cannot_be_composed_is_taken_in_at_the_dearest_it_could_cost(world: Treasury) -> None:
    world.broken = True
    assert DEAR == world.cost(world.add(1))


def test_a_new_process_reckons_anew(world: Treasury) -> None:
    waiting = world.add(1, "link")
    world.links = False
    world.restart()
    assert 2 * CHEAP == world.cost(waiting)
    world.prices = Prices()
    world.restart()
    assert 0 == world.cost(waiting)


def test_reckoning_ends_between_two_steps_when_it_is_told_to(world: Treasury) -> None:
    accounts = [replace(world.account(), name=name) for name in ("one", "two")]
    world.ledger.ensure(accounts)
    both = world.ledger.take_in(story(1), accounts, now=NOON, due_at=NOON).deliveries
    answers = [True, False]
    Pricing(world.ledger, accounts, world.compose).reckon(lambda: answers.pop(0))
    assert ([CHEAP, 0], []) == ([world.cost(each) for each in both], answers)


def test_what_is_sent_costs_what_was_frozen_whatever_the_prices_are_then(world: Treasury) -> None:
    world.add(1, "link")
    world.links = False
    world.look()
    assert 2 * CHEAP == world.spent()
    world.prices = Prices(DEAR, DEAR)
    world.restart()
    assert 2 * CHEAP == world.spent()


def test_what_turns_out_dearer_than_it_was_reckoned_waits_and_is_not_asked_for_again_and_again(world: Treasury) -> None:
    first, second = world.add(1), world.add(2)
    world.prices = Prices(Decimal("0.25"), Decimal("0.25"))  # the plan knows nothing of it
    world.look()
    assert (State.DELIVERED, State.SCHEDULED) == (world.now(first).state, world.now(second).state)
    assert Decimal("0.25") == world.cost(second)
    world.planner.replan(at_work=True)
    assert NOON + 12 * HOUR == world.ledger.next_due("one")
    world.look(12 * HOUR)
    assert State.DELIVERED is world.now(second).state


def test_what_is_sent_by_hand_is_asked_for_at_what_it_really_costs(world: Treasury) -> None:
    both = [world.add(number) for number in (1, 2)]
    world.prices = Prices(Decimal("0.25"), Decimal("0.25"))
    world.courier().deliver_now(both)
    assert [State.DELIVERED, State.SCHEDULED] == [world.now(each).state for each in both]


def test_a_repeat_under_the_same_key_costs_nothing_more(world: Treasury) -> None:
    world.networks["one"].faults = ["lost"]
    delivery = world.add(1, "link")
    world.look()
    assert (State.UNKNOWN, CHEAP + DEAR) == (world.now(delivery).state, world.spent())
    world.look(HOUR)
    assert (State.DELIVERED, CHEAP + DEAR) == (world.now(delivery).state, world.spent())


def test_what_certainly_did_not_go_costs_nothing(world: Treasury) -> None:
    world.networks["one"].faults = [Unavailable("down")]
    world.add(1)
    world.look()
    assert 0 == world.spent()


def test_what_is_too_dear_for_the_whole_budget_holds_up_nobody_else(world: Treasury) -> None:
    dear = [world.add(number, "link", "link") for number in range(60)]
    cheap = world.add(99)
    world.look()
    assert State.DELIVERED is world.now(cheap).state
    assert "it costs more than the whole budget of 0.40 a day" == world.planner.why(world.now(dear[0]))


@dataclass(frozen=True)
class Add:
    """An article comes in, or is edited."""

    number: int
    body: tuple[str, ...]

    def __call__(self, world: Treasury) -> None:
        world.add(self.number, *self.body)


@dataclass(frozen=True)
class Change:
    """Prices, links or templates change, perhaps without a restart; the network has its moods."""

    part: Decimal
    link: Decimal
    links: bool
    broken: bool
    restart: bool
    fault: Any

    def __call__(self, world: Treasury) -> None:
        world.prices, world.links, world.broken = Prices(self.part, self.link), self.links, self.broken
        world.networks["one"].faults = [self.fault] if self.fault else []
        if self.restart:
            world.restart()


@dataclass(frozen=True)
class Go:
    """Time passes, and what is due goes; or somebody sends one by hand."""

    minutes: int
    by_hand: int | None

    def __call__(self, world: Treasury) -> None:
        world.look(timedelta(minutes=self.minutes))
        if self.by_hand is not None:
            waiting = world.ledger.unsettled()
            world.courier().deliver_now(waiting[self.by_hand : self.by_hand + 2])


amounts = st.sampled_from([Decimal(0), CHEAP, Decimal("0.1"), DEAR, Decimal("0.35"), Decimal(1)])
bodies = st.lists(st.sampled_from(["link", "words"]), max_size=3).map(tuple)
faults = st.sampled_from([None, None, "lost", "surprise", "midway", Unavailable("down"), OutcomeUnknown("who knows")])
moves = st.one_of(
    st.builds(Add, st.integers(1, 8), bodies),
    st.builds(Add, st.integers(1, 8), bodies),
    st.builds(Change, amounts, amounts, st.booleans(), st.sampled_from([False, False, True]), st.booleans(), faults),
    st.builds(Go, st.sampled_from([0, 1, 60, 700, 1500]), st.one_of(st.none(), st.integers(0, 3))),
    st.builds(Go, st.sampled_from([0, 1, 60, 700, 1500]), st.none()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    per_day=st.sampled_from([None, Decimal("0.2"), Decimal("0.4"), Decimal(1)]),
    per_month=st.sampled_from([None, Decimal("0.7"), Decimal(2)]),
    repeatable=st.booleans(),
    tale=st.lists(moves, max_size=25),
)
def test_no_budget_is_ever_broken(
    per_day: Decimal | None, per_month: Decimal | None, repeatable: bool, tale: list[Add | Change | Go]
) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        world = Treasury(Path(folder), rhythm=Rhythm(budget_per_day=per_day, budget_per_month=per_month))
        world.networks["one"].repeatable = repeatable
        world.restart()
        for move in tale:
            move(world)
        spent: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in world.ledger.sent("one", NOON - 400 * DAY):
            spent[f"{each.at:%Y-%m-%d}"] += each.cost
            spent[f"{each.at:%Y-%m}"] += each.cost
        most = {10: per_day, 7: per_month}
        assert {} == {when: cost for when, cost in spent.items() if cost > (most[len(when)] or cost)}
        world.ledger.close()
