"""Keys by which clients mark a request that creates something, to repeat it without creating it twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class IdempotencyKey(Base):
    """A key that a user has sent, and the answer to its request."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key_hash"), Index("ix_idempotency_key_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column("idempotency_key_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the key, in hex."""
    sealed_fingerprint: Mapped[str] = mapped_column(String(255))
    """What tells the request from others, encrypted, since a hash of a body with a password could be guessed."""
    sealed_answer: Mapped[str | None] = mapped_column(Text)
    """Status and body of the answer, encrypted, since it may contain a new API key; null while the request runs."""
    claimed_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When a server began to run the request."""
    expires_at: Mapped[datetime]
