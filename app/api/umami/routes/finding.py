"""``/api/admin/find``: one thing, by any of the names that people use for it. Umami has nothing like it."""

from typing import Any

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.finding import NameQuery, UserNameQuery
from app.api.umami.schemas.invitations import InvitationOut
from app.api.umami.schemas.teams import TeamOut
from app.api.umami.schemas.users import UserProfile
from app.api.umami.schemas.websites import WebsiteOut
from app.domain.scopes import Scope
from app.services.invitations import manage
from app.services.teams import teams
from app.services.users import accounts, restoring
from app.services.websites import websites

bp = Blueprint("finding", __name__, url_prefix="/admin/find")
USERS = {
    (False, False): accounts.find_user,
    (False, True): accounts.find_user_by_any_name,
    (True, False): restoring.find_deleted,
}


@bp.get("/user")
@operation(UserProfile, query=UserNameQuery, refuses=(404,), scope=Scope.USERS_READ)
def find_user(query: dict[str, Any]) -> Any:
    """Return the user with this username, e-mail address or id, in any case."""
    return USERS[query["deleted"], query["display_name"]](current_actor(), query["name"])


@bp.get("/team")
@operation(TeamOut, query=NameQuery, refuses=(404,), scope=Scope.TEAMS_READ)
def find_team(query: dict[str, Any]) -> Any:
    """Return the team with this name or id."""
    return teams.find_team(current_actor(), query["name"])


@bp.get("/website")
@operation(WebsiteOut, query=NameQuery, refuses=(404,), scope=Scope.WEBSITES_READ)
def find_website(query: dict[str, Any]) -> Any:
    """Return the website with this name, domain or id."""
    return websites.find_website(current_actor(), query["name"])


@bp.get("/invitation")
@operation(InvitationOut, query=NameQuery, refuses=(404,), scope=Scope.USERS_READ)
def find_invitation(query: dict[str, Any]) -> Any:
    """Return the invitation of the account with this username or e-mail address, or with this id."""
    return manage.find_invitation(current_actor(), query["name"])
