"""Creates password reset links. For the mail worker, and for services that have already checked permission."""

from datetime import timedelta
from uuid import UUID

from app.db.session import Unit, retried, transaction
from app.models import PasswordReset, User, utcnow
from app.queries import password_resets as queries
from app.runtime import runtime
from app.security import tokens
from app.security.link_tokens import FOR_PASSWORD_RESET, new_nonce

PAUSE = timedelta(minutes=1)
"""The shortest time between two reset mails to one account, however many are requested."""


@retried
def make_mailed_link(user_id: UUID, mail_id: UUID) -> str | None:
    """
    Return the token for a mail that is about to be sent, or None if the mail is not to be sent.

    All attempts to send one mail get the same token, as long as it is valid. None means that another mail has just
    brought a link, or that there is no such account, or that it is disabled or has no password yet.
    """
    with transaction() as session:
        user = _locked(session, user_id)
        if user is None or user.pending or user.service_account:
            return None
        found = session.scalars(queries.select_reset, {"owner_id": user_id}).one_or_none()
        now = utcnow()
        if found is not None and found.id != mail_id and now - found.created_at < PAUSE:
            return None
        if found is not None and found.id == mail_id and found.expires_at > now:
            token = runtime().link_tokens.derive(FOR_PASSWORD_RESET, found.id, found.nonce)
            if tokens.hash_token(token) == found.token_hash:  # unless the secret key was changed
                found.expires_at = now + _lifetime()
                return token
        if found is not None:
            session.expunge(found)  # its row is deleted, and a new one may get the same id
        return renew(session, user_id, mail_id)


def renew(session: Unit, user_id: UUID, reset_id: UUID) -> str:
    """Replace the user's reset link, if there is one, with a new one, and return its token."""
    session.execute(queries.delete_of_user, {"owner_id": user_id})
    nonce = new_nonce()
    token = runtime().link_tokens.derive(FOR_PASSWORD_RESET, reset_id, nonce)
    until = utcnow() + _lifetime()
    session.add(
        PasswordReset(id=reset_id, user_id=user_id, nonce=nonce, token_hash=tokens.hash_token(token), expires_at=until)
    )
    return token


def _lifetime() -> timedelta:
    return timedelta(minutes=runtime().config.password_reset_minutes)


def _locked(session: Unit, user_id: UUID) -> User | None:
    user = session.get(User, user_id, with_for_update={"key_share": True})
    return None if user is None or user.deleted_at is not None or user.disabled_at is not None else user
