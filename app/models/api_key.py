"""API keys, in Umami's format, with scopes and an expiry of our own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class ApiKey(Base):
    """A user's API key, identified by its hash. (The table ``api_key`` is Umami's, so ours is ``user_api_key``.)"""

    __tablename__ = "user_api_key"
    __table_args__ = (Index("ix_user_api_key_user_id_created_at", "user_id", "created_at"),)

    id: Mapped[UUID] = mapped_column("user_api_key_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str] = mapped_column("key_hash", String(128), unique=True)
    """SHA-512 of the key in hex, as in Umami. The key itself is not stored."""
    key_prefix: Mapped[str] = mapped_column(String(20))
    """The key's first characters, by which its owner recognizes it."""
    scopes: Mapped[str | None] = mapped_column(String(255))
    """Separated by spaces; null if the key was created without any, and can do what Umami's keys can."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    wrote_at: Mapped[datetime | None]
    """See ``LoginSession.wrote_at``."""
