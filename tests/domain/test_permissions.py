"""The complete table of what each role grants."""

import pytest

from app.domain.permissions import GRANTS, Permission, grants
from app.domain.roles import Role, TeamRole

TABLE = {
    Permission.TEAM_CREATE: {Role.USER},
    Permission.TEAM_UPDATE: {TeamRole.OWNER, TeamRole.MANAGER},
    Permission.TEAM_DELETE: {TeamRole.OWNER},
    Permission.TEAM_APPOINT_OWNER: {TeamRole.OWNER},
    Permission.WEBSITE_CREATE: {Role.USER, TeamRole.OWNER, TeamRole.MANAGER, TeamRole.MEMBER},
    Permission.WEBSITE_UPDATE: {TeamRole.OWNER, TeamRole.MANAGER, TeamRole.MEMBER},
    Permission.WEBSITE_DELETE: {TeamRole.OWNER, TeamRole.MANAGER, TeamRole.MEMBER},
    Permission.WEBSITE_ACCESS: {TeamRole.OWNER, TeamRole.MANAGER},
    Permission.WEBSITE_TO_TEAM: {TeamRole.OWNER, TeamRole.MANAGER},
    Permission.WEBSITE_TO_USER: {TeamRole.OWNER},
}
ROLES = [Role.USER, Role.VIEW_ONLY, *TeamRole]
CASES = [
    pytest.param(role, permission, role in holders, id=f"{role} {permission} -> {role in holders}")
    for permission, holders in TABLE.items()
    for role in ROLES
]


@pytest.mark.parametrize(("role", "permission", "granted"), CASES)
def test_a_role_grants_what_the_table_says(role, permission, granted):
    assert grants(role, permission) is granted
    assert grants(str(role), permission) is granted


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", [None, "", "team", "superuser", "USER", Role.ADMIN])
def test_no_role_and_unknown_roles_grant_nothing(role, permission):
    """Nor does the role of administrators, which the policy checks separately."""
    assert not grants(role, permission)


def test_the_table_is_complete():
    assert set(TABLE) == set(Permission)
    assert set(GRANTS) == set(ROLES)
