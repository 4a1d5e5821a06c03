"""Accounts that wait for acceptance; for services, which have asked for permission."""

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
    Delete the account of an invitation.

    :param token: of a link that must be good still
    :raises AlreadyAccepted: it was accepted meanwhile
    :raises NotFound: it was taken back, or the link renewed
    :raises OwnsWebsites: it does, and these are not to go with it
    """
    admins = lock_admins(actor)  # before any user, as everybody locks them
    invitation = lock_invitation(session, actor, row)
    if token is not None and hash_token(token) not in (invitation.token_hash, invitation.link_token_hash):
        raise NotFound
    if not with_websites and fetch_one(queries.select_holdings, user_id=row.user_id):
        raise OwnsWebsites
    close_account(session, actor, row.user_id, admins=admins)


def lock_invitation(session: Unit, actor: Actor, row: InvitationRecord) -> Invitation:
    """
    The invitation, and its account with it, until the transaction ends.

    :raises AlreadyAccepted: there is an account now
    :raises NotFound: it was taken back
    """
    user = lock_user(session, actor, row.user_id)
    invitation = session.get(Invitation, row.id, with_for_update=True)
    if user is None or invitation is None:
        raise NotFound
    if not user.pending or invitation.accepted_at is not None:
        raise AlreadyAccepted
    return invitation


def id_for(user_id: UUID) -> UUID:
    """The invitation that waits for an account to be. :raises NotFound: none does"""
    row = fetch_one(queries.select_invitation_of, user_id=user_id)
    if row is None or row.accepted_at is not None:
        raise NotFound
    return row.id
