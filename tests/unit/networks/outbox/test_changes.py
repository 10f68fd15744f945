"""What is taken down or changed in an outbox is so on its page, in its feed and on its disk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from unit.networks.outbox.made import delivery, post
from unit.networks.outbox.test_adapter import everything
from unit.networks.outbox.test_media import LAND, SEA, WEATHER, kept, shown

from bot.errors import Rejected, Unauthorized, Unavailable
from bot.model import Part, Receipt
from bot.networks.outbox.adapter import Outbox
from bot.networks.outbox.entries import Entries, Entry

if TYPE_CHECKING:
    from pathlib import Path

    from bot.networks.base import Adapter

LATER = datetime(2026, 11, 24, 8, tzinfo=UTC)
THREAD = delivery(7, post("Berlin", "Oslo", "Rome"))


@pytest.fixture
def outbox(folder: Path) -> Outbox:
    return Outbox("outbox", folder, clock=lambda: LATER)


def entry(folder: Path, key: str) -> Entry | None:
    return Entries(folder / "entries").find(key)


def page_and_feed(folder: Path) -> str:
    return "".join((folder / name).read_text(encoding="utf-8") for name in ("index.html", "feed.xml"))


def test_a_part_that_is_taken_down_is_gone_and_the_others_keep_their_names(outbox: Adapter, folder: Path) -> None:
    first, second, third = outbox.publish(THREAD)
    outbox.retract(second)
    said = page_and_feed(folder)
    assert ["Berlin", "Rome"] == [word for word in ("Berlin", "Oslo", "Rome") if word in said]
    assert ['id="key7-0"', 'id="key7-2"'] == [f'id="key7-{n}"' for n in range(3) if f'id="key7-{n}"' in said]
    outbox.retract(third)
    assert "Rome" not in page_and_feed(folder)
    outbox.retract(first)
    assert "Berlin" not in page_and_feed(folder)
    assert entry(folder, "key7") is None


def test_taking_down_again_changes_nothing_nor_does_what_never_stood(outbox: Adapter, folder: Path) -> None:
    _, second, _ = outbox.publish(THREAD)
    outbox.retract(second)
    before = everything(folder)
    for name in ("key7/1", "key7/3", "key8/0", "a/b/0"):
        outbox.retract(Receipt(0, name, ""))
    assert before == everything(folder)


def test_pictures_go_with_the_last_post_that_shows_them(outbox: Adapter, folder: Path) -> None:
    receipts = list(outbox.publish(WEATHER))
    list(outbox.publish(shown(2, Part("Land.", media=(LAND,)))))
    (folder / "media" / "logo.png").write_bytes(b"the operator's own")
    outbox.retract(receipts[1])
    assert {SEA.digest, LAND.digest, "logo"} == set(kept(folder))
    outbox.retract(receipts[0])
    assert {LAND.digest, "logo"} == set(kept(folder))


def test_a_crash_before_the_page_was_written_is_mended_at_the_repeat(outbox: Adapter, folder: Path) -> None:
    [receipt] = outbox.publish(shown(1, Part("Sea.", media=(SEA,))))
    Entries(folder / "entries").drop("key1")
    outbox.retract(receipt)
    assert "Sea." not in page_and_feed(folder)
    assert {} == kept(folder)


def test_a_part_is_changed_where_it_stands_with_its_pictures(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(delivery(9, post("newer"))))
    _, second = outbox.publish(WEATHER)
    changed = shown(1, Part("One."), Part("Two, corrected.", media=(LAND,)), lang="en").post
    assert changed is not None
    outbox.revise(changed, second)
    now = entry(folder, "key1")
    assert now is not None
    assert ["One.", "Two, corrected."] == [part.text for part in now.post.parts]
    assert (LATER, "en") == (now.updated, now.post.lang)
    assert {SEA.digest, LAND.digest} == set(kept(folder)), "the thumbnail is shown no more"
    said = page_and_feed(folder)
    assert said.index("newer") < said.index("Two, corrected."), "it stays in its place"
    before = everything(folder)
    outbox.revise(changed, second)
    assert before == everything(folder)


def test_a_change_leaves_alone_what_was_taken_down(outbox: Adapter, folder: Path) -> None:
    first, second, third = outbox.publish(THREAD)
    outbox.retract(first)
    outbox.revise(post("1", "2", "3"), third)
    now = entry(folder, "key7")
    assert now is not None
    assert ["Oslo", "3"] == [part.text for part in now.post.parts]
    assert ["key7/1", "key7/2"] == [now.name(place) for place in range(2)]
    with pytest.raises(Rejected, match="does not stand any more"):
        outbox.revise(post("1", "2", "3"), first)
    outbox.retract(second)
    outbox.retract(third)
    with pytest.raises(Rejected, match="does not stand any more"):
        outbox.revise(post("1", "2", "3"), third)


@pytest.mark.parametrize("name", ["", "key7", "key7/", "key7/first", "/1"])
def test_what_is_no_name_of_a_part_is_refused(outbox: Adapter, name: str) -> None:
    with pytest.raises(Rejected, match="is no post of an outbox"):
        outbox.retract(Receipt(0, name, ""))


def test_what_the_disk_refuses_may_be_tried_again(outbox: Adapter, folder: Path) -> None:
    [receipt] = outbox.publish(delivery(1, post("wrong")))
    (folder / "index.html").unlink()
    (folder / "index.html").mkdir()
    with pytest.raises((Unavailable, Unauthorized), match="cannot take the post down"):
        outbox.retract(receipt)
    (folder / "index.html").rmdir()
    outbox.retract(receipt)
    assert "wrong" not in page_and_feed(folder)
