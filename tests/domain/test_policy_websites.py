"""Authorization for websites: each policy function with every kind of actor."""

import pytest

from app.domain import policy
from app.domain.permissions import Permission
from app.domain.roles import SiteRole
from tests.domain.actors import (
    ADMIN,
    GUEST,
    GUEST_ELSEWHERE,
    MANAGER,
    ME,
    MEMBER,
    NOBODY,
    ORPHAN,
    OTHER,
    OWNER,
    TEAM,
    USER,
    VIEW_ONLY,
    VIEWER,
    cases,
    granted,
    own,
    teams,
)

SITE_ROLES = [role.value for role in SiteRole]


@pytest.mark.parametrize(
    ("actor", "team_id", "team_role", "allowed"),
    cases(
        (USER, None, None, True, "creates an own website"),
        (VIEW_ONLY, None, None, False, "creates an own website"),
        (GUEST, None, None, False, "creates an own website"),
        (ADMIN, None, None, True, "creates an own website"),
        *((USER, TEAM, role, True, f"creates a website as {role}") for role in (OWNER, MANAGER, MEMBER)),
        (USER, TEAM, VIEWER, False, "creates a website as team-view-only"),
        (USER, TEAM, None, False, "creates a website in a foreign team"),
        *((VIEW_ONLY, TEAM, role, False, f"creates a website as {role}") for role in (OWNER, MEMBER)),
        (ADMIN, TEAM, None, True, "creates a website in a foreign team"),
    ),
)
def test_creating_a_website(actor, team_id, team_role, allowed):
    assert policy.can_create_website(actor, team_id, team_role) is allowed


@pytest.mark.parametrize(
    ("actor", "website", "sees", "sees_shares"),
    [
        pytest.param(USER, own(), True, True, id="user, own"),
        pytest.param(VIEW_ONLY, own(), True, True, id="view-only, own"),
        pytest.param(USER, own(OTHER), False, False, id="user, another's"),
        pytest.param(USER, teams(VIEWER), True, True, id="team-view-only, the team's"),
        pytest.param(USER, teams(None), False, False, id="user, a foreign team's"),
        pytest.param(USER, ORPHAN, False, False, id="user, one without an owner"),
        pytest.param(NOBODY, ORPHAN, False, False, id="visitor, one without an owner"),
        pytest.param(GUEST, own(OTHER), True, False, id="guest, the shared one"),
        pytest.param(GUEST_ELSEWHERE, own(OTHER), False, False, id="guest, another one"),
        pytest.param(ADMIN, ORPHAN, True, True, id="admin, one without an owner"),
        *(
            pytest.param(USER, granted(role), True, True, id=f"user with a {role} grant, another's")
            for role in SITE_ROLES
        ),
        pytest.param(VIEW_ONLY, granted("view"), True, True, id="view-only with a view grant, another's"),
        pytest.param(GUEST_ELSEWHERE, granted(None), False, False, id="guest of another site, no grant"),
    ],
)
def test_seeing_a_website_and_its_shares(actor, website, sees, sees_shares):
    assert policy.can_see_website(actor, website) is sees
    assert policy.can_manage_shares_of(actor, website) is sees_shares


@pytest.mark.parametrize("permission", [Permission.WEBSITE_UPDATE, Permission.WEBSITE_DELETE])
@pytest.mark.parametrize(
    ("actor", "website", "allowed"),
    [
        pytest.param(USER, own(), True, id="user, own"),
        pytest.param(VIEW_ONLY, own(), True, id="view-only, own"),
        pytest.param(USER, own(OTHER), False, id="user, another's"),
        *(pytest.param(USER, teams(role), True, id=f"{role}, the team's") for role in (OWNER, MANAGER, MEMBER)),
        pytest.param(VIEW_ONLY, teams(MEMBER), True, id="view-only as team-member, the team's"),
        pytest.param(USER, teams(VIEWER), False, id="team-view-only, the team's"),
        pytest.param(USER, teams(None), False, id="user, a foreign team's"),
        pytest.param(NOBODY, ORPHAN, False, id="visitor, one without an owner"),
        pytest.param(GUEST, own(OTHER), False, id="guest, the shared one"),
        pytest.param(ADMIN, teams(None), True, id="admin, a foreign team's"),
        pytest.param(USER, granted("view"), False, id="user with a view grant"),
        pytest.param(USER, granted("admin"), True, id="user with an admin grant"),
        pytest.param(VIEW_ONLY, granted("admin"), True, id="view-only with an admin grant"),
        pytest.param(USER, granted("admin", VIEWER), True, id="team-view-only with an admin grant"),
        pytest.param(USER, granted("view", MEMBER), True, id="team-member with a view grant"),
    ],
)
def test_changing_a_website(actor, website, permission, allowed):
    assert policy.can_change_website(actor, website, permission) is allowed


