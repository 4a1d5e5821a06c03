"""``/api/teams``, and the list of all teams for administrators."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import Listing, PageOf
from app.api.umami.schemas.teams import (
    AdminTeamQuery,
    MembershipOut,
    TeamCreate,
    TeamFull,
    TeamJoin,
    TeamOut,
    TeamPut,
    TeamUpdate,
    TeamWithMembers,
)
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.services.preconditions import Expected
from app.services.teams import memberships, putting, teams

bp = Blueprint("teams", __name__)


@bp.get("/admin/teams")
@operation(PageOf(TeamFull), query=AdminTeamQuery, scope=Scope.ADMIN)
def list_all_teams(query: Listing) -> Page[Any]:
    """List all teams, newest first."""
    return teams.list_all_teams(
        current_actor(), query.window, search=query.search, filters=query.exact, sort=query.sort_or(teams.NEWEST_FIRST)
    )


@bp.post("/teams")
@operation((TeamOut, MembershipOut), takes=TeamCreate, scope=Scope.TEAMS_WRITE, creates=True)
def create_team(data: dict[str, Any]) -> Any:
    """Create a team. Returns the team and the membership of its owner."""
    return teams.create_team(current_actor(), **data)


@bp.post("/teams/join")
@operation(MembershipOut, takes=TeamJoin, refuses=(404, 429), scope=Scope.TEAMS_WRITE, creates=True)
def join_team(data: dict[str, Any]) -> Any:
    """Join the team with this access code."""
    return memberships.join_team(current_actor(), **data)


@bp.get("/teams/<team_id>")
@operation(TeamWithMembers, tagged=TeamWithMembers, scope=Scope.TEAMS_READ)
def get_team(team_id: UUID) -> Any:
    """Return a team with its members."""
    return teams.get_team(current_actor(), team_id)


@bp.post("/teams/<team_id>")
@operation(TeamOut, takes=TeamUpdate, refuses=(429,), tagged=TeamWithMembers, scope=Scope.TEAMS_WRITE)
def update_team(team_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Change a team's name or access code."""
    return teams.update_team(current_actor(), team_id, expected=expected, **data)


@bp.put("/teams/<team_id>")
@operation(TeamWithMembers, takes=TeamPut, tagged=TeamWithMembers, scope=Scope.TEAMS_WRITE)
def put_team(team_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Create a team with this id, or bring the team to exactly this state. Its other members stay."""
    return putting.put_team(current_actor(), team_id, expected=expected, **data)


@bp.delete("/teams/<team_id>")
@operation(Ok, tagged=TeamWithMembers, scope=Scope.TEAMS_WRITE)
def delete_team(team_id: UUID, expected: Expected | None) -> None:
    """Delete a team. Its websites go to its longest-standing owner."""
    teams.delete_team(current_actor(), team_id, expected=expected)
