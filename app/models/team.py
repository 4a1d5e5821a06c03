"""Teams and memberships."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.domain.folding import SORT_KEY_LENGTH, sort_key
from app.models.base import Base, Dated, new_id


class Team(Dated, Base):
    """A group of users that owns websites together."""

    __tablename__ = "team"
    id: Mapped[UUID] = mapped_column("team_id", primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(50))
    name_key: Mapped[str | None] = mapped_column(String(SORT_KEY_LENGTH))
    """The folded name, for sorting. A trigger fills it in rows that another program writes."""
    access_code: Mapped[str | None] = mapped_column(String(50), unique=True)
    """Any user who knows it can join the team as a member."""
    logo_url: Mapped[str | None] = mapped_column(String(2183))
    external_id: Mapped[str | None] = mapped_column(String(255))
    """What another system calls the team; unique."""
    deleted_at: Mapped[datetime | None]
    two_factor_required: Mapped[bool] = mapped_column(
        "second_factor_required", key="two_factor_required", default=False, server_default=false()
    )
    """Whether all members must have a second factor. Umami adds a column of its own for it in 3.3."""

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_key = sort_key(name)
        return name


class Membership(Dated, Base):
    """A user's membership in a team, with the role there."""

    __tablename__ = "team_user"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        CheckConstraint("role IN ('team-owner', 'team-manager', 'team-member', 'team-view-only')", name="role"),
        Index("ix_team_user_team_id_created_at", "team_id", "created_at"),
        Index("ix_team_user_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column("team_user_id", primary_key=True, default=new_id)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.team_id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(50))


LIVING = Team.deleted_at.is_(None)
# These match the order of the lists and leave out deleted rows, so that a page is found in the index alone.
Index("ix_team_created_at_team_id", Team.created_at.desc(), Team.id, postgresql_where=LIVING, sqlite_where=LIVING)
Index("uq_team_external_id", Team.external_id, unique=True, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_team_name", Team.name, postgresql_where=LIVING, sqlite_where=LIVING)
Index("ix_team_name_key_name_team_id", Team.name_key, Team.name, Team.id, postgresql_where=LIVING, sqlite_where=LIVING)
