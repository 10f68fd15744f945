"""Taking down and answering what stands on the reference PDS."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from servers.bluesky import NOW, delivery, picture, refusal
from servers.lossy import Fault, cuts, drops, loses

from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unanswered
from bot.model import Part, Receipt

if TYPE_CHECKING:
    from servers.lossy import Lossy
    from servers.pds import Login

    from bot.errors import DeliveryError
    from bot.model import Delivery
    from bot.networks.base import Adapter

SEA = picture(1)
DELETE = "deleteRecord"


def named(record: dict[str, Any]) -> dict[str, str]:
    return {"uri": record["uri"], "cid": record["cid"]}


def answer(*texts: str, to: tuple[Receipt, ...]) -> Delivery:
    return delivery(*texts, number=2, answers=to)


def test_what_is_taken_down_is_gone_with_its_pictures_and_may_be_taken_down_again(
    login: Login, lossy: Lossy, through: Adapter
) -> None:
    one, two = through.publish(delivery(Part("One.", media=(SEA,)), Part("Two.", media=(SEA, picture(2)))))
    assert 2 == len(login.blobs())
    through.retract(two)
    assert ["One."] == login.texts()
    [kept] = login.blobs()
    assert SEA.content == login.blob(kept)
    through.retract(one)
    through.retract(one)
    assert ([], []) == (login.texts(), login.blobs())
    with pytest.raises(AssertionError, match="Blob not found"):
        login.blob(kept)
    assert 3 == lossy.count(DELETE)


def test_what_never_stood_is_no_trouble(login: Login, here: Adapter) -> None:
    here.retract(Receipt(0, f"at://{login.did}/app.bsky.feed.post/3lbk2cxyz5s2a", ""))
    here.retract(Receipt(0, f"at://{login.handle}/app.bsky.feed.post/3lbk2cxyz5s2a", ""))


@pytest.mark.parametrize(
    "place",
    ["at://did:plc:a/app.bsky.feed.post/3lbk2cxyz5s2a", "at://{}/app.bsky.feed.like/3lbk2cxyz5s2a", "", "at://{}/a"],
)
def test_nothing_else_is_ever_taken_down(login: Login, lossy: Lossy, through: Adapter, place: str) -> None:
    with pytest.raises(Rejected, match="is no post of"):
        through.retract(Receipt(0, place.format(login.did), ""))
    assert 0 == lossy.count(DELETE)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (drops, Unanswered),
        (loses, Unanswered),
        (cuts, Unanswered),
        (refusal(429, "RateLimitExceeded"), RateLimited),
        (refusal(400, "InvalidRequest"), Rejected),
    ],
)
def test_taking_down_may_be_tried_again_after_a_fault(
    login: Login, lossy: Lossy, through: Adapter, fault: Fault, told: type[DeliveryError]
) -> None:
    [receipt] = through.publish(delivery("Hello."))
    lossy.next(DELETE, fault)
    with pytest.raises(told) as caught:
        through.retract(receipt)
    assert told is type(caught.value)
    through.retract(receipt)
    assert [] == login.texts()


def test_a_post_cannot_be_changed(login: Login, here: Adapter) -> None:
    post = delivery("Hello.")
    [receipt] = here.publish(post)
    assert post.post is not None
    assert here.network.edits is False
    with pytest.raises(Rejected, match="cannot be changed"):
        here.revise(post.post, receipt)
    assert ["Hello."] == login.texts()


def test_a_thread_answers_the_last_part_of_what_it_corrects(login: Login, here: Adapter) -> None:
    receipts = tuple(here.publish(delivery("One.", "Two.")))
    list(here.publish(answer("Correction.", "And more.", to=receipts)))
    one, two, correction, more = login.posts()
    assert {"root": named(one), "parent": named(two)} == correction["value"]["reply"]
    assert {"root": named(one), "parent": named(correction)} == more["value"]["reply"]


def test_an_answer_that_was_lost_stands_once(login: Login, lossy: Lossy, through: Adapter) -> None:
    receipts = tuple(through.publish(delivery("One.")))
    post = answer("Correction.", to=receipts)
    lossy.next("putRecord", loses)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(post))
    assert list(through.publish(replace(post, attempts=2, claim=2))) == list(through.find(post, ()))
    assert ["One.", "Correction."] == login.texts()
    elsewhere = replace(post, first_attempt_at=NOW + timedelta(hours=1), sought_since=NOW - timedelta(days=1))
    assert list(through.find(post, ())) == list(through.find(elsewhere, ()))


def test_a_post_that_an_operator_named_by_its_address_is_answered_too(login: Login, here: Adapter) -> None:
    [receipt] = here.publish(delivery("One."))
    told = replace(receipt, remote_id=receipt.remote_id.replace(login.did, login.handle), proof={})
    post = answer("Correction.", to=(told,))
    list(here.publish(post))
    one, correction = login.posts()
    assert {"root": named(one), "parent": named(one)} == correction["value"]["reply"]
    assert 1 == len(list(here.find(post, ())))


def test_what_is_gone_and_was_only_named_cannot_be_answered(login: Login, here: Adapter) -> None:
    gone = Receipt(0, f"at://{login.did}/app.bsky.feed.post/3lbk2cxyz5s2a", "https://bsky.app/gone")
    with pytest.raises(Rejected, match="gone does not stand any more"):
        list(here.publish(answer("Correction.", to=(gone,))))
    assert [] == login.texts()
