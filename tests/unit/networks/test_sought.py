"""Which posts may be ours after a restore, when neither their keys nor their very words are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import OutcomeUnknown
from bot.model import Delivery, Part, Post, Receipt, State
from bot.networks.bluesky import BLUESKY, looking
from bot.networks.bluesky.records import COLLECTION, entries, minted_at, record_key
from bot.networks.outbox import OutboxAccount
from bot.networks.timeline import LOOK_BACK, Standing, recognised, since, until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.networks.base import Adapter

LOST, RESTORED, NOW = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (20, 22, 23))
LINK = "https://news.example/bridge"
DID = "did:plc:abc"


def sent(*texts: str, number: int = 1, title: str = "The bridge opens", **post: Any) -> Delivery:
    """A delivery as it is looked for after a restore: composed just now."""
    parts = tuple(Part(text, tuple(BLUESKY.spans(text))) for text in texts)
    return Delivery(
        id=number,
        article=1,
        headline=title,
        account="a",
        network="n",
        key=f"key{number}",
        state=State.SENDING,
        due_at=None,
        attempts=1,
        claim=1,
        frozen_by=1,
        first_attempt_at=NOW + timedelta(seconds=number),
        post=Post(parts, title=title, **post),
        sought_since=LOST,
        sought_until=RESTORED,
    )


def standing(name: str, text: str, reply_to: str | None = None) -> Standing:
    return Standing(name, f"https://n.example/{name}", text, reply_to=reply_to)


def names(receipts: Iterable[Receipt]) -> list[str]:
    return [receipt.remote_id for receipt in receipts]


def test_it_is_looked_for_from_the_backup_to_the_restore_and_a_day_around() -> None:
    fresh = sent("One")
    assert (LOST - LOOK_BACK, RESTORED + LOOK_BACK) == (since(fresh), until(fresh))
    older = replace(fresh, first_attempt_at=LOST - timedelta(days=5), frozen_by=0)
    assert (LOST - timedelta(days=6), None) == (since(older), until(older))
    again = replace(fresh, claim=2)
    assert (LOST - LOOK_BACK, None) == (since(again), until(again)), "our own attempt may stand since then"
    ordinary = replace(fresh, sought_since=None, sought_until=None)
    assert (NOW + timedelta(seconds=1) - LOOK_BACK, None) == (since(ordinary), until(ordinary))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (("The bridge opens", f"More {LINK}"), f"The bridge was closed {LINK}"),
        ((f"The bridge opens {LINK}",), f"Another headline {LINK}"),
    ],
)
def test_whatever_has_the_articles_link_may_be_what_was_sent(ours: tuple[str, ...], theirs: str) -> None:
    edited = sent(*ours, url=LINK)
    with pytest.raises(OutcomeUnknown, match=r"n\.example/1 is like what was sent"):
        list(recognised(edited, [standing("1", theirs)], ()))
    assert [] == list(recognised(edited, [standing("1", theirs)], ("1",)))


def test_without_a_link_the_title_tells(tmp_path: Path) -> None:
    edited = sent("The bridge opens\n\nIn new words.")
    with pytest.raises(OutcomeUnknown, match=r"n\.example/1 is like"):
        list(recognised(edited, [standing("1", "THE BRIDGE OPENS.\n\nSo it was said at first, at length.")], ()))
    assert [] == list(recognised(edited, [standing("1", "The bridge that opens")], ()))
    other = sent(f"The bridge opens {LINK}", url=LINK)
    assert [] == list(recognised(other, [standing("1", "The bridge opens https://news.example/another")], ()))
    ordinary = replace(edited, sought_since=None)
    assert [] == list(recognised(ordinary, [standing("1", "The bridge opens. Said at first, at length.")], ()))


def test_the_articles_title_with_another_campaigns_link_may_be_what_was_sent() -> None:
    edited = sent(f"The bridge opens {LINK}?utm_campaign=new", url=f"{LINK}?utm_campaign=new")
    with pytest.raises(OutcomeUnknown, match=r"n\.example/1 is like"):
        list(recognised(edited, [standing("1", f"The bridge opens {LINK}?utm_campaign=old")], ()))
    assert [] == list(recognised(edited, [standing("1", f"Another headline {LINK}?utm_campaign=old")], ()))


def test_another_answer_to_the_part_before_may_be_what_was_sent() -> None:
    edited = sent("One", "Two in new words", title="")
    timeline = [standing("1", "One"), standing("2", "Quite another second part", "1")]
    with pytest.raises(OutcomeUnknown, match=r"n\.example/2 is like"):
        list(recognised(edited, timeline, ()))
    assert ["1"] == names(recognised(replace(edited, sought_since=None), timeline, ()))


# Bluesky


def record(key: str, text: str, reply: str | None = None, **more: Any) -> dict[str, Any]:
    value = {"$type": COLLECTION, "text": text, "createdAt": "2026-11-21T12:00:00.000Z", **more}
    if reply:
        value["reply"] = {"root": {"uri": reply, "cid": "c"}, "parent": {"uri": reply, "cid": "c"}}
    return {"uri": f"at://{DID}/{COLLECTION}/{key}", "cid": f"cid of {key}", "value": value}


def tid(moment: datetime, key: str = "lost") -> str:
    return record_key(moment, key, 0)


def found(delivery: Delivery, *records: dict[str, Any], taken: tuple[str, ...] = ()) -> list[Receipt]:
    return list(looking.sought(delivery, DID, sorted(records, key=lambda each: each["uri"], reverse=True), taken))


def test_a_key_tells_when_it_was_minted() -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
    assert moment == minted_at(record_key(moment, "any", 0))
    assert [None] * 4 == [minted_at(key) for key in ("self", "", "1" * 13, "z" * 13)]


def test_on_bluesky_a_post_is_found_under_whatever_key() -> None:
    (receipt,) = found(sent("One"), record(tid(LOST), "One"), record("self", "Another"))
    uri = f"at://{DID}/{COLLECTION}/{tid(LOST)}"
    url = f"https://bsky.app/profile/{DID}/post/{tid(LOST)}"
    assert Receipt(0, uri, url, {"uri": uri, "cid": f"cid of {tid(LOST)}"}) == receipt


def test_on_bluesky_nobody_asks_for_more_than_reaches_back_far_enough() -> None:
    def records() -> Iterable[dict[str, Any]]:
        yield record("zzz of another program", "Another")
        yield record(tid(LOST - LOOK_BACK), "One")
        yield record(tid(LOST - LOOK_BACK - timedelta(seconds=1)), "One")
        raise AssertionError("too far back")

    assert 1 == len(list(looking.sought(sent("One"), DID, records(), ())))


def test_on_bluesky_a_thread_is_found_in_order_and_its_rest_answers_what_stands() -> None:
    first = record(tid(LOST), "One")
    second = record(tid(LOST, "b"), "Two", reply=first["uri"])
    thread = sent("One", "Two", "Three", title="")
    receipts = found(thread, second, first)
    assert [first["uri"], second["uri"]] == names(receipts)
    (rest,) = entries(replace(thread, receipts=tuple(receipts)), DID)
    assert {
        "root": {"uri": first["uri"], "cid": first["cid"]},
        "parent": {"uri": second["uri"], "cid": second["cid"]},
    } == rest.record["reply"]


@pytest.mark.parametrize(
    "other",
    [
        {"facets": []},
        {"langs": ["de"]},
        {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "porn"}]}},
        {"embed": {"$type": "app.bsky.embed.images", "images": []}},
    ],
)
def test_on_bluesky_the_same_words_with_other_trimmings_are_for_a_person_to_judge(other: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown, match=r"says what was sent, but not with the same links, pictures,"):
        found(sent(f"One {LINK}", lang="en"), record(tid(LOST), f"One {LINK}", **{"langs": ["en"]} | other))


def test_on_bluesky_what_others_hold_is_not_ours() -> None:
    stands = record(tid(LOST), "One")
    assert [] == found(sent("One"), stands, taken=(stands["uri"],))


@pytest.mark.parametrize("reply", ["nonsense", {"parent": "nonsense"}, {"parent": {}}, {}])
def test_on_bluesky_a_record_that_makes_no_sense_is_nobodys(reply: object) -> None:
    odd = record(tid(LOST), "Another")
    odd["value"]["reply"] = reply
    assert [] == found(sent("One", title=""), odd)


# the outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Adapter:
    return OutboxAccount().connect("outbox", tmp_path)


def before_the_loss(delivery: Delivery) -> Delivery:
    """The same post as it was published by a delivery that the ledger has forgotten."""
    return replace(delivery, key="forgotten", first_attempt_at=LOST, sought_since=None, sought_until=None)


def test_in_an_outbox_a_post_is_found_under_whatever_key(outbox: Adapter) -> None:
    thread = sent("One", "Two")
    published = list(outbox.publish(before_the_loss(thread)))
    assert published == list(outbox.find(thread, ()))
    assert published[1:] == list(outbox.find(thread.with_receipt(published[0]), ()))
    assert [] == list(outbox.find(thread, names(published)))
    assert [] == list(outbox.find(sent("Another", title=""), ()))


def test_in_an_outbox_a_post_is_found_under_its_own_key_whenever_that_was(outbox: Adapter) -> None:
    single = sent("One")
    published = list(outbox.publish(replace(before_the_loss(single), key=single.key)))
    assert published == list(outbox.find(single, ()))
    with pytest.raises(OutcomeUnknown, match="something else is kept under the key of this delivery"):
        list(outbox.find(replace(single, post=sent("Another").post), ()))


def test_in_an_outbox_what_is_older_than_the_backup_is_not_ours(outbox: Adapter) -> None:
    list(outbox.publish(replace(before_the_loss(sent("One")), first_attempt_at=LOST - timedelta(days=2))))
    assert [] == list(outbox.find(sent("One"), ()))


@pytest.mark.parametrize("texts", [("One", "Two"), ("One", "Another"), ("One", "Two", "Three", "Four")])
def test_in_an_outbox_part_of_a_thread_is_for_a_person_to_judge(outbox: Adapter, texts: tuple[str, ...]) -> None:
    """Its entries are whole threads: what is put beside one stands there from its first part."""
    list(outbox.publish(before_the_loss(sent(*texts, title=""))))
    with pytest.raises(OutcomeUnknown, match="is like what was sent, but not the same"):
        list(outbox.find(sent("One", "Two", "Three", title=""), ()))


def test_in_an_outbox_another_warning_is_for_a_person_to_judge(outbox: Adapter) -> None:
    list(outbox.publish(before_the_loss(sent("One", warning="heights"))))
    with pytest.raises(OutcomeUnknown, match="is like what was sent"):
        list(outbox.find(sent("One"), ()))
