"""What an account published while the ledger was lost is looked through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.ledger.schema import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Say for each account from when to when."""
    op.add_column("accounts", sa.Column("sought_since", Moment))
    op.add_column("accounts", sa.Column("sought_until", Moment))
