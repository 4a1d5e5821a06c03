"""The closed vocabularies. Values are what the tables hold and Umami's wire says."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do everywhere (domain.md, section 1)."""

    ADMIN = "admin"
    USER = "user"
    VIEW_ONLY = "view-only"


class TeamRole(StrEnum):
    """What a member may do in one team."""

    OWNER = "team-owner"
    MANAGER = "team-manager"
    MEMBER = "team-member"
    VIEW_ONLY = "team-view-only"


class SiteRole(StrEnum):
    """What a user may do on one website."""

    VIEW = "view"
    WRITE = "write"
    ADMIN = "admin"


class Source(StrEnum):
    """Where a right on a website comes from (domain.md, section 3)."""

    ADMIN = "admin"
    """The global role."""
    OWNER = "owner"
    TEAM = "team"
    GRANT = "grant"


class Standing(StrEnum):
    """How far people have come."""

    ACTIVE = "active"
    PENDING = "pending"
    """Invited, and may still accept."""
    EXPIRED = "expired"


class AccessFilter(StrEnum):
    """What people have on a website. (A role or a capability may be asked for as well.)"""

    NOTHING = "nothing"
    SOMETHING = "something"
    EVERYTHING = "everything"
    """The role of an administrator."""
    CAPABILITY = "capability"
    """The one called ``capability``."""


RANKS: dict[SiteRole, int] = {SiteRole.VIEW: 1, SiteRole.WRITE: 2, SiteRole.ADMIN: 3}


ROLE_OF_RANK: dict[int | None, SiteRole] = {rank: role for role, rank in RANKS.items()}


TEAM_RIGHTS: dict[str, SiteRole] = {
    TeamRole.OWNER: SiteRole.ADMIN,
    TeamRole.MANAGER: SiteRole.ADMIN,
    TeamRole.MEMBER: SiteRole.WRITE,
    TeamRole.VIEW_ONLY: SiteRole.VIEW,
}
"""What a role in a team gives on the team's websites."""
