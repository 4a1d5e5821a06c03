"""The differences of teams and memberships."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from app.domain.actor import Actor
from app.domain.names import check_new_name
from app.domain.roles import TeamRole
from app.services.state.changes import Delivery, Phase, Plan
from app.services.state.current import StateTeam, StateUser
from app.services.state.documents import Entry, Route
from app.services.state.matching import match
from app.services.teams import memberships, teams


def plan_teams(plan: Plan) -> None:
    """Plan the changes of teams, and add new ones to ``plan.current``, so that the file can refer to them."""
    if not plan.document.manages("teams"):
        return
    before = [*plan.current.teams]
    matched = match(plan, "teams", before, lambda entry: entry["name"], lambda team: team.name)
    found = {id(team) for _, _, team in matched}
    for former in before:
        if id(former) not in found:
            plan.drop(former, "team", former.name, Phase.DELETE_TEAMS, partial(_delete, former))
    for route, entry, team in matched:
        if team is None:
            _plan_new(plan, route, entry)
            continue
        if entry["name"] != team.name:
            plan.checked((*route, "name"), partial(check_new_name, entry["name"]))
            run = partial(_rename, team, entry["name"])
            plan.add("update", "team", team.name, Phase.TEAMS, run, {"name": (team.name, entry["name"])})
            team.name = entry["name"]
        if "members" in entry:
            _plan_members(plan, team, route, _wanted(plan, route, entry))


def _wanted(plan: Plan, route: Route, entry: Entry) -> dict[StateUser, str]:
    """Return the members that an entry lists, without those that do not exist; that is noted."""
    found: dict[StateUser, str] = {}
    for username, role in entry["members"].items():
        place = (*route, "members", username)
        user = plan.user(place, username)
        if user is plan.current.anonymous:
            plan.report(place, f"{username} stands for visitors who are not logged in, and cannot be a member.")
        elif user is not None and user in found:
            plan.report(place, f"{user.username} is listed before.")
        elif user is not None:
            found[user] = role
    return found


def _plan_new(plan: Plan, route: Route, entry: Entry) -> None:
    plan.checked((*route, "name"), partial(check_new_name, entry["name"]))
    team = StateTeam(entry["name"])
    plan.current.teams.append(team)
    wanted = _wanted(plan, route, {"members": {}, **entry})
    owner = next((user for user, role in wanted.items() if role == TeamRole.OWNER), None)
    if owner is None:
        plan.report((*route, "members"), f"The team {team.name} is new, so one of its members must be a team-owner.")
        return
    plan.add("create", "team", team.name, Phase.TEAMS, partial(_create, team, owner), {"owner": (None, owner.username)})
    team.members[owner] = TeamRole.OWNER
    _plan_members(plan, team, route, wanted)


def _plan_members(plan: Plan, team: StateTeam, route: Route, wanted: Mapping[StateUser, str]) -> None:
    before = {**team.members}
    for user, role in wanted.items():
        old = before.get(user)
        team.members[user] = role
        if old == role:
            continue
        joins = old is None or user in team.promised
        run = partial(_add if joins else _change, team, user, role)
        phase = Phase.PROMOTE_MEMBERS if role == TeamRole.OWNER else Phase.MEMBERS
        plan.add("create" if joins else "update", "member", _label(user, team), phase, run, {"role": (old, role)})
    for user in before:
        # Deleting the account ends the membership; an invitation's promise of one cannot be taken back.
        if user in wanted or plan.is_gone(user) or user in team.promised:
            continue
        if plan.drop((team, user), "member", _label(user, team), Phase.DELETE_MEMBERS, partial(_remove, team, user)):
            del team.members[user]

    def owners(members: Mapping[StateUser, str]) -> list[StateUser]:
        return [user for user, role in members.items() if role == TeamRole.OWNER and user not in team.promised]

    if owners(before) and not [user for user in owners(team.members) if not plan.is_gone(user)]:
        plan.report((*route, "members"), f"The team {team.name} would have no team-owner.")


def _label(user: StateUser, team: StateTeam) -> str:
    return f"{user.username} in {team.name}"


def _ids(team: StateTeam, user: StateUser) -> tuple[UUID, UUID]:
    return team.stored_id, user.stored_id


def _create(team: StateTeam, owner: StateUser, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    made, _ = teams.create_team(actor, name=team.name, owner_id=owner.id)
    team.id = made.id


def _rename(team: StateTeam, name: str, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    teams.update_team(actor, team.stored_id, name=name)


def _delete(team: StateTeam, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    teams.delete_team(actor, team.stored_id)


def _add(team: StateTeam, user: StateUser, role: str, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    team_id, user_id = _ids(team, user)
    memberships.add_member(actor, team_id, user_id=user_id, role=role)


def _change(team: StateTeam, user: StateUser, role: str, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    memberships.update_member(actor, *_ids(team, user), role=role)


def _remove(team: StateTeam, user: StateUser, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    # Whether grants end as well is for the section on grants to say.
    memberships.remove_member(actor, *_ids(team, user), keep_grants=True)
