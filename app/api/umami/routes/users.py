"""``/api/users``, and the list of all users for administrators."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok, SessionOut
from app.api.umami.schemas.deletions import UserDelete
from app.api.umami.schemas.lists import Listing, ListQuery, PageOf
from app.api.umami.schemas.teams import TeamFull, TeamQuery
from app.api.umami.schemas.users import (
    AdminUser,
    DeletedUser,
    InactiveQuery,
    ResetLink,
    UserCreate,
    UserMade,
    UserProfile,
    UserPut,
    UserQuery,
    UserUpdate,
)
from app.api.umami.schemas.websites import OwnedWebsite, WebsiteOut, WebsiteQuery
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.http.request import root
from app.services.authentication import password_resets, sessions
from app.services.preconditions import Expected
from app.services.teams import teams
from app.services.users import accounts, disabling, putting, restoring
from app.services.websites import websites

bp = Blueprint("users", __name__)


@bp.get("/admin/users")
@bp.get("/users", endpoint="list_users_alias")
@operation(PageOf(AdminUser, order_by="createdAt"), query=UserQuery, scope=Scope.USERS_READ)
def list_users(query: Listing) -> Page[Any]:
    """List all users, newest first."""
    return accounts.list_users(
        current_actor(),
        query.window,
        search=query.search,
        filters=query.exact,
        sort=query.sort_or(accounts.NEWEST_FIRST),
        **query.filters,
    )


@bp.get("/admin/users/deleted")
@operation(PageOf(DeletedUser), query=ListQuery, scope=Scope.USERS_READ)
def list_deleted_users(query: Listing) -> Page[Any]:
    """List the deleted users that can be restored, the latest deleted first."""
    return restoring.list_deleted(current_actor(), query.window)


@bp.get("/admin/users/inactive")
@operation(PageOf(UserProfile), query=InactiveQuery, scope=Scope.USERS_READ)
def list_inactive_users(query: Listing) -> Page[Any]:
    """List the active users who have not been here for some time, longest absent first."""
    return accounts.list_inactive(current_actor(), query.window, **query.filters)


@bp.post("/users")
@operation(UserMade, takes=UserCreate, scope=Scope.USERS_WRITE, creates=True)
def create_user(data: dict[str, Any]) -> Any:
    """Create a user."""
    return accounts.create_user(current_actor(), **data)


@bp.get("/users/<user_id>")
@operation(UserProfile, tagged=UserProfile, scope=Scope.USERS_READ)
def get_user(user_id: UUID) -> Any:
    """Return a user: yourself, or as an administrator any user."""
    return accounts.get_user(current_actor(), user_id)


@bp.post("/users/<user_id>")
@operation(UserProfile, takes=UserUpdate, refuses=(429,), tagged=UserProfile, scope=Scope.USERS_WRITE)
def update_user(user_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Update a user. Users who are not administrators can change their password, e-mail address and display name."""
    return accounts.update_user(current_actor(), user_id, expected=expected, **data)


@bp.put("/users/<user_id>")
@operation(UserProfile, takes=UserPut, refuses=(429,), tagged=UserProfile, scope=Scope.USERS_WRITE)
def put_user(user_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Create a user with this id, or bring the user to exactly this state."""
    return putting.put_user(current_actor(), user_id, expected=expected, **data)


@bp.delete("/users/<user_id>")
@operation(Ok, query=UserDelete, tagged=UserProfile, scope=Scope.USERS_WRITE)
def delete_user(user_id: UUID, query: dict[str, Any], expected: Expected | None) -> None:
    """
    Delete a user, and the websites they own. Their teams pass to another member.

    For some time, the user can be restored.
    """
    accounts.delete_user(current_actor(), user_id, expected=expected, **query)


@bp.post("/users/<user_id>/disable")
@operation(UserProfile, refuses=(400,), scope=Scope.USERS_WRITE)
def disable_user(user_id: UUID) -> Any:
    """Disable a user: they can no longer log in, and their sessions and access tokens end."""
    return disabling.disable_user(current_actor(), user_id)


@bp.post("/users/<user_id>/enable")
@operation(UserProfile, scope=Scope.USERS_WRITE)
def enable_user(user_id: UUID) -> Any:
    """Enable a disabled user again. Sessions and access tokens do not come back."""
    return disabling.enable_user(current_actor(), user_id)


@bp.post("/users/<user_id>/restore")
@operation(UserProfile, refuses=(400,), scope=Scope.USERS_WRITE)
def restore_user(user_id: UUID) -> Any:
    """Restore a deleted user and the websites deleted with them. Memberships in teams do not come back."""
    return restoring.restore_user(current_actor(), user_id)


@bp.post("/users/<user_id>/reset-link")
@operation(ResetLink, refuses=(400,), scope=Scope.USERS_WRITE)
def create_reset_link(user_id: UUID) -> Any:
    """
    Create a link with which a user sets a new password, once.

    Earlier links become invalid. Nothing is mailed.
    """
    made = password_resets.ResetLink(password_resets.make_link(current_actor(), user_id))
    return SimpleNamespace(link=made.link(root()))


@bp.get("/users/<user_id>/sessions")
@operation(PageOf(SessionOut), query=ListQuery, scope=Scope.USERS_READ)
def get_user_sessions(user_id: UUID, query: Listing) -> Page[Any]:
    """List a user's sessions, newest first."""
    return sessions.list_sessions(current_actor(), query.window, user_id=user_id)


@bp.delete("/users/<user_id>/sessions")
@operation(Ok, scope=Scope.USERS_WRITE)
def delete_user_sessions(user_id: UUID) -> None:
    """End all sessions of a user. Of your own, this one ends as well."""
    sessions.revoke_user(current_actor(), user_id)


@bp.delete("/users/<user_id>/sessions/<session_id>")
@operation(Ok, scope=Scope.USERS_WRITE)
def delete_user_session(user_id: UUID, session_id: UUID) -> None:
    """End one session of a user."""
    sessions.revoke_session(current_actor(), session_id, user_id=user_id)


@bp.get("/users/<user_id>/websites")
@operation(PageOf(OwnedWebsite, with_teams=WebsiteOut), query=WebsiteQuery, scope=Scope.USERS_READ)
def get_user_websites(user_id: UUID, query: Listing) -> Page[Any]:
    """List a user's websites, by name."""
    return websites.list_websites(
        current_actor(),
        query.window,
        user_id=user_id,
        include_teams=query.include_teams,
        search=query.search,
        filters=query.exact,
        sort=query.sort_or(websites.BY_NAME),
    )


@bp.get("/users/<user_id>/teams")
@operation(PageOf(TeamFull), query=TeamQuery, scope=Scope.USERS_READ)
def get_user_teams(user_id: UUID, query: Listing) -> Page[Any]:
    """List a user's teams, oldest first."""
    return teams.list_teams(
        current_actor(), query.window, user_id=user_id, filters=query.exact, sort=query.sort_or(teams.OLDEST_FIRST)
    )
