"""An account's own records on the reference PDS, looked through after a restore."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from servers.bluesky import NOW, delivery
from servers.lossy import Fault, answers, drops

from bot.errors import OutcomeUnknown, RateLimited, Unavailable

if TYPE_CHECKING:
    from servers.lossy import Lossy
    from servers.pds import Login

    from bot.errors import DeliveryError
    from bot.model import Delivery
    from bot.networks.base import Adapter

LIST = "listRecords"
EMPTY = '{"records": []}'


def sought(*texts: str, number: int = 1) -> Delivery:
    """A delivery of which the ledger knows nothing but that it may have been posted in the last two days."""
    lost = NOW - timedelta(days=2)
    return replace(delivery(*texts, number=number), sought_since=lost, sought_until=NOW)


def forgotten(*texts: str, number: int) -> Delivery:
    """What was published while nobody wrote it down; a higher number is later."""
    earlier = NOW - timedelta(days=2) + timedelta(minutes=number)
    return replace(delivery(*texts, number=1000 + number), first_attempt_at=earlier)


def test_what_stands_far_down_is_found_and_no_further_page_is_asked_for(through: Adapter, lossy: Lossy) -> None:
    long_ago = replace(delivery("Post 1", number=999), first_attempt_at=NOW - timedelta(days=9))
    list(through.publish(long_ago))
    stands = list(through.publish(forgotten("Post 1", number=0)))
    texts = [f"Another post, number {number}" for number in range(59)]
    list(through.publish(forgotten(*texts, number=1)))
    assert stands == list(through.find(sought("Post 1"), ()))
    assert 2 == lossy.count(LIST)


def test_what_does_not_stand_is_not_found(here: Adapter) -> None:
    assert [] == list(here.find(sought("Post 1"), ()))
    list(here.publish(forgotten("Another", number=0)))
    assert [] == list(here.find(sought("Post 1"), ()))


def test_the_rest_of_a_thread_answers_the_parts_that_stand(here: Adapter, login: Login) -> None:
    half = list(here.publish(forgotten("One", "Two #tag", number=0)))
    thread = sought("One", "Two #tag", "Three")
    assert half == list(here.find(thread, ()))
    for receipt in half:
        thread = thread.with_receipt(receipt)
    list(here.publish(thread))
    records = {record["value"]["text"]: record for record in login.posts()}
    assert ["One", "Three", "Two #tag"] == sorted(records)
    reply = records["Three"]["value"]["reply"]
    assert [records["One"]["uri"], records["Two #tag"]["uri"]] == [reply["root"]["uri"], reply["parent"]["uri"]]
    assert records["Two #tag"]["cid"] == reply["parent"]["cid"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (drops, Unavailable),
        (answers(502, "<html>"), Unavailable),
        (answers(429, '{"error": "RateLimitExceeded"}', content_type="application/json"), RateLimited),
        (answers(200, "[]", content_type="application/json"), Unavailable),
        (answers(200, "{}", content_type="application/json"), OutcomeUnknown),
        (answers(200, '{"records": [{"uri": 1}]}', content_type="application/json"), OutcomeUnknown),
    ],
)
def test_what_cannot_be_seen_is_not_taken_for_absent(
    through: Adapter, lossy: Lossy, fault: Fault, kind: type[DeliveryError]
) -> None:
    lossy.next(LIST, fault)
    with pytest.raises(kind):
        list(through.find(sought("Post 1"), ()))


def test_a_server_that_knows_no_pages_is_not_asked_for_ever(through: Adapter, lossy: Lossy) -> None:
    body = '{"records": [{"uri": "at://a/b/self", "cid": "c", "value": {"text": "x"}}], "cursor": "self"}'
    lossy.next(LIST, answers(200, body, content_type="application/json"), times=9)
    with pytest.raises(OutcomeUnknown, match="does not show older posts"):
        list(through.find(sought("Post 1"), ()))
    assert 2 == lossy.count(LIST)
