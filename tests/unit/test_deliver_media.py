"""The courier and what a post shows: the same bytes at every attempt, and no picture that keeps a post from going out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from fakes import Crash, FakeNetwork, World, down, story

from bot.errors import MediaRefused, Rejected, TooSlow
from bot.model import Account, Article, Attachment, Part, Post, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Delivery, Receipt

REFUSED = MediaRefused("refuses this picture: too large")


@dataclass
class Gallery(FakeNetwork):
    """A network that remembers the bytes that every attempt came with."""

    shown: list[list[bytes]] = field(default_factory=list)

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        assert delivery.post is not None
        self.shown.append([each.content for part in delivery.post.parts for each in part.attachments])
        yield from super().publish(delivery)


class Illustrated(World):
    """A world whose articles have a picture, other bytes of it each time that it is looked at."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.network = Gallery()
        self.networks = {"one": self.network}
        self.looked = 0
        self.compose = self.illustrated

    def illustrated(self, article: Article, account: Account) -> Post:
        del account
        self.looked += 1
        picture = Attachment("a.jpg", digest=f"d{self.looked}", mime="image/jpeg", content=b"%d" % self.looked)
        return Post((Part(article.headline, media=(picture,)), *map(Part, article.body)), title=article.headline)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Illustrated]:
    made = Illustrated(tmp_path)
    yield made
    made.ledger.close()


@pytest.mark.parametrize("fault", ["lost", "surprise", "crash before", "crash after"])
def test_every_attempt_that_follows_an_uncertain_one_sends_the_same_bytes(world: Illustrated, fault: str) -> None:
    world.network.faults = [fault]
    delivery = world.take_in(story())
    try:
        world.run()
    except Crash:
        world.run()
    for _ in range(3):
        world.run(after=300)
    assert State.DELIVERED is world.now(delivery).state
    assert [[b"1"]] * len(world.network.shown) == world.network.shown
    assert 2 <= len(world.network.shown)


def test_a_refused_picture_is_left_out_and_the_post_goes_out_at_once(world: Illustrated) -> None:
    world.network.faults = [REFUSED]
    delivery = world.take_in(story())
    world.run()
    sent = world.now(delivery)
    assert (State.DELIVERED, [[b"1"], []]) == (sent.state, world.network.shown)
    assert sent.post is not None
    assert (f"pictures: {REFUSED}",) == sent.post.left_out
    assert [f"pictures: {REFUSED}"] == [each.detail for each in world.ledger.events() if each.event == "left out"]


def test_so_it_is_by_hand(world: Illustrated) -> None:
    world.network.faults = [REFUSED]
    delivery = world.take_in(story())
    world.courier().deliver_now([delivery])
    assert (State.DELIVERED, [[b"1"], []]) == (world.now(delivery).state, world.network.shown)


def test_a_post_that_is_refused_without_pictures_too_is_discarded(world: Illustrated) -> None:
    world.network.faults = [REFUSED, Rejected("refuses this text")]
    delivery = world.take_in(story())
    world.run()
    assert (State.DISCARDED, "refuses this text") == (world.now(delivery).state, world.now(delivery).error)


def test_a_thread_that_stands_in_part_keeps_its_bytes_until_the_rest_stands(world: Illustrated) -> None:
    world.network.faults = ["midway"]
    delivery = world.take_in(story(1, "more"))
    world.run()
    world.run(after=300)
    assert (State.DELIVERED, [[b"1"], [b"1"]]) == (world.now(delivery).state, world.network.shown)


def test_pictures_that_take_too_long_time_and_again_do_not_hold_up_the_lane_for_ever(world: Illustrated) -> None:
    slow = TooSlow("gave no whole answer within 60 s")
    world.network.faults = [slow, slow, slow]
    first, second = world.take_in(story(1)), world.take_in(story(2))
    for _ in range(3):
        assert State.SCHEDULED is world.now(first).state
        world.run(after=3600)
    assert [State.DELIVERED] * 2 == [world.now(each).state for each in (first, second)]
    assert [[b"1"], [b"2"], [b"3"], [], [b"5"]] == world.network.shown, "the next one has its picture again"


def test_an_outage_costs_no_picture(world: Illustrated) -> None:
    world.network.faults = [down() for _ in range(6)]
    delivery = world.take_in(story())
    for _ in range(7):
        world.run(after=3600)
    assert State.DELIVERED is world.now(delivery).state
    assert [b"7"] == world.network.shown[-1]
