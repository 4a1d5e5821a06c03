"""``…/access``: access to websites. Umami has nothing like it; the style is Umami's."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.access import AccessOut, AccessPut
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import Listing, PageOf, SearchedQuery
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.services.access import effective, grants

bp = Blueprint("access", __name__)


@bp.get("/websites/<website_id>/access")
@operation(PageOf(AccessOut), query=SearchedQuery, scope=Scope.WEBSITES_READ)
def get_website_access(website_id: UUID, query: Listing) -> Page[Any]:
    """List the users with access to a website, by name, and why. You need admin access to it."""
    return effective.list_website_access(current_actor(), website_id, query.window, search=query.search)


@bp.get("/users/<user_id>/access")
@operation(PageOf(AccessOut), query=SearchedQuery, scope=Scope.USERS_READ)
def get_user_access(user_id: UUID, query: Listing) -> Page[Any]:
    """List the websites a user can access, by name, and why: your own, or as an administrator any user's."""
    return effective.list_user_access(current_actor(), user_id, query.window, search=query.search)


@bp.put("/websites/<website_id>/access/<user_id>")
@operation(AccessOut, takes=AccessPut, scope=Scope.WEBSITES_WRITE)
def put_website_access(website_id: UUID, user_id: UUID, data: dict[str, Any]) -> Any:
    """Give a user access to a website. It replaces what was granted before."""
    return effective.put_access(current_actor(), website_id, user_id, **data)


@bp.delete("/websites/<website_id>/access/<user_id>")
@operation(Ok, scope=Scope.WEBSITES_WRITE)
def delete_website_access(website_id: UUID, user_id: UUID) -> None:
    """Remove what a user was granted on a website, if anything."""
    grants.set_access(current_actor(), user_id, [website_id], None)
