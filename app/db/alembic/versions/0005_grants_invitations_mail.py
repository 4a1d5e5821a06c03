"""Create tables for grants, invitations, mail, access tokens and profiles, and give every website a number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Only columns that SQLite can add in place: rebuilding the table would drop the triggers of its search index.
    op.add_column("user", sa.Column("email", sa.String(254), nullable=True))
    op.add_column("user", sa.Column("email_key", sa.String(1024), nullable=True))
    op.add_column("user", sa.Column("last_seen_at", TIME, nullable=True))
    op.add_column("user", sa.Column("pending", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("uq_user_email_key", "user", ["email_key"], unique=True)
    access()
    ways_in()
    websites()


def access() -> None:
    op.create_table(
        "website_grant",
        of_website(),
        of_user(),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('view', 'write', 'admin')", name=op.f("ck_website_grant_role")),
        to_website("website_grant"),
        to_user("website_grant"),
        to_user("website_grant", "granted_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("website_id", "user_id", name=op.f("pk_website_grant")),
    )
    op.create_index("ix_website_grant_user_id_website_id", "website_grant", ["user_id", "website_id"])
    op.create_index("ix_website_grant_granted_by", "website_grant", ["granted_by"])
    op.create_table(
        "website_capability",
        of_website(),
        of_user(),
        sa.Column("capability", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        to_website("website_capability"),
        to_user("website_capability"),
        sa.PrimaryKeyConstraint("website_id", "user_id", "capability", name=op.f("pk_website_capability")),
    )
    op.create_index("ix_website_capability_user_id_website_id", "website_capability", ["user_id", "website_id"])
    op.create_table(
        "access_token",
        sa.Column("access_token_id", sa.Uuid(), nullable=False),
        of_user(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("description", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("wrote_at", TIME, nullable=True),
        to_user("access_token"),
        sa.PrimaryKeyConstraint("access_token_id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_index("ix_access_token_user_id_created_at", "access_token", ["user_id", "created_at"])


def ways_in() -> None:
    op.create_table(
        "invitation",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        of_user(),
        sa.Column("inviter_id", sa.Uuid(), nullable=True),
        sa.Column("by_operator", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("role", sa.String(50), nullable=False),
        sa.Column("teams", JSON, nullable=False),
        sa.Column("grants", JSON, nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("link_token_hash", sa.String(64), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME, nullable=True),
        to_user("invitation"),
        to_user("invitation", "inviter_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("user_id", name=op.f("uq_invitation_user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
        sa.UniqueConstraint("link_token_hash", name=op.f("uq_invitation_link_token_hash")),
    )
    op.create_index("ix_invitation_inviter_id", "invitation", ["inviter_id"])
    op.create_index(
        "ix_invitation_created_at_invitation_id",
        "invitation",
        [sa.text("created_at DESC"), sa.text("invitation_id DESC")],
    )
    op.create_table(
        "password_reset",
        sa.Column("password_reset_id", sa.Uuid(), nullable=False),
        of_user(),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        to_user("password_reset"),
        sa.PrimaryKeyConstraint("password_reset_id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("user_id", name=op.f("uq_password_reset_user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    op.create_table(
        "outbox_mail",
        sa.Column("outbox_mail_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(1000), nullable=True),
        sa.PrimaryKeyConstraint("outbox_mail_id", name=op.f("pk_outbox_mail")),
    )
    op.create_index("ix_outbox_mail_due_at", "outbox_mail", ["due_at"])
    op.create_table(
        "user_preference",
        of_user(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        to_user("user_preference"),
        sa.PrimaryKeyConstraint("user_id", "name", name=op.f("pk_user_preference")),
    )


def websites() -> None:
    op.create_table(
        "website_number",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        of_website(),
        to_website("website_number"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_website_number")),
        sa.UniqueConstraint("website_id", name=op.f("uq_website_number_website_id")),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO website_number (website_id) SELECT website_id FROM website ORDER BY created_at, website_id")
    op.create_table(
        "website_profile",
        of_website(),
        sa.Column("urls", JSON, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        to_website("website_profile"),
        sa.PrimaryKeyConstraint("website_id", name=op.f("pk_website_profile")),
    )


def of_user() -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid(), nullable=False)


def of_website() -> sa.Column[object]:
    return sa.Column("website_id", sa.Uuid(), nullable=False)


def to_user(table: str, column: str = "user_id", ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_user")
    return sa.ForeignKeyConstraint([column], ["user.user_id"], name=name, ondelete=ondelete)


def to_website(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_website_id_website")
    return sa.ForeignKeyConstraint(["website_id"], ["website.website_id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    # Grants, invitations, unsent mail, access tokens, e-mail addresses and numbers are lost.
    for table in ("website_profile", "website_number", "user_preference", "outbox_mail", "password_reset"):
        op.drop_table(table)
    for table in ("invitation", "access_token", "website_capability", "website_grant"):
        op.drop_table(table)
    op.drop_index("uq_user_email_key", table_name="user")
    for column in ("pending", "last_seen_at", "email_key", "email"):
        op.drop_column("user", column)
