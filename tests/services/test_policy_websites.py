"""Who may do what with websites (umami-api.md, section 2.2): each question, with everybody who may ask."""

import pytest

from app.security import policy
from app.security.permissions import Permission
from tests.services.actors import (
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
    own,
    teams,
)


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
        pytest.param(USER, ORPHAN, False, False, id="user, nobody's"),
        pytest.param(NOBODY, ORPHAN, False, False, id="nobody, nobody's"),
        pytest.param(GUEST, own(OTHER), True, False, id="guest, the shared one"),
        pytest.param(GUEST_ELSEWHERE, own(OTHER), False, False, id="guest, another one"),
        pytest.param(ADMIN, ORPHAN, True, True, id="admin, nobody's"),
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
        pytest.param(NOBODY, ORPHAN, False, id="nobody, nobody's"),
        pytest.param(GUEST, own(OTHER), False, id="guest, the shared one"),
        pytest.param(ADMIN, teams(None), True, id="admin, a foreign team's"),
    ],
)
def test_changing_a_website(actor, website, permission, allowed):
    assert policy.can_change_website(actor, website, permission) is allowed


@pytest.mark.parametrize(
    ("actor", "website", "user_id", "allowed"),
    [
        pytest.param(USER, teams(OWNER), ME, True, id="team-owner to oneself"),
        pytest.param(USER, teams(OWNER), OTHER, False, id="team-owner to another"),
        pytest.param(USER, teams(MANAGER), ME, False, id="team-manager to oneself"),
        pytest.param(USER, own(), ME, False, id="user, own to oneself"),
        pytest.param(ADMIN, teams(None), ME, False, id="admin to oneself"),
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
