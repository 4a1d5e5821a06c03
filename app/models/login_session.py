"""Sessions of logged-in users. (In Umami, the table ``session`` is for visits, so ours is ``login_session``.)"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class LoginSession(Base):
    """A user's session, identified by the hash of its token. Deleting the row ends the session at once."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index("ix_login_session_user_id_created_at", "user_id", "created_at"),
        Index("ix_login_session_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column("login_session_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, in hex. The token itself is not stored."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    lifetime: Mapped[int]
    """How long the session lasts without use, in seconds."""
    wrote_at: Mapped[datetime | None]
    """When the session was created or, if there is a replica, last wrote something that the replica may lack."""
    confirmed_at: Mapped[datetime | None]
    """When the user last proved to know the password: at the login or, later, when asked for it; None if unknown."""
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))
