"""Accounts. The table bears Umami's name and columns; ``username_key`` is ours."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, literal_column
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.models.base import Base, Dated, new_id
from app.models.enums import Role
from app.models.folding import fold


class User(Dated, Base):
    """A person or service with an account."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("role IN ('admin', 'user', 'view-only')", name="role"),)

    id: Mapped[UUID] = mapped_column("user_id", primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(255))
    username_key: Mapped[str | None] = mapped_column(String(1024), unique=True)
    """The username folded; unique and searched at login. Null only in rows that another program wrote."""
    password_hash: Mapped[str] = mapped_column("password", String(60))
    role: Mapped[str] = mapped_column(String(50), default=Role.USER)
    logo_url: Mapped[str | None] = mapped_column(String(2183))
    display_name: Mapped[str | None] = mapped_column(String(255))
    deleted_at: Mapped[datetime | None]

    @validates("username")
    def _fold(self, _key: str, username: str) -> str:
        self.username_key = fold(username)
        return username


IS_ADMIN = User.role == literal_column("'admin'")
"""In these very words, so that the index of administrators serves prepared statements as well."""
Index("ix_user_admin", User.id, postgresql_where=IS_ADMIN, sqlite_where=IS_ADMIN)
LIVING = User.deleted_at.is_(None)
# Exactly what the lists sort by, of living rows alone: a page is cut without looking at the table.
Index("ix_user_created_at_user_id", User.created_at.desc(), User.id, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_user_username_user_id", User.username, User.id, postgresql_where=LIVING, sqlite_where=LIVING)
