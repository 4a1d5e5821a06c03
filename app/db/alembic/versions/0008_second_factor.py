"""Create tables for second factors, and columns that require them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("user", "team"):
        op.add_column(table, sa.Column("two_factor_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "second_factor",
        _user(),
        sa.Column("sealed_secret", sa.String(255), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("enabled_at", TIME, nullable=True),
        *_of_user("second_factor"),
    )
    op.create_table(
        "backup_code",
        sa.Column("backup_code_id", sa.Uuid(), nullable=False),
        _user(),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        *_of_user("backup_code", "backup_code_id"),
    )
    op.create_index("uq_backup_code_user_id_code_hash", "backup_code", ["user_id", "code_hash"], unique=True)
    op.create_table(
        "used_step",
        _user(),
        sa.Column("step", sa.BigInteger(), nullable=False),
        *_of_user("used_step", "user_id", "step"),
    )
    op.create_table(
        "factor_lock",
        _user(),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        *_of_user("factor_lock"),
    )
    op.create_table(
        "partial_login",
        sa.Column("partial_login_id", sa.Uuid(), nullable=False),
        _user(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("password_mark", sa.String(64), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        *_of_user("partial_login", "partial_login_id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_partial_login_token_hash")),
    )
    op.create_index("ix_partial_login_user_id", "partial_login", ["user_id"])
    op.create_index("ix_partial_login_expires_at", "partial_login", ["expires_at"])
    op.create_table(
        "server_setting",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_setting")),
    )


def downgrade() -> None:
    # Second factors and the settings that require them are lost.
    for table in ("server_setting", "partial_login", "factor_lock", "used_step", "backup_code", "second_factor"):
        op.drop_table(table)
    for table in ("team", "user"):
        op.drop_column(table, "two_factor_required")


def _user() -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid(), nullable=False)


def _of_user(table: str, *key: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint(*(key or ("user_id",)), name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.user_id"], name=op.f(f"fk_{table}_user_id_user"), ondelete="CASCADE"
        ),
    )
