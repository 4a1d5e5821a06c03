"""The audit log: events in a hash chain, its two ends, and counts of failures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class AuditEvent(Base):
    """An event. Rows are only added; ``number``, ``hash`` and ``key_id`` are filled in once, when the row is sealed."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("uq_audit_event_number", "number", unique=True),
        Index("ix_audit_event_created_at", "created_at"),
        Index("ix_audit_event_actor_id_number", "actor_id", "number"),
        Index("ix_audit_event_target_id_number", "target_id", "number"),
        Index("ix_audit_event_action_number", "action", "number"),
        Index(
            "ix_audit_event_unsealed",
            "audit_event_id",
            postgresql_where=text("number IS NULL"),
            sqlite_where=text("number IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column("audit_event_id", primary_key=True, default=new_id)
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Its place in the chain, from 1; null until it is sealed."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    actor_id: Mapped[UUID | None]
    """The user who acted. No foreign key, since events outlive users."""
    actor_name: Mapped[str] = mapped_column(String(255))
    credential_kind: Mapped[str] = mapped_column(String(20))
    credential_id: Mapped[UUID | None]
    protocol: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    target_kind: Mapped[str] = mapped_column(String(20))
    target_id: Mapped[UUID | None]
    target_name: Mapped[str] = mapped_column(String(500))
    before: Mapped[str | None] = mapped_column(Text)
    """Values before the change, as the JSON text that was hashed."""
    after: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[str | None] = mapped_column(String(64))
    """HMAC of the row and of the hash before it, in hex; null until it is sealed."""
    key_id: Mapped[str | None] = mapped_column(String(16))
    """Which of the server's keys made the hash."""


class AuditEnd(Base):
    """
    An end of the chain: ``start``, the last row that was pruned, or ``end``, the last row that was sealed.

    Without these, removing the first or the last rows would leave a valid chain.
    """

    __tablename__ = "audit_end"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    """The row's hash."""
    mac: Mapped[str] = mapped_column(String(64))
    """HMAC of the other columns, in hex."""
    key_id: Mapped[str] = mapped_column(String(16))


class AuditTally(Base):
    """How often something failed within a window of time, so that only the first failures become events."""

    __tablename__ = "audit_tally"
    __table_args__ = (Index("ix_audit_tally_ends_at", "ends_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The action; with a hash of the address and the account, or for all of them together."""
    total: Mapped[int]
    shown: Mapped[int]
    """How many of them become events."""
    event: Mapped[str] = mapped_column(Text)
    """The columns of the event that reports the others when the window ends, as JSON."""
    ends_at: Mapped[datetime]
