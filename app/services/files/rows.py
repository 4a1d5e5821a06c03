"""Rows of files that no other source of an import has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.services.importing.rows import MemberRow


@dataclass(frozen=True, slots=True)
class JoinRow:
    """A membership in a team that is here already."""

    team_id: UUID
    member: MemberRow

    @property
    def id(self) -> UUID:
        return self.member.id

    @property
    def label(self) -> str:
        return self.member.label


@dataclass(frozen=True, slots=True)
class SiteGrantRow:
    """A user's direct access to a website."""

    id: UUID
    """Of the row, for the report."""
    website_id: UUID
    user_id: UUID
    role: str
    capabilities: Sequence[str] | None = None
    """Those beside the role; None if the file says nothing about them."""
    granted_by: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def label(self) -> str:
        return f"{self.role} {self.user_id}"
