"""``/api/websites``, and the list of all websites for administrators."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import Listing, PageOf
from app.api.umami.schemas.shares import ShareOut, WebsiteShareCreate
from app.api.umami.schemas.websites import (
    AdminWebsite,
    ShareQuery,
    TeamWebsiteQuery,
    WebsiteBare,
    WebsiteCreate,
    WebsiteOut,
    WebsitePut,
    WebsiteTransfer,
    WebsiteUpdate,
)
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.services.preconditions import Expected
from app.services.websites import putting, shares, websites

bp = Blueprint("websites", __name__)


@bp.get("/admin/websites")
@operation(PageOf(AdminWebsite), query=TeamWebsiteQuery, scope=Scope.ADMIN)
def list_all_websites(query: Listing) -> Page[Any]:
    """List all websites, newest first."""
    return websites.list_all_websites(
        current_actor(),
        query.window,
        search=query.search,
        filters=query.exact,
        sort=query.sort_or(websites.NEWEST_FIRST),
    )


@bp.post("/websites")
@operation(WebsiteOut, takes=WebsiteCreate, scope=Scope.WEBSITES_WRITE, creates=True)
def create_website(data: dict[str, Any]) -> Any:
    """Create a website, for yourself or a team."""
    return websites.create_website(current_actor(), **data)


@bp.get("/websites/<website_id>")
@operation(WebsiteOut, access=Access.VIEWER, tagged=WebsiteOut, scope=Scope.WEBSITES_READ)
def get_website(website_id: UUID) -> Any:
    """Return one website."""
    return websites.get_website(current_actor(), website_id)


@bp.post("/websites/<website_id>")
@operation(WebsiteOut, takes=WebsiteUpdate, tagged=WebsiteOut, scope=Scope.WEBSITES_WRITE)
def update_website(website_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Update a website, or its public link."""
    if "recorder_enabled" in data:
        data.setdefault("replay_enabled", data.pop("recorder_enabled"))
    return websites.update_website(current_actor(), website_id, expected=expected, **data)


@bp.put("/websites/<website_id>")
@operation(WebsiteOut, takes=WebsitePut, tagged=WebsiteOut, scope=Scope.WEBSITES_WRITE)
def put_website(website_id: UUID, data: dict[str, Any], expected: Expected | None) -> Any:
    """Create a website with this id, or bring the website to exactly this state."""
    return putting.put_website(current_actor(), website_id, expected=expected, **data)


@bp.delete("/websites/<website_id>")
@operation(Ok, tagged=WebsiteOut, scope=Scope.WEBSITES_WRITE)
def delete_website(website_id: UUID, expected: Expected | None) -> None:
    """Delete a website and its public links."""
    websites.delete_website(current_actor(), website_id, expected=expected)


@bp.post("/websites/<website_id>/reset")
@operation(Ok, scope=Scope.WEBSITES_WRITE)
def reset_website(website_id: UUID) -> None:
    """Restart the website's statistics."""
    websites.reset_website(current_actor(), website_id)


@bp.post("/websites/<website_id>/transfer")
@operation(WebsiteBare, takes=WebsiteTransfer, scope=Scope.WEBSITES_WRITE)
def transfer_website(website_id: UUID, data: dict[str, Any]) -> Any:
    """Transfer a website: your own to a team, or a team's to yourself."""
    return websites.transfer_website(current_actor(), website_id, **data)


@bp.get("/websites/<website_id>/shares")
@operation(PageOf(ShareOut), query=ShareQuery, access=Access.VIEWER, scope=Scope.WEBSITES_READ)
def get_website_shares(website_id: UUID, query: Listing) -> Page[Any]:
    """List a website's public links, newest first."""
    return shares.list_shares(current_actor(), website_id, query.window)


@bp.post("/websites/<website_id>/shares")
@operation(ShareOut, takes=WebsiteShareCreate, scope=Scope.WEBSITES_WRITE, creates=True)
def create_website_share(website_id: UUID, data: dict[str, Any]) -> Any:
    """Create a public link with a random slug."""
    return shares.create_share(current_actor(), website_id, **data)
