"""Teams: creating, reading, changing, deleting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_page
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    AccessCodeTaken,
    Conflict,
    Denied,
    ExternalIdTaken,
    NotTeamManager,
    TeamIdTaken,
    UnknownReference,
    UnknownTeam,
)
from app.domain.filters import NO_FILTERS, Filters
from app.domain.names import check_external_id, check_new_name, clean_access_code
from app.domain.pagination import Page, Sort, Window
from app.domain.permissions import Permission
from app.domain.roles import TeamRole
from app.domain.unset import UNSET, Unset
from app.models import Membership, Team, utcnow
from app.queries import memberships as member_queries
from app.queries import teams as queries
from app.queries import users as user_queries
from app.queries.memberships import MemberAsText, MemberRecord
from app.queries.teams import TeamListed, TeamOfActor, TeamRecord
from app.runtime import runtime
from app.security import tokens
from app.services import events
from app.services.acting import recheck
from app.services.events import TeamCreated, TeamUpdated
from app.services.lookup import parsed_id, require_not_anonymous, the_only_one
from app.services.preconditions import Expected, require_expected
from app.services.teams.dissolving import dissolve, lock_team
from app.services.teams.rosters import group_by_team

OLDEST_FIRST = Sort("created_at")
NEWEST_FIRST = Sort("created_at", descending=True)
CONFLICTS: dict[str, Conflict | type[Conflict]] = {
    "pk_team": TeamIdTaken,
    "uq_team_access_code": AccessCodeTaken,
    "uq_team_external_id": ExternalIdTaken("team"),
}


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as the actor may see it, with its members, longest-standing first."""

    id: UUID
    name: str
    access_code: str | None
    """None if the actor may not see it: anyone who has it can join the team."""
    logo_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    two_factor_required: bool
    external_id: str | None
    members: Sequence[MemberRecord | MemberAsText]
    website_count: int | None = None
    """None if it was not counted, as for a single team."""
    member_count: int | None = None

    @classmethod
    def of(
        cls, actor: Actor, row: TeamOfActor | TeamListed, members: Sequence[MemberRecord | MemberAsText]
    ) -> "TeamView":
        return cls(
            row.id,
            row.name,
            row.access_code if policy.sees_access_code(actor, row.own_role) else None,
            row.logo_url,
            row.created_at,
            row.updated_at,
            row.deleted_at,
            row.two_factor_required,
            row.external_id,
            members,
            getattr(row, "website_count", None),
            getattr(row, "member_count", None),
        )


def require_team(
    actor: Actor, team_id: UUID, allowed: Callable[[Actor, str | None], bool], error: type[Denied] = Denied
) -> str | None:
    """
    Return the actor's role in the team, or None for administrators who are not members.

    :param allowed: the policy: takes the actor and their role in the team
    :param error: what to raise instead of ``Denied``
    :raises Denied: the policy does not allow it; also if the team does not exist, unless the actor is an administrator
    :raises UnknownTeam: the team does not exist, and the actor is an administrator
    """
    row = fetch_one(member_queries.select_role, team_id=team_id, actor_id=actor.id)
    policy.require(allowed(actor, row.role if row else None), error)
    if row is None:
        raise UnknownTeam
    return row.role


@retried
def create_team(
    actor: Actor,
    *,
    name: str,
    owner_id: UUID | None = None,
    id: UUID | None = None,
    external_id: str | None = None,
) -> tuple[Team, Membership]:
    """
    Create a team; its owner is the actor unless an administrator names another user.

    :param id: a new id by default
    :param external_id: what another system calls the team
    :raises InvisibleCharacters: the name has some
    :raises Denied: the actor cannot create teams, or not for this owner
    :raises UnknownReference: there is no user with the id ``owner_id``
    :raises TeamIdTaken, ExternalIdTaken: another team has the id or the external id
    """
    check_new_name(name)
    if external_id is not None:
        check_external_id(external_id)
    policy.require(policy.can_create_team(actor, owner_id))
    owner = owner_id or actor.user_id
    require_not_anonymous(owner)
    team = Team(name=name, access_code=tokens.new_access_code(), external_id=external_id)
    if id is not None:
        team.id = id
    with transaction(CONFLICTS) as session:
        recheck(actor)
        if not actor.is_user(owner) and not fetch_one(user_queries.select_user, user_id=owner):
            raise UnknownReference("owner_id", "user")
        session.add(team)
        session.flush()
        membership = Membership(team_id=team.id, user_id=owner, role=TeamRole.OWNER)
        session.add(membership)
        events.record(session, TeamCreated(actor, team.id, team.name, owner))
    return team, membership


def get_team(actor: Actor, team_id: UUID) -> TeamView:
    """
    Return one team with its members, longest-standing first.

    :raises Denied: the actor is neither a member nor an administrator
    :raises UnknownTeam: there is no such team, and the actor is an administrator
    """
    found = see_team(actor, team_id)
    if found is None:
        policy.require(policy.can_see_team(actor, None))
        raise UnknownTeam
    return found


