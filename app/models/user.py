"""Accounts. The table bears Umami's name and columns; ``username_key`` is ours."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.domain.folding import SORT_KEY_LENGTH, fold, sort_key
from app.domain.roles import Role
from app.models.base import Base, Dated, new_id

ANONYMOUS_ID = UUID("00000000-0000-7000-8000-616e6f6e796d")
"""The account that stands for whoever is not logged in, on wires that know such a one; made when it is first granted
something."""


class User(Dated, Base):
    """A person or service with an account."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'user', 'view-only')", name="role"),
        Index("uq_user_email_key", "email_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column("user_id", primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(255))
    username_key: Mapped[str | None] = mapped_column(String(1024), unique=True)
    """The username folded; unique and searched at login. Null only in rows that another program wrote."""
    password_hash: Mapped[str] = mapped_column("password", String(60))
    role: Mapped[str] = mapped_column(String(50), default=Role.USER)
    logo_url: Mapped[str | None] = mapped_column(String(2183))
    display_name: Mapped[str | None] = mapped_column(String(255))
    display_name_key: Mapped[str | None] = mapped_column(String(SORT_KEY_LENGTH))
    """The display name folded, to search in. A trigger fills it in rows that another program writes."""
    deleted_at: Mapped[datetime | None]
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(1024))
    """The e-mail address folded; unique."""
    last_seen_at: Mapped[datetime | None]
    """When one of the user's logins or tokens was last used, to some minutes."""
    pending: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Invited, and has not accepted yet: the account has no password, and nobody can log in to it."""

    two_factor_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    """This user must have a second factor; Umami's name for the column."""

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
"""In these very words, so that the index of administrators serves prepared statements as well."""
Index("ix_user_admin", User.id, postgresql_where=IS_ADMIN, sqlite_where=IS_ADMIN)
LIVING = User.deleted_at.is_(None)
# Exactly what the lists sort by, of living rows alone: a page is cut without looking at the table.
Index("ix_user_created_at_user_id", User.created_at.desc(), User.id, postgresql_where=LIVING, sqlite_where=LIVING)
Index(
    "ix_user_username_key_username_user_id",
    User.username_key,
    User.username,
    User.id,
    postgresql_where=LIVING,
    sqlite_where=LIVING,
)
Index("ix_user_pending", User.id, postgresql_where=User.pending, sqlite_where=User.pending)
