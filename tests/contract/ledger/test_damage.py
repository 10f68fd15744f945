"""A ledger that is gone, cut short, garbled or empty is told in one line with the way back; it never starts empty in silence."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract.ledger.story import ARTICLE, LATER, NEWS, NOW, SOON, SPORT, happened, older

from bot.errors import ConfigurationError, LedgerError, Refused
from bot.ledger import Ledger, copies, open_ledger
from bot.ledger.opening import open_database
from bot.ledger.restoring import Restored, restore
from bot.ledger.schema import metadata
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Callable

Harm = "Callable[[Path], None]"
CRASHES = """
import os, signal, sys
from pathlib import Path
from bot.ledger import open_ledger, opening
def end(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
setattr({module}, "{name}", end)
open_ledger(sys.argv[1], lanes=Path(sys.argv[2]))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "bot.db"


@pytest.fixture
def lanes(file: Path) -> Path:
    return file.with_name("bot.db.lanes")


def opened(file: Path) -> Ledger:
    return open_ledger(f"sqlite:///{file}", lanes=file.with_name(f"{file.name}.lanes"))


@pytest.fixture
def backed_up(file: Path) -> Path:
    """A ledger of many pages, of which there is a backup."""
    ledger = opened(file)
    for number in range(200):
        article = replace(ARTICLE, identities=(f"id:{number}",), body=("x" * 400,))
        ledger.take_in(article, [NEWS], now=NOW, due_at=NOW)
    backup = ledger.back_up(None, now=SOON)
    ledger.close()
    return backup.path


def put_back(file: Path, copy: Path | None = None) -> Restored:
    lanes = file.with_name(f"{file.name}.lanes")
    return restore(f"sqlite:///{file}", copy, [NEWS, SPORT], lanes=lanes, now=LATER)


def first_version(copy: Path) -> None:
    """Put the same rows into a copy as the first version made them."""
    old = copy.with_name("old.db")
    migrations = older(copy.with_name("migrations"), "0001")
    open_database(f"sqlite:///{old}", lanes=copy.with_name("lanes"), migrations=migrations, head="0001").close()
    with closing(sqlite3.connect(old)) as db:
        db.execute("ATTACH ? AS newer", [str(copy)])
        for table in metadata.sorted_tables:
            columns = ", ".join(f'"{row[1]}"' for row in db.execute(f"PRAGMA main.table_info({table})"))
            if columns:  # else it is a table of later times
                db.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}")
        db.commit()
        db.execute("PRAGMA main.journal_mode = DELETE")
    old.replace(copy)


def refusal(file: Path) -> str:
    with pytest.raises(LedgerError) as told:
        opened(file)
    assert "\n" not in str(told.value)
    return str(told.value)


def beside(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir() if path.is_file()}


def gone(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def cut_inside_its_last_page(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1500])


def cut_to_a_page(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:4096])


def cut_to_a_stump(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:50])


