"""``/api/invitations``: accounts that users activate by a link. Umami has no such endpoints; these follow its style."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.invitations import InvitationCreate, InvitationMade, InvitationOut, InvitationResend
from app.api.umami.schemas.lists import Listing, PageOf, SearchedQuery
from app.domain.pagination import Page
from app.http.request import root
from app.services.invitations import manage

bp = Blueprint("invitations", __name__, url_prefix="/invitations")


@bp.get("")
@operation(PageOf(InvitationOut), query=SearchedQuery)
def get_invitations(query: Listing) -> Page[Any]:
    """
    List invitations, newest first.

    Administrators get all invitations, other users those that they created.
    """
    return manage.list_invitations(current_actor(), query.window, search=query.search)


@bp.post("")
@operation(InvitationMade, takes=InvitationCreate)
def create_invitation(data: dict[str, Any]) -> Any:
    """
    Invite a user, and return the invitation with its link.

    Users who are not administrators must grant access to at least one website that they administer.
    """
    made = manage.invite(current_actor(), **data)
    return made, made.link(root())


@bp.get("/<invitation_id>")
@operation(InvitationOut)
def get_invitation(invitation_id: UUID) -> Any:
    """Return an invitation."""
    return manage.get(current_actor(), invitation_id)


@bp.delete("/<invitation_id>")
@operation(Ok)
def delete_invitation(invitation_id: UUID) -> None:
    """Revoke an invitation, and delete the account that was created for it."""
    manage.revoke(current_actor(), invitation_id)


@bp.post("/<invitation_id>/resend")
@operation(InvitationMade, takes=InvitationResend, needs_body=False)
def resend_invitation(invitation_id: UUID, data: dict[str, Any]) -> Any:
    """Create and mail a new link for an invitation; earlier links become invalid."""
    made = manage.resend(current_actor(), invitation_id, **data)
    return made, made.link(root())
