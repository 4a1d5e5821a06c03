"""Writing teams with their members, so that each team has an owner from the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, retried
from app.db.sql.json_list import ids, texts
from app.domain.errors import AccessCodeTaken, AlreadyMember, Conflict, DomainError, UnknownReference, UnknownRole
from app.domain.folding import sort_key
from app.domain.names import check_new_name, clean_access_code
from app.domain.roles import TeamRole
from app.queries import importing as queries
from app.queries.importing import MemberHere, TeamHere
from app.services import events
from app.services.events import Event, MembershipAdded, TeamCreated
from app.services.importing.report import Kind, Outcome
from app.services.importing.rows import MemberRow, TeamRow
from app.services.importing.run import Batch, Run, differing, held
from app.services.importing.users import DELETED_HERE, DELETED_THERE
from app.services.teams import memberships, teams

COMPARED = ("name", "access_code")
RANKS = {role.value: rank for rank, role in enumerate(TeamRole)}
"""Owners first: they also come first in the order of the roles."""
CONFLICTS: dict[str, Conflict | type[Conflict]] = {
    **teams.CONFLICTS,
    memberships.UNIQUE: AlreadyMember,
    "pk_team": Conflict,
    "pk_team_user": Conflict,
}
NO_MEMBERS = ("no-members", "has no members")
PROMOTED = ("owner", "has no owner in the source, so this member owns it")


@dataclass(slots=True)
class _Here:
    """What is here of the teams of a batch."""

    teams: dict[UUID, TeamHere]
    codes: dict[str, UUID]
    members: dict[tuple[UUID, UUID], MemberHere]
    teams_of_members: dict[UUID, UUID]
    users: set[UUID]

    @classmethod
    def of(cls, run: Run, rows: Sequence[TeamRow]) -> "_Here":
        codes = [row.access_code for row in rows if row.access_code is not None]
        found = fetch_all(queries.select_teams, ids=ids(row.id for row in rows), codes=texts(codes))
        member_ids = ids(member.id for row in rows for member in row.members)
        here = fetch_all(queries.select_members, ids=member_ids, team_ids=ids(row.id for row in rows))
        wanted = {run.account(member.user_id) for row in rows for member in row.members}
        return cls(
            {row.id: row for row in found},
            {row.access_code: row.id for row in found if row.access_code is not None},
            {(member.team_id, member.user_id): member for member in here},
            {member.id: member.team_id for member in here},
            held(queries.hold_users, wanted),
        )


@retried
def write_teams(run: Run, rows: Sequence[TeamRow]) -> Batch:
    """Write teams and memberships in one transaction; see ``Run.write``."""
    batch = Batch()
    with run.transaction(CONFLICTS) as session:
        here = _Here.of(run, rows)
        new_teams: list[TeamRow] = []
        new_members: list[tuple[TeamRow, MemberRow]] = []
        for row in rows:
            members = _members(run, batch, here, row)
            found = here.teams.get(row.id)
            if not _may_be_here(batch, row, found, members):
                continue
            if found is None:
                row = _with_usable_code(batch, here, row)
                new_teams.append(row)
            else:
                run.compare(batch, Kind.TEAMS, row, differing(row, found, COMPARED), partial(_update, run, row))
            new_members += [(row, member) for member in members if _is_new(run, batch, here, row, member)]
        _insert(session, run, batch, new_teams, new_members)
    return batch


def _members(run: Run, batch: Batch, here: _Here, row: TeamRow) -> list[MemberRow]:
    """Return those of the members who can be members here, strongest role first; the first one owns the team."""
    found: dict[UUID, MemberRow] = {}
    for member in sorted(row.members, key=lambda member: RANKS.get(member.role, len(RANKS))):
        user_id = run.account(member.user_id)
        error: DomainError | None = None
        if member.role not in RANKS:
            error = UnknownRole("role", member.role)
        elif user_id not in here.users:
            error = UnknownReference("user_id", "user")
        elif user_id in found:
            error = AlreadyMember()
        if error is None:
            found[user_id] = replace(member, user_id=user_id)
        elif row.deleted_at is None:
            batch.report.skip(Kind.MEMBERSHIPS, member, error)
    return list(found.values())


def _may_be_here(batch: Batch, row: TeamRow, found: TeamHere | None, members: Sequence[MemberRow]) -> bool:
    """Return whether the team can be here, or leave a remark why not."""
    if row.deleted_at is not None:
        why = DELETED_THERE
    elif found is not None and found.deleted_at is not None:
        why = DELETED_HERE
    elif found is None and not members:
        why = NO_MEMBERS
    else:
        try:
            if found is None or found.name != row.name:
                check_new_name(row.name)
        except DomainError as error:
            batch.report.skip(Kind.TEAMS, row, error)
            return False
        return True
    batch.report.remark(Kind.TEAMS, row, Outcome.SKIPPED, *why)
    return False


def _with_usable_code(batch: Batch, here: _Here, row: TeamRow) -> TeamRow:
    """Return a new team without its access code if that breaks the rule, or if another team has it."""
    if row.access_code is None:
        return row
    try:
        code = clean_access_code(row.access_code)
        if here.codes.setdefault(code, row.id) != row.id:
            raise AccessCodeTaken
    except DomainError as error:
        batch.report.remark(Kind.TEAMS, row, Outcome.ADJUSTED, "access-code", error.message)
        return replace(row, access_code=None)
    return replace(row, access_code=code)


def _is_new(run: Run, batch: Batch, here: _Here, row: TeamRow, member: MemberRow) -> bool:
    """Return whether the membership is to be created; compare it if it is here."""
    found = here.members.get((row.id, member.user_id))
    if found is None:
        if member.id not in here.teams_of_members:
            return True
        batch.report.skip(Kind.MEMBERSHIPS, member, AlreadyMember())  # its id is that of another membership here
        return False
    # A member who was made the owner because the source has none is no difference.
    promoted = not any(other.role == TeamRole.OWNER for other in row.members) and found.role == TeamRole.OWNER
    changed = [] if promoted else differing(member, found, ("role",))
    update = partial(memberships.update_member, run.actor, row.id, member.user_id, role=member.role)
    run.compare(batch, Kind.MEMBERSHIPS, member, changed, update)
    return False


def _insert(
    session: Unit,
    run: Run,
    batch: Batch,
    new_teams: Sequence[TeamRow],
    new_members: Sequence[tuple[TeamRow, MemberRow]],
) -> None:
    unowned = {row.id: row for row in new_teams}
    happened: list[Event] = []
    values = []
    for team, member in new_members:
        role = member.role
        if unowned.pop(team.id, None) is None:
            happened.append(MembershipAdded(run.actor, team.id, member.user_id, role))
        else:
            happened.append(TeamCreated(run.actor, team.id, team.name, member.user_id))
            if role != TeamRole.OWNER:
                role = TeamRole.OWNER.value
                batch.report.remark(Kind.MEMBERSHIPS, member, Outcome.ADJUSTED, *PROMOTED)
        values.append(member_values(team.id, replace(member, role=role)))
    batch.report.count(Kind.TEAMS, Outcome.CREATED, len(new_teams))
    batch.report.count(Kind.MEMBERSHIPS, Outcome.CREATED, len(values))
    if new_teams:
        session.execute(queries.insert_teams, [_values(row) for row in new_teams])
    if values:
        session.execute(queries.insert_members, values)
        events.record_all(session, happened)


def _values(row: TeamRow) -> dict[str, Any]:
    return {
        "team_id": row.id,
        "name": row.name,
        "name_key": sort_key(row.name),
        "access_code": row.access_code,
        "external_id": row.external_id,
        "logo_url": row.logo_url,
        "two_factor_required": row.two_factor_required,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def member_values(team_id: UUID, member: MemberRow) -> dict[str, Any]:
    """Return the columns of a membership."""
    return {
        "team_user_id": member.id,
        "team_id": team_id,
        "user_id": member.user_id,
        "role": member.role,
        "created_at": member.created_at,
        "updated_at": member.updated_at,
    }


def _update(run: Run, row: TeamRow) -> None:
    """Make a team as it is in the source. :raises DomainError: a rule does not allow it"""
    if row.access_code is None:
        teams.update_team(run.actor, row.id, name=row.name)
    else:
        teams.update_team(run.actor, row.id, name=row.name, access_code=row.access_code)
