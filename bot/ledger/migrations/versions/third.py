"""What the plan needs to know of each delivery stands with it, apart from the moment that the plan gives it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from bot.ledger.schema import Moment, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

revision = "0003"
down_revision = "0002"

_ARTICLES = sa.table("articles", sa.column("id", sa.Integer), sa.column("content", sa.JSON))
_DELIVERIES = sa.table(
    "deliveries",
    sa.column("article", sa.Integer),
    sa.column("state", sa.String),
    sa.column("created_at", Moment),
    sa.column("due_at", Moment),
    sa.column("section", Words),
    sa.column("publish_at", Moment),
    sa.column("expires_at", Moment),
    sa.column("not_before", Moment),
)
_AT_ONCE = 1000  # articles; a ledger may hold a million
_LONGEST_SECTION = 100


def upgrade() -> None:
    """Add it, and fill it from the articles; what was put off by hand or by a trouble keeps its time."""
    op.add_column("accounts", sa.Column("awake_at", Moment))
    op.add_column("deliveries", sa.Column("priority", sa.String(16), nullable=False, server_default="normal"))
    op.add_column("deliveries", sa.Column("section", Words, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("publish_at", Moment))
    op.add_column("deliveries", sa.Column("expires_at", Moment))
    op.add_column("deliveries", sa.Column("not_before", Moment))
    op.add_column("deliveries", sa.Column("cost", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("missed", sa.Boolean, nullable=False, server_default=sa.false()))
    _fill(op.get_bind())
    line = ["account", "state", "priority", "section", "created_at", "id"]
    op.create_index("deliveries_by_account_state_priority_section_created_at_id", "deliveries", line)
    op.create_index("identities_by_article", "identities", ["article"])
    _partial("deliveries_appointed", ["account", "state", "publish_at"], "publish_at > created_at")
    _partial("deliveries_held", ["account", "state", "not_before"], "not_before IS NOT NULL")
    _partial("deliveries_attempted", ["account", "first_attempt_at"], "first_attempt_at IS NOT NULL")


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "deliveries", columns, sqlite_where=condition, postgresql_where=condition)


def _fill(db: sa.Connection) -> None:
    last = 0
    some = sa.select(_ARTICLES).order_by(_ARTICLES.c.id).limit(_AT_ONCE)
    change = sa.update(_DELIVERIES).where(_DELIVERIES.c.article == sa.bindparam("number"))
    change = change.values({name: sa.bindparam(name) for name in ("section", "publish_at", "expires_at")})
    while rows := db.execute(some.where(_ARTICLES.c.id > last)).all():
        if told := [{"number": row.id, **values} for row in rows for values in _told(row.content)]:
            db.execute(change, told)
        last = rows[-1].id
    put_off = (_DELIVERIES.c.state == "scheduled", _DELIVERIES.c.due_at > _DELIVERIES.c.created_at)
    db.execute(sa.update(_DELIVERIES).where(*put_off).values(not_before=_DELIVERIES.c.due_at))


def _told(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What an article says that differs from the defaults."""
    moments = {name: content[name] and datetime.fromisoformat(content[name]) for name in content.keys() & _MOMENTS}
    section = next(iter(content.get("hashtags", ())), "").strip().casefold()[:_LONGEST_SECTION]
    if moments or section:
        yield {**dict.fromkeys(_MOMENTS), **moments, "section": section}


_MOMENTS = {"publish_at", "expires_at"}
