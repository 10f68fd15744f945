"""A backup is a whole copy of the ledger or none, made while others write, and it tells from when it is."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, LATER, NEWS, NOW, SOON, SPORT, UNRELATED, claimed, happened, receipt

from bot.errors import ConfigurationError, LedgerError, Refused
from bot.ledger import Ledger, copies, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITER = """
import sys
from contract.ledger.story import ARTICLE, NEWS, NOW
from dataclasses import replace
from itertools import count
from pathlib import Path
from bot.ledger import open_ledger
ledger = open_ledger(sys.argv[1], lanes=Path(sys.argv[2]))
for number in count():
    ledger.take_in(replace(ARTICLE, identities=(f"id:{number}",)), [NEWS], now=NOW, due_at=NOW)
    print(number, flush=True)
"""
TESTS = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "bot.db"


@pytest.fixture
def ledger(file: Path, lanes: Path) -> Iterator[Ledger]:
    """An SQLite ledger with one article for two accounts."""
    opened = open_ledger(f"sqlite:///{file}", lanes=lanes)
    opened.take_in(ARTICLE, [NEWS, SPORT], now=NOW, due_at=NOW)
    yield opened
    opened.close()


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as db:
        return [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()


def opened(path: Path) -> Ledger:
    return open_ledger(f"sqlite:///{path}", lanes=path.parent / f"{path.name}.lanes")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_stands_beside_the_ledger_and_holds_all_of_it(ledger: Ledger, file: Path) -> None:
    copy = ledger.back_up(None, now=LATER)
    assert (file.parent / "backups" / "bot-20261123T130000Z.db", LATER, 1, 2, 2) == (
        copy.path,
        copy.at,
        copy.articles,
        copy.deliveries,
        copy.unsettled,
    )
    assert sound(copy.path)
    assert [0o700, 0o600] == [stat.S_IMODE(path.stat().st_mode) for path in (copy.path.parent, copy.path)]
    assert ["bot-20261123T130000Z.db"] == files(copy.path.parent), (
        "it stands for itself, and nothing is left of the work"
    )
    kept = opened(copy.path)
    assert (ledger.waiting(), "backed up") == (kept.waiting(), happened(kept)[-1])
    kept.close()


def test_a_backup_is_told_in_the_log_and_by_the_next_check(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.last_backup() is None
    ledger.back_up(tmp_path / "elsewhere.db", now=SOON)
    assert ("backed up", str(tmp_path / "elsewhere.db")) == (ledger.events()[-1].event, ledger.events()[-1].detail)
    (tmp_path / "elsewhere.db").rename(tmp_path / "on a disk in the cellar.db")
    assert SOON == ledger.last_backup()
    ledger.back_up(None, now=LATER)
    assert LATER == ledger.last_backup()


def test_a_folder_is_where_it_goes_under_its_own_name(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    assert tmp_path / "disk" / "bot-20261123T130000Z.db" == ledger.back_up(tmp_path / "disk", now=LATER).path


@pytest.mark.parametrize("name", ["a b's.db", "100%.db", "what?.db", "#1.db", "ünï.db"])
def test_any_name_will_do(ledger: Ledger, tmp_path: Path, name: str) -> None:
    copy = ledger.back_up(tmp_path / name, now=LATER)
    assert (tmp_path / name, 1) == (copy.path, copies.read(copy.path).articles)


def test_nothing_is_ever_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("somebody else's")
    with pytest.raises(Refused, match=r"taken: there is such a file already\. Name another one"):
        ledger.back_up(taken, now=LATER)
    assert ("somebody else's", ["taken", "var"]) == (taken.read_text(), files(tmp_path))
    ledger.back_up(None, now=LATER)
    with pytest.raises(Refused, match="there is such a file already"):
        ledger.back_up(None, now=LATER)


def test_a_folder_that_is_not_there_is_told(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as told:
        ledger.back_up(tmp_path / "nowhere" / "copy.db", now=LATER)
    assert f"{tmp_path / 'nowhere'}: there is no such folder. Make it, or name another one" == str(told.value)


def test_what_cannot_be_written_is_told_by_its_own_name(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"^/proc/copy\.db: it cannot be opened \(.*\)\. Make it and its folder"):
        ledger.back_up(Path("/proc/copy.db"), now=LATER)


def test_backups_made_while_others_write_are_whole(ledger: Ledger, file: Path, lanes: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, f"sqlite:///{file}", str(lanes)]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        held = []
        for number in range(5):
            line = writer.stdout.readline()
            copy = ledger.back_up(tmp_path / f"{number}.db", now=NOW)
            assert copy.articles >= int(line) + 1, "what was promised before it began is in it"
            held.append(copy.articles)
            assert sound(copy.path)
        writer.kill()
    assert sorted(held) == held
    assert held[0] < held[-1]


def test_of_a_damaged_ledger_no_backup_is_made(ledger: Ledger, file: Path, lanes: Path) -> None:
    for number in range(300):
        ledger.take_in(replace(ARTICLE, identities=(f"id:{number}",), body=("x" * 500,)), [NEWS], now=NOW, due_at=NOW)
    ledger.close()
    content = bytearray(file.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    file.write_bytes(content)
    again = open_ledger(f"sqlite:///{file}", lanes=lanes)
    assert again.damage() is not None
    with pytest.raises(
        LedgerError, match=rf"^{file}: the ledger is damaged: .*No backup was made of it\. Stop the bot"
    ):
        again.back_up(None, now=LATER)
    again.close()
    assert [] == files(file.parent / "backups")


def test_a_sound_ledger_has_no_damage(ledger: Ledger) -> None:
    assert ledger.damage() is None


def test_a_ledger_in_postgresql_is_copied_by_its_own_tools(postgres_url: str, lanes: Path) -> None:
    there = open_ledger(postgres_url, lanes=lanes)
    with pytest.raises(ConfigurationError, match=r"kept by PostgreSQL\. Copy it with pg_dump"):
        there.back_up(None, now=NOW)
    assert (None, None, False) == (there.damage(), there.last_backup(), there.in_a_file)
    there.close()


def test_the_newest_copy_that_is_sound_is_the_one_that_counts(ledger: Ledger, file: Path) -> None:
    first, second = ledger.back_up(None, now=SOON), ledger.back_up(None, now=LATER)
    first.path.touch()  # it was moved about since
    newest = copies.newest(file)
    assert newest is not None
    assert (second.path, LATER) == (newest.path, newest.at)
    second.path.write_bytes(second.path.read_bytes()[:5000])
    newest = copies.newest(file)
    assert newest is not None
    assert first.path == newest.path


def test_the_copy_that_a_migration_kept_counts_too(ledger: Ledger, file: Path, lanes: Path) -> None:
    kept = file.with_name("bot.db.before-0002")
    with closing(sqlite3.connect(file)) as source:
        copies.make(source, kept)
    newest = copies.newest(file)
    assert newest is not None
    assert (kept, NOW) == (newest.path, newest.at)


@pytest.mark.parametrize("name", ["bot-test.db", "bot-20261123T130000Z.db", "bot.sqlite", "other.db"])
def test_a_backup_of_another_ledger_in_the_same_folder_is_none_of_this_one(
    ledger: Ledger, file: Path, name: str
) -> None:
    mine = ledger.back_up(None, now=SOON)
    opened(file.with_name(name)).close()
    another = opened(file.with_name(name))
    theirs = another.back_up(None, now=LATER)
    another.close()
    found = [copies.newest(file.with_name(each)) for each in ("bot.db", name)]
    assert [mine.path, theirs.path] == [each and each.path for each in found]
    assert SOON == ledger.last_backup()


def test_a_ledger_whose_name_looks_like_a_pattern_has_its_own_backups(tmp_path: Path) -> None:
    for name in ("b[o]t.db", "bot.db"):
        another = opened(tmp_path / name)
        made = another.back_up(None, now=NOW).path
        another.close()
        newest = copies.newest(tmp_path / name)
        assert made == (newest and newest.path)


def test_a_folder_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as told:
        copies.read(tmp_path)
    hint = "Name a file in it; without one `bot restore` takes the newest backup that is sound"
    assert f"{tmp_path}: this is a folder. {hint}" == str(told.value)


def test_what_is_neither_a_file_nor_a_folder_is_no_copy() -> None:
    with pytest.raises(LedgerError, match=r"^/dev/null: this is no file\. Name another file"):
        copies.read(Path("/dev/null"))


def test_what_a_copy_holds_is_read_without_a_trace(ledger: Ledger, tmp_path: Path) -> None:
    ledger.confirm(claimed(ledger, ledger.waiting()[0]), receipt(), now=NOW)
    ledger.take_in(UNRELATED, [NEWS], now=NOW, due_at=NOW)
    copy = ledger.back_up(tmp_path / "copy.db", now=LATER)
    before = copy.path.stat()
    assert copy == copies.read(copy.path)
    assert "articles 2, deliveries 3, of these not final 2; as of 2026-11-23 13:00:00 UTC" == copy.told
    assert (before.st_mtime_ns, ["copy.db", "var"]) == (copy.path.stat().st_mtime_ns, files(tmp_path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Dear diary, " * 100, "no sound copy of a ledger"),
        (b"", "no sound copy of a ledger"),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_is_no_copy_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "diary.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LedgerError, match=rf"^{path}: .*{told}.*Name another file"):
        copies.read(path)
