"""The bytes of pictures and films that a frozen post may need again, and what is to become of posts that stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.ledger.schema import Moment, Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables; no post has had any yet."""
    op.create_table(
        "media",
        sa.Column("delivery", sa.Integer, sa.ForeignKey("deliveries.id", name="media_delivery"), nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("delivery", "digest", name="media_id"),
    )
    op.add_column("deliveries", sa.Column("corrects", sa.Integer))
    op.add_column("receipts", sa.Column("retracted_at", Moment))
    op.create_table(
        "corrections",
        sa.Column("delivery", sa.Integer, sa.ForeignKey("deliveries.id", name="corrections_delivery"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("begun", sa.Boolean, nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", Words),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("delivery", name="corrections_id"),
    )
    op.create_index("corrections_by_due_at", "corrections", ["due_at"])
