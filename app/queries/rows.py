"""Types of rows that several modules need."""

from typing import NamedTuple
from uuid import UUID


class Id(NamedTuple):
    """The id of an existing row."""

    id: UUID


class Number(NamedTuple):
    """How many rows there are."""

    number: int


class RoleInTeam(NamedTuple):
    """A team and the actor's role in it; None if the actor is not a member."""

    id: UUID
    role: str | None


class WebsiteRights(NamedTuple):
    """A website with what the actor's access depends on; ``team_role`` and ``grant_role`` are the actor's."""

    id: UUID
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None
