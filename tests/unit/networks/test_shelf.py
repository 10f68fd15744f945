"""What a server told of itself is kept, and may be thrown away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.networks.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path

HERE, THERE = "https://here.example", "https://there.example"


def test_what_is_kept_is_there_for_the_next_run(tmp_path: Path) -> None:
    Shelf(tmp_path, "a", HERE).keep({"limit": 500})
    Shelf(tmp_path, "a", HERE).keep({"left": 3})
    assert {"limit": 500, "left": 3, "server": HERE} == Shelf(tmp_path, "a", HERE).read()
    assert {} == Shelf(tmp_path, "b", HERE).read()


def test_what_another_server_told_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    Shelf(tmp_path, "a", HERE).keep({"limit": 500})
    assert {} == Shelf(tmp_path, "a", THERE).read()
    Shelf(tmp_path, "a", THERE).keep({"left": 3})
    assert {"left": 3, "server": THERE} == Shelf(tmp_path, "a", THERE).read()


@pytest.mark.parametrize("damage", ["", "{", "[1]", '"x"', "\udcff"])
def test_a_damaged_file_is_as_none(tmp_path: Path, damage: str) -> None:
    shelf = Shelf(tmp_path, "a", HERE)
    shelf.keep({"limit": 500})
    (tmp_path / "var" / "servers" / "a.json").write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert {} == shelf.read()


def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    Shelf(tmp_path, "a", HERE).keep({"limit": 500})
    path = tmp_path / "var" / "servers" / "a.json"
    assert [0o600, 0o700, 0o700] == [each.stat().st_mode & 0o777 for each in (path, path.parent, path.parent.parent)]


def test_a_disk_that_takes_nothing_spoils_nothing(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    Shelf(tmp_path, "a", HERE).keep({"limit": 500})
    assert {} == Shelf(tmp_path, "a", HERE).read()


def test_the_same_again_is_not_written_again(tmp_path: Path) -> None:
    shelf, path = Shelf(tmp_path, "a", HERE), tmp_path / "var" / "servers" / "a.json"
    shelf.keep({"limit": 500})
    os.utime(path, (1, 1))
    shelf.keep({"limit": 500})
    assert 1 == path.stat().st_mtime
