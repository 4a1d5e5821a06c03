"""Add columns for disabled accounts and forced changes of passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("user", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # Disabled users can log in again.
    op.drop_column("user", "must_change_password")
    op.drop_column("user", "disabled_at")
