"""Forgotten passwords: a link that is good once, and for a short time, sets another."""

from uuid import UUID

from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Account, Actor, Credential, CredentialKind
from app.domain.errors import LinkGone, NotAccepted, ReservedAccount, UnknownName
from app.domain.folding import fold
from app.domain.password_rules import check_new_password
from app.models import ANONYMOUS_ID, new_id, utcnow
from app.queries import password_resets as queries
from app.queries.password_resets import ResetOwner
from app.runtime import runtime
from app.security import tokens
from app.services import events
from app.services.acting import lock_user
from app.services.authentication import hashing
from app.services.authentication.credentials import ACCESS_TOKENS, SESSIONS
from app.services.authentication.link_lookup import look_up
from app.services.authentication.reset_links import renew
from app.services.users import profiles

ACCOUNT_MAX_LENGTH = 320


def request(visitor: Actor, account: str) -> None:
    """
    Have a link mailed to whoever has this username or e-mail address. Whether anybody has is found out when the mail
    is sent: here, everybody takes the same time.

    :raises Throttled: asked too often lately, for this account or from this address
    """
    name, address = account.strip()[:ACCOUNT_MAX_LENGTH], visitor.address
    throttle = runtime().throttles.resets
    throttle.check(fold(name), address)
    throttle.count(fold(name), address)
    with transaction() as session:
        events.record(session, events.PasswordResetRequested(visitor, name))


def find(visitor: Actor, token: str) -> ResetOwner:
    """
    Whose link it is.

    :raises LinkGone: it is not, or no longer, good
    :raises Throttled: too many wrong links lately from the address
    """
    return look_up(queries.select_by_token, token, address=visitor.address, now=utcnow())


@retried
def use(visitor: Actor, token: str, new_password: str) -> None:
    """
    Set the password of the link's owner, once; all logins and tokens of theirs end.

    :raises LinkGone, Throttled: see ``find``
    :raises Invalid: the password breaks a rule; the link stays good
    """
    row = find(visitor, token)
    check_new_password(new_password)
    hashed = hashing.hash_password(new_password)
    with transaction() as session:
        user = lock_user(session, visitor, row.id)
        if user is None or not execute_count(queries.delete_used, used_hash=tokens.hash_token(token), now=utcnow()):
            raise LinkGone
        user.password_hash = hashed
        owner = visitor.known_as(Account(user.id, user.username, user.role), Credential(CredentialKind.LINK))
        SESSIONS.revoke_all(session, owner, user.id)
        ACCESS_TOKENS.revoke_all(session, owner, user.id)
        profiles.note_password_changed(session, owner, user, address=user.email, by="link")


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
        user = lock_user(session, actor, user_id)
        if user is None:
            raise UnknownName("user")
        if user.pending:
            raise NotAccepted
        if user.id == ANONYMOUS_ID:
            raise ReservedAccount
        events.record(session, events.PasswordResetLinkCreated(actor, user.id, user.username))
        return renew(session, user.id, new_id())
