"""Websites, and the public links (shares) to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.domain.folding import SORT_KEY_LENGTH, sort_key
from app.domain.shared_views import EntityType
from app.models.base import PORTABLE_JSON, Base, Dated, new_id


class Website(Dated, Base):
    """A website, owned by a user or by a team."""

    __tablename__ = "website"
    __table_args__ = (
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="one_owner"),
        Index("ix_website_user_id_name_key_name_website_id", "user_id", "name_key", "name", "website_id"),
        Index("ix_website_team_id_name_key_name_website_id", "team_id", "name_key", "name", "website_id"),
        Index("ix_website_created_by", "created_by"),
    )

    id: Mapped[UUID] = mapped_column("website_id", primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str | None] = mapped_column(String(SORT_KEY_LENGTH))
    """The folded name, for sorting. A trigger fills it in rows that another program writes."""
    domain: Mapped[str | None] = mapped_column(String(500))
    external_id: Mapped[str | None] = mapped_column(String(255))
    """What another system calls the website; unique among those that are not deleted."""
    reset_at: Mapped[datetime | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.team_id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.user_id", ondelete="SET NULL"))
    deleted_at: Mapped[datetime | None]
    replay_enabled: Mapped[bool] = mapped_column(
        "recording_enabled", key="replay_enabled", default=False, server_default="false"
    )
    """Whether sessions are recorded. Umami's own column for it changes its name in 3.2."""
    replay_config: Mapped[dict[str, Any] | None]

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_key = sort_key(name)
        return name


class WebsiteNumber(Base):
    """A website's number, which is its id in Matomo's API: positive, never changed and never reused."""

    __tablename__ = "website_number"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    website_id: Mapped[UUID] = mapped_column(ForeignKey("website.website_id", ondelete="CASCADE"), unique=True)


class WebsiteProfile(Base):
    """What Frontdesk stores about a website beyond Umami's columns. Not every website has a profile."""

    __tablename__ = "website_profile"

    website_id: Mapped[UUID] = mapped_column(ForeignKey("website.website_id", ondelete="CASCADE"), primary_key=True)
    urls: Mapped[list[str]] = mapped_column(PORTABLE_JSON)
    """The website's URLs, the main one first."""
    settings: Mapped[dict[str, Any]]
    """Time zone, currency and other settings, by name."""


class Share(Dated, Base):
    """A public link. Anyone who has its slug can view what it shows."""

    __tablename__ = "share"
    __table_args__ = (
        CheckConstraint("share_type BETWEEN 1 AND 4", name="share_type"),
        Index("ix_share_entity_id_created_at_share_id", "entity_id", "created_at", "share_id"),
        Index("ix_share_website_id", "website_id"),
    )

    id: Mapped[UUID] = mapped_column("share_id", primary_key=True, default=new_id)
    entity_id: Mapped[UUID]
    """Of a website; on a database of Umami's also of a link, pixel or board."""
    name: Mapped[str] = mapped_column(String(200))
    share_type: Mapped[int] = mapped_column(default=EntityType.WEBSITE.value)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    parameters: Mapped[dict[str, Any]]
    website_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("website.website_id", ondelete="CASCADE"),
        Computed("CASE WHEN share_type = 1 THEN entity_id END", persisted=True),
    )
    """``entity_id`` if it is a website. Computed, to have a foreign key for the polymorphic column."""


LIVING = Website.deleted_at.is_(None)
Index("uq_website_external_id", Website.external_id, unique=True, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_website_name", Website.name, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_website_domain", Website.domain, postgresql_where=LIVING, sqlite_where=LIVING)
# These match the order of the lists and leave out deleted rows, so that a page is found in the index alone.
Index(
    "ix_website_created_at_website_id",
    Website.created_at.desc(),
    Website.id,
    postgresql_where=LIVING,
    sqlite_where=LIVING,
)
Index(
    "ix_website_name_key_name_website_id",
    Website.name_key,
    Website.name,
    Website.id,
    postgresql_where=LIVING,
    sqlite_where=LIVING,
)
