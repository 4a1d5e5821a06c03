"""Create the tables of the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TIME = sa.DateTime(timezone=True)
UNSEALED = sa.text("number IS NULL")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("audit_event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(255), nullable=False),
        sa.Column("credential_kind", sa.String(20), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("protocol", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("target_kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("target_name", sa.String(500), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("hash", sa.String(64), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("audit_event_id", name=op.f("pk_audit_event")),
    )
    op.create_index("uq_audit_event_number", "audit_event", ["number"], unique=True)
    op.create_index("ix_audit_event_created_at", "audit_event", ["created_at"])
    for column in ("actor_id", "target_id", "action"):
        op.create_index(f"ix_audit_event_{column}_number", "audit_event", [column, "number"])
    op.create_index(
        "ix_audit_event_unsealed",
        "audit_event",
        ["audit_event_id"],
        postgresql_where=UNSEALED,
        sqlite_where=UNSEALED,
    )
    op.create_table(
        "audit_end",
        sa.Column("name", sa.String(10), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_end")),
    )
    op.create_table(
        "audit_tally",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_tally")),
    )
    op.create_index("ix_audit_tally_ends_at", "audit_tally", ["ends_at"])


def downgrade() -> None:
    # The audit log is lost; `frontdesk audit export` saves it.
    for table in ("audit_tally", "audit_end", "audit_event"):
        op.drop_table(table)
