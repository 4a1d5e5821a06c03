"""Ways into an account by a link: invitations, and resets of forgotten passwords."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PORTABLE_JSON, Base, new_id, utcnow


class Invitation(Base):
    """
    What one invited account is to have once it is accepted. The account is there already, ``pending``; the row stays
    after acceptance, and tells who invited whom.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_inviter_id", "inviter_id"),)

    id: Mapped[UUID] = mapped_column("invitation_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), unique=True)
    """The account to be."""
    inviter_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id", ondelete="SET NULL"))
    by_operator: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Invited from the command line. Without it, an invitation whose inviter is gone gives nothing."""
    role: Mapped[str] = mapped_column(String(50))
    teams: Mapped[list[dict[str, Any]]] = mapped_column(PORTABLE_JSON)
    """``[{"team_id": …, "role": …}]``, entered on acceptance."""
    grants: Mapped[list[dict[str, Any]]] = mapped_column(PORTABLE_JSON)
    """``[{"website_id": …, "role": …}]``: stand as grants already, and are looked at again on acceptance."""
    nonce: Mapped[str] = mapped_column(String(32))
    """With the server's secret it gives the token of the mailed link; the token itself is nowhere."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of that token; null once it is used."""
    link_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of a second link, made to be copied; the first stays valid."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


# Exactly what the list sorts by.
Index("ix_invitation_created_at_invitation_id", Invitation.created_at.desc(), Invitation.id.desc())


class PasswordReset(Base):
    """A link by which a user who has forgotten the password sets another, once."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column("password_reset_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), unique=True)
    """The newest link alone is good."""
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
