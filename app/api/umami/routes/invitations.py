"""``/api/invitations``: invitations by link. Umami has nothing like it; the style is Umami's."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.invitations import InvitationCreate, InvitationMade, InvitationOut, InvitationResend
from app.api.umami.schemas.lists import Listing, PageOf, SearchedQuery
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.http.request import root
from app.services.invitations import manage

bp = Blueprint("invitations", __name__, url_prefix="/invitations")


@bp.get("")
@operation(PageOf(InvitationOut), query=SearchedQuery, scope=Scope.USERS_READ)
def get_invitations(query: Listing) -> Page[Any]:
    """List invitations, newest first: your own, or as an administrator all."""
    return manage.list_invitations(current_actor(), query.window, search=query.search)


@bp.post("")
@operation(InvitationMade, takes=InvitationCreate, scope=Scope.USERS_WRITE, creates=True)
def create_invitation(data: dict[str, Any]) -> Any:
    """Invite a user: as an administrator, or to websites that you administer."""
    made = manage.invite(current_actor(), **data)
    return made, made.link(root())


@bp.get("/<invitation_id>")
@operation(InvitationOut, scope=Scope.USERS_READ)
def get_invitation(invitation_id: UUID) -> Any:
    """Return one invitation."""
    return manage.get(current_actor(), invitation_id)


@bp.delete("/<invitation_id>")
@operation(Ok, scope=Scope.USERS_WRITE)
def delete_invitation(invitation_id: UUID) -> None:
    """Revoke an invitation, and delete the account that waits for it."""
    manage.revoke(current_actor(), invitation_id)


@bp.post("/<invitation_id>/resend")
@operation(InvitationMade, takes=InvitationResend, needs_body=False, scope=Scope.USERS_WRITE)
def resend_invitation(invitation_id: UUID, data: dict[str, Any]) -> Any:
    """Create a new link and mail it. Earlier links become invalid."""
    made = manage.resend(current_actor(), invitation_id, **data)
    return made, made.link(root())
