from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from errno import EACCES, ENOENT
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import BotError
from bot.intake.paths import place_in
from bot.intake.queue import Queue

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def put(folder: Path, name: str, age: float = 60, text: str = "A story.") -> Path:
    """A file that was changed so many seconds before NOW."""
    path = folder / name
    path.write_text(text)
    os.utime(path, (NOW.timestamp() - age,) * 2)
    return path


def test_files_wait_oldest_first_then_by_name(tmp_path: Path) -> None:
    for name, age in (("b.md", 60), ("a.md", 60), ("z.txt", 90)):
        put(tmp_path, name, age)
    assert ["z.txt", "a.md", "b.md"] == [path.name for path in Queue(tmp_path).waiting(NOW)]


@pytest.mark.parametrize("name", [".hidden.md", "story.md~", "story.md.part", "story.tmp", "STORY.TMP"])
def test_half_written_files_are_left_alone(name: str, tmp_path: Path) -> None:
    put(tmp_path, name)
    assert [] == Queue(tmp_path).waiting(NOW)


@pytest.mark.parametrize(("age", "ready"), [(-3600, True), (-0.5, False), (0.5, False), (1, True)])
def test_a_file_settles_for_a_second_before_it_is_ready(age: float, ready: bool, tmp_path: Path) -> None:
    put(tmp_path, "story.md", age=age)
    assert ready == bool(Queue(tmp_path).waiting(NOW))


def test_folders_are_not_waiting_but_what_is_no_file_is_there_to_be_rejected(tmp_path: Path) -> None:
    for name in ("done", "rejected", "drafts", ".hidden", "sport/.hidden"):
        (tmp_path / name).mkdir(parents=True)
        put(tmp_path / name, "story.md")
    (tmp_path / "broken.md").symlink_to("nowhere")
    assert ["broken.md"] == [path.name for path in Queue(tmp_path).waiting(NOW)]


def test_what_lies_in_a_section_waits(tmp_path: Path) -> None:
    (tmp_path / "sport" / "football").mkdir(parents=True)
    for name, age in (("sport/football/b.md", 90), ("sport/a.md", 60)):
        put(tmp_path, name, age)
    assert ["sport/football/b.md", "sport/a.md"] == [
        path.relative_to(tmp_path).as_posix() for path in Queue(tmp_path).waiting(NOW)
    ]


def test_what_lies_very_deep_is_left_alone(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"12345678")
    (deep / "9").mkdir(parents=True)
    put(deep / "9", "too deep.md")
    assert put(deep, "deep.md") == Queue(tmp_path).waiting(NOW)[0]
    assert [1, None] == [place and 1 for place in (place_in(deep / "a", tmp_path), place_in(deep / "9/a", tmp_path))]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(EACCES, "Permission denied"), ["cannot be read: Permission denied"]),
        (FileNotFoundError(ENOENT, "it was there a moment ago"), []),
    ],
)
def test_a_section_that_cannot_be_read_holds_up_no_other(
    error: OSError, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/b.md", "locked/c.md", "z/d.md"):
        (tmp_path / name).parent.mkdir()
        put(tmp_path, name)
    refuse(tmp_path / "locked", error, monkeypatch)
    survey = Queue(tmp_path).survey()
    assert ["b.md", "d.md"] == [path.name for path in survey.settled(NOW)]
    assert {tmp_path, tmp_path / "a", tmp_path / "z"} == survey.folders.keys()
    assert [(tmp_path / "locked", what) for what in told] == [(path, each.what) for path, each in survey.closed.items()]


def refuse(folder: Path, error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk answers with this error, as it does not to root, who may run the tests."""
    scandir = os.scandir

    def scan(path: Path) -> Any:
        if path == folder:
            raise error
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)


def test_a_link_to_a_folder_is_no_section(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    put(tmp_path / "elsewhere", "story.md")
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "sport").symlink_to(tmp_path / "elsewhere")
    assert ["sport"] == [path.name for path in Queue(tmp_path / "queue").waiting(datetime.now(UTC) + DAY)]


def test_a_done_file_keeps_its_section(tmp_path: Path) -> None:
    (tmp_path / "sport").mkdir()
    Queue(tmp_path).done(put(tmp_path, "sport/story.md"))
    assert (tmp_path / "done" / "sport" / "story.md").is_file()


def test_a_queue_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert [] == Queue(tmp_path / "queue").waiting(NOW)


def test_a_done_file_moves_with_its_content(tmp_path: Path) -> None:
    Queue(tmp_path).done(put(tmp_path, "story.md", text="first"))
    assert {"story.md": "first"} == {path.name: path.read_text() for path in (tmp_path / "done").iterdir()}
    assert ["done"] == [path.name for path in tmp_path.iterdir()]


def test_nothing_that_was_moved_before_is_overwritten(tmp_path: Path) -> None:
    for text in ("first", "second", "third"):
        Queue(tmp_path).done(put(tmp_path, "story.md", text=text))
    found = {path.name: path.read_text() for path in (tmp_path / "done").iterdir()}
    assert {"story.md": "first", "story-2.md": "second", "story-3.md": "third"} == found


def test_a_rejected_file_has_its_reason_beside_it(tmp_path: Path) -> None:
    for reason in ("is empty", "is UTF-16"):
        Queue(tmp_path).reject(put(tmp_path, "story.md"), reason)
    reasons = {path.name: path.read_text() for path in (tmp_path / "rejected").glob("*.reason.txt")}
    assert {"story.md.reason.txt": "is empty\n", "story-2.md.reason.txt": "is UTF-16\n"} == reasons
    assert (tmp_path / "rejected" / "story-2.md").read_text() == "A story."


def test_a_link_is_moved_and_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt", text="secret")
    queue = tmp_path / "queue"
    queue.mkdir()
    (queue / "story.md").symlink_to(secret)
    Queue(queue).reject(queue / "story.md", "is a link out of the queue")
    assert (queue / "rejected" / "story.md").is_symlink()
    assert "secret" == secret.read_text()


def test_a_file_that_vanished_meanwhile_is_no_error_and_leaves_nothing(tmp_path: Path) -> None:
    Queue(tmp_path).done(tmp_path / "gone.md")
    Queue(tmp_path).reject(tmp_path / "gone.md", "is empty")
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_move_that_fails_is_one_line_and_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "done").write_text("a file where a folder belongs")
    story = put(tmp_path, "story.md")
    with pytest.raises(BotError, match=r"story\.md: cannot be moved to done/: File exists\. Check who owns the folder"):
        Queue(tmp_path).done(story)
    assert "A story." == story.read_text()


def test_a_queue_that_cannot_be_listed_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("a file where a folder belongs")
    with pytest.raises(BotError, match="queue: cannot be read: Not a directory"):
        Queue(tmp_path / "queue").waiting(NOW)
