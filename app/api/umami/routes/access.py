"""``…/access``: the access of users to websites. Umami has no such endpoints; these follow its style."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.access import AccessOut, AccessPut
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import Listing, PageOf, SearchedQuery
from app.domain.pagination import Page
from app.services.access import effective, grants

bp = Blueprint("access", __name__)


@bp.get("/websites/<website_id>/access")
@operation(PageOf(AccessOut), query=SearchedQuery)
def get_website_access(website_id: UUID, query: Listing) -> Page[Any]:
    """
    List the users who can access a website, by name, with the reasons.

    You need the access level `admin` on the website.
    """
    return effective.list_website_access(current_actor(), website_id, query.window, search=query.search)


@bp.get("/users/<user_id>/access")
@operation(PageOf(AccessOut), query=SearchedQuery)
def get_user_access(user_id: UUID, query: Listing) -> Page[Any]:
    """
    List the websites that a user can access, by name, with the reasons.

    Only administrators can list those of other users.
    """
    return effective.list_user_access(current_actor(), user_id, query.window, search=query.search)


@bp.put("/websites/<website_id>/access/<user_id>")
@operation(AccessOut, takes=AccessPut)
def put_website_access(website_id: UUID, user_id: UUID, data: dict[str, Any]) -> Any:
    """
    Grant a user access to a website; this replaces an existing grant.

    You need the access level `admin` on the website.
    """
    return effective.put_access(current_actor(), website_id, user_id, **data)


@bp.delete("/websites/<website_id>/access/<user_id>")
@operation(Ok)
def delete_website_access(website_id: UUID, user_id: UUID) -> None:
    """
    Revoke a user's grant and capabilities on a website, if there are any.

    Access that the user has as owner or through a team stays.
    """
    grants.set_access(current_actor(), user_id, [website_id], None)
