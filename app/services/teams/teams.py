"""Teams: founded, read, changed, dissolved."""

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
from app.domain.errors import AccessCodeTaken, Denied, NotTeamManager, TooShort, UnknownReference, UnknownTeam
from app.domain.names import check_new_name
from app.domain.pagination import Page, Sort, Window
from app.domain.permissions import Permission
from app.domain.roles import TeamRole
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
from app.services.lookup import parsed_id, require_somebody, the_only_one
from app.services.teams.dissolving import dissolve, lock_team
from app.services.teams.rosters import group_by_team

OLDEST_FIRST = Sort("created_at")
NEWEST_FIRST = Sort("created_at", descending=True)
ACCESS_CODE_MIN_LENGTH = 8
CONFLICTS = {"uq_team_access_code": AccessCodeTaken}


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as the actor may see it, with everybody in it, longest-standing first."""

    id: UUID
    name: str
    access_code: str | None
    """None where the actor may not see it (W25)."""
    logo_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    two_factor_required: bool
    members: Sequence[MemberRecord | MemberAsText]
    website_count: int | None = None
    """None where it was not counted, as of a single team."""
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
            members,
            getattr(row, "website_count", None),
            getattr(row, "member_count", None),
        )


def require_team(
    actor: Actor, team_id: UUID, allowed: Callable[[Actor, str | None], bool], error: type[Denied] = Denied
) -> str | None:
    """
    The actor's role in the team, if the policy allows; None for administrators who are not members.

    :raises Denied: it does not, or the team does not exist and the actor may not know
    :raises UnknownTeam: an administrator asks for a team that does not exist
    """
    row = fetch_one(member_queries.select_role, team_id=team_id, actor_id=actor.id)
    policy.require(allowed(actor, row.role if row else None), error)
    if row is None:
        raise UnknownTeam
    return row.role


@retried
def create_team(actor: Actor, *, name: str, owner_id: UUID | None = None) -> tuple[Team, Membership]:
    """
    Found a team; its owner is the actor unless an administrator names somebody else (W10).

    :raises UnknownReference: ``owner_id`` names nobody
    """
    check_new_name(name)
    policy.require(policy.can_create_team(actor, owner_id))
    owner = owner_id or actor.user_id
    require_somebody(owner)
    team = Team(name=name, access_code=tokens.new_access_code())
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
    """One team with its members, longest-standing first."""
    row = fetch_one(queries.select_team, team_id=team_id, actor_id=actor.id)
    policy.require(policy.can_see_team(actor, row.own_role if row else None))
    if row is None:
        raise UnknownTeam
    members = fetch_all(member_queries.select_members, team_id=team_id)
    return TeamView.of(actor, row, members)


def find_team(actor: Actor, text: str) -> TeamRecord:
    """
    One team by its id or name, for administrators.

    :raises NotFound: there is none
    :raises Conflict: several bear the name
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
    sort: Sort = OLDEST_FIRST,
) -> Page[TeamView]:
    """``TeamView``s of the teams that a user is in: the actor, or anybody for administrators."""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    return _page(actor, window, search=search, sort=sort, user_id=owner)


def list_all_teams(
    actor: Actor, window: Window, *, search: str | None = None, sort: Sort = NEWEST_FIRST
) -> Page[TeamView]:
    """``TeamView``s of all teams. :raises Denied: not an administrator"""
    policy.require(policy.can_administer(actor))
    return _page(actor, window, search=search, sort=sort)


def _page(actor: Actor, window: Window, *, search: str | None, sort: Sort, **values: Any) -> Page[TeamView]:
    build = partial(queries.select_teams, of_user="user_id" in values, sort=sort.key, descending=sort.descending)
    index = None if "user_id" in values else "search_team"
    page = fetch_page(build, window, search=search, index=index, actor_id=actor.id, **values)
    members = group_by_team([row.id for row in page.rows])
    return page.with_rows([TeamView.of(actor, row, members[str(row.id)]) for row in page.rows])


def _count_choice(actor: Actor, team_id: UUID, access_code: str) -> None:
    """Count a code that a manager chooses as a guess: whether it is taken tells whether it opens another team."""
    require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
    row = fetch_one(queries.select_team, team_id=team_id, actor_id=actor.id)
    if actor.id is not None and row is not None and row.access_code != access_code:
        throttle = runtime().throttles.access_codes
        throttle.check(str(actor.id), actor.address)
        throttle.count(str(actor.id), actor.address)


@retried
def update_team(actor: Actor, team_id: UUID, *, name: str | None = None, access_code: str | None = None) -> Team:
    """
    Change what is given; the time of change moves in any case, as in Umami.

    :raises InvisibleCharacters: a new name has some
    :raises TooShort: a new access code shorter than 8 characters
    :raises AccessCodeTaken: another team has it
    :raises Throttled: too many codes were tried lately
    """
    if access_code is not None:
        _count_choice(actor, team_id, access_code)
    with transaction(CONFLICTS) as session:
        recheck(actor)
        require_team(actor, team_id, policy.may(Permission.TEAM_UPDATE), NotTeamManager)
        team = session.get(Team, team_id, with_for_update={"key_share": True})
        if team is None:
            raise UnknownTeam
        changes = {} if name is None else events.changes({"name": team.name}, {"name": name})
        new_code = access_code is not None and access_code != team.access_code
        if name is not None and name != team.name:
            check_new_name(name)
            team.name = name
        if access_code is not None and new_code:
            access_code = access_code.strip()
            if len(access_code) < ACCESS_CODE_MIN_LENGTH:
                raise TooShort("access_code", ACCESS_CODE_MIN_LENGTH)
            team.access_code = access_code
        team.updated_at = utcnow()
        events.record(session, TeamUpdated(actor, team_id, changes, new_code))
    return team


@retried
def delete_team(actor: Actor, team_id: UUID) -> None:
    """Dissolve a team; its websites pass to its oldest owner (W7)."""
    with transaction() as session:
        recheck(actor)
        require_team(actor, team_id, policy.may(Permission.TEAM_DELETE), NotTeamManager)
        name = lock_team(session, team_id)
        heir = session.scalar(member_queries.select_succession, {"team_id": team_id})
        dissolve(session, actor, team_id, name, heir_id=heir.user_id if heir else None)
