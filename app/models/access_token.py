"""Access tokens: 32 hex digits as in Matomo, with all permissions of their owner."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class AccessToken(Base):
    """A user's access token, identified by its hash."""

    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_user_id_created_at", "user_id", "created_at"),)

    id: Mapped[UUID] = mapped_column("access_token_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, in hex. The token itself is not stored."""
    description: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    wrote_at: Mapped[datetime | None]
    """See ``LoginSession.wrote_at``."""
