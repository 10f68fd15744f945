"""A post becomes the same records at every attempt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Attachment, Card, Delivery, Part, Post, Span, State
from bot.networks.bluesky.cids import record_cid
from bot.networks.bluesky.records import entries, labels, record_key

MOMENT = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


def delivery(*texts: str, **post: Any) -> Delivery:
    return Delivery(
        id=1,
        article=1,
        headline="A headline",
        account="bluesky",
        network="bluesky",
        key="a-key",
        state=State.SENDING,
        due_at=None,
        first_attempt_at=MOMENT,
        post=replace(Post(tuple(Part(text) for text in texts)), **post),
    )


@given(MOMENTS, st.text(), st.integers(0, 199))
def test_a_key_is_a_timestamp_identifier_of_its_moment(moment: datetime, key: str, index: int) -> None:
    minted = record_key(moment, key, index)
    assert re.fullmatch("[234567a-j][234567a-z]{12}", minted)
    number = sum(ALPHABET.index(character) << 5 * place for place, character in enumerate(reversed(minted)))
    assert datetime.fromtimestamp(0, UTC) + timedelta(microseconds=(number >> 10) - index) == moment
    assert minted == record_key(moment, key, index)


@given(MOMENTS, st.text())
def test_the_keys_of_a_thread_rise(moment: datetime, key: str) -> None:
    keys = [record_key(moment, key, index) for index in range(20)]
    assert sorted(set(keys)) == keys


def test_deliveries_of_one_moment_have_keys_of_their_own() -> None:
    assert record_key(MOMENT, "one", 0) != record_key(MOMENT, "two", 0)


def test_a_content_address_is_the_one_that_the_world_knows() -> None:
    assert record_cid({}) == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"


def test_a_record_carries_its_spans_as_facets() -> None:
    part = Part("see x #y", (Span(4, 5, link="https://x.example"), Span(6, 8, tag="y")))
    [entry] = entries(delivery(part.text, parts=(part,)), DID)
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://x.example"}
    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "y"}
    expected = [
        {"index": {"byteStart": 4, "byteEnd": 5}, "features": [link]},
        {"index": {"byteStart": 6, "byteEnd": 8}, "features": [tag]},
    ]
    assert expected == entry.record["facets"]


def test_a_plain_post_says_no_more_than_it_must() -> None:
    [entry] = entries(delivery("Hello."), DID)
    expected = {"$type": "app.bsky.feed.post", "text": "Hello.", "createdAt": "2026-11-23T10:00:00.123Z"}
    assert expected == entry.record
    assert f"at://{DID}/app.bsky.feed.post/{entry.key}" == entry.uri
    assert f"https://bsky.app/profile/{DID}/post/{entry.key}" == entry.receipt.url


PICTURE = Attachment("a.jpg", "A quay", "ab" * 32, "image/jpeg", 5, 4, 3)
CARD = Card("https://example.org/", "Title", "Summary", PICTURE)


def test_a_part_shows_its_pictures_and_else_its_card() -> None:
    parts = (Part("1", media=(PICTURE,), card=CARD), Part("2", card=CARD), Part("3"))
    both, card, bare = entries(delivery(parts=parts), DID)
    assert "app.bsky.embed.images" == both.record["embed"]["$type"]
    assert "app.bsky.embed.external" == card.record["embed"]["$type"]
    assert [(PICTURE,), (PICTURE,), ()] == [tuple(entry.attachments) for entry in (both, card, bare)]
    assert [False, False, True] == [entry.bare for entry in (both, card, bare)]


def test_a_record_names_a_picture_by_its_bytes_without_having_them() -> None:
    [entry] = entries(delivery(parts=(Part("1", media=(PICTURE,)),)), DID)
    link = "bafkreiflvov2xk5lvov2xk5lvov2xk5lvov2xk5lvov2xk5lvov2xk5lvm"
    expected = {
        "image": {"$type": "blob", "ref": {"$link": link}, "mimeType": "image/jpeg", "size": 5},
        "alt": "A quay",
        "aspectRatio": {"width": 4, "height": 3},
    }
    assert [expected] == entry.record["embed"]["images"]


def test_the_parts_of_a_thread_are_dated_in_their_order() -> None:
    dates = [entry.record["createdAt"] for entry in entries(delivery("One.", "Two.", "Three."), DID)]
    assert [f"2026-11-23T10:00:00.{ms}Z" for ms in (123, 124, 125)] == dates


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    elsewhere = MOMENT.astimezone(datetime.strptime("+0530", "%z").tzinfo)
    here, there = (list(entries(replace(delivery("Hello."), first_attempt_at=at), DID)) for at in (MOMENT, elsewhere))
    assert here == there


@given(st.integers(0, 4))
def test_what_is_left_of_a_thread_is_the_same_as_before_it_broke(confirmed: int) -> None:
    whole = delivery("One.", "Two.", "Three.", "Four.", "Five.")
    all_of_it = list(entries(whole, DID))
    broken = replace(whole, receipts=tuple(entry.receipt for entry in all_of_it[:confirmed]))
    assert all_of_it[confirmed:] == list(entries(broken, DID))


def test_a_delivery_that_nobody_claimed_has_no_records() -> None:
    with pytest.raises(ValueError, match="claimed"):
        list(entries(replace(delivery("Hello."), first_attempt_at=None), DID))


@pytest.mark.parametrize(
    ("warning", "expected"),
    [
        ("Graphic violence", ["graphic-media"]),
        ("Images of dead bodies; nudity", ["nudity", "graphic-media"]),
        ("Sexual content", ["sexual"]),
        ("PORN", ["porn"]),
        ("Spoilers for the final episode", []),
        ("The MP for Essex and Scunthorpe", []),
        ("", []),
    ],
)
def test_a_warning_becomes_the_labels_that_readers_apps_know(warning: str, expected: list[str]) -> None:
    assert expected == labels(warning)
