"""Rows that statements about several things have in common."""

from typing import NamedTuple
from uuid import UUID


class Id(NamedTuple):
    """Something that is there."""

    id: UUID


class RoleInTeam(NamedTuple):
    """A team, and the actor's role in it if there is one."""

    id: UUID
    role: str | None


class WebsiteRights(NamedTuple):
    """A website, with what rights on it depend on; ``team_role`` and ``grant_role`` are the actor's."""

    id: UUID
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None
