"""Direct rights of users on websites (domain.md, section 3)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, utcnow


class Grant(Base):
    """One user's role on one website. (``grant`` is a word of SQL.)"""

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
    """Who gave it; null for the operator, and once that account is gone."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


class GrantedCapability(Base):
    """A named extra right of one user on one website. It counts as long as some role there is had beside it."""

    __tablename__ = "website_capability"
    __table_args__ = (Index("ix_website_capability_user_id_website_id", "user_id", "website_id"),)

    website_id: Mapped[UUID] = mapped_column(ForeignKey("website.website_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    capability: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
