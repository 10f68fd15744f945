"""Ledgers in which very many deliveries wait, each row as taking in makes it: for the scripts in this folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.ledger import open_ledger
from bot.model import Account, Article, Network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OUTBOX = Network("outbox", limits=(), spans=lambda _: ())
SECTIONS = 12
_BODY = tuple(f"Paragraph {number}: {'what a newsroom writes of a day, in some detail. ' * 4}" for number in range(3))
_FIRST = 1_000_000  # numbers of copies, beyond those of what is taken in one by one
_AT_ONCE = 20_000  # articles: what a transaction writes stays in memory until it ends

_OF_ARTICLES = {
    "id": f"n + {_FIRST}",
    "headline": "headline || ' ' || n",
    "content": "json_set(content, '$.headline', headline || ' ' || n)",
}
_OF_DELIVERIES = {
    "id": f"(n * :accounts + account) + {_FIRST}",
    "article": f"n + {_FIRST}",
    "key": "lower(hex(randomblob(16)))",
    "due_at": "CASE WHEN due_at THEN strftime('%Y-%m-%d %H:%M:%f000', due_at, '+' || n || ' seconds') END",
    "section": f"'section ' || (n * 7 % {SECTIONS})",
    "priority": "CASE n % 10 WHEN 0 THEN 'evergreen' ELSE 'normal' END",
    "created_at": "strftime('%Y-%m-%d %H:%M:%f000', created_at, '-' || (:articles - n) || ' seconds')",
    # every fiftieth is an appointment, every fourth expires
    "publish_at": "CASE n % 50 WHEN 1 THEN strftime('%Y-%m-%d %H:%M:%f000', created_at, '+' || (1 + n % 40) || ' days') END",
    "expires_at": "CASE n % 4 WHEN 2 THEN strftime('%Y-%m-%d %H:%M:%f000', created_at, '+' || (3 + n % 30) || ' days') END",
}
_OF_IDENTITIES = {"identity": "identity || '-' || n", "article": f"n + {_FIRST}"}
_OF_EVENTS = {
    "id": f"(n * (:accounts + 1) + id) + 3 * {_FIRST}",
    "article": f"n + {_FIRST}",
    "delivery": f"CASE WHEN delivery THEN (n * :accounts + delivery) + {_FIRST} END",
}


def names(accounts: int) -> list[str]:
    """So many accounts of the outbox."""
    return ["outbox"] if accounts == 1 else [f"paper{number}" for number in range(accounts)]


def settings(accounts: Sequence[str], rhythm: Mapping[str, str]) -> dict[str, str]:
    """The environment that makes these accounts, each in a folder and with a rhythm."""
    own = {name: {"NETWORK": "outbox", "FOLDER": f"var/{name}", **rhythm} for name in accounts}
    return {
        f"BOT_ACCOUNTS__{name.upper()}__{key}": value for name, given in own.items() for key, value in given.items()
    }


def fill(file: Path, waiting: int, accounts: Sequence[str], *, planned: bool, queued: bool = False) -> None:
    """
    Let so many deliveries wait in a new ledger: those of one article that is taken in, and copies of all its rows.

    They are over many sections; some are evergreen, some are appointments, some expire. Accounts that are not `planned`
    have them due in a year's time. Where they are `queued`, each article was a file of the queue.
    """
    now, year = datetime.now(UTC) - timedelta(hours=1), timedelta(days=365)
    ledger = open_ledger(f"sqlite:///{file}", lanes=file.with_name(f"{file.name}.lanes"))
    article = Article(
        ("queue:story.txt",) if queued else ("id:story",), "A story of the day", body=_BODY, hashtags=("News",)
    )
    given = [Account(name, OUTBOX) for name in accounts]
    ledger.take_in(article, given, now=now, due_at=now + year, planned=accounts if planned else ())
    ledger.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        numbers = {"accounts": len(accounts), "articles": waiting // len(accounts) - 1}
        for first in range(1, numbers["articles"] + 1, _AT_ONCE):
            _copy(db, {**numbers, "first": first, "last": min(first + _AT_ONCE - 1, numbers["articles"])})


def _copy(db: sqlite3.Connection, numbers: dict[str, int]) -> None:
    db.execute("BEGIN")
    for table, changed, which in (
        ("articles", _OF_ARTICLES, "id = 1"),
        ("identities", _OF_IDENTITIES, "article = 1"),
        ("deliveries", _OF_DELIVERIES, "article = 1"),
        ("events", _OF_EVENTS, "article = 1"),
    ):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(changed.get(column, column) for column in columns)
        db.execute(
            "WITH RECURSIVE copies(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM copies WHERE n < :last)"
            f" INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM copies, (SELECT * FROM {table} WHERE {which})",
            numbers,
        )
    db.execute("COMMIT")