def garbled(file: Path) -> None:
    file.write_bytes(b"\x00\xff" * (file.stat().st_size // 2))


def without_tables(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 1")


def spoil_an_index(file: Path) -> None:
    """Only who looks at all of it sees that."""
    with closing(sqlite3.connect(file)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events_by_delivery'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xaa" * 4096
    file.write_bytes(content)


HARMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "gone": (gone, "is gone, though it was begun here"),
    "emptied": (emptied, "is empty, though it was begun"),
    "cut short": (cut_short, "is damaged"),
    "cut inside its last page": (cut_inside_its_last_page, "is damaged: its end is missing"),
    "cut to a page": (cut_to_a_page, "is damaged"),
    "cut to a stump": (cut_to_a_stump, "is damaged"),
    "garbled": (garbled, "is damaged"),
    "without tables": (without_tables, "is empty, though it was begun"),
}
harmed = pytest.mark.parametrize(("harm", "what"), HARMS.values(), ids=HARMS)


@harmed
def test_harm_is_told_in_one_line_with_the_newest_backup_and_how_to_begin_anew(
    file: Path, lanes: Path, backed_up: Path, harm: Callable[[Path], None], what: str
) -> None:
    harm(file)
    before = file.read_bytes() if file.exists() else None
    aside = "move it away, and " if "damaged" in what else ""
    expected = (
        f"{file}: this ledger {what}. Put back the newest backup, of 2026-11-23 12:01:00 UTC: "
        f"bot restore {backed_up}; or begin anew: {aside}rm {lanes / 'begun'}"
    )
    assert [expected] * 2 == [refusal(file), refusal(file)]
    if harm is not without_tables:  # which gets a log
        assert before == (file.read_bytes() if file.exists() else None), "nobody touched what is left"


@harmed
def test_the_backup_is_put_back_and_what_stood_there_is_kept_as_it_is(
    file: Path, backed_up: Path, harm: Callable[[Path], None], what: str
) -> None:
    harm(file)
    before = file.read_bytes() if file.exists() else None
    done = put_back(file)
    assert (backed_up, SOON, 200) == (done.copy.path, done.ledger.since, done.ledger.unknown)
    if before is None:
        assert done.kept is None
    else:
        assert done.kept is not None
        assert (file.with_name("bot.db.replaced-20261123T130000123456Z"), before) == (done.kept, done.kept.read_bytes())
    ledger = opened(file)
    assert (False, 200) == (ledger.begun_anew, ledger.counts()[State.UNKNOWN])
    ledger.close()


@harmed
def test_whoever_wants_to_begins_anew(
    file: Path, lanes: Path, backed_up: Path, harm: Callable[[Path], None], what: str
) -> None:
    harm(file)
    if "damaged" in what:
        file.rename(file.with_name("away"))
    (lanes / "begun").unlink()
    ledger = opened(file)
    assert (True, []) == (ledger.begun_anew, happened(ledger))
    ledger.close()


@pytest.mark.parametrize("left", [None, b""], ids=["nothing", "an empty file"])
def test_when_all_but_the_backups_is_removed_that_is_told_as_well(
    file: Path, lanes: Path, backed_up: Path, left: bytes | None
) -> None:
    file.unlink()
    shutil.rmtree(lanes)
    if left is not None:
        file.write_bytes(left)
    what = "is gone, though it was begun here" if left is None else "is empty, though it was begun"
    expected = (
        f"{file}: this ledger {what}. Put back the newest backup, of 2026-11-23 12:01:00 UTC: "
        f"bot restore {backed_up}; or begin anew: rm {lanes / 'begun'}"
    )
    assert [expected] * 2 == [refusal(file), refusal(file)]
    (lanes / "begun").unlink()
    ledger = opened(file)
    assert (True, []) == (ledger.begun_anew, happened(ledger))
    ledger.close()


def test_when_all_but_the_backups_is_removed_the_newest_is_put_back(file: Path, lanes: Path, backed_up: Path) -> None:
    file.unlink()
    shutil.rmtree(lanes)
    assert backed_up == put_back(file).copy.path


def test_beside_backups_of_another_ledger_one_is_begun(file: Path, backed_up: Path) -> None:
    ledger = opened(file.with_name("another.db"))
    assert ledger.begun_anew
    ledger.close()


def test_without_a_backup_that_is_said(file: Path, lanes: Path) -> None:
    opened(file).close()
    file.unlink()
    assert (
        f"{file}: this ledger is gone, though it was begun here. No backup stands beside it; if there is one elsewhere: "
        f"bot restore FILE; or begin anew: rm {lanes / 'begun'}"
    ) == refusal(file)
    with pytest.raises(LedgerError, match="no sound backup stands beside it"):
        put_back(file)


def test_what_is_damaged_only_where_nobody_looks_at_once_is_told_when_somebody_does(
    file: Path, backed_up: Path
) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : -4096] = b"\xaa" * (len(content) - len(content) // 2 - 4096)
    file.write_bytes(content)
    ledger = opened(file)
    assert ledger.damage() is not None
    with pytest.raises(
        LedgerError, match=rf"^{file}: the database is damaged\. Stop the bot and put back .*: bot restore"
    ):
        ledger.events()
    ledger.close()


@pytest.mark.parametrize(
    ("module", "name"),
    [("os", "close"), ("opening", "up_to_date"), ("opening", "_migrate"), ("opening.Presence", "keep")],
)
def test_a_crash_while_it_is_begun_does_not_look_like_a_loss(file: Path, lanes: Path, module: str, name: str) -> None:
    program = CRASHES.format(module=module, name=name)
    ended = subprocess.run([sys.executable, "-c", program, f"sqlite:///{file}", str(lanes)], check=False)
    assert -9 == ended.returncode
    ledger = opened(file)
    ledger.ensure([NEWS])
    ledger.close()
    assert (lanes / "begun").exists()


def test_a_ledger_from_before_the_mark_gets_one(file: Path, lanes: Path) -> None:
    opened(file).close()
    (lanes / "begun").unlink()
    opened(file).close()
    file.unlink()
    assert "is gone" in refusal(file)


def test_the_log_of_what_stood_there_is_kept_with_it_and_spoils_nothing(file: Path, backed_up: Path) -> None:
    """What is in the log alone must neither be lost nor get into the ledger that comes after."""
    program = (
        "import os, sys; from contract.ledger.test_damage import *; ledger = opened(Path(sys.argv[1]));"
        "ledger.pause('news', 'the last thing that happened', now=NOW); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(file)], cwd=Path(__file__).parents[2], check=False)
    assert file.with_name("bot.db-wal").stat().st_size
    done = put_back(file)
    assert done.kept is not None
    restored = opened(file)
    assert "the last thing that happened" not in [event.detail for event in restored.events()]
    assert restored.damage() is None
    restored.close()
    kept = opened(done.kept)
    assert "the last thing that happened" == kept.events()[-1].detail
    kept.close()


def test_a_copy_without_a_log_of_its_own_is_read_with_the_one_beside_it(file: Path, backed_up: Path) -> None:
    first = put_back(file)
    assert first.kept is not None
    again = put_back(file, first.kept)
    assert again.kept is not None
    assert first.kept != again.kept or first.kept.exists()


def test_a_newest_backup_that_is_damaged_is_passed_over(file: Path, backed_up: Path) -> None:
    ledger = opened(file)
    newer = ledger.back_up(None, now=LATER).path
    ledger.close()
    spoil_an_index(newer)
    assert backed_up == put_back(file).copy.path


def test_nothing_is_put_back_while_somebody_has_it_open(file: Path, backed_up: Path) -> None:
    ledger = opened(file)
    before = beside(file)
    with pytest.raises(Refused, match=rf"^{file}: another bot uses this ledger\. Stop it, and run this again"):
        put_back(file)
    assert before == beside(file)
    ledger.close()
    assert put_back(file).kept


@pytest.mark.parametrize("what", ["no ledger", "cut short", "damaged", "newer", "missing", "somebody else's"])
def test_what_cannot_be_put_back_is_refused_and_changes_nothing(file: Path, backed_up: Path, what: str) -> None:
    copy = file.with_name("copy")
    copy.write_bytes(backed_up.read_bytes())
    match what:
        case "no ledger":
            copy.write_text("Dear diary")
        case "cut short":
            cut_short(copy)
        case "damaged":
            spoil_an_index(copy)
        case "missing":
            copy.unlink()
        case "newer":
            with closing(sqlite3.connect(copy)) as db, db:
                db.execute("UPDATE alembic_version SET version_num = '9999'")
        case _:
            copy.unlink()
            with closing(sqlite3.connect(copy)) as db:
                db.execute("CREATE TABLE notes (text)")
    before = (file.read_bytes(), beside(file))
    with pytest.raises(LedgerError, match=rf"^{copy}: .*"):
        put_back(file, copy)
    assert before == (file.read_bytes(), beside(file))


@pytest.mark.parametrize("name", ["bot.db.restoring", "a link"])
def test_where_a_restore_does_its_work_is_no_copy_and_stays(file: Path, backed_up: Path, name: str) -> None:
    fresh = file.with_name("bot.db.restoring")
    fresh.write_bytes(backed_up.read_bytes())
    file.with_name("a link").symlink_to(fresh)
    before = (file.read_bytes(), fresh.read_bytes(), beside(file))
    with pytest.raises(Refused, match=r"this is where a restore does its work, and may be half of one\. Name another"):
        put_back(file, file.with_name(name))
    assert before == (file.read_bytes(), fresh.read_bytes(), beside(file))


def test_a_copy_that_is_cut_inside_its_last_page_is_passed_over_and_refused(file: Path, backed_up: Path) -> None:
    ledger = opened(file)
    newer = ledger.back_up(None, now=LATER).path
    ledger.close()
    cut_inside_its_last_page(newer)
    with pytest.raises(LedgerError, match=rf"^{newer}: this copy is damaged: its end is missing\. Name another file"):
        put_back(file, newer)
    assert backed_up == put_back(file).copy.path


def test_a_copy_that_an_older_version_made_is_brought_up_to_date(file: Path, backed_up: Path) -> None:
    first_version(backed_up)
    done = put_back(file)
    assert 200 == done.ledger.unknown
    ledger = opened(file)
    assert {"news", "sport"} == {lane.account for lane in ledger.lanes() if lane.sought_since == SOON}
    ledger.close()
    left = {name for name in beside(file) if "replaced" not in name}
    assert {"bot.db"} == left, "and nothing is left of the work"


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_restore_that_is_cut_off_loses_nothing(file: Path, backed_up: Path, step: int) -> None:
    """It ends before the file is set aside, after that, and before what is beside it is gone: then it is done again."""
    program = f"""
import os, signal, sys
from pathlib import Path
from contract.ledger import test_damage
steps = iter(range(9))
def ending(real):
    def step(*given):
        if next(steps) == {step}:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)
    return step
Path.rename, Path.replace = ending(Path.rename), ending(Path.replace)
test_damage.put_back(Path(sys.argv[1]))
"""
    with closing(sqlite3.connect(file)) as held:  # so that there is a log beside it
        held.execute("SELECT count(*) FROM events").fetchone()
        before = file.read_bytes()
        ended = subprocess.run(
            [sys.executable, "-c", program, str(file)], cwd=Path(__file__).parents[2], check=False, capture_output=True
        )
    assert -9 == ended.returncode, ended.stderr
    if step:
        assert f"bot restore {backed_up}" in refusal(file)
    else:
        opened(file).close()
    done = put_back(file)
    assert 200 == done.ledger.unknown
    assert before in [path.read_bytes() for path in file.parent.glob("bot.db.replaced-*Z")]
    assert not list(file.parent.glob("bot.db.restoring*"))


def test_a_ledger_in_postgresql_is_put_back_by_its_own_tools(postgres_url: str, lanes: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"psql or pg_restore, and then: bot restore --put-back"):
        restore(postgres_url, None, [NEWS], lanes=lanes, now=LATER)


def test_the_way_back_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "a folder's" / "bot.db"
    opened(file).close()
    ledger = opened(file)
    ledger.back_up(None, now=SOON)
    ledger.close()
    file.unlink()
    told = refusal(file)
    words = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {told.partition('bot restore ')[2].partition(';')[0]}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert copies.named(file, SOON) == Path(words.stdout.strip())
