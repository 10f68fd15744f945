"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.ledger.schema import Moment, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("headline", Words, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="articles_id"),
    )
    op.create_table(
        "identities",
        sa.Column("identity", Words, nullable=False),
        sa.Column("article", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("identity", name="identities_id"),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="identities_article"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("login", Words),
        sa.Column("fingerprint", sa.String),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("paused_until", Moment),
        sa.Column("paused_with", sa.String),
        sa.Column("reason", Words),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("backoff_until", Moment),
        sa.Column("last_attempt_at", Moment),
        sa.PrimaryKeyConstraint("id", name="accounts_id"),
        sa.UniqueConstraint("name", name="accounts_one_name"),
        sa.UniqueConstraint("network", "login", name="accounts_one_network_login"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article", sa.Integer, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("frozen_by", sa.Integer),
        sa.Column("doubted", sa.Boolean, nullable=False),
        sa.Column("first_attempt_at", Moment),
        sa.Column("post", sa.JSON),
        sa.Column("error", Words),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="deliveries_id"),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="deliveries_article"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="deliveries_account"),
        sa.UniqueConstraint("key", name="deliveries_one_key"),
        sa.UniqueConstraint("article", "account", "generation", name="deliveries_one_article_account_generation"),
    )
    op.create_index(
        "deliveries_by_account_state_due_at_id",
        "deliveries",
        ["account", "state", "due_at", "id"],
    )
    op.create_table(
        "receipts",
        sa.Column("delivery", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("remote_id", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("proof", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("delivery", "part", name="receipts_id"),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="receipts_delivery"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="receipts_account"),
        sa.UniqueConstraint("account", "remote_id", name="receipts_one_account_remote_id"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("article", sa.Integer),
        sa.Column("delivery", sa.Integer),
        sa.Column("account", Words),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("detail", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="events_id"),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="events_article"),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="events_delivery"),
    )
    op.create_index("events_by_article", "events", ["article"])
    op.create_index("events_by_delivery", "events", ["delivery"])