@pytest.mark.parametrize(
    ("website", "update", "delete", "access"),
    [
        pytest.param(granted("view"), False, False, False, id="view grant"),
        pytest.param(granted("write"), True, False, False, id="write grant"),
        pytest.param(granted("admin"), True, True, True, id="admin grant"),
        pytest.param(own(), True, True, True, id="own"),
        pytest.param(teams(OWNER), True, True, True, id="team-owner"),
        pytest.param(teams(MANAGER), True, True, True, id="team-manager"),
        pytest.param(teams(MEMBER), True, True, False, id="team-member"),
        pytest.param(teams(VIEWER), False, False, False, id="team-view-only"),
        pytest.param(granted("write", VIEWER), True, False, False, id="team-view-only with a write grant"),
        pytest.param(granted("admin", MEMBER), True, True, True, id="team-member with an admin grant"),
        pytest.param(granted(None), False, False, False, id="nothing"),
    ],
)
@pytest.mark.parametrize("actor", [USER, VIEW_ONLY], ids=["user", "view-only"])
def test_what_each_way_to_a_website_carries(actor, website, update, delete, access):
    asked = (Permission.WEBSITE_UPDATE, Permission.WEBSITE_DELETE, Permission.WEBSITE_ACCESS)
    assert [policy.can_change_website(actor, website, each) for each in asked] == [update, delete, access]


@pytest.mark.parametrize("role", SITE_ROLES)
def test_a_grant_hands_nothing_on(role):
    """Only owners of websites and of teams can transfer websites."""
    assert not policy.can_take_website(USER, granted(role), ME)
    assert not policy.can_take_website(USER, granted(role, MEMBER), ME)
    assert not policy.can_give_website(USER, granted(role), OWNER)
    assert not policy.can_change_website(USER, granted(role), Permission.WEBSITE_TO_TEAM)


@pytest.mark.parametrize(
    ("actor", "website", "user_id", "allowed"),
    [
        pytest.param(USER, teams(OWNER), ME, True, id="team-owner to themselves"),
        pytest.param(USER, teams(OWNER), OTHER, False, id="team-owner to another"),
        pytest.param(USER, teams(MANAGER), ME, False, id="team-manager to themselves"),
        pytest.param(USER, own(), ME, False, id="user, own to themselves"),
        pytest.param(ADMIN, teams(None), ME, False, id="admin to themselves"),
        pytest.param(ADMIN, teams(None), OTHER, False, id="admin to another"),
    ],
)
def test_taking_a_website_out_of_a_team(actor, website, user_id, allowed):
    assert policy.can_take_website(actor, website, user_id) is allowed


@pytest.mark.parametrize(
    ("actor", "website", "target_role", "allowed"),
    [
        *(pytest.param(USER, own(), role, True, id=f"own, as {role} there") for role in (OWNER, MANAGER)),
        *(pytest.param(USER, own(), role, False, id=f"own, as {role} there") for role in (MEMBER, VIEWER, None)),
        pytest.param(USER, own(OTHER), OWNER, False, id="another's, as team-owner there"),
        pytest.param(USER, teams(OWNER), OWNER, False, id="a team's, as team-owner there"),
        pytest.param(ADMIN, own(OTHER), None, False, id="another's, as admin"),
    ],
)
def test_giving_a_website_to_a_team(actor, website, target_role, allowed):
    assert policy.can_give_website(actor, website, target_role) is allowed
