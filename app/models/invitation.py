"""Invitations and password resets: links that give access to an account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PORTABLE_JSON, Base, new_id, utcnow


class Invitation(Base):
    """
    What an invited account gets once the invitation is accepted.

    The account exists from the start and is ``pending`` until then. The row stays as a record of who invited whom.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_inviter_id", "inviter_id"),)

    id: Mapped[UUID] = mapped_column("invitation_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), unique=True)
    """The invited account."""
    inviter_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id", ondelete="SET NULL"))
    by_operator: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the invitation was made at the command line. Otherwise it is void once its inviter is deleted."""
    role: Mapped[str] = mapped_column(String(50))
    teams: Mapped[list[dict[str, Any]]] = mapped_column(PORTABLE_JSON)
    """``[{"team_id": …, "role": …}]``: teams to join on acceptance."""
    grants: Mapped[list[dict[str, Any]]] = mapped_column(PORTABLE_JSON)
    """``[{"website_id": …, "role": …}]``: also stored as grants from the start, and checked again on acceptance."""
    nonce: Mapped[str] = mapped_column(String(32))
    """The token of the mailed link is derived from this and the server's secret. The token itself is not stored."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of that token, in hex; null once it has been used."""
    link_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the token of a second link, made for copying. The first link stays valid."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


# Matches the order of the list.
Index("ix_invitation_created_at_invitation_id", Invitation.created_at.desc(), Invitation.id.desc())


class PasswordReset(Base):
    """A link with which a user can set a new password, once."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column("password_reset_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), unique=True)
    """Unique, so only a user's newest link is valid."""
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
