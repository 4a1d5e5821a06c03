"""Pending accounts. For services that have already checked permission."""

from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import AlreadyAccepted, NotFound, OwnsWebsites
from app.models import Invitation
from app.queries import invitations as queries
from app.queries.invitations import InvitationRecord
from app.security.tokens import hash_token
from app.services.acting import lock_admins, lock_user
from app.services.users.closing import close_account


def delete_pending(
    session: Unit, actor: Actor, row: InvitationRecord, *, with_websites: bool, token: str | None = None
) -> None:
    """
    Delete the pending account of an invitation.

    :param with_websites: delete the account's websites with it, if it owns any
    :param token: the token of a link of the invitation, which must still be valid
    :raises AlreadyAccepted: the invitation has been accepted
    :raises NotFound: the invitation was revoked, or the link replaced
    :raises OwnsWebsites: the account owns websites, and ``with_websites`` is False
    """
    admins = lock_admins(actor)  # before any other user, in the order that all services use
    invitation = lock_invitation(session, actor, row)
    if token is not None and hash_token(token) not in (invitation.token_hash, invitation.link_token_hash):
        raise NotFound
    if not with_websites and fetch_one(queries.select_holdings, user_id=row.user_id):
        raise OwnsWebsites
    close_account(session, actor, row.user_id, admins=admins)


def lock_invitation(session: Unit, actor: Actor, row: InvitationRecord) -> Invitation:
    """
    Lock the invitation and its account until the transaction ends, and return the invitation.

    :raises AlreadyAccepted: the invitation has been accepted
    :raises NotFound: the invitation was revoked
    """
    user = lock_user(session, actor, row.user_id)
    invitation = session.get(Invitation, row.id, with_for_update=True)
    if user is None or invitation is None:
        raise NotFound
    if not user.pending or invitation.accepted_at is not None:
        raise AlreadyAccepted
    return invitation


def id_for(user_id: UUID) -> UUID:
    """Return the id of a pending account's invitation. :raises NotFound: the account is not pending"""
    row = fetch_one(queries.select_invitation_of, user_id=user_id)
    if row is None or row.accepted_at is not None:
        raise NotFound
    return row.id
