"""A network that is down for an hour and comes back: everything goes out once, in its order, and nothing else notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from fakes import NOON, POLICY, FakeNetwork, World, story

from bot.errors import DeliveryError, OutcomeUnknown, RateLimited, Unauthorized, Unavailable
from bot.model import Delivery, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BACK = NOON + HOUR


@dataclass
class Moody(FakeNetwork):
    """A network that meets every attempt before `until` with `trouble`, and tells when it was asked and for what."""

    world: World | None = None
    trouble: DeliveryError | None = None
    until: datetime = BACK
    asked_at: list[datetime] = field(default_factory=list)
    took: list[tuple[datetime, str]] = field(default_factory=list)
    at_once: int = 0

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        assert self.world is not None
        assert delivery.post is not None
        now = self.world.clock()
        self.asked_at.append(now)
        self.at_once += 1
        try:
            assert 1 == self.at_once, "one after another in a lane"
            if self.trouble is not None and now < self.until:
                raise self.trouble
            self.took.append((now, delivery.post.parts[0].text))
            yield from super().publish(delivery)
        finally:
            self.at_once -= 1

    @property
    def said(self) -> list[str]:
        return [text for _, text in self.took]


@pytest.fixture(params=[True, False], ids=["repeatable", "to be searched"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(tmp_path)
    made.networks = {
        "one": Moody(repeatable=request.param, world=made),
        "two": Moody(repeatable=request.param, world=made, checks=["login:2"] * 9),
    }
    made.run()
    yield made
    made.ledger.close()


def moody(world: World, name: str = "one") -> Moody:
    network = world.networks[name]
    assert isinstance(network, Moody)
    return network


def live_through(world: World, hours: float) -> list[Delivery]:
    """What cron does every three minutes, with a new article each time in the first hour; all deliveries, as they then stand."""
    made: list[Delivery] = []
    accounts = [world.account(name) for name in world.networks]
    for number in range(int(hours * 20)):
        if number < 20:
            now = world.clock()
            made += world.ledger.take_in(story(number), accounts, now=now, due_at=now).deliveries
        world.run()
        world.clock.sleep(180)
    return [world.now(delivery) for delivery in made]


def test_after_an_hour_down_all_that_was_due_goes_out_once_and_in_its_order(world: World) -> None:
    moody(world).trouble = Unavailable("the network is down")
    deliveries = live_through(world, 3)
    assert {State.DELIVERED} == {delivery.state for delivery in deliveries}
    assert [f"Story {n}" for n in range(20)] == moody(world).said
    assert (20, 0) == (len(moody(world).posts), moody(world).doubles)


def test_an_hour_down_is_not_knocked_at_all_the_time(world: World) -> None:
    moody(world).trouble = Unavailable("the network is down")
    live_through(world, 1)
    asked = moody(world).asked_at
    gaps = [after - before for before, after in pairwise(asked)]
    at_least = [POLICY.first_back_off * 4**n * 0.75 for n in range(len(gaps))]
    assert 3 <= len(asked) <= 8
    assert all(gap >= timedelta(seconds=least) for gap, least in zip(gaps, at_least, strict=True)), gaps


def test_no_post_is_dated_back_into_the_outage(world: World) -> None:
    moody(world).trouble = Unavailable("the network is down")
    deliveries = [delivery for delivery in live_through(world, 3) if delivery.account == "one"]
    firsts = [delivery.first_attempt_at for delivery in deliveries if delivery.first_attempt_at]
    assert 20 == len(firsts)
    assert min(firsts) >= BACK
    assert sorted(firsts) == firsts


def test_another_network_does_not_notice(world: World) -> None:
    moody(world).trouble = Unavailable("the network is down")
    live_through(world, 1)
    expected = [(NOON + 3 * MINUTE * n, f"Story {n}") for n in range(20)]
    assert expected == moody(world, "two").took


def test_after_the_outage_the_lane_is_as_ready_as_before(world: World) -> None:
    moody(world).trouble = Unavailable("the network is down")
    live_through(world, 3)
    lane = world.ledger.lane_of("one")
    assert (0, None, None, False) == (lane.failures, lane.backoff_until, lane.reason, lane.paused)


def test_an_hour_without_answers_settles_every_one_without_a_second_post(world: World) -> None:
    """The worst hour: every request may have arrived, and none was answered."""
    moody(world).trouble = OutcomeUnknown("no answer")
    deliveries = live_through(world, 5)
    stands = {delivery.key for delivery in deliveries if delivery.account == "one"}
    assert stands >= {key.partition("/")[0] for key in moody(world).posts}
    assert 0 == moody(world).doubles
    assert {State.DELIVERED, State.UNKNOWN} >= {delivery.state for delivery in deliveries}
    assert all(delivery.due_at is None for delivery in deliveries if delivery.state is State.UNKNOWN)
    assert 20 == len(moody(world, "two").posts)


def test_a_limit_of_an_hour_is_waited_out_with_one_question(world: World) -> None:
    moody(world).trouble = RateLimited("slow down", retry_at=BACK)
    deliveries = live_through(world, 2)
    assert {State.DELIVERED} == {delivery.state for delivery in deliveries}
    assert 1 == sum(at < BACK for at in moody(world).asked_at)
    assert [f"Story {n}" for n in range(20)] == moody(world).said
    assert [1] * 20 == [delivery.attempts for delivery in deliveries if delivery.account == "one"]
    assert all(delivery.first_attempt_at and delivery.first_attempt_at >= BACK for delivery in deliveries[::2])


def test_keys_that_are_refused_for_an_hour_keep_all_posts_in_their_order(world: World) -> None:
    moody(world).trouble = Unauthorized("token revoked")
    deliveries = live_through(world, 1)
    assert {State.SCHEDULED} == {delivery.state for delivery in deliveries if delivery.account == "one"}
    assert 1 == len(moody(world).asked_at)
    world.credentials = "new keys"
    world.run()
    assert [f"Story {n}" for n in range(20)] == moody(world).said
    assert 20 == len(moody(world, "two").took)


def test_a_limit_on_looking_keeps_the_outcome_unknown_and_is_not_counted(tmp_path: Path) -> None:
    world = World(tmp_path)
    limited = [RateLimited("slow down", retry_at=NOON + n * 10 * MINUTE) for n in (1, 2, 3)]
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["lost"], looks=list(limited))
    delivery = world.take_in(story())
    for _ in range(40):
        world.run(after=60)
        if world.now(delivery).state is State.DELIVERED:
            break
        assert (State.UNKNOWN, 1) == (world.now(delivery).state, world.now(delivery).attempts)
    assert (State.DELIVERED, 1, 0) == (world.now(delivery).state, len(network.posts), network.doubles)
    assert NOON + 30 * MINUTE <= world.clock() <= NOON + 31 * MINUTE
    world.ledger.close()
