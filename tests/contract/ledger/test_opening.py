"""A ledger opens by itself, brings itself up to this version, keeps a copy, and says in one line what hinders it."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from contract.ledger.story import ARTICLE, LATER, NEWS, NOW, POST, claimed, older
from sqlalchemy import event, make_url, text

import bot.ledger
from bot.errors import ConfigurationError, LedgerError
from bot.ledger import Ledger, open_ledger
from bot.ledger.locks import locked
from bot.ledger.opening import MIGRATIONS, open_database
from bot.ledger.schema import HEAD, metadata
from bot.schedule.values import Waiting

if TYPE_CHECKING:
    from bot.model import Delivery

OPENER = """
import sys
from pathlib import Path
from bot.ledger import open_ledger
sys.stdin.read()  # until all are ready
ledger = open_ledger(sys.argv[1], lanes=Path(sys.argv[2]))
print(ledger.begun_anew, "alembic" in sys.modules)
"""
OLD_ARTICLE = """
INSERT INTO articles (id, headline, content, created_at, changed_at)
VALUES (:n, 'a', :content, '2026-11-23 12:00:00.123456', '2026-11-23 12:00:00.123456')
"""
OLD_DELIVERY = """
INSERT INTO deliveries (id, article, account, generation, key, state, due_at, attempts, claim, doubted, created_at, changed_at)
VALUES (:n, :n, 1, 0, :key, 'scheduled', :due, 0, 0, :no, :now, :now)
"""
NEXT = f"{int(HEAD) + 1:04}"
NEWER = f"""
from alembic import op
import sqlalchemy as sa
revision, down_revision = "{NEXT}", "{HEAD}"
def upgrade():
    op.add_column("articles", sa.Column("more", sa.Integer))
    {{then}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where an SQLite ledger is to be."""
    return tmp_path / "var" / "bot.db"


def opener(url: str, lanes: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OPENER, url, str(lanes)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def newer(folder: Path, then: str = "") -> str:
    """The migrations of a version to come: ours and one more."""
    copytree(Path(bot.ledger.__file__).parent / "migrations", folder)
    (folder / "versions" / "next.py").write_text(NEWER.format(then=then))
    return str(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_first_opening_begins_it_anew(url: str, lanes: Path) -> None:
    begun = []
    for _ in range(2):
        ledger = open_ledger(url, lanes=lanes)
        begun.append((ledger.begun_anew, ledger.backup))
        ledger.close()

    assert [(True, None), (False, None)] == begun


def test_what_was_taken_in_is_there_after_opening_again(ledger: Ledger, another: Ledger, scheduled: Delivery) -> None:
    assert (scheduled,) == another.waiting()


def test_processes_that_open_it_at_once_all_succeed(url: str, lanes: Path) -> None:
    processes = [opener(url, lanes) for _ in range(4)]
    for process in processes:  # each has started python: now let all of them go on
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    answers = sorted(process.communicate()[0] for process in processes)

    assert [0] * 4 == [process.returncode for process in processes]
    assert 1 == len([answer for answer in answers if answer.startswith("True")])


def test_who_opens_a_file_waits_for_whoever_is_opening_it(file: Path, lanes: Path) -> None:
    """Two that begin a write-ahead log at the same moment: one of them is told that the database is locked."""
    lanes.mkdir(parents=True)
    with ThreadPoolExecutor() as pool:
        with locked(lanes / "opening.lock", wait=True):
            opening = pool.submit(open_ledger, f"sqlite:///{file}", lanes=lanes)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.3)
            assert not file.exists()
        opening.result().close()


def test_a_ledger_of_this_version_opens_without_alembic(ledger: Ledger, url: str, lanes: Path) -> None:
    assert "False False\n" == opener(url, lanes).communicate("")[0]


def test_the_migrations_lead_to_the_tables_of_the_schema(ledger: Ledger) -> None:
    with ledger._database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, metadata)


def test_the_constant_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)

    assert HEAD == ScriptDirectory.from_config(config).get_current_head()


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger, url: str, lanes: Path) -> None:
    with ledger._database.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(LedgerError, match=r": this ledger was written by a newer version .*'9999'.*Run that version"):
        open_ledger(url, lanes=lanes)

    assert [] == list(lanes.parent.glob("bot.db.before*"))


def test_a_database_of_something_else_is_left_alone(url: str, lanes: Path, ledger: Ledger) -> None:
    with ledger._database.writing() as db:
        db.execute(text("DROP TABLE alembic_version"))

    with pytest.raises(LedgerError, match=r"belongs to something else .*BOT_DATABASE_URL"):
        open_ledger(url, lanes=lanes)


def test_an_older_ledger_is_brought_up_to_date(
    ledger: Ledger, scheduled: Delivery, url: str, lanes: Path, tmp_path: Path
) -> None:
    opened = open_database(url, lanes=lanes, migrations=newer(tmp_path / "newer"), head=NEXT)

    with opened.database.reading() as db:
        assert [(scheduled.article, None)] == [tuple(row) for row in db.execute(text("SELECT id, more FROM articles"))]
        assert NEXT == db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    opened.database.engine.dispose()
    assert not opened.begun_anew


def test_what_an_older_ledger_held_is_planned_as_it_stood(url: str, lanes: Path, tmp_path: Path) -> None:
    opened = open_database(url, lanes=lanes, migrations=older(tmp_path / "older", "0002"), head="0002")
    article = {"hashtags": ["World News"], "publish_at": "2026-11-23T13:00:00+00:00"}
    with opened.database.writing() as db:
        db.execute(text(OLD_ARTICLE), [{"n": 1, "content": json.dumps(article)}, {"n": 2, "content": "{}"}])
        db.execute(
            text("INSERT INTO accounts (name, network, paused, failures) VALUES ('news', 'outbox', :no, 0)"),
            {"no": False},
        )
        for number, due in ((1, LATER), (2, NOW)):
            row = {
                "n": number,
                "key": str(number),
                "now": str(NOW.replace(tzinfo=None)),
                "due": str(due.replace(tzinfo=None)),
            }
            db.execute(text(OLD_DELIVERY), {**row, "no": False})
    opened.close()

    ledger = open_ledger(url, lanes=lanes)
    said = {each.id: each for each in ledger.line("news", now=NOW, until=LATER, horizon=LATER, most=9, in_all=9)}
    publish_at = datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert {
        1: Waiting(1, NOW, publish_at=publish_at, section="world news", not_before=LATER),
        2: Waiting(2, NOW),
    } == said
    assert [LATER, NOW] == [ledger.delivery(number).due_at for number in (1, 2)]
    ledger.close()


def test_a_migration_that_fails_changes_nothing(
    ledger: Ledger, scheduled: Delivery, url: str, lanes: Path, tmp_path: Path
) -> None:
    migrations = newer(tmp_path / "newer", then="op.add_column('nowhere', sa.Column('x', sa.Integer))")
    with pytest.raises(LedgerError, match="nowhere"):
        open_database(url, lanes=lanes, migrations=migrations, head=NEXT)

    again = open_ledger(url, lanes=lanes)
    assert (scheduled,) == again.waiting()
    with again._database.engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)
    again.close()


def test_the_old_file_is_kept_beside_the_new_one(file: Path, lanes: Path, tmp_path: Path) -> None:
    old = open_ledger(f"sqlite:///{file}", lanes=lanes)
    old.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW)
    opened = open_database(f"sqlite:///{file}", lanes=lanes, migrations=newer(tmp_path / "newer"), head=NEXT)
    opened.database.engine.dispose()

    assert file.with_name(f"bot.db.before-{NEXT}") == opened.backup
    assert 0o600 == mode(opened.backup)
    copy = open_ledger(f"sqlite:///{opened.backup}", lanes=lanes)
    assert old.events() == copy.events()
    old.close()
    copy.close()


def test_file_and_folder_are_their_owners_alone(file: Path, lanes: Path) -> None:
    ledger = open_ledger(f"sqlite:///{file.parent}/deeper/bot.db", lanes=lanes)
    ledger.ensure([NEWS])
    with ledger.lane("news", wait=False):
        found = sorted(path for path in file.parent.rglob("*"))
        modes = {path.relative_to(file.parent).as_posix(): oct(mode(path)) for path in (file.parent, *found)}
    ledger.close()

    beside = ("lanes/1.lock", "lanes/begun", "lanes/opening.lock", "lanes/use.lock")
    files = ("deeper/bot.db", "deeper/bot.db-shm", "deeper/bot.db-wal", *beside)
    assert dict.fromkeys((".", "deeper", "lanes"), "0o700") | dict.fromkeys(files, "0o600") == modes


def test_a_folder_that_is_there_keeps_its_mode(file: Path, lanes: Path) -> None:
    file.parent.mkdir(mode=0o755)
    open_ledger(f"sqlite:///{file}", lanes=lanes).close()

    assert 0o755 == mode(file.parent)


def test_every_commit_is_on_disk_and_writers_do_not_wait_for_readers(file: Path, lanes: Path) -> None:
    ledger = open_ledger(f"sqlite:///{file}", lanes=lanes)
    settings = {}
    with ledger._database.reading() as db:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            settings[name] = db.exec_driver_sql(f"PRAGMA {name}").scalar()
        ledger.ensure([NEWS])
    ledger.close()

    assert {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000} == settings


def refusal(url: str, lanes: Path) -> str:
    with pytest.raises(LedgerError) as told:
        open_ledger(url, lanes=lanes)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_file_that_is_no_database_is_named(file: Path, lanes: Path) -> None:
    file.parent.mkdir()
    file.write_text("Dear diary, " * 100)

    assert (
        f"{file}: this file is no SQLite database. Let BOT_DATABASE_URL name another file, or move this one away"
        == refusal(f"sqlite:///{file}", lanes)
    )
    assert file.read_text().startswith("Dear diary")


def test_a_folder_instead_of_a_file_is_named(file: Path, lanes: Path) -> None:
    file.mkdir(parents=True)

    assert refusal(f"sqlite:///{file}", lanes).startswith(f"{file}: it cannot be opened (Is a directory). Make it")


def test_a_file_where_a_folder_should_be_is_named(file: Path, lanes: Path) -> None:
    file.parent.write_text("")

    assert f"{file.parent}" in refusal(f"sqlite:///{file}", lanes)


def fill(ledger: Ledger) -> None:
    """Write until there is no more room."""
    for _ in range(100):
        ledger.pause("news", "x" * 10_000, now=NOW)
        ledger.resume("news", now=NOW)


def test_a_full_disk_is_told_and_costs_nothing_that_was_promised(file: Path, lanes: Path) -> None:
    def no_more_room(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    ledger = open_ledger(f"sqlite:///{file}", lanes=lanes)
    engine = ledger._database.engine
    (delivery,) = ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW).deliveries
    engine.dispose()
    event.listen(engine, "connect", no_more_room)
    with pytest.raises(LedgerError, match=rf"^{file}: the disk is full\. Make room"):
        fill(ledger)
    assert (delivery,) == ledger.waiting()

    event.remove(engine, "connect", no_more_room)
    engine.dispose()
    assert claimed(ledger, delivery, POST)
    fill(ledger)
    ledger.close()


def test_a_disk_that_fails_is_told(file: Path, lanes: Path) -> None:
    open_ledger(f"sqlite:///{file}", lanes=lanes).close()
    program = f"""
import resource
from contract.ledger.story import ARTICLE, NEWS, NOW
from bot.errors import BotError, LedgerError
from bot.ledger import open_ledger
from pathlib import Path
ledger = open_ledger("sqlite:///{file}", lanes=Path("{lanes}"))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    ledger.take_in(ARTICLE, [NEWS], now=NOW, due_at=NOW)
except LedgerError as error:
    print(error)
"""
    tests = Path(__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", program], cwd=tests, capture_output=True, text=True, check=True)

    assert f"{file}: the disk fails to read or write it. Look at the disk and the system's log\n" == answer.stdout
    with closing(sqlite3.connect(file)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()


def test_a_server_that_is_not_there_is_told_without_the_password(lanes: Path) -> None:
    told = refusal("postgresql://bot:secret@127.0.0.1:1/bot", lanes)

    assert "127.0.0.1:1" in told
    assert "Look at BOT_DATABASE_URL" in told
    assert "secret" not in told


def test_a_database_that_is_not_there_is_told(postgres: str, lanes: Path) -> None:
    told = refusal(make_url(postgres).set(database="nowhere").render_as_string(hide_password=False), lanes)

    assert '"nowhere" does not exist. Look at BOT_DATABASE_URL' in told


@pytest.mark.parametrize("url", ["", "bot.db", "mysql://localhost/bot", "sqlite://", "sqlite:///relative/bot.db"])
def test_an_address_of_no_database_is_named(url: str, lanes: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^BOT_DATABASE_URL: .*sqlite:///var/bot\.db or postgresql://"):
        open_ledger(url, lanes=lanes)
