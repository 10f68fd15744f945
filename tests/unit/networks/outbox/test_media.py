"""An outbox keeps pictures beside its page: whole, once, and for as long as a post shows them."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from unit.networks.outbox.made import delivery, picture
from unit.networks.outbox.test_adapter import everything

from bot.errors import OutcomeUnknown, Unavailable
from bot.model import Card, Part, Post
from bot.networks.outbox.entries import Entries

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Delivery
    from bot.networks.base import Adapter

SEA = picture("/home/ed/queue/sea.png", "Waves", colour="blue")
LAND = picture("https://example.org/land.png?token=secret#top", "Hills", colour="green")
THUMBNAIL = picture("sky.png", colour="navy")
CARD = Card("https://example.org/a", "Headline", "Summary", THUMBNAIL)


def shown(number: int, *parts: Part, **more: Any) -> Delivery:
    return delivery(number, Post(parts, title="Title", **more))


WEATHER = shown(1, Part("One.", media=(SEA, LAND)), Part("Two.", media=(SEA,), card=CARD), left_out=("a film",))


def kept(folder: Path) -> dict[str, bytes]:
    """The media on the outbox's disk, by the SHA-256 that their names tell."""
    return {path.stem: path.read_bytes() for path in (folder / "media").glob("*")}


def test_all_that_a_post_shows_stands_whole_beside_the_page_for_everybody(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(WEATHER))
    assert {each.digest: each.content for each in (SEA, LAND, THUMBNAIL)} == kept(folder)
    assert all(sha256(content).hexdigest() == name for name, content in kept(folder).items())
    assert {0o644} == {stat.S_IMODE(path.stat().st_mode) for path in (folder / "media").iterdir()}


def test_what_was_published_is_found_and_a_repeat_changes_nothing(outbox: Adapter, folder: Path) -> None:
    receipts = list(outbox.publish(WEATHER))
    before = everything(folder)
    assert receipts == list(outbox.publish(WEATHER))
    assert before == everything(folder)
    assert receipts == list(outbox.find(WEATHER, ()))
    other = shown(1, Part("One.", media=(replace(SEA, alt="Other words"),)), Part("Two."))
    with pytest.raises(OutcomeUnknown, match="something else"):
        list(outbox.find(other, ()))


def test_an_entry_has_neither_the_bytes_nor_where_they_came_from(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(WEATHER))
    (path,) = (folder / "entries").iterdir()
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("content", "/home/ed", "secret", "https://example.org/land"))
    assert all(word in text for word in ('"sea.png"', '"land.png"', '"Waves"', '"a film"', SEA.digest))


OLD = """\
{
 "key": "key1",
 "published": "2026-11-23T12:01:00Z",
 "post": {
  "parts": [
   {
    "text": "Größe \\"1\\"",
    "spans": []
   }
  ],
  "title": "Title",
  "url": null,
  "lang": null,
  "warning": null,
  "visibility": null,
  "dropped": []
 }
}"""


def test_an_entry_of_an_earlier_version_is_the_same_in_this_one(outbox: Adapter, folder: Path) -> None:
    entries = Entries(folder / "entries")
    list(outbox.publish(delivery(1, Post((Part('Größe "1"'),), title="Title"))))
    (path,) = (folder / "entries").iterdir()
    assert OLD == path.read_text(encoding="utf-8")
    kept_entry = entries.find("key1")
    assert kept_entry is not None
    entries.keep(kept_entry)
    assert OLD == path.read_text(encoding="utf-8")


def test_a_disk_that_is_full_when_a_picture_is_written_has_nothing_of_the_post(
    outbox: Adapter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = os.fsync, []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 2:  # the first picture, and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="Make room on the disk"):
        list(outbox.publish(WEATHER))
    monkeypatch.undo()
    assert [SEA.digest] == list(kept(folder))
    assert not (folder / "entries").exists()
    list(outbox.publish(WEATHER))
    assert 3 == len(kept(folder))


def test_an_answer_is_found_by_what_it_answers_after_a_restore(outbox: Adapter) -> None:
    first = tuple(outbox.publish(shown(1, Part("One."))))
    answer = shown(2, Part("Correction.", media=(SEA,)), answers=first)
    receipts = list(outbox.publish(answer))
    assert answer.first_attempt_at is not None
    lost = replace(answer, key="other", sought_since=answer.first_attempt_at, sought_until=answer.first_attempt_at)
    assert receipts == list(outbox.find(lost, ()))
    assert lost.post is not None
    with pytest.raises(OutcomeUnknown, match="like what was sent"):
        list(outbox.find(replace(lost, post=replace(lost.post, answers=())), ()))
