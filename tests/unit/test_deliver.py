"""The courier: what becomes of a delivery, whatever its network does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import NOON, POLICY, Crash, FakeNetwork, World, compose, down, story

from bot.errors import (
    ComposeError,
    ConfigurationError,
    LedgerError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unanswered,
    Unauthorized,
    Unavailable,
)
from bot.model import Account, Article, Delivery, Limit, Network, Post, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.ledger.close()


@contextmanager
def crashing() -> Iterator[None]:
    with pytest.raises(Crash):
        yield


def test_what_is_due_is_delivered(world: World) -> None:
    delivery = world.take_in(story())
    world.run()
    assert State.DELIVERED is world.now(delivery).state
    assert ["Story 1"] == list(world.networks["one"].posts.values())


def test_the_claim_is_on_disk_before_the_request_leaves(world: World) -> None:
    delivery = world.take_in(story())
    world.networks["one"].faults = ["crash before"]
    with crashing():
        world.run()
    assert (State.SENDING, 1) == (world.now(delivery).state, world.now(delivery).claim)
    assert world.now(delivery).post is not None


@pytest.mark.parametrize("fault", ["lost", "surprise", "crash before", "crash after"])
@pytest.mark.parametrize("repeatable", [True, False])
def test_whatever_is_lost_it_stands_there_once(world: World, fault: str, repeatable: bool) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=repeatable, faults=[fault])
    delivery = world.take_in(story())
    try:
        world.run()
    except Crash:
        world.run()
    for _ in range(5):
        world.run(after=300)
    assert State.DELIVERED is world.now(delivery).state
    assert (1, 0) == (len(network.posts), network.doubles)


def test_unknown_is_a_state_of_its_own(world: World) -> None:
    world.networks["one"].faults = ["lost"]
    delivery = world.take_in(story())
    world.run()
    assert State.UNKNOWN is world.now(delivery).state


def test_where_no_repeat_is_harmless_a_look_waits_until_the_dust_has_settled(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["lost"])
    delivery = world.take_in(story())
    world.run()
    assert NOON + timedelta(seconds=60 + 120) == world.now(delivery).due_at
    world.run(after=179)
    assert State.UNKNOWN is world.now(delivery).state
    world.courier().deliver_now([world.now(delivery)])
    assert State.UNKNOWN is world.now(delivery).state, "not even by hand"
    world.run(after=1)
    assert (State.DELIVERED, 0) == (world.now(delivery).state, network.doubles)


def test_a_network_that_cannot_tell_leaves_it_to_the_operator_in_the_end(world: World) -> None:
    cannot = [OutcomeUnknown("a near match") for _ in range(9)]
    world.networks["one"] = FakeNetwork(repeatable=False, faults=["lost"], looks=list(cannot))
    delivery = world.take_in(story())
    for _ in range(9):
        world.run(after=300)
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).due_at)
    assert POLICY.max_attempts == world.now(delivery).attempts


def test_not_even_the_operators_retry_looks_before_the_dust_has_settled(world: World) -> None:
    cannot = [OutcomeUnknown("a near match") for _ in range(3)]
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["lost"], looks=list(cannot))
    delivery = world.take_in(story())
    for _ in range(4):
        world.run(after=300)
    assert world.now(delivery).due_at is None
    world.courier().retry(delivery.id)
    assert world.clock() + timedelta(seconds=60 + 120) == world.now(delivery).due_at
    world.run(after=180)
    assert (State.DELIVERED, 0) == (world.now(delivery).state, network.doubles)


def test_a_refusal_for_good_discards_it_with_the_networks_words(world: World) -> None:
    world.networks["one"].faults = [Rejected("text is too long")]
    delivery = world.take_in(story())
    world.run()
    assert (State.DISCARDED, "text is too long") == (world.now(delivery).state, world.now(delivery).error)


def test_a_refusal_after_an_uncertain_attempt_is_left_to_the_operator(world: World) -> None:
    world.networks["one"].faults = ["lost", Rejected("duplicate")]
    delivery = world.take_in(story())
    world.run()
    world.run(after=300)
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).due_at)


def test_a_refusal_of_what_the_operator_sent_again_is_left_to_him(world: World) -> None:
    """He may have looked too early: a duplicate is refused because the first attempt stands."""
    world.networks["one"].faults = ["lost", Rejected("duplicate")]
    delivery = world.take_in(story())
    world.run()
    world.ledger.resolve_resend(delivery.id, world.clock())
    world.run()
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).due_at)


def test_a_thread_that_is_refused_midway_is_discarded_and_says_what_stands(world: World) -> None:
    class Refusing(FakeNetwork):
        def publish(self, delivery: Delivery) -> Iterator[Receipt]:
            yield next(super().publish(delivery))
            raise Rejected("part 2 is too long")

    world.networks["one"] = Refusing()
    delivery = world.take_in(story(1, "two"))
    world.run()
    assert (State.DISCARDED, 1) == (world.now(delivery).state, len(world.now(delivery).receipts))


def test_an_outage_holds_the_lane_and_not_the_post(world: World) -> None:
    world.networks["one"].faults = [down()]
    first, second = world.take_in(story(1)), world.take_in(story(2))
    world.run()
    assert [0, 0] == [world.now(delivery).attempts for delivery in (first, second)]
    world.run()
    assert {} == world.networks["one"].posts, "backing off"
    world.run(after=10)
    assert ["Story 1", "Story 2"] == list(world.networks["one"].posts.values())


def test_an_outage_is_waited_out_longer_and_longer(world: World) -> None:
    world.networks["one"].faults = [down() for _ in range(40)]
    delivery = world.take_in(story())
    for _ in range(200):
        world.run(after=60)
    assert 5 < 40 - len(world.networks["one"].faults) < 30
    assert State.SCHEDULED is world.now(delivery).state


def test_a_post_that_waited_out_an_outage_is_rendered_afresh(world: World) -> None:
    world.networks["one"].faults = [down()]
    delivery = world.take_in(story())
    world.run()
    assert world.now(delivery).post is None
    edited = replace(story(), headline="Story 1, corrected")
    world.take_in(edited)
    world.run(after=3600)
    assert ["Story 1, corrected"] == list(world.networks["one"].posts.values())
    assert NOON + timedelta(hours=1) == world.now(delivery).first_attempt_at


def test_what_may_be_out_there_is_frozen(world: World) -> None:
    network = world.networks["one"]
    network.faults = [OutcomeUnknown("no answer"), down(), "lost"]
    delivery = world.take_in(story())
    world.run()
    frozen = world.now(delivery)
    world.take_in(replace(story(), headline="Story 1, corrected"))
    for _ in range(4):
        world.run(after=3600)
    assert ["Story 1"] == list(network.posts.values())
    now = world.now(delivery)
    assert (frozen.key, frozen.first_attempt_at, frozen.post) == (now.key, now.first_attempt_at, now.post)


def test_a_rate_limit_is_kept_over_a_restart_and_not_counted(world: World) -> None:
    until = NOON + timedelta(minutes=15)
    world.networks["one"].faults = [RateLimited("slow down", retry_at=until)]
    delivery = world.take_in(story())
    world.run()
    world.run(after=14 * 60)
    assert (State.SCHEDULED, 0) == (world.now(delivery).state, world.now(delivery).attempts)
    world.run(after=60)
    assert State.DELIVERED is world.now(delivery).state


def test_wrong_keys_pause_the_account_until_it_is_resumed(world: World) -> None:
    world.networks["one"].faults = [Unauthorized("token revoked")]
    delivery = world.take_in(story())
    world.run()
    world.run(after=86_400)
    assert State.SCHEDULED is world.now(delivery).state
    lane = world.ledger.lane_of("one")
    assert (True, "token revoked") == (lane.paused, lane.reason)
    world.ledger.resume("one", now=world.clock())
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_new_keys_end_the_pause_that_the_old_ones_caused(world: World) -> None:
    world.networks["one"].faults = [Unauthorized("token revoked")]
    delivery = world.take_in(story())
    world.run()
    world.credentials = "new keys"
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_new_keys_do_not_end_the_operators_pause(world: World) -> None:
    world.run()
    delivery = world.take_in(story())
    world.ledger.pause("one", "by hand", now=world.clock())
    world.credentials = "new keys"
    world.run()
    assert State.SCHEDULED is world.now(delivery).state


def test_wrong_keys_are_tried_once(world: World) -> None:
    network = world.networks["one"]
    network.checks = [Unauthorized("wrong password") for _ in range(9)]
    world.take_in(story())
    for _ in range(5):
        world.run(after=3600)
    assert 1 == network.asked


def test_who_an_account_is_is_asked_once(world: World) -> None:
    for number in range(3):
        world.take_in(story(number))
        world.run()
    assert 1 == world.networks["one"].asked


def test_a_thread_that_broke_midway_goes_on_from_there(world: World) -> None:
    network = world.networks["one"]
    network.faults = ["midway"]
    delivery = world.take_in(story(1, "two", "three"))
    world.run()
    assert (State.UNKNOWN, 1) == (world.now(delivery).state, len(world.now(delivery).receipts))
    world.run(after=60)
    assert State.DELIVERED is world.now(delivery).state
    assert [0, 1, 2] == [receipt.index for receipt in world.now(delivery).receipts]
    assert 3 == len(network.posts)


def test_a_thread_that_broke_where_a_repeat_harms_is_looked_for_first(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["midway"])
    delivery = world.take_in(story(1, "two", "three"))
    world.run()
    world.run(after=300)
    assert (State.DELIVERED, 3, 0) == (world.now(delivery).state, len(network.posts), network.doubles)


def test_by_hand_the_rest_of_a_thread_that_was_put_off_is_waited_for(world: World) -> None:
    class Hesitant(FakeNetwork):
        def publish(self, delivery: Delivery) -> Iterator[Receipt]:
            if delivery.receipts and not self.looks:
                self.looks.append(None)
                raise Unavailable("the part that this answers is not visible yet")
            yield next(super().publish(delivery))
            if not delivery.receipts:
                raise Unavailable("the part that this answers is not visible yet")

    world.networks["one"] = Hesitant(repeatable=False)
    world.policy = replace(world.policy, patience=30)
    delivery = world.take_in(story(1, "two"))
    world.courier().deliver_now([delivery])
    assert (State.DELIVERED, 2) == (world.now(delivery).state, len(world.now(delivery).receipts))


def test_a_post_is_made_by_the_limits_that_the_server_states_now(world: World) -> None:
    seen = []

    def compose_and_tell(article: Article, account: Account) -> Post:
        seen.append(account.network.limits[0].maximum)
        return compose(article, account)

    class Upgraded(FakeNetwork):
        maximum = 300

        @property
        def network(self) -> Network:
            return replace(super().network, limits=(Limit.of_text("characters", self.maximum, len),))

        def publish(self, delivery: Delivery) -> Iterator[Receipt]:
            if self.maximum == 300:
                self.maximum = 200
                raise Unavailable("the server has other limits now")
            yield from super().publish(delivery)

    world.networks["one"] = Upgraded()
    world.compose = compose_and_tell
    delivery = world.take_in(story())
    world.run()
    world.run(after=10)
    assert ([300, 200], State.DELIVERED) == (seen, world.now(delivery).state)


def test_a_post_that_cannot_be_made_waits_for_its_mending(world: World) -> None:
    broken = True

    def compose_or_not(article: Article, account: Account) -> Post:
        if broken:
            raise ComposeError("does not fit", where="one.j2:3")
        return compose(article, account)

    world.compose = compose_or_not
    delivery = world.take_in(story())
    world.run()
    assert (State.SCHEDULED, "one.j2:3: does not fit") == (world.now(delivery).state, world.now(delivery).error)
    broken = False
    world.run(after=301)
    assert State.DELIVERED is world.now(delivery).state


def test_an_article_whose_time_is_over_expires(world: World) -> None:
    delivery = world.take_in(story(1, expires_at=NOON + timedelta(hours=1)))
    world.run(after=3601)
    assert (State.EXPIRED, {}) == (world.now(delivery).state, world.networks["one"].posts)


def test_one_account_that_fails_does_not_hold_up_another(world: World) -> None:
    world.networks["two"] = FakeNetwork(checks=["login:2"])
    world.networks["one"].faults = [ValueError("surprise")]
    world.take_in(story())
    world.run()
    assert 1 == len(world.networks["two"].posts)


def test_by_hand_a_repeat_that_is_harmless_is_made_at_once(world: World) -> None:
    world.policy = replace(POLICY, patience=10)
    network = world.networks["one"]
    network.faults = ["lost", "lost"]
    delivery = world.take_in(story())
    world.courier().deliver_now([delivery])
    assert State.DELIVERED is world.now(delivery).state
    assert world.clock() <= NOON + timedelta(seconds=10)
    assert 1 == len(network.posts)


def test_by_hand_patience_ends(world: World) -> None:
    world.policy = replace(POLICY, patience=10)
    world.networks["one"].faults = [OutcomeUnknown("no answer") for _ in range(9)]
    delivery = world.take_in(story())
    world.courier().deliver_now([delivery])
    assert State.UNKNOWN is world.now(delivery).state
    assert world.clock() <= NOON + timedelta(seconds=10)


def test_an_adapter_that_ends_early_leaves_it_unknown(world: World) -> None:
    class Short(FakeNetwork):
        def publish(self, delivery: Delivery) -> Iterator:  # type: ignore[type-arg]
            return iter(())

    world.networks["one"] = Short()
    delivery = world.take_in(story())
    world.run()
    assert State.UNKNOWN is world.now(delivery).state


def test_a_sender_that_was_cut_off_and_comes_back_late_changes_nothing(world: World) -> None:
    """While it sends, somebody else settles its row; its receipt is then written down beside, and shown."""
    delivery = world.take_in(story())
    network = world.networks["one"]
    publish = network.publish

    def slow(claimed: Delivery) -> Iterator:  # type: ignore[type-arg]
        world.ledger.abandoned("one", now=world.clock(), settles_in=timedelta(seconds=5))
        yield from publish(claimed)

    network.publish = slow  # type: ignore[method-assign,assignment]
    world.run()
    assert State.UNKNOWN is world.now(delivery).state
    assert "late receipt" in [event.event for event in world.ledger.events()]
    network.publish = publish  # type: ignore[method-assign]
    world.run(after=10)
    assert (State.DELIVERED, 1) == (world.now(delivery).state, len(network.posts))


def test_back_off_doubles_up_to_its_longest() -> None:
    waits = [POLICY.back_off(failures) for failures in range(12)]
    assert all(a < b for a, b in zip(waits[:8:2], waits[2:8:2], strict=False))
    assert all(wait <= timedelta(seconds=POLICY.longest_back_off) for wait in waits)


def test_first_attempts_rise_even_when_the_clock_goes_back(world: World) -> None:
    moments: list[datetime] = []
    for number in range(3):
        delivery = world.take_in(story(number))
        world.run()
        first = world.now(delivery).first_attempt_at
        assert first is not None
        moments.append(first)
        world.clock.now -= timedelta(hours=1)
    assert sorted(set(moments)) == moments


def test_after_a_crash_too_a_look_waits_until_the_dust_has_settled(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["crash after"])
    delivery = world.take_in(story())
    with crashing():
        world.run()
    world.run(after=5)
    assert (State.UNKNOWN, []) == (world.now(delivery).state, network.taken)
    assert world.clock() + timedelta(seconds=60 + 120) == world.now(delivery).due_at


def test_a_look_is_told_what_other_deliveries_hold(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=[None, "lost"])
    first = world.take_in(story(1))
    world.run()
    world.take_in(story(2))
    world.run()
    world.run(after=300)
    assert [frozenset({f"{first.key}/0"})] == network.taken


def test_a_lane_that_somebody_else_works_is_left_to_him(world: World) -> None:
    delivery = world.take_in(story())
    world.ledger.ensure([world.account()])
    with world.ledger.lane("one", wait=True):
        world.run()
        assert (State.SCHEDULED, {}) == (world.now(delivery).state, world.networks["one"].posts)
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_what_cannot_be_written_down_is_left_as_it_stands(world: World) -> None:
    """As on a full disk: the next holder of the lane settles it, when there is room again."""

    class Full(FakeNetwork):
        def publish(self, delivery: Delivery) -> Iterator[Receipt]:
            yield next(super().publish(delivery))
            raise LedgerError("the disk is full")

    full = world.networks["one"] = Full()
    delivery = world.take_in(story(1, "two", "three"))
    with pytest.raises(LedgerError):
        world.run()
    assert (State.SENDING, 1) == (world.now(delivery).state, len(world.now(delivery).receipts))
    network = world.networks["one"] = FakeNetwork(posts=full.posts)
    world.run()
    assert (State.DELIVERED, 3) == (world.now(delivery).state, len(network.posts))


def test_what_is_left_in_a_paused_lane_is_told_all_the_same(world: World) -> None:
    world.networks["one"].faults = ["crash after"]
    delivery = world.take_in(story())
    with crashing():
        world.run()
    world.ledger.pause("one", "by hand", now=world.clock())
    world.run()
    assert State.UNKNOWN is world.now(delivery).state


def test_a_post_that_kills_its_sender_again_and_again_is_left_to_the_operator(world: World) -> None:
    world.networks["one"].faults = ["crash before"] * 20
    delivery = world.take_in(story())
    for _ in range(8):
        try:
            world.run(after=300)
        except Crash:
            continue
    assert (State.UNKNOWN, None) == (world.now(delivery).state, world.now(delivery).due_at)
    assert POLICY.max_attempts == world.now(delivery).attempts


def test_the_operators_pause_goes_before_one_that_new_keys_end(world: World) -> None:
    world.networks["one"].faults = [Unauthorized("token revoked")]
    delivery = world.take_in(story())
    world.run()
    world.ledger.pause("one", "by hand", now=world.clock())
    world.credentials = "new keys"
    world.run()
    assert State.SCHEDULED is world.now(delivery).state


def test_an_hour_of_uncertainty_leaves_nothing_to_the_operator(world: World) -> None:
    world.policy = replace(POLICY, max_attempts=8)
    network = world.networks["one"]
    network.faults = [OutcomeUnknown("502") for _ in range(6)]
    delivery = world.take_in(story())
    for _ in range(60):
        world.run(after=60)
    assert (State.DELIVERED, 1) == (world.now(delivery).state, len(network.posts))


def test_a_limit_that_is_over_already_is_no_reason_to_run_hot(world: World) -> None:
    world.networks["one"].faults = [RateLimited("slow down", retry_at=NOON) for _ in range(50)]
    world.take_in(story())
    world.run()
    assert 49 == len(world.networks["one"].faults)


@pytest.mark.parametrize("repeatable", [True, False])
def test_an_outage_without_answers_puts_few_posts_in_doubt_and_none_is_left_to_the_operator(
    world: World, *, repeatable: bool
) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=repeatable)
    deliveries = [world.take_in(story(number)) for number in range(20)]
    network.faults = [Unanswered("answered 503") for _ in range(500)]
    network.looks = [Unavailable("answered 503") for _ in range(500)]
    doubts = []
    for minutes in (0, 60, 4 * 60):
        world.run()
        for _ in range(minutes):
            world.run(after=60)
        doubts.append([world.now(delivery).state for delivery in deliveries].count(State.UNKNOWN))
    assert doubts[0] == 1
    assert doubts[1] <= 8, "one each time that the lane tries"
    assert doubts[2] <= 14
    network.faults, network.looks = [], []
    for _ in range(90):
        world.run(after=60)
    assert {State.DELIVERED} == {world.now(delivery).state for delivery in deliveries}
    assert (20, 0) == (len(network.posts), network.doubles)


def test_a_persons_word_goes_before_the_back_off_of_a_lane(world: World) -> None:
    world.networks["one"].faults = [Unanswered("no answer")]
    delivery = world.take_in(story())
    world.run()
    world.run()
    assert State.UNKNOWN is world.now(delivery).state
    world.ledger.resolve_resend(delivery.id, world.clock())
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_posts_that_waited_out_an_outage_are_not_dated_back(world: World) -> None:
    first, second = (world.take_in(story(number)) for number in range(2))
    world.networks["one"].faults = [Unanswered("answered 503") for _ in range(3)]
    world.run()
    for _ in range(60):
        world.run(after=60)
    assert NOON == world.now(first).first_attempt_at
    assert world.now(second).first_attempt_at != NOON


def test_a_network_that_answers_and_cannot_be_understood_holds_up_no_other_post(world: World) -> None:
    world.networks["one"].faults = [OutcomeUnknown("something else is kept under that key")]
    first, second = (world.take_in(story(number)) for number in range(2))
    world.run()
    assert (State.UNKNOWN, State.DELIVERED) == (world.now(first).state, world.now(second).state)


def test_what_was_dropped_too_early_goes_out_as_it_was_under_the_same_key(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["lost"])
    delivery = world.take_in(story())
    world.run()
    sent = world.now(delivery)
    world.ledger.resolve_dropped(delivery.id, world.clock())
    again = world.courier().retry(delivery.id)
    assert (State.UNKNOWN, sent.post, sent.key) == (again.state, again.post, again.key)
    assert NOON + timedelta(seconds=60 + 120) == again.due_at
    world.run(after=180)
    assert (State.DELIVERED, 1, 0) == (world.now(delivery).state, len(network.posts), network.doubles)


def test_the_operators_retry_does_not_go_before_the_articles_hour(world: World) -> None:
    hour = NOON + timedelta(hours=3)
    delivery = world.take_in(story(publish_at=hour))
    assert hour == world.courier().retry(delivery.id).due_at
    world.clock.now = hour + timedelta(hours=1)
    assert world.clock() == world.courier().retry(delivery.id).due_at


def test_keys_of_another_login_hold_the_account_and_say_so(world: World) -> None:
    delivery = world.take_in(story())
    world.networks["one"].checks = ["login:1", "login:2"]
    world.networks["one"].faults = [Unauthorized("token revoked")]
    world.run()
    world.credentials = "keys of another"
    with pytest.raises(ConfigurationError, match="was login:1 and now shows login:2"):
        world.run()
    lane = world.ledger.lane_of("one")
    assert (True, "keys of another") == (lane.paused, lane.paused_with)
    assert "now shows login:2" in str(lane.reason)
    world.credentials = "the right ones"
    world.run()
    assert State.DELIVERED is world.now(delivery).state


def test_an_article_whose_expiry_lies_ahead_goes_out(world: World) -> None:
    delivery = world.take_in(story(1, expires_at=NOON + timedelta(hours=1)))
    world.run(after=3599)
    assert (State.DELIVERED, 1) == (world.now(delivery).state, len(world.networks["one"].posts))


def test_a_post_by_hand_in_an_outage_after_a_lost_answer_gives_up_in_its_patience(world: World) -> None:
    world.policy = replace(POLICY, patience=10)
    world.networks["one"].faults = [Unanswered("no answer"), *(down() for _ in range(1000))]
    delivery = world.take_in(story())
    world.courier().deliver_now([delivery])
    assert State.UNKNOWN is world.now(delivery).state
    assert world.clock() <= NOON + timedelta(seconds=10)
    assert len(world.networks["one"].faults) > 990, "it waits for its lane between one try and the next"
