"""Forgotten passwords: a link that works once, and for a short time, lets its owner set a new one."""

from dataclasses import dataclass
from uuid import UUID

from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Account, Actor, Credential, CredentialKind
from app.domain.errors import Disabled, LinkGone, NoPassword, NotAccepted, ReservedAccount, UnknownName
from app.domain.folding import fold
from app.models import ANONYMOUS_ID, new_id, utcnow
from app.queries import password_resets as queries
from app.queries.password_resets import ResetOwner
from app.runtime import runtime
from app.security import tokens
from app.security.link_tokens import PASSWORD_RESET, link_to
from app.services import events
from app.services.acting import lock_user
from app.services.authentication import hashing
from app.services.authentication.credentials import revoke_everything
from app.services.authentication.link_lookup import look_up
from app.services.authentication.new_passwords import check_new_password
from app.services.authentication.reset_links import renew
from app.services.users import profiles

ACCOUNT_MAX_LENGTH = 320


def request(visitor: Actor, account: str) -> None:
    """
    Have a reset link mailed to the user with this username or e-mail address, if there is one.

    The account is looked up only when the mail is sent, so that the response time does not tell whether it exists.

    :raises Throttled: too many requests lately, for this account or from this address
    """
    name, address = account.strip()[:ACCOUNT_MAX_LENGTH], visitor.address
    throttle = runtime().throttles.resets
    throttle.check(fold(name), address)
    throttle.count(fold(name), address)
    with transaction() as session:
        events.record(session, events.PasswordResetRequested(visitor, name))


def find(visitor: Actor, token: str) -> ResetOwner:
    """
    Return the user whose password the link sets.

    :raises LinkGone: there is no such link, or it was used or has expired
    :raises Throttled: too many wrong links lately from this address
    """
    return look_up(queries.select_by_token, token, address=visitor.address, now=utcnow())


@retried
def use(visitor: Actor, token: str, new_password: str) -> None:
    """
    Set the password of the link's owner, and end all their sessions and access tokens. The link works only once.

    :raises LinkGone, Throttled: see ``find``
    :raises Invalid: the password breaks a rule; the link stays valid
    """
    row = find(visitor, token)
    check_new_password(new_password)
    hashed = hashing.hash_password(new_password)
    with transaction() as session:
        user = lock_user(session, visitor, row.id)
        if user is None or user.disabled_at is not None:
            raise LinkGone
        if not execute_count(queries.delete_used, used_hash=tokens.hash_token(token), now=utcnow()):
            raise LinkGone
        user.password_hash, user.must_change_password = hashed, False
        owner = visitor.known_as(Account(user.id, user.username, user.role), Credential(CredentialKind.LINK))
        revoke_everything(session, owner, user.id)
        profiles.note_password_changed(session, owner, user, address=user.email, by="link")


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A link that ``make_link`` has created."""

    token: str

    def link(self, root: str) -> str:
        """
        Return the complete link.

        :param root: the server's URL, used if the settings have no ``public_url``
        """
        return link_to(runtime().config.public_url or root, PASSWORD_RESET, self.token)


@retried
def make_link(actor: Actor, user_id: UUID) -> str:
    """
    Create a reset link that an administrator passes on, and return its token; an earlier link no longer works.

    :raises Denied: the actor is not an administrator
    :raises ConfirmationNeeded: the user is an administrator; see ``policy.require_confirmed``
    :raises UnknownName: there is no such user
    :raises NotAccepted, ReservedAccount: the account has no password that could be reset
    :raises Disabled: the account is disabled
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None:
            raise UnknownName("user")
        policy.require_power_over(actor, user.role)
        if user.pending:
            raise NotAccepted
        if user.service_account:
            raise NoPassword
        if user.id == ANONYMOUS_ID:
            raise ReservedAccount
        if user.disabled_at is not None:
            raise Disabled
        events.record(session, events.PasswordResetLinkCreated(actor, user.id, user.username))
        return renew(session, user.id, new_id())
