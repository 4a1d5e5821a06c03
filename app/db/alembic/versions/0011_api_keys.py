"""Create the table of API keys, and mark service accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "user_api_key",
        sa.Column("user_api_key_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("key_hash", sa.String(128), nullable=False),
        sa.Column("key_prefix", sa.String(20), nullable=False),
        sa.Column("scopes", sa.String(255), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("wrote_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("user_api_key_id", name=op.f("pk_user_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_user_api_key_key_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.user_id"], name=op.f("fk_user_api_key_user_id_user"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_user_api_key_user_id_created_at", "user_api_key", ["user_id", "created_at"])
    op.add_column("user", sa.Column("service_account", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # All API keys are lost. Service accounts become accounts without a password.
    op.drop_column("user", "service_account")
    op.drop_table("user_api_key")
