"""Direct grants of users on websites, and capabilities."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, utcnow


class Grant(Base):
    """A user's role on a website. (The table is not called ``grant``, which is an SQL keyword.)"""

    __tablename__ = "website_grant"
    __table_args__ = (
        CheckConstraint("role IN ('view', 'write', 'admin')", name="role"),
        Index("ix_website_grant_user_id_website_id", "user_id", "website_id"),
        Index("ix_website_grant_granted_by", "granted_by"),
    )

    website_id: Mapped[UUID] = mapped_column(ForeignKey("website.website_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id", ondelete="SET NULL"))
    """The user who gave it; null if that was the operator, or if the account has been deleted."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


class GrantedCapability(Base):
    """A user's capability on a website. It is only in effect while the user also has a role there."""

    __tablename__ = "website_capability"
    __table_args__ = (Index("ix_website_capability_user_id_website_id", "user_id", "website_id"),)

    website_id: Mapped[UUID] = mapped_column(ForeignKey("website.website_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    capability: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
