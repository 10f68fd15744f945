"""What a database says when it fails, in one line that tells people what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.errors import LedgerError
from bot.ledger.failures import told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        connection.execute("CREATE TABLE notes (note TEXT)")
    return tmp_path / "bot.db"


def write(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO notes VALUES ('x')")


def test_a_database_that_cannot_be_written_is_told(file: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection,
        pytest.raises(LedgerError, match=r"^bot\.db: it cannot be written\. Make it and its folder writable"),
        told("bot.db"),
    ):
        write(connection)


def test_a_database_that_another_program_holds_is_told(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=0)) as connection, closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerError, match=r"^bot\.db: another program has kept it busy"), told("bot.db"):
            write(connection)


def test_a_damaged_database_is_told(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executemany("INSERT INTO notes VALUES (?)", [("x" * 500,)] * 100)
        connection.commit()
    damaged = bytearray(file.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    file.write_bytes(damaged)
    with (
        closing(sqlite3.connect(file)) as connection,
        pytest.raises(LedgerError, match=r"^bot\.db: the database is damaged\. .* bot restore"),
        told("bot.db"),
    ):
        connection.execute("SELECT * FROM notes").fetchall()


def test_what_nobody_has_thought_of_is_told_in_its_own_words(file: Path) -> None:
    with (
        closing(sqlite3.connect(file)) as connection,
        pytest.raises(LedgerError, match=r"^bot\.db: no such table: nowhere$"),
        told("bot.db"),
    ):
        connection.execute("SELECT * FROM nowhere")


def test_a_mistake_of_ours_is_no_failure_of_the_database() -> None:
    with pytest.raises(ZeroDivisionError), told("bot.db"):
        _ = 1 / 0
