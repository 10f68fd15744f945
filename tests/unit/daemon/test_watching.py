"""Real folders and the real kernel: what is told of, and after how long at the most."""

from __future__ import annotations

from queue import Empty, Queue
from typing import TYPE_CHECKING

import pytest

from bot.daemon.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 20  # seconds for what takes one, on a machine with other work
QUIET = 0.6


class Told:
    def __init__(self, folder: Path) -> None:
        self.queue, self.wake = folder / "queue", folder / "wake"
        self.files: Queue[None] = Queue()
        self.woken: Queue[None] = Queue()
        self.queue.mkdir()
        self.wake.touch()
        files, woken = (lambda: self.files.put(None)), (lambda: self.woken.put(None))
        self.watching = Watching(self.queue, self.wake, files=files, woken=woken, tick=0.2)

    def settle(self) -> None:
        """Until nothing more is told."""
        self.files.get(timeout=PATIENCE)
        while True:
            try:
                self.files.get(timeout=QUIET)
            except Empty:
                return


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path)
    with told.watching:
        told.settle()
        yield told


def test_a_file_that_comes_changes_or_goes_is_told_of(told: Told) -> None:
    path = told.queue / "one.md"
    path.write_text("One")
    told.settle()
    path.write_text("Another")
    told.settle()
    path.unlink()
    told.settle()
    assert told.woken.empty()


def test_a_file_in_a_new_section_is_told_of(told: Told) -> None:
    (told.queue / "sport").mkdir()
    told.settle()
    (told.queue / "sport" / "cup.md").write_text("Cup")
    told.settle()


def test_what_leaves_the_queue_is_no_news_where_it_goes(told: Told) -> None:
    done = told.queue / "done"
    done.mkdir()
    (done / "one.md").write_text("One")
    with pytest.raises(Empty):
        told.files.get(timeout=QUIET)


def test_a_touch_of_the_file_for_that_wakes(told: Told) -> None:
    for _ in range(2):
        told.wake.touch()
        told.woken.get(timeout=PATIENCE)


def test_a_touch_wakes_where_the_file_was_made_anew(told: Told) -> None:
    told.wake.unlink()
    told.settle()
    told.wake.touch()
    told.settle()
    told.wake.touch()
    told.woken.get(timeout=PATIENCE)


def test_a_folder_that_goes_and_comes_back_is_watched_again(told: Told) -> None:
    away = told.queue.rename(told.queue.with_name("away"))
    told.settle()
    told.queue.mkdir()
    told.settle()
    told.queue.rmdir()
    away.rename(told.queue)
    told.settle()
    (told.queue / "one.md").write_text("One")
    told.settle()


def test_a_thousand_files_at_once_are_told_of_in_a_few_words(told: Told) -> None:
    for number in range(1000):
        (told.queue / f"{number}.md").write_text("One")
    words = 1
    told.files.get(timeout=PATIENCE)
    while True:
        try:
            told.files.get(timeout=QUIET)
        except Empty:
            break
        words += 1
    assert words < 100
