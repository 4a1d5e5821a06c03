"""Rows of files that no other source of an import has."""

from dataclasses import dataclass
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
