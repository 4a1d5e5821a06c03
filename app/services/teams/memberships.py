"""Team memberships: joining, listing, changing, leaving."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.db.reads import fetch_committed, fetch_one, fetch_page
from app.db.session import Unit, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    AlreadyJoined,
    AlreadyMember,
    LastOwner,
    NotFound,
    NotMember,
    NotTeamManager,
    NotTeamMember,
    UnknownAccessCode,
    UnknownReference,
)
from app.domain.filters import NO_FILTERS, Filters
from app.domain.pagination import Page, Window
from app.domain.permissions import Permission
from app.domain.roles import TeamRole
from app.models import Membership, User
from app.queries import memberships as queries
from app.queries import teams as team_queries
from app.queries import users as user_queries
from app.queries.memberships import MemberRecord, NamedMember
from app.queries.rows import Id
from app.runtime import runtime
from app.services import events
from app.services.access.holders import remove_all_on_team
from app.services.acting import recheck
from app.services.events import MembershipAdded, MembershipChanged, MembershipRemoved
from app.services.lookup import as_pasted, require_not_anonymous
from app.services.teams.dissolving import find_member, lock_team
from app.services.teams.teams import require_team

UNIQUE = "uq_team_user_team_id_user_id"


@retried
def join_team(actor: Actor, *, access_code: str) -> Membership:
    """
    Make the actor a member of the team that has this access code.

    :raises UnknownAccessCode: no team has it
    :raises AlreadyJoined: the actor is a member already
    :raises Throttled: too many wrong codes lately, from this user or this address
    """
    user_id, codes = actor.user_id, runtime().throttles.access_codes
    with codes.guessing(str(user_id), actor.address, wrong=UnknownAccessCode):
        if as_pasted(access_code, _first) is None:
            raise UnknownAccessCode
    with transaction({UNIQUE: AlreadyJoined}) as session:
        recheck(actor)
        team = as_pasted(access_code, lambda code: fetch_one(team_queries.select_team_by_code, access_code=code))
        if team is None:
            raise UnknownAccessCode  # it was changed meanwhile
        membership = Membership(team_id=team.id, user_id=user_id, role=TeamRole.MEMBER)
        session.add(membership)
        events.record(session, MembershipAdded(actor, team.id, user_id, membership.role))
    return membership


def _first(code: str) -> Id | None:
    """Find the team outside the transaction, whose rollback must not undo the count of a wrong guess."""
    return next(iter(fetch_committed(team_queries.select_team_by_code, access_code=code)), None)


def list_members(
    actor: Actor, team_id: UUID, window: Window, *, search: str | None = None, filters: Filters = NO_FILTERS
) -> Page[NamedMember]:
    """
    List a team's members with their names, longest-standing first.

    :param search: a part of the name
    :param filters: by username and time of joining
    :raises NotTeamMember: the actor is neither a member nor an administrator
    """
    require_team(actor, team_id, policy.can_see_team, NotTeamMember)
    return fetch_page(queries.select_team_users, window, search=search, folded=True, filters=filters, team_id=team_id)


def nothing_of_team(actor: Actor, team_id: UUID) -> Page[Any]:
    """
    Return an empty page, for things of a team that Umami stores and Frontdesk does not.

    :raises Denied: the actor cannot see the team
    """
    require_team(actor, team_id, policy.can_see_team)
    return Page([], 0)


def get_member(actor: Actor, team_id: UUID, user_id: UUID) -> MemberRecord:
    """
    Return one membership.

    :raises NotTeamManager: the actor cannot manage the team
    :raises NotFound: the user is not in the team
    """
    require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
    row = fetch_one(queries.select_member, team_id=team_id, user_id=user_id)
    if row is None:
        raise NotFound
    return row


@retried
def add_member(actor: Actor, team_id: UUID, *, user_id: UUID, role: str) -> Membership:
    """
    Add a user to a team.

    :raises NotTeamManager: the actor cannot manage the team, or cannot give this role
    :raises UnknownReference: there is no such user
    :raises AlreadyMember: the user is a member already
    """
    with transaction({UNIQUE: AlreadyMember}) as session:
        recheck(actor)
        require_team(
            actor,
            team_id,
            lambda who, own: policy.can_change_member(who, own, None, role),
            NotTeamManager,
        )
        require_not_anonymous(user_id)
        if not fetch_one(user_queries.select_user, user_id=user_id):
            raise UnknownReference("user_id", "user")
        membership = Membership(team_id=team_id, user_id=user_id, role=role)
        session.add(membership)
        events.record(session, MembershipAdded(actor, team_id, user_id, role))
    return membership


@retried
def update_member(actor: Actor, team_id: UUID, user_id: UUID, *, role: str) -> Membership:
    """
    Change a member's role.

    Only owners and administrators can make a member an owner. An owner can step down once there is another one.

    :raises NotTeamManager: the actor cannot make this change
    :raises NotMember: the user is not in the team
    :raises LastOwner: the team would be left without an owner
    """
    with transaction() as session:
        own_role = _locked_role(session, actor, team_id, policy.may(Permission.TEAM_UPDATE))
        member = find_member(session, team_id, user_id)
        current = member.role if member else None
        policy.require(policy.can_change_member(actor, own_role, current, role), NotTeamManager)
        if member is None:
            raise NotMember
        if role != TeamRole.OWNER:
            _keep_an_owner(session, member, leaves=False)
        events.record(session, MembershipChanged(actor, team_id, user_id, member.role, role))
        member.role = role
    return member


@retried
def remove_member(actor: Actor, team_id: UUID, user_id: UUID, *, keep_grants: bool = False) -> None:
    """
    Remove a member from a team, together with the member's grants on the team's websites.

    Any member can leave a team.

    :param keep_grants: do not revoke the grants
    :raises NotTeamManager: the actor cannot remove this member
    :raises NotMember: the user is not in the team
    :raises LastOwner: the team would be left without an owner
    """
    with transaction() as session:
        leaves = actor.is_user(user_id)
        if leaves and not actor.is_admin and not fetch_one(queries.select_member, team_id=team_id, user_id=user_id):
            raise NotMember  # the same whether the team exists or not, so that outsiders do not learn which do
        allowed = policy.can_see_team if leaves else policy.may(Permission.TEAM_UPDATE)
        own_role = _locked_role(session, actor, team_id, allowed)
        member = find_member(session, team_id, user_id)
        current = member.role if member else None
        policy.require(leaves or policy.can_change_member(actor, own_role, current), NotTeamManager)
        if member is None:
            raise NotMember
        _keep_an_owner(session, member, leaves=True)
        events.record(session, MembershipRemoved(actor, team_id, user_id, member.role))
        session.delete(member)
        if not keep_grants:
            remove_all_on_team(session, actor, user_id, team_id)


def _locked_role(
    session: Unit, actor: Actor, team_id: UUID, allowed: Callable[[Actor, str | None], bool]
) -> str | None:
    """Lock the team until the transaction ends, and return the actor's role in it."""
    recheck(actor)
    require_team(actor, team_id, allowed, NotTeamManager)
    lock_team(session, team_id)
    return require_team(actor, team_id, allowed, NotTeamManager)


def _keep_an_owner(session: Unit, member: Membership, *, leaves: bool) -> None:
    if member.role != TeamRole.OWNER:
        return
    owners = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id == member.team_id, Membership.role == TeamRole.OWNER.value, User.deleted_at.is_(None))
    )
    if session.scalar(owners) == 1:
        raise LastOwner(leaves)
