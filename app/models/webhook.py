"""Webhooks, and the messages to them: a queue while they are due, a log after that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Words, new_id, utcnow


class Webhook(Base):
    """An address that is told about events."""

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column("webhook_id", primary_key=True, default=new_id)
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(Words(2000))
    """Groups and types of events; ``*`` for all."""
    sealed_secret: Mapped[str] = mapped_column(String(255))
    """The secret that signs messages, encrypted with a key that is not in the database."""
    former_sealed_secret: Mapped[str | None] = mapped_column(String(255))
    """The secret before the last rotation, which signs as well until ``former_until``."""
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Failed attempts since the last one that succeeded."""
    failing_since: Mapped[datetime | None]
    """When the first of them failed."""
    held_until: Mapped[datetime] = mapped_column(default=utcnow)
    """Until then, no worker takes it: another one is delivering, or it rests after a failure."""


class WebhookDelivery(Base):
    """A message to a webhook. It is stored in the transaction that numbers the event in the audit log."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_webhook_id_due_at", "webhook_id", "due_at"),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column("webhook_delivery_id", primary_key=True, default=new_id)
    """Also the ``webhook-id``, so it is the same at every attempt."""
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.webhook_id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    """The body, exactly as it is signed and sent."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When to try next; during an attempt, when that attempt counts as lost. Null when it is done or given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    status: Mapped[int | None]
    """The HTTP status of the last response; null if there was none."""
    error: Mapped[str | None] = mapped_column(String(1000))
    """Why the last attempt failed."""
