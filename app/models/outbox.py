"""Mail that is to be sent: written in the transaction that gives reason for it, sent afterwards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class OutboxMail(Base):
    """One mail that has not been sent yet. It holds no secret: links are made when it is sent."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_due_at", "due_at"),)

    id: Mapped[UUID] = mapped_column("outbox_mail_id", primary_key=True, default=new_id)
    """Also the ``Message-ID``, the same at every attempt."""
    kind: Mapped[str] = mapped_column(String(50))
    """Which template."""
    recipient: Mapped[str] = mapped_column(String(320))
    """The address; empty where it is found out when the mail is sent."""
    parameters: Mapped[dict[str, Any]]
    """What the template is told: names, and ids of what a link is for."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When it is tried next; while somebody tries, when that attempt counts as lost. Null: given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(1000))
