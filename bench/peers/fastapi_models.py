"""The peer's entities over Frontdesk's tables, in the style of SQLAlchemy's documentation."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSON}


class User(Base):
    __tablename__ = "user"

    id: Mapped[UUID] = mapped_column("user_id", primary_key=True, default=uuid4)
    username: Mapped[str]
    username_key: Mapped[str]
    password_hash: Mapped[str] = mapped_column("password")
    role: Mapped[str]
    logo_url: Mapped[str | None]
    display_name: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Team(Base):
    __tablename__ = "team"

    id: Mapped[UUID] = mapped_column("team_id", primary_key=True, default=uuid4)
    name: Mapped[str]
    access_code: Mapped[str | None]
    logo_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    members: Mapped[list["Membership"]] = relationship(
        back_populates="team", order_by="Membership.created_at, Membership.id"
    )


class Membership(Base):
    __tablename__ = "team_user"

    id: Mapped[UUID] = mapped_column("team_user_id", primary_key=True, default=uuid4)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.team_id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id"))
    role: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    team: Mapped[Team] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class Website(Base):
    __tablename__ = "website"

    id: Mapped[UUID] = mapped_column("website_id", primary_key=True, default=uuid4)
    name: Mapped[str]
    domain: Mapped[str | None]
    reset_at: Mapped[datetime | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.team_id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    replay_enabled: Mapped[bool] = mapped_column("recording_enabled")
    replay_config: Mapped[dict[str, Any] | None]

    shares: Mapped[list["Share"]] = relationship(order_by="Share.created_at.desc(), Share.id.desc()")

    @property
    def share_id(self) -> str | None:
        """The slug of the newest share; ``shares`` must have been loaded."""
        return self.shares[0].slug if self.shares else None

    @property
    def recorder_enabled(self) -> bool:
        return self.replay_enabled


class Share(Base):
    __tablename__ = "share"

    id: Mapped[UUID] = mapped_column("share_id", primary_key=True)
    website_id: Mapped[UUID] = mapped_column("entity_id", ForeignKey("website.website_id"))
    slug: Mapped[str]
    created_at: Mapped[datetime]


class LoginSession(Base):
    __tablename__ = "login_session"

    id: Mapped[UUID] = mapped_column("login_session_id", primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id"))
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lifetime: Mapped[int]

    user: Mapped[User] = relationship()
