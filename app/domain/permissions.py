"""Which permissions each role grants, as tables. The roles are Umami's."""

from enum import StrEnum

from app.domain.roles import Role, SiteRole, TeamRole


class Permission(StrEnum):
    """The permissions that roles grant."""

    TEAM_CREATE = "team:create"
    TEAM_UPDATE = "team:update"
    TEAM_DELETE = "team:delete"
    TEAM_APPOINT_OWNER = "team:appoint-owner"
    WEBSITE_CREATE = "website:create"
    WEBSITE_UPDATE = "website:update"
    WEBSITE_DELETE = "website:delete"
    WEBSITE_ACCESS = "website:access"
    """Manage who else can view and change the website."""
    WEBSITE_TO_TEAM = "website:transfer-to-team"
    WEBSITE_TO_USER = "website:transfer-to-user"


MEMBER_GRANTS = frozenset({Permission.WEBSITE_CREATE, Permission.WEBSITE_UPDATE, Permission.WEBSITE_DELETE})
MANAGER_GRANTS = MEMBER_GRANTS | {Permission.TEAM_UPDATE, Permission.WEBSITE_ACCESS, Permission.WEBSITE_TO_TEAM}
OWNER_GRANTS = MANAGER_GRANTS | {
    Permission.TEAM_DELETE,
    Permission.TEAM_APPOINT_OWNER,
    Permission.WEBSITE_TO_USER,
}

GRANTS: dict[str | None, frozenset[Permission]] = {
    Role.USER: frozenset({Permission.TEAM_CREATE, Permission.WEBSITE_CREATE}),
    Role.VIEW_ONLY: frozenset(),
    TeamRole.OWNER: OWNER_GRANTS,
    TeamRole.MANAGER: MANAGER_GRANTS,
    TeamRole.MEMBER: MEMBER_GRANTS,
    TeamRole.VIEW_ONLY: frozenset(),
}


def grants(role: str | None, permission: Permission) -> bool:
    """Whether a role, global or in a team, grants a permission. No role (None) grants nothing."""
    return permission in GRANTS.get(role, frozenset())


SITE_GRANTS: dict[str | None, frozenset[Permission]] = {
    SiteRole.VIEW: frozenset(),
    SiteRole.WRITE: frozenset({Permission.WEBSITE_UPDATE}),
    SiteRole.ADMIN: frozenset({Permission.WEBSITE_UPDATE, Permission.WEBSITE_DELETE, Permission.WEBSITE_ACCESS}),
}
"""Permissions on a website by the role of a direct grant."""


def site_grants(role: str | None, permission: Permission) -> bool:
    """Whether the role of a direct grant includes a permission on its website. No grant (None) includes nothing."""
    return permission in SITE_GRANTS.get(role, frozenset())


ROLE_RANKS: dict[str | None, int] = {None: -1, Role.VIEW_ONLY: 0, Role.USER: 1, Role.ADMIN: 2}
"""Global roles by strength. No one can give a stronger role than their own."""


def weaker_role(one: str, other: str) -> str:
    """The weaker of two global roles."""
    return min(one, other, key=ROLE_RANKS.__getitem__)


def stronger_role(one: str, other: str) -> str:
    """The stronger of two global roles."""
    return max(one, other, key=ROLE_RANKS.__getitem__)
