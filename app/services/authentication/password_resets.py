"""Forgotten passwords: a link that is good once, and for a short time, sets another."""

from datetime import timedelta
from uuid import UUID

from app.db.session import Unit, execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import LinkGone, NotAccepted, ReservedAccount, UnknownName
from app.domain.folding import fold
from app.domain.message_kinds import Kind
from app.domain.password_rules import check_new_password
from app.models import ANONYMOUS_ID, PasswordReset, User, new_id, utcnow
from app.queries import password_resets as queries
from app.queries.password_resets import ResetOwner
from app.runtime import runtime
from app.security import tokens
from app.security.link_tokens import FOR_PASSWORD_RESET, new_nonce
from app.services.authentication import access_tokens, login, sessions
from app.services.authentication.link_lookup import look_up
from app.services.notifications import outbox
from app.services.users import profiles

ACCOUNT_MAX_LENGTH = 320
PAUSE = timedelta(minutes=1)
"""Between two mails to one account, however many ask."""


def request(account: str, *, address: str) -> None:
    """
    Have a link mailed to whoever has this username or e-mail address. Whether anybody has is found out when the mail
    is sent: here, everybody takes the same time.

    :raises Throttled: asked too often lately, for this account or from this address
    """
    name = account.strip()[:ACCOUNT_MAX_LENGTH]
    throttle = runtime().throttles.resets
    throttle.check(fold(name), address)
    throttle.count(fold(name), address)
    outbox.queue(Kind.PASSWORD_RESET, "", account=name)


def find(token: str, *, address: str = "") -> ResetOwner:
    """
    Whose link it is.

    :raises LinkGone: it is not, or no longer, good
    :raises Throttled: too many wrong links lately from the address
    """
    return look_up(queries.select_by_token, token, address=address, now=utcnow())


@retried
def use(token: str, new_password: str, *, address: str = "") -> None:
    """
    Set the password of the link's owner, once; all logins and tokens of theirs end.

    :raises LinkGone, Throttled: see ``find``
    :raises Invalid: the password breaks a rule; the link stays good
    """
    row = find(token, address=address)
    check_new_password(new_password)
    hashed = login.hash_password(new_password)
    with transaction() as session:
        user = _locked(session, row.id)
        if user is None or not execute_count(queries.delete_used, used_hash=tokens.hash_token(token), now=utcnow()):
            raise LinkGone
        user.password_hash = hashed
        sessions.revoke_all(user.id)
        access_tokens.revoke_all(user.id)
        profiles.note_password_changed(user, address=user.email, by="link")


@retried
def make_link(actor: Actor, user_id: UUID) -> str:
    """
    The token of a link that an administrator hands on; the one before is good no longer.

    :raises Denied: not an administrator
    :raises UnknownName: there is no such user
    :raises NotAccepted, ReservedAccount: the account has no password to forget
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        user = _locked(session, user_id)
        if user is None:
            raise UnknownName("user")
        if user.pending:
            raise NotAccepted
        if user.id == ANONYMOUS_ID:
            raise ReservedAccount
        return _renew(session, user.id, new_id())


@retried
def make_mailed_link(user_id: UUID, mail_id: UUID) -> str | None:
    """
    The token for a mail that is about to be sent: the same one at every attempt, while it is good. None where another
    mail has just brought one.
    """
    with transaction() as session:
        user = _locked(session, user_id)
        if user is None or user.pending:
            return None
        found = session.scalars(queries.select_reset, {"owner_id": user_id}).one_or_none()
        now = utcnow()
        if found is not None and found.id != mail_id and now - found.created_at < PAUSE:
            return None
        if found is not None and found.id == mail_id and found.expires_at > now:
            token = runtime().link_tokens.derive(FOR_PASSWORD_RESET, found.id, found.nonce)
            if tokens.hash_token(token) == found.token_hash:  # unless the secret has changed since
                found.expires_at = now + _lifetime()
                return token
        if found is not None:
            session.expunge(found)  # its row goes, and a new one may have its id
        return _renew(session, user_id, mail_id)


def _renew(session: Unit, user_id: UUID, reset_id: UUID) -> str:
    """Put a link into the place of the one before; answers its token."""
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
    return None if user is None or user.deleted_at is not None else user
