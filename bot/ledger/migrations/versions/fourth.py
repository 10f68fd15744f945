"""The bytes of pictures and films that a frozen post may need again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; no post has had any yet."""
    op.create_table(
        "media",
        sa.Column("delivery", sa.Integer, sa.ForeignKey("deliveries.id", name="media_delivery"), nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("delivery", "digest", name="media_id"),
    )
