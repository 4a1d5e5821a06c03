"""Authorization for users and teams: each policy function with every kind of actor."""

import pytest

from app.domain import policy
from app.domain.errors import Denied, NotTeamManager
from app.domain.permissions import Permission
from tests.domain.actors import (
    ADMIN,
    GUEST,
    MANAGER,
    ME,
    MEMBER,
    NOBODY,
    OPERATOR,
    OTHER,
    OWNER,
    USER,
    VIEW_ONLY,
    VIEWER,
    cases,
)


@pytest.mark.parametrize(
    ("actor", "allowed"),
    cases(
        *((actor, False, "administers") for actor in (USER, VIEW_ONLY, GUEST, NOBODY)),
        *((actor, True, "administers") for actor in (ADMIN, OPERATOR)),
    ),
)
def test_administering(actor, allowed):
    assert policy.can_administer(actor) is allowed


@pytest.mark.parametrize(
    ("actor", "user_id", "allowed"),
    cases(
        *((actor, ME, True, "sees their own account") for actor in (USER, VIEW_ONLY, ADMIN)),
        *((actor, OTHER, False, "sees another") for actor in (USER, VIEW_ONLY, GUEST, NOBODY)),
        *((actor, OTHER, True, "sees another") for actor in (ADMIN, OPERATOR)),
    ),
)
def test_seeing_a_user(actor, user_id, allowed):
    assert policy.can_see_user(actor, user_id) is allowed


@pytest.mark.parametrize(
    ("actor", "owner_id", "allowed"),
    cases(
        (USER, None, True, "founds a team"),
        (USER, ME, True, "founds a team for themselves"),
        (USER, OTHER, False, "founds a team for another"),
        (VIEW_ONLY, None, False, "founds a team"),
        (VIEW_ONLY, ME, False, "founds a team for themselves"),
        (GUEST, None, False, "founds a team"),
        (NOBODY, None, False, "founds a team"),
        (ADMIN, None, True, "founds a team"),
        (ADMIN, OTHER, True, "founds a team for another"),
        (OPERATOR, OTHER, True, "founds a team for another"),
    ),
)
def test_founding_a_team(actor, owner_id, allowed):
    assert policy.can_create_team(actor, owner_id) is allowed


@pytest.mark.parametrize(
    ("actor", "team_role", "allowed"),
    cases(
        *((USER, role, True, f"sees a team as {role}") for role in (OWNER, MANAGER, MEMBER, VIEWER)),
        *((actor, None, False, "sees a foreign team") for actor in (USER, VIEW_ONLY, GUEST, NOBODY)),
        *((actor, None, True, "sees a foreign team") for actor in (ADMIN, OPERATOR)),
    ),
)
def test_seeing_a_team(actor, team_role, allowed):
    assert policy.can_see_team(actor, team_role) is allowed


@pytest.mark.parametrize(
    ("actor", "team_role", "permission", "allowed"),
    cases(
        (USER, OWNER, Permission.TEAM_DELETE, True, "deletes a team as team-owner"),
        (USER, MANAGER, Permission.TEAM_DELETE, False, "deletes a team as team-manager"),
        (USER, MANAGER, Permission.TEAM_UPDATE, True, "updates a team as team-manager"),
        (USER, MEMBER, Permission.TEAM_UPDATE, False, "updates a team as team-member"),
        (VIEW_ONLY, MANAGER, Permission.TEAM_UPDATE, True, "updates a team as team-manager"),
        (USER, None, Permission.TEAM_UPDATE, False, "updates a foreign team"),
        (ADMIN, None, Permission.TEAM_DELETE, True, "deletes a foreign team"),
        (ADMIN, VIEWER, Permission.TEAM_DELETE, True, "deletes a team as team-view-only"),
        (GUEST, None, Permission.TEAM_UPDATE, False, "updates a foreign team"),
    ),
)
def test_acting_in_a_team(actor, team_role, permission, allowed):
    assert policy.may_in_team(actor, team_role, permission) is allowed


@pytest.mark.parametrize(
    ("actor", "team_role", "current", "new", "allowed"),
    cases(
        (USER, MANAGER, MEMBER, VIEWER, True, "as team-manager changes a member"),
        (USER, MANAGER, MANAGER, MEMBER, True, "as team-manager demotes a manager"),
        (USER, MANAGER, MEMBER, OWNER, False, "as team-manager makes an owner"),
        (USER, MANAGER, OWNER, MEMBER, False, "as team-manager demotes an owner"),
        (USER, MANAGER, OWNER, None, False, "as team-manager removes an owner"),
        (USER, MANAGER, None, MEMBER, True, "as team-manager adds a member"),
        (USER, OWNER, MEMBER, OWNER, True, "as team-owner makes an owner"),
        (USER, OWNER, OWNER, MEMBER, True, "as team-owner demotes an owner"),
        (USER, MEMBER, MEMBER, VIEWER, False, "as team-member changes a member"),
        (USER, VIEWER, MEMBER, None, False, "as team-view-only removes a member"),
        (USER, None, MEMBER, None, False, "removes a member of a foreign team"),
        (ADMIN, None, OWNER, None, True, "removes an owner of a foreign team"),
        (OPERATOR, None, MEMBER, OWNER, True, "makes an owner of a foreign team"),
    ),
)
def test_changing_a_member(actor, team_role, current, new, allowed):
    assert policy.can_change_member(actor, team_role, current, new) is allowed


@pytest.mark.parametrize(
    ("actor", "team_role", "allowed"),
    cases(
        *((USER, role, True, f"as {role} reads the code") for role in (OWNER, MANAGER)),
        *((USER, role, False, f"as {role} reads the code") for role in (MEMBER, VIEWER)),
        (USER, None, False, "reads the code of a foreign team"),
        (ADMIN, None, True, "reads the code of a foreign team"),
        (ADMIN, MEMBER, True, "as team-member reads the code"),
    ),
)
def test_reading_an_access_code(actor, team_role, allowed):
    assert policy.sees_access_code(actor, team_role) is allowed


def test_a_no_is_told_as_denied():
    policy.require(True)

    with pytest.raises(Denied, match="You must be an owner"):
        policy.require(False, NotTeamManager)
    with pytest.raises(Denied, match="not allowed"):
        policy.require(False)
