"""Create users, teams, memberships, websites and shares (Umami's tables), and sessions (ours)."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    living: dict[str, Any] = {
        "postgresql_where": sa.text("deleted_at IS NULL"),
        "sqlite_where": sa.text("deleted_at IS NULL"),
    }
    op.create_table(
        "team",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("access_code", sa.String(length=50), nullable=True),
        sa.Column("logo_url", sa.String(length=2183), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team")),
        sa.UniqueConstraint("access_code", name=op.f("uq_team_access_code")),
    )
    op.create_index("ix_team_created_at_team_id", "team", [sa.text("created_at DESC"), "team_id"], **living)
    op.create_index("ix_team_name_team_id", "team", ["name", "team_id"], **living)
    op.create_table(
        "user",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("username_key", sa.String(length=1024), nullable=True),
        sa.Column("password", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("logo_url", sa.String(length=2183), nullable=True),
        sa.Column("display_name", sa.String(length=255), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'user', 'view-only')", name=op.f("ck_user_role")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user")),
        sa.UniqueConstraint("username_key", name=op.f("uq_user_username_key")),
    )
    op.create_index("ix_user_created_at_user_id", "user", [sa.text("created_at DESC"), "user_id"], **living)
    op.create_index("ix_user_username_user_id", "user", ["username", "user_id"], **living)
    is_admin = sa.text("role = 'admin'")
    op.create_index("ix_user_admin", "user", ["user_id"], postgresql_where=is_admin, sqlite_where=is_admin)
    op.create_table(
        "login_session",
        sa.Column("login_session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifetime", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.user_id"], name=op.f("fk_login_session_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("login_session_id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index("ix_login_session_expires_at", "login_session", ["expires_at"])
    op.create_index("ix_login_session_user_id_created_at", "login_session", ["user_id", "created_at"])
    op.create_table(
        "team_user",
        sa.Column("team_user_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('team-owner', 'team-manager', 'team-member', 'team-view-only')",
            name=op.f("ck_team_user_role"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.team_id"], name=op.f("fk_team_user_team_id_team"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.user_id"], name=op.f("fk_team_user_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_user_id", name=op.f("pk_team_user")),
        sa.UniqueConstraint("team_id", "user_id", name=op.f("uq_team_user_team_id_user_id")),
    )
    op.create_index("ix_team_user_team_id_created_at", "team_user", ["team_id", "created_at"])
    op.create_index("ix_team_user_user_id", "team_user", ["user_id"])
    op.create_table(
        "website",
        sa.Column("website_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("domain", sa.String(length=500), nullable=True),
        sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replay_enabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("replay_config", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("user_id IS NULL OR team_id IS NULL", name=op.f("ck_website_one_owner")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user.user_id"], name=op.f("fk_website_created_by_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_website_team_id_team")),
        sa.ForeignKeyConstraint(["user_id"], ["user.user_id"], name=op.f("fk_website_user_id_user")),
        sa.PrimaryKeyConstraint("website_id", name=op.f("pk_website")),
    )
    op.create_index("ix_website_created_at_website_id", "website", [sa.text("created_at DESC"), "website_id"], **living)
    op.create_index("ix_website_name_website_id", "website", ["name", "website_id"], **living)
    op.create_index("ix_website_created_by", "website", ["created_by"])
    op.create_index("ix_website_team_id_name_website_id", "website", ["team_id", "name", "website_id"])
    op.create_index("ix_website_user_id_name_website_id", "website", ["user_id", "name", "website_id"])
    op.create_table(
        "share",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("share_type", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column(
            "website_id",
            sa.Uuid(),
            sa.Computed("CASE WHEN share_type = 1 THEN entity_id END", persisted=True),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("share_type BETWEEN 1 AND 4", name=op.f("ck_share_share_type")),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["website.website_id"],
            name=op.f("fk_share_website_id_website"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share")),
        sa.UniqueConstraint("slug", name=op.f("uq_share_slug")),
    )
    op.create_index("ix_share_entity_id_created_at_share_id", "share", ["entity_id", "created_at", "share_id"])
    op.create_index("ix_share_website_id", "share", ["website_id"])


def downgrade() -> None:
    for table in ("share", "website", "team_user", "login_session", "user", "team"):
        op.drop_table(table)
