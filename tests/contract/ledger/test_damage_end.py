"""The end of a ledger's file is missed wherever it is cut, and never where a crash left it in the log beside the file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import pytest
from contract.ledger.story import ARTICLE, LATER, NEWS, NOW

from bot.errors import LedgerError
from bot.ledger import Ledger, open_ledger
from bot.ledger.glance import glance
from bot.ledger.pages import cut_short
from bot.model import State

PAGE = 4096
TESTS = Path(__file__).parents[2]
WRITER = """
import os, sys
from contract.ledger.test_damage_end import opened, taken_in
from pathlib import Path
ledger = opened(Path(sys.argv[1]))
print("begun", flush=True)
taken_in(ledger, range(1000, 1000 + int(sys.argv[2])))
os._exit(9)
"""
VISITOR = """
import sys
from contract.ledger.test_damage_end import opened
from pathlib import Path
opened(Path(sys.argv[1])).close()
"""


def opened(file: Path) -> Ledger:
    return open_ledger(f"sqlite:///{file}", lanes=file.with_name("lanes"))


def taken_in(ledger: Ledger, numbers: range) -> None:
    for number in numbers:
        article = replace(ARTICLE, identities=(f"url:https://example.org/{number}",), body=("x" * 400,))
        ledger.take_in(article, [NEWS], now=NOW, due_at=NOW)


def log(file: Path) -> Path:
    return file.with_name("bot.db-wal")


def written(file: Path, count: int) -> None:
    """Another process takes in articles, and is killed."""
    subprocess.run([sys.executable, "-c", WRITER, str(file), str(count)], cwd=TESTS, check=False, capture_output=True)


def cut_inside_what_is_not_logged(file: Path) -> int:
    """The last page that is nowhere else loses its end; which one that is."""
    content = log(file).read_bytes()
    held = {int.from_bytes(content[at : at + 4], "big") for at in range(32, len(content), 24 + PAGE)}
    last = max(set(range(1, file.stat().st_size // PAGE + 1)) - held)
    os.truncate(file, last * PAGE - 1500)
    return last


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger of many pages, without a log beside it."""
    file = tmp_path / "bot.db"
    with closing(opened(file)) as ledger:
        taken_in(ledger, range(60))
    return file


@pytest.fixture
def crashed(file: Path) -> Path:
    """The same after a process died that had written more, all of it in the log alone."""
    before = file.read_bytes()
    written(file, 20)
    assert before == file.read_bytes()
    file.with_name("bot.db-shm").unlink()
    return file


def test_a_cut_inside_the_last_page_is_seen_wherever_it_is(file: Path) -> None:
    size = file.stat().st_size
    assert not cut_short(file)
    for cut in range(1, PAGE):
        os.truncate(file, size - cut)
        assert cut_short(file), cut


@pytest.mark.parametrize("cut", [1, 5, 100, 1500, 3000, 4095, 4096, 4097, 6000, 8191, 8192, 8193, 40_000, 40_960])
def test_a_ledger_that_was_cut_is_refused_each_time_and_nobody_touches_it(file: Path, cut: int) -> None:
    os.truncate(file, file.stat().st_size - cut)
    before = file.read_bytes()
    for _ in range(2):
        with pytest.raises(
            LedgerError, match=r"this ledger is damaged.*No backup stands beside it.*or begin anew: move"
        ):
            opened(file)
    assert (before, False) == (file.read_bytes(), log(file).exists())


def test_one_that_was_never_marked_as_begun_is_refused_too(file: Path) -> None:
    (file.parent / "lanes" / "begun").unlink()
    os.truncate(file, file.stat().st_size - 1500)
    with pytest.raises(LedgerError, match=r"is damaged: its end is missing\..*; or begin anew: move it away$"):
        opened(file)


def test_who_only_glances_at_it_is_told_and_changes_nothing(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1500)
    before = file.read_bytes()
    with pytest.raises(LedgerError, match=rf"^{file}: this ledger is damaged: its end is missing\. See: bot status"):
        glance(f"sqlite:///{file}", State.SCHEDULED)
    assert before == file.read_bytes()


def test_one_that_is_cut_while_it_is_open_is_told_by_a_check_and_not_backed_up(file: Path) -> None:
    with closing(opened(file)) as ledger:
        os.truncate(file, file.stat().st_size - 1500)
        assert "its end is missing" == ledger.damage()
        with pytest.raises(LedgerError, match=r"the ledger is damaged: its end is missing\. No backup was made of it"):
            ledger.back_up(None, now=LATER)


def test_a_checkpoint_that_was_cut_off_anywhere_is_no_damage(crashed: Path) -> None:
    """It writes page by page, the first one with the new count first, and the log stands until all of it is there."""
    content, size = log(crashed).read_bytes(), crashed.stat().st_size
    with closing(connect(crashed)) as db:
        db.execute("PRAGMA wal_checkpoint")
    after = crashed.read_bytes()
    assert len(after) >= size + 3 * PAGE
    for end in (size, size + 1, size + 1500, size + PAGE, size + 2 * PAGE - 1, len(after) - PAGE, len(after) - 1):
        crashed.write_bytes(after[:end])
        log(crashed).write_bytes(content)
        assert not cut_short(crashed), end
        with closing(opened(crashed)) as ledger:
            assert (80, None) == (ledger.counts()[State.SCHEDULED], ledger.damage()), end


def test_a_log_makes_up_for_nothing_that_is_not_in_it(crashed: Path) -> None:
    """And whoever says so must not begin to write: SQLite would fill up the file, and the next one would see no harm."""
    cut_inside_what_is_not_logged(crashed)
    before = (crashed.read_bytes(), log(crashed).read_bytes())
    for _ in range(2):
        with pytest.raises(LedgerError, match="this ledger is damaged: its end is missing"):
            opened(crashed)
    assert before == (crashed.read_bytes(), log(crashed).read_bytes())


def test_a_transaction_that_never_ended_makes_up_for_nothing(crashed: Path) -> None:
    page = cut_inside_what_is_not_logged(crashed)
    content = log(crashed).read_bytes()
    frame = page.to_bytes(4, "big") + bytes(4) + content[16:24] + bytes(8 + PAGE)
    log(crashed).write_bytes(content + frame)
    assert cut_short(crashed)


def test_nobody_who_writes_meanwhile_makes_it_look_cut(file: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(file), "1000000"]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        size, until = file.stat().st_size, time.monotonic() + 60
        while file.stat().st_size < size + 100 * PAGE and time.monotonic() < until:
            assert not cut_short(file)
        writer.kill()
    assert file.stat().st_size >= size + 100 * PAGE, "it went through some checkpoints"


def test_a_second_ledger_in_this_process_lets_go_of_nothing(file: Path) -> None:
    """The kernel drops all locks of a process on a file when any descriptor of it is closed: others then take away the log."""
    with closing(opened(file)) as ledger:
        opened(file).close()
        assert not cut_short(file)
        before = log(file).stat().st_ino
        subprocess.run([sys.executable, "-c", VISITOR, str(file)], cwd=TESTS, check=True)
        assert (True, before) == (log(file).exists(), log(file).stat().st_ino)
        assert 60 == ledger.counts()[State.SCHEDULED]
