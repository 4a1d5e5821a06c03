"""Count failed attempts in the database, so that all workers and hosts share the counts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "failed_attempt",
        sa.Column("failed_attempt_id", sa.Uuid(), nullable=False),
        sa.Column("place_key", sa.String(32), nullable=False),
        sa.Column("account_key", sa.String(32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("failed_attempt_id", name=op.f("pk_failed_attempt")),
    )
    op.create_index("ix_failed_attempt_place_key_expires_at", "failed_attempt", ["place_key", "expires_at"])
    op.create_index("ix_failed_attempt_expires_at", "failed_attempt", ["expires_at"])


def downgrade() -> None:
    # The counts are lost.
    op.drop_table("failed_attempt")
