"""Roles and related enumerations. The values are those in the tables and in Umami's API."""

from enum import StrEnum


class Role(StrEnum):
    """A user's global role."""

    ADMIN = "admin"
    USER = "user"
    VIEW_ONLY = "view-only"


class TeamRole(StrEnum):
    """A member's role in a team."""

    OWNER = "team-owner"
    MANAGER = "team-manager"
    MEMBER = "team-member"
    VIEW_ONLY = "team-view-only"


class SiteRole(StrEnum):
    """A user's access level on a website."""

    VIEW = "view"
    WRITE = "write"
    ADMIN = "admin"


class Source(StrEnum):
    """Where access to a website comes from."""

    ADMIN = "admin"
    """The global role of an administrator."""
    OWNER = "owner"
    TEAM = "team"
    GRANT = "grant"


class Standing(StrEnum):
    """The state of an account."""

    ACTIVE = "active"
    PENDING = "pending"
    """Invited; the invitation can still be accepted."""
    EXPIRED = "expired"
    """Invited; the invitation has expired."""


class AccountState(StrEnum):
    """Filters for accounts by their state. A pending account can be disabled as well; then it is both."""

    ACTIVE = "active"
    """Can log in."""
    PENDING = "pending"
    """The invitation has not been accepted."""
    DISABLED = "disabled"


class AccessFilter(StrEnum):
    """Filters for users by their access to a website. (Lists can also be filtered by a ``SiteRole``.)"""

    NOTHING = "nothing"
    SOMETHING = "something"
    EVERYTHING = "everything"
    """Administrators."""
    CAPABILITY = "capability"
    """Users with the capability that the parameter ``capability`` names."""


RANKS: dict[SiteRole, int] = {SiteRole.VIEW: 1, SiteRole.WRITE: 2, SiteRole.ADMIN: 3}


ROLE_OF_RANK: dict[int | None, SiteRole] = {rank: role for role, rank in RANKS.items()}


TEAM_RIGHTS: dict[str, SiteRole] = {
    TeamRole.OWNER: SiteRole.ADMIN,
    TeamRole.MANAGER: SiteRole.ADMIN,
    TeamRole.MEMBER: SiteRole.WRITE,
    TeamRole.VIEW_ONLY: SiteRole.VIEW,
}
"""The access level that a role in a team gives on the team's websites."""
