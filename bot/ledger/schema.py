"""The tables; the migrations lead to exactly these, and a test holds them to it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from bot.ledger.codec import dump, load
from bot.model import Post, Priority, State

if TYPE_CHECKING:
    from sqlalchemy import Dialect

HEAD = "0004"
"""The newest migration. A constant, because importing Alembic to look it up would cost every start a third of a second."""


class Moment(TypeDecorator[datetime]):
    """A time with microseconds: aware going in, aware UTC coming out, and in SQLite a text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
    """Text from outside: what no database can hold (NUL, half a surrogate pair) goes in as its escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return value and value.replace("\0", r"\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class Money(TypeDecorator[Decimal]):
    """An amount in millionths: whole numbers add up in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else int((value * _MILLION).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else Decimal(value) / _MILLION


class Frozen(TypeDecorator[Post]):
    """A post as plain JSON."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Post | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else dump(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Post | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else load(Post, value)


_MILLION = 1_000_000
_STATE = Enum(State, native_enum=False, length=16, values_callable=lambda states: [state.value for state in states])
_PRIORITY = Enum(Priority, native_enum=False, length=16, values_callable=lambda kinds: [kind.value for kind in kinds])

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_name)s",
        "pk": "%(table_name)s_id",
    }
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("headline", Words, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("identity", Words, primary_key=True),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("network", String, nullable=False),
    Column("login", Words),
    Column("fingerprint", String),
    Column("paused", Boolean, nullable=False, default=False),
    Column("paused_until", Moment),
    Column("paused_with", String),  # the fingerprint of the credentials that were the reason
    Column("reason", Words),
    Column("failures", Integer, nullable=False, default=0),
    Column("backoff_until", Moment),
    Column("last_attempt_at", Moment),
    Column("awake_at", Moment),  # when the bot last looked whether anything is due for it
    Column("sought_since", Moment),  # what it published from here
    Column("sought_until", Moment),  # to here is looked through: the ledger was put back from a backup, and lacks that
    UniqueConstraint("network", "login"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("state", _STATE, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("claim", Integer, nullable=False, default=0),
    Column("frozen_by", Integer),  # the claim that wrote `post`; NULL while nothing may be out there
    Column("doubted", Boolean, nullable=False, default=False),  # its last claim took it out of `unknown`
    Column("first_attempt_at", Moment),
    Column("post", Frozen),
    Column("error", Words),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("priority", _PRIORITY, nullable=False, default=Priority.NORMAL, server_default=Priority.NORMAL.value),
    Column("section", Words, nullable=False, default="", server_default=""),
    Column("publish_at", Moment),
    Column("expires_at", Moment),
    Column("not_before", Moment),  # what a person or a trouble put it off to; `due_at` is the plan's
    Column("cost", Money, nullable=False, default=Decimal(0), server_default="0"),
    Column("missed", Boolean, nullable=False, default=False, server_default=false()),  # its moment went by in an outage
    Column("corrects", Integer),  # the delivery of its article that it answers, or was made in the place of
    UniqueConstraint("article", "account", "generation"),
    Index(None, "account", "state", "due_at", "id"),  # a tick asks for the first due; a lane for what is `sending`
    Index(None, "account", "state", "priority", "section", "created_at", "id"),  # the plan asks for the first of each
)

# The few with a moment of their own, and what was sent in a month, among all that wait and all that ever went.
for _name, _columns, _where in (
    ("deliveries_appointed", ("account", "state", "publish_at"), "publish_at > created_at"),
    ("deliveries_held", ("account", "state", "not_before"), "not_before IS NOT NULL"),
    ("deliveries_attempted", ("account", "first_attempt_at"), "first_attempt_at IS NOT NULL"),
):
    _few = text(_where)
    Index(_name, *(deliveries.c[name] for name in _columns), sqlite_where=_few, postgresql_where=_few)

receipts = Table(
    "receipts",
    metadata,
    Column("delivery", ForeignKey("deliveries.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("remote_id", String, nullable=False),
    Column("url", String, nullable=False),
    Column("proof", JSON, nullable=False),
    Column("retracted_at", Moment),  # the part was taken down
    UniqueConstraint("account", "remote_id"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("delivery", ForeignKey("deliveries.id"), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column(
        "asked", Integer, nullable=False, default=1
    ),  # how often: whoever works it knows which wish he has fulfilled
    Column(
        "begun", Boolean, nullable=False, default=False
    ),  # a request may have left: the post may not be as it is kept
    Column("due_at", Moment, index=True),  # NULL while only the operator can move it on
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Words),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("delivery", ForeignKey("deliveries.id"), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("article", ForeignKey("articles.id"), index=True),
    Column("delivery", ForeignKey("deliveries.id"), index=True),
    Column("account", Words),  # its name at that time
    Column("event", String, nullable=False),
    Column("detail", Words, nullable=False),
)
