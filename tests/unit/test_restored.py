"""The courier after a restore: it looks before it sends, on every network, and knows when that is not needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import NOON, FakeNetwork, World, down, story
from fakes import compose as as_written

from bot.errors import ComposeError, OutcomeUnknown, Rejected
from bot.model import Account, Article, Delivery, Post, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

SETTLED = 60 + 120


@dataclass
class Remembering(FakeNetwork):
    """A network that tells its posts by what they say, whatever key they were sent under; `near` makes it unsure."""

    near: bool = False
    found: int = 0

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        self.taken.append(frozenset(taken))
        look = self.looks.pop(0) if self.looks else None
        if isinstance(look, Exception):
            raise look
        if self.near:
            raise OutcomeUnknown("https://fake.example/1 is like what was sent, but not the same")
        held = {*taken, *(receipt.remote_id for receipt in delivery.receipts)}
        assert delivery.post is not None
        for index, part in list(enumerate(delivery.post.parts))[len(delivery.receipts) :]:
            name = next((name for name, text in self.posts.items() if text == part.text and name not in held), None)
            if name is None:
                return
            held.add(name)
            self.found += 1
            yield Receipt(index, name, f"https://fake.example/{name}")


@pytest.fixture(params=[True, False], ids=["repeatable", "not repeatable"])
def network(request: pytest.FixtureRequest) -> Remembering:
    return Remembering(repeatable=request.param)


@pytest.fixture
def world(tmp_path: Path, network: Remembering) -> Iterator[World]:
    made = World(tmp_path)
    made.networks["one"] = network
    made.run()
    yield made
    made.ledger.close()


def posted_elsewhere(network: FakeNetwork, *texts: str) -> None:
    """What stands there from a time that the ledger does not know."""
    network.posts |= {f"lost/{len(network.posts) + index}": text for index, text in enumerate(texts)}


def restored(world: World) -> None:
    """The ledger is taken for a backup, and the operator lets its account go on."""
    world.ledger.put_back([world.account()], now=world.clock())
    world.ledger.resume("one", now=world.clock())


def settled(world: World) -> None:
    world.run(after=SETTLED)
    for _ in range(3):
        world.run(after=600)


def test_what_stands_there_is_found_and_not_posted_again(world: World, network: Remembering) -> None:
    delivery = world.take_in(story(1, "two"))
    posted_elsewhere(network, "Story 1", "two")
    restored(world)
    settled(world)
    now = world.now(delivery)
    assert (State.DELIVERED, ["lost/0", "lost/1"]) == (now.state, [each.remote_id for each in now.receipts])
    assert 2 == len(network.posts)


def test_what_does_not_stand_there_is_posted(world: World, network: Remembering) -> None:
    delivery = world.take_in(story(1, "two"))
    posted_elsewhere(network, "Story 2")
    restored(world)
    settled(world)
    assert (State.DELIVERED, 3) == (world.now(delivery).state, len(network.posts))


def test_an_article_that_comes_in_again_is_looked_for_first(world: World, network: Remembering) -> None:
    posted_elsewhere(network, "Story 1", "two")
    restored(world)
    world.clock.sleep(SETTLED)
    delivery = world.take_in(story(1, "two", "three"))
    world.run()
    assert (State.DELIVERED, 3) == (world.now(delivery).state, len(network.posts))
    assert ["lost/0", "lost/1", f"{delivery.key}/2"] == [each.remote_id for each in world.now(delivery).receipts]


def test_two_that_say_the_same_each_have_their_own(world: World, network: Remembering) -> None:
    first, second = world.take_in(story(1)), world.take_in(replace(story(2), headline="Story 1"))
    posted_elsewhere(network, "Story 1")
    restored(world)
    settled(world)
    assert ["lost/0"] == [each.remote_id for each in world.now(first).receipts]
    assert [f"{second.key}/0"] == [each.remote_id for each in world.now(second).receipts]
    assert 2 == len(network.posts)


def test_nothing_is_sent_or_looked_for_until_somebody_lets_the_account_go_on(
    world: World, network: Remembering
) -> None:
    world.take_in(story())
    world.ledger.put_back([world.account()], now=world.clock())
    world.run(after=86_400)
    world.credentials = "new keys"
    world.run(after=86_400)
    assert ([], {}) == (network.taken, network.posts)


def test_nothing_is_looked_for_before_what_was_under_way_has_ended(world: World, network: Remembering) -> None:
    """The bot that was killed may have sent a request in its last moment, and it may still be on its way."""
    delivery = world.take_in(story())
    restored(world)
    (new,) = world.ledger.take_in(story(2), [world.account()], now=world.clock(), due_at=world.clock()).deliveries
    world.run(after=SETTLED - 1)
    world.courier().deliver_now([world.now(delivery), new])
    assert ([], {}) == (network.taken, network.posts), "not even by hand"
    world.run(after=1)
    assert {State.DELIVERED} == {world.now(each).state for each in (delivery, new)}


def test_a_clock_that_steps_back_holds_nothing_up(world: World, network: Remembering) -> None:
    restored(world)
    world.clock.now = NOON - timedelta(hours=5)
    delivery = world.take_in(story())
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_what_was_frozen_in_the_backup_stays_so_and_is_looked_for(world: World, network: Remembering) -> None:
    network.faults = [OutcomeUnknown("no answer")]
    delivery = world.take_in(story())
    world.run()
    frozen = world.now(delivery)
    restored(world)
    network.looks = [down()]
    world.run(after=SETTLED)
    world.take_in(replace(story(), headline="Story 1, corrected"))
    settled(world)
    now = world.now(delivery)
    assert (frozen.key, frozen.first_attempt_at, frozen.post) == (now.key, now.first_attempt_at, now.post)
    assert (State.DELIVERED, {f"{delivery.key}/0": "Story 1"}) == (now.state, network.posts)


def test_what_waits_out_an_outage_is_rendered_afresh_and_looked_for_again(world: World, network: Remembering) -> None:
    delivery = world.take_in(story())
    restored(world)
    network.faults = [down()]
    world.run(after=SETTLED)
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).post)
    world.take_in(replace(story(), headline="Story 1, corrected"))
    settled(world)
    assert ["Story 1, corrected"] == list(network.posts.values())
    assert 2 == len(network.taken)


def test_a_near_match_is_left_to_the_operator_and_his_word_holds(world: World, network: Remembering) -> None:
    delivery = world.take_in(story())
    restored(world)
    network.near = True
    for _ in range(9):
        world.run(after=3600)
    assert (State.UNKNOWN, None, {}) == (world.now(delivery).state, world.now(delivery).due_at, network.posts)
    world.ledger.resolve_resend(delivery.id, world.clock())
    world.run()
    assert (State.DELIVERED, 1) == (world.now(delivery).state, len(network.posts))


def test_a_refusal_after_a_look_is_left_to_the_operator(world: World, network: Remembering) -> None:
    """The network may well refuse it as a duplicate of what it did not show."""
    restored(world)
    world.clock.sleep(SETTLED)
    delivery = world.take_in(story())
    network.faults = [Rejected("duplicate")]
    world.run()
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).due_at)


def test_what_cannot_be_composed_is_tried_again_and_not_for_ever_at_once(world: World, network: Remembering) -> None:
    delivery = world.take_in(story())
    restored(world)
    tries = []

    def broken(article: Article, account: Account) -> Post:
        tries.append(article)
        raise ComposeError("does not fit", where="one.j2:3")

    world.compose = broken
    world.run(after=SETTLED)
    assert (1, State.UNKNOWN, "one.j2:3: does not fit") == (
        len(tries),
        world.now(delivery).state,
        world.now(delivery).error,
    )
    world.compose = as_written
    settled(world)
    assert State.DELIVERED is world.now(delivery).state


@pytest.mark.parametrize(
    ("stands", "state", "error"),
    [(True, State.DELIVERED, None), (False, State.DISCARDED, "its time was over, and it had not been posted")],
)
def test_what_is_over_is_still_looked_for_and_never_sent(
    world: World, network: Remembering, stands: bool, state: State, error: str | None
) -> None:
    delivery = world.take_in(story(1, expires_at=NOON + timedelta(minutes=1)))
    if stands:
        posted_elsewhere(network, "Story 1")
    restored(world)
    settled(world)
    assert (state, error, stands) == (world.now(delivery).state, world.now(delivery).error, bool(network.posts))


def test_a_thread_of_which_a_part_stands_goes_on_though_its_time_is_over(world: World, network: Remembering) -> None:
    delivery = world.take_in(story(1, "two", expires_at=NOON + timedelta(minutes=1)))
    posted_elsewhere(network, "Story 1")
    restored(world)
    settled(world)
    assert (State.DELIVERED, ["Story 1", "two"]) == (world.now(delivery).state, list(network.posts.values()))


def test_after_a_month_articles_go_out_without_a_look(world: World, network: Remembering) -> None:
    restored(world)
    for number, days in enumerate((1, 28)):
        world.clock.sleep(days * 86_400)
        world.take_in(story(number))
        world.run()
    assert 2 == len(network.taken)
    world.clock.sleep(2 * 86_400)
    delivery = world.take_in(story(3))
    world.run()
    assert (2, State.DELIVERED) == (len(network.taken), world.now(delivery).state)


def test_a_thread_of_which_the_first_part_was_found_is_looked_for_again_after_an_outage(
    world: World, network: Remembering
) -> None:
    posted_elsewhere(network, "Story 1")
    restored(world)
    world.clock.sleep(SETTLED)
    network.faults = [down()]
    delivery = world.take_in(story(1, "two"))
    world.run()
    assert (State.UNKNOWN, 1) == (world.now(delivery).state, len(world.now(delivery).receipts))
    posted_elsewhere(network, "two")
    settled(world)
    assert (State.DELIVERED, 2) == (world.now(delivery).state, len(network.posts))
