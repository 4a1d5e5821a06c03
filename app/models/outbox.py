"""The outbox: mail is stored in the transaction that causes it and sent after that."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class OutboxMail(Base):
    """A mail that has not been sent yet. It contains no secrets, since links are made when it is sent."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_due_at", "due_at"),)

    id: Mapped[UUID] = mapped_column("outbox_mail_id", primary_key=True, default=new_id)
    """Also used as the ``Message-ID``, so it is the same at every attempt."""
    kind: Mapped[str] = mapped_column(String(50))
    """The ``Kind`` of the mail, which selects its templates."""
    recipient: Mapped[str] = mapped_column(String(320))
    """The address; empty if it is looked up when the mail is sent."""
    parameters: Mapped[dict[str, Any]]
    """The data of the mail: names, and the id of what a link is for."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When to try next; during an attempt, when that attempt counts as lost. Null after the last attempt."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(1000))
