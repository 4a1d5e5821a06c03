"""Actors of every kind, and websites in every relation to them."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from app.domain.actor import OPERATOR
from app.domain.roles import TeamRole
from app.domain.shared_views import SharedView
from tests.actors import VISITOR, acting, guest

ME, OTHER, TEAM, SITE, FOREIGN_SITE = (UUID(int=number) for number in range(1, 6))
USER, VIEW_ONLY, ADMIN = (acting(ME, role) for role in ("user", "view-only", "admin"))
GUEST = guest(SharedView(UUID(int=9), SITE, 1, {}))
GUEST_ELSEWHERE = guest(SharedView(UUID(int=9), FOREIGN_SITE, 1, {}))
NOBODY = VISITOR
NAMES = {
    id(actor): name
    for name, actor in {
        "user": USER,
        "view-only": VIEW_ONLY,
        "admin": ADMIN,
        "operator": OPERATOR,
        "guest": GUEST,
        "guest of another site": GUEST_ELSEWHERE,
        "visitor": NOBODY,
    }.items()
}
OWNER, MANAGER, MEMBER, VIEWER = (role.value for role in TeamRole)


def own(user_id=ME):
    """A website owned by a user."""
    return SimpleNamespace(id=SITE, user_id=user_id, team_id=None, team_role=None, grant_role=None)


def teams(role):
    """A website owned by a team in which the actor has this role; None if the actor is not a member."""
    return SimpleNamespace(id=SITE, user_id=None, team_id=TEAM, team_role=role, grant_role=None)


def granted(role, team_role=None):
    """
    A website on which the actor has a direct grant.

    Another user owns it, or with ``team_role`` a team in which the actor has that role.
    """
    user_id, team_id = (None, TEAM) if team_role else (OTHER, None)
    return SimpleNamespace(id=SITE, user_id=user_id, team_id=team_id, team_role=team_role, grant_role=role)


ORPHAN = SimpleNamespace(id=SITE, user_id=None, team_id=None, team_role=None, grant_role=None)


def cases(*rows):
    """Test cases from rows of ``(actor, …, allowed, description)``. Their ids name the actor, what it does, and the
    result."""
    return [
        pytest.param(*row[:-1], id=f"{NAMES[id(row[0])]} {row[-1]} -> {'yes' if row[-2] else 'no'}") for row in rows
    ]
