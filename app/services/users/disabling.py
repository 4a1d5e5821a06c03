"""Disabling accounts, and enabling them again."""

from uuid import UUID

from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import LastAdmin, NotFound
from app.models import User, utcnow
from app.services import events
from app.services.acting import lock_admins, lock_user
from app.services.authentication.credentials import end_all
from app.services.lookup import require_not_anonymous


@retried
def disable_user(actor: Actor, user_id: UUID) -> User:
    """
    Bar a user from logging in, and end all their sessions and tokens. What the user owns stays as it is.

    :raises Denied: the actor is not an administrator
    :raises NotFound: there is no such account
    :raises LastAdmin: it is the only active administrator
    """
    policy.require(policy.can_administer(actor))
    require_not_anonymous(user_id)
    with transaction() as session:
        admins = lock_admins(actor)
        user = lock_user(session, actor, user_id)
        if user is None:
            raise NotFound
        if admins == [user.id]:
            raise LastAdmin(user.username, "disabled")
        if user.disabled_at is None:
            user.disabled_at = utcnow()
            end_all(session, actor, user.id)
            events.record(session, events.UserDisabled(actor, user.id, user.username))
    return user


@retried
def enable_user(actor: Actor, user_id: UUID) -> User:
    """
    Let a disabled user log in again.

    :raises Denied: the actor is not an administrator
    :raises NotFound: there is no such account
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None:
            raise NotFound
        if user.disabled_at is not None:
            user.disabled_at = None
            events.record(session, events.UserEnabled(actor, user.id, user.username))
    return user
