"""``/api/share``: public links to websites."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.shares import OpenedShare, ShareCreate, ShareOut, ShareUpdate
from app.domain.scopes import Scope
from app.services.websites import shares

bp = Blueprint("shares", __name__, url_prefix="/share")


@bp.get("/<slug>")
@operation(OpenedShare, access=Access.PUBLIC, refuses=(404, 429))
def get_share_by_slug(slug: str) -> Any:
    """Open a public link: returns what it shows, and a token to view it."""
    return shares.open_share(current_actor(), slug)


@bp.post("")
@operation(ShareOut, takes=ShareCreate, refuses=(404, 429), scope=Scope.WEBSITES_WRITE, creates=True)
def create_share(data: dict[str, Any]) -> Any:
    """Create a public link to a website."""
    return shares.create_share(current_actor(), data.pop("entity_id"), **data)


@bp.get("/id/<share_id>")
@operation(ShareOut, scope=Scope.WEBSITES_READ)
def get_share(share_id: UUID) -> Any:
    """Return one public link."""
    return shares.get_share(current_actor(), share_id)


@bp.post("/id/<share_id>")
@operation(ShareOut, takes=ShareUpdate, refuses=(429,), scope=Scope.WEBSITES_WRITE)
def update_share(share_id: UUID, data: dict[str, Any]) -> Any:
    """Change a public link."""
    return shares.update_share(current_actor(), share_id, **data)


@bp.delete("/id/<share_id>")
@operation(Ok, scope=Scope.WEBSITES_WRITE)
def delete_share(share_id: UUID) -> None:
    """Delete a public link. Its tokens become invalid."""
    shares.delete_share(current_actor(), share_id)
