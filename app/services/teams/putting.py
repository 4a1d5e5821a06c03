"""Teams and memberships, created or brought to a certain state."""

from typing import Any
from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotTeamManager, UnknownReference
from app.domain.permissions import Permission
from app.domain.roles import TeamRole
from app.queries import memberships as queries
from app.queries import users as user_queries
from app.queries.memberships import MemberRecord
from app.services.acting import recheck
from app.services.preconditions import Expected, require_expected
from app.services.putting import Put, put
from app.services.teams import memberships, teams
from app.services.teams.dissolving import lock_team
from app.services.teams.teams import CONFLICTS, TeamView, require_team


def put_team(
    actor: Actor,
    team_id: UUID,
    *,
    name: str,
    external_id: str | None = None,
    owner_id: UUID | None = None,
    expected: Expected | None = None,
) -> Put[TeamView]:
    """
    Create a team with these values, or give them to the team. Nothing is written if it has them already.

    :param external_id: None removes it
    :param owner_id: a user who is an owner, perhaps among others; by default the actor, if the team is created
    :raises Denied: the actor cannot see the team; ``NotTeamManager``: cannot change it
    :raises UnknownReference: there is no user with the id ``owner_id``
    :raises Invalid, Conflict: see ``teams.create_team`` and ``teams.update_team``
    """
    wanted = {"name": name, "external_id": external_id}

    def find() -> TeamView | None:
        return teams.see_team(actor, team_id)

    @retried
    def create() -> TeamView:
        with transaction(CONFLICTS):
            teams.create_team(actor, id=team_id, owner_id=owner_id, **wanted)  # type: ignore[arg-type]
            return teams.get_team(actor, team_id)

    def differs(found: TeamView) -> dict[str, Any]:
        return {field: value for field, value in wanted.items() if getattr(found, field) != value}

    def role_of(found: TeamView, user_id: UUID | None) -> str | None:
        return next((member.role for member in found.members if member.user_id == user_id), None)

    def lacks_owner(found: TeamView) -> bool:
        return owner_id is not None and role_of(found, owner_id) != TeamRole.OWNER

    @retried
    def change(found: TeamView) -> TeamView:
        policy.require(policy.may_in_team(actor, role_of(found, actor.id), Permission.TEAM_UPDATE), NotTeamManager)
        if not differs(found) and not lacks_owner(found):
            require_expected(expected, lambda: found)
            return found
        with transaction(CONFLICTS) as session:
            recheck(actor)
            lock_team(session, team_id)
            found = teams.get_team(actor, team_id)
            require_expected(expected, lambda: found)
            if changes := differs(found):
                teams.update_team(actor, team_id, **changes)
            if owner_id is not None and lacks_owner(found):
                _make_owner(actor, team_id, owner_id, is_member=role_of(found, owner_id) is not None)
            return teams.get_team(actor, team_id)

    return put(find, create, change, expected)


def _make_owner(actor: Actor, team_id: UUID, user_id: UUID, *, is_member: bool) -> None:
    """Make a user an owner of a locked team. :raises UnknownReference: there is no such user"""
    if is_member:
        memberships.update_member(actor, team_id, user_id, role=TeamRole.OWNER)
    elif fetch_one(user_queries.select_user, user_id=user_id) is None:
        raise UnknownReference("owner_id", "user")
    else:
        memberships.add_member(actor, team_id, user_id=user_id, role=TeamRole.OWNER)


def put_member(
    actor: Actor, team_id: UUID, user_id: UUID, *, role: str, expected: Expected | None = None
) -> Put[MemberRecord]:
    """
    Add a user to a team in this role, or give a member the role. Nothing is written if the member has it already.

    :raises NotTeamManager: the actor cannot manage the team, or cannot give this role
    :raises UnknownReference: there is no such user
    :raises LastOwner: the team would be left without an owner
    """

    def find() -> MemberRecord | None:
        require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
        return fetch_one(queries.select_member, team_id=team_id, user_id=user_id)

    @retried
    def create() -> MemberRecord:
        with transaction():
            memberships.add_member(actor, team_id, user_id=user_id, role=role)
            return memberships.get_member(actor, team_id, user_id)

    @retried
    def change(found: MemberRecord) -> MemberRecord:
        if found.role == role:
            require_expected(expected, lambda: found)
            return found
        with transaction() as session:
            recheck(actor)
            lock_team(session, team_id)
            now = memberships.get_member(actor, team_id, user_id)
            require_expected(expected, lambda: now)
            if now.role != role:
                memberships.update_member(actor, team_id, user_id, role=role)
            return memberships.get_member(actor, team_id, user_id)

    return put(find, create, change, expected)
