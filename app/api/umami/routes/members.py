"""``/api/teams/:id/users`` and ``/api/teams/:id/websites``: members and websites of a team."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.deletions import MemberDelete
from app.api.umami.schemas.lists import Listing, PageOf
from app.api.umami.schemas.teams import MemberAdd, MemberPut, MemberQuery, MembershipOut, MemberUpdate, NamedMember
from app.api.umami.schemas.websites import TeamWebsite, TeamWebsiteCreate, TeamWebsiteQuery, WebsiteOut
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.services.preconditions import Expected
from app.services.teams import memberships, putting
from app.services.websites import websites

bp = Blueprint("members", __name__, url_prefix="/teams/<team_id>")


@bp.get("/users")
@operation(PageOf(NamedMember), query=MemberQuery, scope=Scope.TEAMS_READ)
def get_team_users(team_id: UUID, query: Listing) -> Page[Any]:
    """List the members of a team, longest-standing first."""
    return memberships.list_members(current_actor(), team_id, query.window, search=query.search, filters=query.exact)


@bp.post("/users")
@operation(MembershipOut, takes=MemberAdd, scope=Scope.TEAMS_WRITE, creates=True)
def create_team_user(team_id: UUID, data: dict[str, Any]) -> Any:
    """Add a user to a team."""
    return memberships.add_member(current_actor(), team_id, **data)


@bp.get("/users/<user_id>")
@operation(MembershipOut, scope=Scope.TEAMS_READ)
def get_team_user(team_id: UUID, user_id: UUID) -> Any:
    """Return one membership."""
    return memberships.get_member(current_actor(), team_id, user_id)


@bp.post("/users/<user_id>")
@operation(MembershipOut, takes=MemberUpdate, scope=Scope.TEAMS_WRITE)
def update_team_user(team_id: UUID, user_id: UUID, data: dict[str, Any]) -> Any:
    """Change a member's role."""
    return memberships.update_member(current_actor(), team_id, user_id, **data)


@bp.put("/users/<user_id>")
@operation(MembershipOut, takes=MemberPut, tagged=MembershipOut, scope=Scope.TEAMS_WRITE)
def put_team_user(team_id: UUID, user_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Add a user to a team in this role, or give a member the role."""
    return putting.put_member(current_actor(), team_id, user_id, expected=expected, **data)


@bp.delete("/users/<user_id>")
@operation(Ok, query=MemberDelete, scope=Scope.TEAMS_WRITE)
def delete_team_user(team_id: UUID, user_id: UUID, query: dict[str, Any]) -> None:
    """Remove a member from a team, or leave it. Their grants on the team's websites end."""
    memberships.remove_member(current_actor(), team_id, user_id, **query)


@bp.get("/websites")
@operation(PageOf(TeamWebsite), query=TeamWebsiteQuery, scope=Scope.WEBSITES_READ)
def get_team_websites(team_id: UUID, query: Listing) -> Page[Any]:
    """List a team's websites, by name."""
    return websites.list_team_websites(
        current_actor(),
        team_id,
        query.window,
        search=query.search,
        filters=query.exact,
        sort=query.sort_or(websites.BY_NAME),
    )


@bp.post("/websites")
@operation(WebsiteOut, takes=TeamWebsiteCreate, scope=Scope.WEBSITES_WRITE, creates=True)
def create_team_website(team_id: UUID, data: dict[str, Any]) -> Any:
    """Create a website of a team."""
    return websites.create_website(current_actor(), team_id=team_id, **data)


@bp.delete("/websites/<website_id>")
@operation(Ok, tagged=WebsiteOut, scope=Scope.WEBSITES_WRITE)
def delete_team_website(team_id: UUID, website_id: UUID, expected: Expected | None) -> None:
    """Delete a website of a team."""
    websites.remove_from_team(current_actor(), team_id, website_id, expected=expected)


@bp.get("/links")
@bp.get("/pixels", endpoint="get_team_pixels")
@bp.get("/boards", endpoint="get_team_boards")
@operation(PageOf(TeamWebsite), query=TeamWebsiteQuery, scope=Scope.WEBSITES_READ)
def get_team_links(team_id: UUID, query: Listing) -> Page[Any]:
    """List a team's links, pixels or boards: always none."""
    return memberships.nothing_of_team(current_actor(), team_id)
