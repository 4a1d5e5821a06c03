"""Wrong guesses, counted across all workers and hosts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class FailedAttempt(Base):
    """A wrong guess. Names and addresses are stored as keyed hashes, since users type passwords into name fields."""

    __tablename__ = "failed_attempt"
    __table_args__ = (
        Index("ix_failed_attempt_place_key_expires_at", "place_key", "expires_at"),
        Index("ix_failed_attempt_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column("failed_attempt_id", primary_key=True, default=new_id)
    place_key: Mapped[str] = mapped_column(String(32))
    """Keyed hash of the address; the key differs by what was guessed: passwords, links or codes."""
    account_key: Mapped[str | None] = mapped_column(String(32))
    """Keyed hash of the account; null after a later success, when it only counts for the address."""
    expires_at: Mapped[datetime]
    """When it stops counting."""
