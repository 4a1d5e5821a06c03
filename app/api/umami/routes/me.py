"""``/api/me``: the caller."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import Me, Ok, PasswordChange, SessionOut
from app.api.umami.schemas.lists import Listing, ListQuery, PageOf, SearchedQuery
from app.api.umami.schemas.teams import TeamFull, TeamQuery
from app.api.umami.schemas.users import UserSummary
from app.api.umami.schemas.websites import MyWebsiteQuery, OwnedWebsite, WebsiteOut, WebsiteQuery
from app.domain.actor import Actor
from app.domain.pagination import Page
from app.domain.scopes import ANY_KEY, Scope
from app.http.request import bearer_token
from app.services.authentication import sessions
from app.services.teams import teams
from app.services.users import accounts
from app.services.websites import websites

bp = Blueprint("me", __name__)


@bp.get("/me")
@operation(Me, access=Access.VIEWER, before_enrolling=True, before_new_password=True, tagged=Me, scope=ANY_KEY)
def get_me() -> tuple[Actor, str | None]:
    """Return the caller, and how they are authenticated."""
    return current_actor(), bearer_token()


@bp.post("/me/password")
@operation(UserSummary, takes=PasswordChange, refuses=(429,), before_new_password=True)
def update_my_password(data: dict[str, Any]) -> Any:
    """Change your password. Your other sessions end."""
    return accounts.change_own_password(current_actor(), **data)


@bp.get("/me/teams")
@bp.get("/teams", endpoint="get_teams")
@operation(PageOf(TeamFull), query=TeamQuery, scope=Scope.TEAMS_READ)
def get_my_teams(query: Listing) -> Page[Any]:
    """List your teams, oldest first."""
    return teams.list_teams(current_actor(), query.window, filters=query.exact, sort=query.sort_or(teams.OLDEST_FIRST))


def _my_websites(query: Listing) -> Page[Any]:
    return websites.list_websites(
        current_actor(),
        query.window,
        include_teams=query.include_teams,
        search=query.search,
        filters=query.exact,
        sort=query.sort_or(websites.BY_NAME),
    )


@bp.get("/me/websites")
@operation(PageOf(OwnedWebsite, with_teams=WebsiteOut), query=MyWebsiteQuery, scope=Scope.WEBSITES_READ)
def get_my_websites(query: Listing) -> Page[Any]:
    """List your websites, by name."""
    return _my_websites(query)


@bp.get("/websites")
@operation(PageOf(OwnedWebsite, with_teams=WebsiteOut), query=WebsiteQuery, scope=Scope.WEBSITES_READ)
def list_websites(query: Listing) -> Page[Any]:
    """List your websites, by name, with search."""
    return _my_websites(query)


@bp.get("/links")
@bp.get("/pixels", endpoint="get_my_pixels")
@bp.get("/boards", endpoint="get_my_boards")
@operation(PageOf(WebsiteOut), query=SearchedQuery, scope=Scope.WEBSITES_READ)
def get_my_links(query: Listing) -> Page[Any]:
    """List your links, pixels or boards: always none. Umami's dashboard requests them."""
    return Page([], 0)


@bp.get("/dashboard")
@operation(None, scope=Scope.WEBSITES_READ)
def get_my_dashboard() -> None:
    """Return the board you start on: always none. Umami's dashboard requests it."""


@bp.get("/me/sessions")
@operation(PageOf(SessionOut), query=ListQuery)
def get_my_sessions(query: Listing) -> Page[Any]:
    """List your sessions, newest first."""
    return sessions.list_sessions(current_actor(), query.window)


@bp.delete("/me/sessions")
@operation(Ok)
def delete_my_other_sessions() -> None:
    """End all your sessions except this one."""
    sessions.revoke_others(current_actor())


@bp.delete("/me/sessions/<session_id>")
@operation(Ok)
def delete_my_session(session_id: UUID) -> None:
    """End one of your sessions."""
    sessions.revoke_session(current_actor(), session_id)