def see_team(actor: Actor, team_id: UUID) -> TeamView | None:
    """The same as ``get_team``, but return None if there is no such team."""
    row = fetch_one(queries.select_team, team_id=team_id, actor_id=actor.id)
    if row is None:
        return None
    policy.require(policy.can_see_team(actor, row.own_role))
    members = fetch_all(member_queries.select_members, team_id=team_id)
    return TeamView.of(actor, row, members)


def find_team(actor: Actor, text: str) -> TeamRecord:
    """
    Return the team with this id or name, for administrators.

    :raises UnknownName: there is none
    :raises AmbiguousName: several teams have the name
    """
    policy.require(policy.can_administer(actor))
    found = fetch_all(queries.select_teams_called, team_id=parsed_id(text), name=text)
    return the_only_one(found, "team")


def list_teams(
    actor: Actor,
    window: Window,
    *,
    user_id: UUID | None = None,
    search: str | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = OLDEST_FIRST,
) -> Page[TeamView]:
    """
    List the ``TeamView``s of the teams that a user is in: the actor by default.

    :param filters: by name, external id and time of creation

    :raises Denied: ``user_id`` is another user, and the actor is not an administrator
    """
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    return _page(actor, window, search=search, filters=filters, sort=sort, user_id=owner)


def list_all_teams(
    actor: Actor,
    window: Window,
    *,
    search: str | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = NEWEST_FIRST,
) -> Page[TeamView]:
    """
    List the ``TeamView``s of all teams.

    :param filters: see ``list_teams``
    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    return _page(actor, window, search=search, filters=filters, sort=sort)


def _page(
    actor: Actor, window: Window, *, search: str | None, filters: Filters, sort: Sort, **values: Any
) -> Page[TeamView]:
    build = partial(queries.select_teams, of_user="user_id" in values, sort=sort.key, descending=sort.descending)
    index = None if "user_id" in values else "search_team"
    page = fetch_page(build, window, search=search, index=index, filters=filters, actor_id=actor.id, **values)
    members = group_by_team([row.id for row in page.rows])
    return page.with_rows([TeamView.of(actor, row, members[str(row.id)]) for row in page.rows])


def _count_choice(actor: Actor, team_id: UUID, access_code: str) -> None:
    """Count a code that a manager chooses as a guess: learning that it is taken would let them join the other team."""
    require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
    row = fetch_one(queries.select_team, team_id=team_id, actor_id=actor.id)
    if actor.id is not None and row is not None and row.access_code != access_code:
        throttle = runtime().throttles.access_codes
        throttle.check(str(actor.id), actor.address)
        throttle.count(str(actor.id), actor.address)


@retried
def update_team(
    actor: Actor,
    team_id: UUID,
    *,
    name: str | None = None,
    access_code: str | None = None,
    external_id: str | Unset | None = UNSET,
    expected: Expected | None = None,
) -> Team:
    """
    Change the given values of a team. ``updated_at`` is set even if nothing changes, as in Umami.

    :param expected: whether the team still is as the caller expects it, as ``get_team`` returns it
    :raises PreconditionFailed: it is not
    :raises NotTeamManager: the actor cannot manage the team
    :raises InvisibleCharacters: the new name has some
    :raises TooShort: the new access code has fewer than 8 characters
    :raises AccessCodeTaken, ExternalIdTaken: another team has the access code, or the external id
    :raises Throttled: too many codes were tried lately
    """
    if isinstance(external_id, str):
        check_external_id(external_id)
    if access_code is not None:
        _count_choice(actor, team_id, access_code)
    with transaction(CONFLICTS) as session:
        recheck(actor)
        require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
        team = session.get(Team, team_id, with_for_update={"key_share": True})
        if team is None:
            raise UnknownTeam
        require_expected(expected, lambda: get_team(actor, team_id))
        wanted: dict[str, Any] = {} if name is None else {"name": name}
        if not isinstance(external_id, Unset):
            wanted["external_id"] = external_id
        changes = events.changes({field: getattr(team, field) for field in wanted}, wanted)
        new_code = access_code is not None and access_code != team.access_code
        if name is not None and name != team.name:
            check_new_name(name)
        for field, (_old, new) in changes.items():
            setattr(team, field, new)
        if access_code is not None and new_code:
            team.access_code = clean_access_code(access_code)
        team.updated_at = utcnow()
        events.record(session, TeamUpdated(actor, team_id, changes, new_code))
    return team


@retried
def delete_team(actor: Actor, team_id: UUID, *, expected: Expected | None = None) -> None:
    """
    Delete a team; its websites go to its longest-standing owner.

    :param expected: see ``update_team``
    :raises NotTeamManager: the actor cannot delete the team
    """
    with transaction() as session:
        recheck(actor)
        require_team(actor, team_id, policy.may(Permission.TEAM_DELETE), NotTeamManager)
        name = lock_team(session, team_id)
        require_expected(expected, lambda: get_team(actor, team_id))
        heir = session.scalar(member_queries.select_succession, {"team_id": team_id})
        dissolve(session, actor, team_id, name, heir_id=heir.user_id if heir else None)
