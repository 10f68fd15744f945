"""An outbox keeps what it confirms, once, and says honestly what it could not do."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.networks.outbox.made import delivery, post

from bot.errors import OutcomeUnknown, Unauthorized, Unavailable
from bot.model import Receipt
from bot.networks.outbox import OutboxAccount

if TYPE_CHECKING:
    from pathlib import Path

    from bot.networks.base import Adapter

THREAD = delivery(1, post("first", "second"))


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_every_part_is_confirmed_with_its_place_on_the_page(outbox: Adapter, folder: Path) -> None:
    page = (folder / "index.html").as_uri()
    receipts = [Receipt(0, "key1/0", f"{page}#key1-0"), Receipt(1, "key1/1", f"{page}#key1-1")]
    assert receipts == list(outbox.publish(THREAD))
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert [1, 1, 1, 1] == [html.count(word) for word in ('id="key1-0"', 'id="key1-1"', ">first<", ">second<")]


def test_where_a_person_looks_is_where_it_stands(outbox: Adapter, home: Path, folder: Path) -> None:
    list(outbox.publish(THREAD))
    places = OutboxAccount().whereabouts(home)
    assert {"page": (folder / "index.html").as_uri(), "feed": (folder / "feed.xml").as_uri()} == places
    assert {"entries", "index.html", "feed.xml"} == {path.name for path in folder.iterdir()}


def test_a_relative_folder_starts_at_home_and_an_absolute_one_does_not(home: Path, tmp_path: Path) -> None:
    assert (home / "site" / "index.html").as_uri() == OutboxAccount(folder="site").whereabouts(home)["page"]
    absolute = OutboxAccount(folder=tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "index.html").as_uri() == absolute.whereabouts(home)["page"]


def test_the_same_delivery_again_changes_nothing(outbox: Adapter, folder: Path) -> None:
    first = list(outbox.publish(THREAD))
    before = everything(folder)
    assert first == list(outbox.publish(THREAD))
    assert before == everything(folder)


def test_the_same_key_at_another_time_does_not_stand_there_twice(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(THREAD))
    list(outbox.publish(replace(THREAD, first_attempt_at=delivery(9, post("x")).first_attempt_at)))
    assert 1 == len(list((folder / "entries").iterdir()))


def test_a_part_that_has_its_receipt_is_not_confirmed_again(outbox: Adapter) -> None:
    first, second = outbox.publish(THREAD)
    assert [second] == list(outbox.publish(THREAD.with_receipt(first)))


def test_a_page_that_a_crash_kept_from_being_written_is_written_at_the_repeat(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(THREAD))
    before = (folder / "index.html").read_bytes()
    (folder / "index.html").unlink()
    list(outbox.publish(THREAD))
    assert before == (folder / "index.html").read_bytes()


def test_keys_are_names_and_never_paths(outbox: Adapter, folder: Path) -> None:
    odd = replace(THREAD, key="../../x@y*")
    assert ["../../x@y*/0", "../../x@y*/1"] == [receipt.remote_id for receipt in outbox.publish(odd)]
    assert list(outbox.publish(odd)) == list(outbox.find(odd, ()))
    assert 1 == len(list((folder / "entries").iterdir()))


def test_many_at_once_lose_nothing(home: Path, folder: Path) -> None:
    def work(start: int) -> None:
        mine = OutboxAccount().connect("outbox", home)
        for number in range(start, 40, 4):
            list(mine.publish(delivery(number, post(f"post {number}."))))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    html = (folder / "index.html").read_text(encoding="utf-8")
    shown = [html.index(f"post {number}.") for number in range(40)]
    assert sorted(shown, reverse=True) == shown  # the newest first


def test_find_yields_what_is_kept_and_lacks_a_receipt(outbox: Adapter) -> None:
    assert [] == list(outbox.find(THREAD, ()))
    first, second = outbox.publish(THREAD)
    assert [first, second] == list(outbox.find(THREAD, ()))
    assert [second] == list(outbox.find(THREAD.with_receipt(first), ()))
    assert [first] == list(outbox.find(THREAD, {second.remote_id}))


def test_find_does_not_take_something_else_for_ours(outbox: Adapter) -> None:
    list(outbox.publish(THREAD))
    with pytest.raises(OutcomeUnknown, match="something else is kept under the key"):
        list(outbox.find(replace(THREAD, post=post("first", "2nd")), ()))


def test_check_names_the_folder_and_writes_nothing(outbox: Adapter, home: Path, folder: Path) -> None:
    identity = outbox.check()
    assert (f"outbox:{folder}", (folder / "index.html").as_uri()) == (identity.login, identity.url)
    assert not home.exists()


@pytest.mark.parametrize("place", ["var", "var/outbox", "var/outbox/entries"])
def test_a_file_in_the_place_of_the_folder_would_hit_every_post(outbox: Adapter, home: Path, place: str) -> None:
    (home / place).parent.mkdir(parents=True)
    (home / place).write_text("in the way")
    with pytest.raises(Unauthorized, match=r"cannot keep the post: .*Make it a folder that the bot may write"):
        list(outbox.publish(THREAD))


def test_check_says_what_is_in_the_way(outbox: Adapter, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    with pytest.raises(Unauthorized, match="cannot be written"):
        outbox.check()


@pytest.mark.parametrize(
    ("code", "expected", "told"),
    [
        (errno.ENOSPC, Unavailable, "No space left on device. Make room on the disk"),
        (errno.EIO, Unavailable, "Input/output error"),
        (errno.EROFS, Unauthorized, "Read-only file system. Make it a folder that the bot may write"),
    ],
)
def test_what_fails_before_the_entry_stands_is_certainly_not_posted(
    outbox: Adapter, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: type[Exception], told: str
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(expected, match=told):
        list(outbox.publish(THREAD))
    monkeypatch.undo()
    assert {} == everything(folder)
    assert 2 == len(list(outbox.publish(THREAD)))


def test_what_fails_when_the_entry_stands_may_be_posted_and_is_whole_at_the_repeat(
    outbox: Adapter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fails_for_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_for_folders)
    with pytest.raises(OutcomeUnknown, match="cannot keep the post"):
        list(outbox.publish(THREAD))
    monkeypatch.undo()
    assert 2 == len(list(outbox.publish(THREAD)))
    assert (folder / "index.html").exists()


def test_a_page_that_cannot_be_written_leaves_the_outcome_open(outbox: Adapter, folder: Path) -> None:
    (folder / "index.html").mkdir(parents=True)
    with pytest.raises(OutcomeUnknown, match="the post is kept, but not yet shown"):
        list(outbox.publish(THREAD))
    assert 2 == len(list(outbox.find(THREAD, ())))


def test_a_damaged_entry_is_named(outbox: Adapter, folder: Path) -> None:
    list(outbox.publish(THREAD))
    (entry,) = (folder / "entries").iterdir()
    entry.write_text("{")
    with pytest.raises(OutcomeUnknown, match=f"{entry.name} is damaged; remove it"):
        list(outbox.publish(delivery(2, post("another"))))
