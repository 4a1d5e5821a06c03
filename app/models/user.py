"""Accounts. The table has Umami's name and columns, and columns of our own, such as ``username_key``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, and_, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.domain.folding import SORT_KEY_LENGTH, fold, sort_key
from app.domain.roles import Role
from app.models.base import Base, Dated, new_id


class User(Dated, Base):
    """A user account."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'user', 'view-only')", name="role"),
        Index("uq_user_email_key", "email_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column("user_id", primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(255))
    username_key: Mapped[str | None] = mapped_column(String(1024), unique=True)
    """The folded username, for lookups at login. Null in deleted accounts, so that others can have the name, and in
    rows that another program wrote."""
    password_hash: Mapped[str] = mapped_column("password", String(60))
    role: Mapped[str] = mapped_column(String(50), default=Role.USER)
    logo_url: Mapped[str | None] = mapped_column(String(2183))
    display_name: Mapped[str | None] = mapped_column(String(255))
    display_name_key: Mapped[str | None] = mapped_column(String(SORT_KEY_LENGTH))
    """The folded display name, for searches. A trigger fills it in rows that another program writes."""
    deleted_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(255))
    """What another system calls the account; unique among those that are not deleted."""
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(1024))
    """The folded e-mail address; null in deleted accounts."""
    last_seen_at: Mapped[datetime | None]
    """When one of the user's sessions or access tokens was last used, accurate to a few minutes."""
    pending: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the invitation has not been accepted yet. Until then, the account has no password for a login."""

    service_account: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the account is a program's: it has no password, cannot log in, and uses API keys."""

    two_factor_required: Mapped[bool] = mapped_column(
        "second_factor_required", key="two_factor_required", default=False, server_default=false()
    )
    """Whether this user must have a second factor. Umami adds a column of its own for it in 3.3."""
    disabled_at: Mapped[datetime | None]
    """Since when an administrator has barred the user from logging in; null if the account is enabled."""
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the user can do nothing with a session before changing the password."""

    @validates("username")
    def _fold(self, _key: str, username: str) -> str:
        self.username_key = fold(username)
        return username

    @validates("email")
    def _fold_email(self, _key: str, email: str | None) -> str | None:
        self.email_key = None if email is None else fold(email)
        return email

    @validates("display_name")
    def _fold_display_name(self, _key: str, display_name: str | None) -> str | None:
        self.display_name_key = None if display_name is None else sort_key(display_name)
        return display_name


IS_ADMIN = User.role == literal_column("'admin'")
"""Uses a literal instead of a parameter, so that prepared statements can use the index of administrators."""
Index("ix_user_admin", User.id, postgresql_where=IS_ADMIN, sqlite_where=IS_ADMIN)
LIVING = User.deleted_at.is_(None)
ACTIVE = and_(LIVING, ~User.pending, User.disabled_at.is_(None))
"""Accounts that can log in: the invitation is accepted, and no administrator has disabled them."""
# These match the order of the lists and leave out deleted rows, so that a page is found in the index alone.
Index("ix_user_created_at_user_id", User.created_at.desc(), User.id, postgresql_where=LIVING, sqlite_where=LIVING)
Index(
    "ix_user_username_key_username_user_id",
    User.username_key,
    User.username,
    User.id,
    postgresql_where=LIVING,
    sqlite_where=LIVING,
)
Index("uq_user_external_id", User.external_id, unique=True, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_user_deleted_at", User.deleted_at, postgresql_where=~LIVING, sqlite_where=~LIVING)
Index("ix_user_pending", User.id, postgresql_where=User.pending, sqlite_where=User.pending)
