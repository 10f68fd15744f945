"""Corrections: whatever the network does and wherever the process ends, what should stand does, and once."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import NOON, POLICY, Crash, FakeNetwork, World, compose, down, story

from bot.corrections import with_standing_media
from bot.errors import ComposeError, OutcomeUnknown, RateLimited, Refused, Rejected, Unanswered, Unauthorized
from bot.model import Account, Article, Attachment, Corrections, Part, Post, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.model import Delivery

BEFORE = story(1, "one", "two")
AFTER = replace(BEFORE, headline="Story 1, corrected")
WORDS = [AFTER.headline, "one", "two"]
SENT = ["Story 1", "one", "two"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.ledger.close()


def posted(world: World, policy: Corrections = Corrections.LEAVE) -> Delivery:
    """A thread of three parts that stands."""
    world.corrections = policy
    delivery = world.take_in(BEFORE)
    world.run()
    assert SENT == stands(world)
    return world.now(delivery)


def stands(world: World) -> list[str]:
    return list(world.networks["one"].posts.values())


def run(world: World) -> None:
    """Rounds of processes until nothing is left to do, each beginning anew where the last one ended."""
    for _ in range(12):
        if world.ledger.next_due("one") is None and not world.ledger.unsettled():
            break
        try:
            world.run(after=600)
        except Crash:
            continue


def events(world: World) -> list[str]:
    return [each.event for each in world.ledger.events()]


FAULTS = ["crash before", "crash after", "lost", "surprise", down(), Unanswered("bad gateway")]


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_thread_is_taken_down_wherever_it_was_cut_off(world: World, fault: object, step: int) -> None:
    delivery, network = posted(world), world.networks["one"]
    network.faults = [*[None] * step, fault]
    with contextlib.suppress(Crash):
        world.courier().retract(delivery.article, ["one"])
    run(world)
    assert ([], True) == (stands(world), world.now(delivery).taken_down)
    assert [f"{delivery.key}/{part}" for part in (2, 1, 0)] == list(dict.fromkeys(network.gone)), "the last part first"
    assert () == world.ledger.corrections()
    assert State.DELIVERED is world.now(delivery).state, "it never goes out again by itself"


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_thread_is_edited_wherever_it_was_cut_off(world: World, fault: object, step: int) -> None:
    delivery, network = posted(world, Corrections.EDIT), world.networks["one"]
    world.take_in(AFTER)
    network.faults = [*[None] * step, fault]
    run(world)
    assert WORDS == stands(world)
    post = world.now(delivery).post
    assert post
    assert WORDS == [part.text for part in post.parts], "the ledger knows what stands"
    assert ((), 1) == (world.ledger.corrections(), events(world).count("edited in place"))


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_thread_is_taken_down_and_posted_anew_wherever_it_was_cut_off(world: World, fault: object, step: int) -> None:
    posted(world, Corrections.REPOST)
    world.take_in(AFTER)
    network = world.networks["one"]
    network.faults = [*[None] * step, fault]
    run(world)
    assert (WORDS, 0) == (stands(world), network.doubles)
    assert 2 == len(world.ledger.deliveries(1))


@pytest.mark.parametrize("fault", [None, *FAULTS], ids=str)
def test_a_thread_is_answered_once(world: World, fault: object) -> None:
    first, network = posted(world, Corrections.REPLY), world.networks["one"]
    world.take_in(AFTER)
    network.faults = [fault]
    run(world)
    answer = world.ledger.deliveries(1)[-1]
    assert ([*SENT, *WORDS], 0) == (stands(world), network.doubles)
    assert {f"{answer.key}/0": tuple(each.remote_id for each in first.receipts)} == network.answers
    world.take_in(replace(AFTER, headline="Story 1, corrected again"))
    run(world)
    last = world.ledger.deliveries(1)[-1]
    chain = tuple(each.remote_id for each in (*first.receipts, *answer.receipts))
    assert chain == network.answers[f"{last.key}/0"], "the second answers the first, in the same thread"
    assert 9 == len(stands(world))


def test_answers_have_a_template_of_their_own_and_no_pictures_once_more(world: World) -> None:
    asked: list[Article] = []

    def compose(article: Article, account: Account) -> Post:
        asked.append(article)
        return told(article, account)

    told, world.compose = world.compose, compose
    posted(world, Corrections.REPLY)
    world.take_in(replace(AFTER, text={"one": "own words"}))
    run(world)
    assert ("correction", {}, ()) == (asked[-1].template, asked[-1].text, asked[-1].media)


def test_the_newest_words_win_while_an_answer_is_under_way(world: World) -> None:
    posted(world, Corrections.REPLY)
    network = world.networks["one"]
    world.take_in(AFTER)
    network.faults = ["crash after"]
    with pytest.raises(Crash):
        world.run()
    world.take_in(replace(AFTER, headline="Newest"))
    run(world)
    assert [*SENT, *WORDS, "Newest", "one", "two"] == stands(world)
    world.take_in(replace(AFTER, headline="Newest", hashtags=("unseen",)))
    run(world)
    assert 9 == len(stands(world)), "no two answers say the same"


@pytest.mark.parametrize("policy", [Corrections.EDIT, Corrections.REPLY])
def test_what_reads_the_same_is_left(world: World, policy: Corrections) -> None:
    posted(world, policy)
    world.take_in(replace(BEFORE, hashtags=("unseen",)))
    run(world)
    assert (SENT, []) == (stands(world), world.networks["one"].revised)
    assert () == world.ledger.corrections()


def test_an_edit_that_is_taken_back_while_it_is_half_done_is_undone(world: World) -> None:
    posted(world, Corrections.EDIT)
    world.take_in(AFTER)
    world.networks["one"].faults = ["crash after"]
    with pytest.raises(Crash):
        world.run()
    assert AFTER.headline == stands(world)[0]
    world.take_in(BEFORE)
    run(world)
    assert SENT == stands(world)


@pytest.mark.parametrize("body", [("one",), ("one", "two", "three")])
def test_an_edit_neither_adds_parts_nor_takes_them_away(world: World, body: tuple[str, ...]) -> None:
    delivery = posted(world, Corrections.EDIT)
    world.take_in(replace(AFTER, body=body))
    run(world)
    correction = world.ledger.correction(delivery.id)
    assert SENT == stands(world)
    assert correction
    assert correction.due_at is None
    assert f"3 parts stand and there are {len(body) + 1} now" in str(correction.error)


def test_what_the_network_refuses_is_left_to_its_operator_in_its_words(world: World) -> None:
    delivery = posted(world)
    world.networks["one"].faults = [Rejected("posts are deleted by moderators alone")]
    world.courier().retract(delivery.article, ["one"])
    correction = world.ledger.correction(delivery.id)
    assert correction
    assert (None, "posts are deleted by moderators alone") == (correction.due_at, correction.error)
    assert [delivery.id] == [each.id for each in world.ledger.attention()]
    run(world)
    assert SENT == stands(world)
    world.courier().retract(delivery.article, ["one"])
    assert [] == stands(world), "asked once more, it is tried once more"


def test_attempts_end_and_not_in_silence(world: World) -> None:
    delivery = posted(world)
    world.networks["one"].faults = [OutcomeUnknown("odd answer")] * 9
    world.courier().retract(delivery.article, ["one"])
    run(world)
    correction = world.ledger.correction(delivery.id)
    assert correction
    assert (None, POLICY.max_attempts, "odd answer") == (correction.due_at, correction.attempts, correction.error)
    assert POLICY.max_attempts == len(world.networks["one"].gone)


def test_an_outage_holds_the_lane_and_ends_no_attempts(world: World) -> None:
    delivery = posted(world)
    world.networks["one"].faults = [down() for _ in range(POLICY.max_attempts + 1)]
    world.courier().retract(delivery.article, ["one"])
    lane = world.ledger.lane_of("one")
    assert (1, True) == (lane.failures, lane.backs_off_at(world.clock()))
    run(world)
    assert ([], 0) == (stands(world), world.ledger.lane_of("one").failures)


def test_a_limit_pauses_the_lane_until_its_end(world: World) -> None:
    delivery = posted(world)
    until = NOON + timedelta(minutes=15)
    world.networks["one"].faults = [RateLimited("too many requests", retry_at=until)]
    world.courier().retract(delivery.article, ["one"])
    assert until == world.ledger.lane_of("one").paused_until
    world.run(after=800)
    assert SENT == stands(world)
    world.run(after=200)
    assert [] == stands(world)


def test_a_pause_by_hand_holds_up_no_retraction_by_hand_and_any_other(world: World) -> None:
    delivery = posted(world, Corrections.EDIT)
    world.ledger.pause("one", "an emergency", now=world.clock())
    world.take_in(AFTER)
    run(world)
    assert SENT == stands(world)
    world.courier().retract(delivery.article, ["one"])
    assert [] == stands(world)


def test_keys_that_do_not_hold_hold_it_up_until_there_are_new_ones(world: World) -> None:
    delivery = posted(world)
    world.networks["one"].faults = [Unauthorized("token revoked")]
    for _ in range(2):
        world.courier().retract(delivery.article, ["one"])
    assert (SENT, 1) == (stands(world), len(world.networks["one"].gone))
    world.credentials = "new keys"
    run(world)
    assert [] == stands(world)


def test_what_cannot_be_composed_waits_until_it_can(world: World) -> None:
    delivery = posted(world, Corrections.EDIT)
    compose = world.compose

    def broken(article: Article, account: Account) -> Post:
        raise ComposeError("nothing is named 'hedline'", where="correction.j2:1")

    world.compose = broken
    world.take_in(AFTER)
    run(world)
    correction = world.ledger.correction(delivery.id)
    assert correction
    assert correction.due_at
    assert "correction.j2:1: nothing is named 'hedline'" == correction.error
    world.compose = compose
    run(world)
    assert WORDS == stands(world)


def test_what_was_on_its_way_is_taken_down_when_it_stands(world: World) -> None:
    world.networks["one"].faults = ["midway"]
    delivery = world.take_in(BEFORE)
    world.run()
    assert State.UNKNOWN is world.now(delivery).state
    world.courier().retract(delivery.article, ["one"])
    assert 2 == len(stands(world)), "not before it is settled"
    run(world)
    assert ([], True) == (stands(world), world.now(delivery).taken_down)


def test_a_retraction_reaches_also_the_answer(world: World) -> None:
    delivery = posted(world, Corrections.REPLY)
    world.take_in(AFTER)
    run(world)
    world.courier().retract(delivery.article, ["one"])
    assert [] == stands(world)
    keys = [name.partition("/")[0] for name in world.networks["one"].gone]
    assert [delivery.key] * 3 == keys[3:], "before what it answers"


def test_an_edit_keeps_the_pictures_whose_files_are_gone_since() -> None:
    picture = Attachment("/queue/a.jpg", "a bridge", "aa", "image/jpeg", content=b"one")
    before = Post((Part("One.", media=(picture, replace(picture, source="/queue/b.jpg", digest="bb"))), Part("Two.")))
    after = Post((Part("Better."), Part("Two.")), left_out=("picture a.jpg: there is no such file",))
    kept = with_standing_media(after, before)
    assert [("Better.", ["aa"], [b""]), ("Two.", [], [])] == [
        (part.text, [each.digest for each in part.media], [each.content for each in part.media]) for part in kept.parts
    ], "what the article names no more is taken off"


def test_what_cannot_be_posted_anew_is_not_taken_down(world: World) -> None:
    posted(world, Corrections.REPOST)
    world.take_in(replace(BEFORE, hashtags=("unseen",)))
    run(world)
    assert (SENT, []) == (stands(world), world.networks["one"].gone), "it reads the same"
    world.take_in(replace(AFTER, expires_at=world.clock()))
    run(world)
    assert (SENT, []) == (stands(world), world.networks["one"].gone), "it would only expire"


@pytest.mark.parametrize("policy", [Corrections.REPLY, Corrections.REPOST])
def test_nothing_is_posted_once_more_by_hand_while_a_correction_is_to_be(world: World, policy: Corrections) -> None:
    delivery = posted(world, policy)
    world.take_in(AFTER)
    with pytest.raises(Refused, match=f"bot cancel {delivery.id}"):
        world.ledger.again(delivery.article, [world.account()], now=world.clock(), due_at=world.clock())


@pytest.mark.parametrize("policy", list(Corrections))
def test_an_edit_that_comes_while_the_post_is_composed_goes_out(world: World, policy: Corrections) -> None:
    world.corrections = policy

    def slowly(article: Article, account: Account) -> Post:
        made = compose(article, account)
        if article.headline == BEFORE.headline:
            world.take_in(AFTER)
        return made

    world.compose = slowly
    world.take_in(BEFORE)
    run(world)
    assert AFTER.headline == stands(world)[0]
    assert BEFORE.headline not in stands(world)


def test_what_is_retracted_before_it_stood_never_stands(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=[OutcomeUnknown("no answer")])
    delivery = world.take_in(BEFORE)
    world.run()
    world.courier().retract(delivery.article, ["one"])
    run(world)
    assert (State.CANCELLED, [], []) == (world.now(delivery).state, stands(world), network.gone)
    assert () == world.ledger.corrections()


def test_the_rest_of_a_retracted_thread_is_not_posted(world: World) -> None:
    network = world.networks["one"] = FakeNetwork(repeatable=False, faults=["midway"])
    delivery = world.take_in(BEFORE)
    world.run()
    world.courier().retract(delivery.article, ["one"])
    run(world)
    assert ([], 2) == (stands(world), len(network.gone))


@pytest.mark.parametrize("policy", [Corrections.REPLY, Corrections.REPOST])
def test_a_correction_that_was_refused_may_be_tried_again(world: World, policy: Corrections) -> None:
    first = posted(world, policy)
    world.take_in(AFTER)
    gone = [None] * len(SENT) if policy is Corrections.REPOST else []
    world.networks["one"].faults = [*gone, Rejected("no")]
    run(world)
    (second,) = [each for each in world.ledger.deliveries(first.article) if each.id != first.id]
    assert State.DISCARDED is second.state
    world.courier().retry(second.id)
    run(world)
    assert AFTER.headline in stands(world)
