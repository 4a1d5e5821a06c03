"""Create the table of idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("idempotency_key_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("sealed_fingerprint", sa.String(255), nullable=False),
        sa.Column("sealed_answer", sa.Text(), nullable=True),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key_id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("user_id", "key_hash", name=op.f("uq_idempotency_key_user_id_key_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.user_id"], name=op.f("fk_idempotency_key_user_id_user"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_idempotency_key_expires_at", "idempotency_key", ["expires_at"])


def downgrade() -> None:
    # A request that is repeated after this creates its thing a second time.
    op.drop_table("idempotency_key")
