"""
Checks that the actor still has the account and the role with which the call began.

Losing or gaining the administrator role, being disabled and being deleted end every session and token of a user. A call
that was authenticated just before must not take effect afterwards. So each change checks the actor again inside its
transaction, and locks the account until the transaction ends (docs/architecture.md, "Writing").
"""

from collections.abc import Collection
from uuid import UUID

from app.db.reads import fetch_all, fetch_one
from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import Unauthenticated
from app.domain.roles import Role
from app.models import User
from app.queries import users as queries


def recheck(actor: Actor) -> None:
    """
    Make sure that the actor's account is unchanged, and lock it until the transaction ends.

    :raises Unauthenticated: the account was deleted or disabled, or has gained or lost the administrator role
    """
    if actor.user is not None:
        row = fetch_one(queries.hold_role, user_id=actor.user.id)
        _require_same(actor, None if row is None else row.role)


def lock_users(session: Unit, actor: Actor, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """
    Lock users to change them, and the actor with them, in one statement; ids of users that do not exist are left out.

    :raises Unauthenticated: see ``recheck``
    """
    wanted = {*user_ids, *([] if actor.user is None else [actor.user.id])}
    found = {user.id: user for user in session.scalars(queries.lock_users, {"user_ids": sorted(wanted)})}
    if actor.user is not None:
        own = found.get(actor.user.id)
        _require_same(actor, None if own is None or own.disabled_at is not None else own.role)
    return {user_id: found[user_id] for user_id in user_ids if user_id in found}


def lock_user(session: Unit, actor: Actor, user_id: UUID) -> User | None:
    """Lock a user to change it; None if it does not exist. :raises Unauthenticated: see ``recheck``"""
    return lock_users(session, actor, [user_id]).get(user_id)


def lock_admins(actor: Actor) -> list[UUID]:
    """
    Lock all administrators, and return the ids of those who can log in: they are neither disabled nor programs.

    The order of the locks is fixed, so two administrators who demote each other run one after the other, and one of
    them stays.

    :raises Unauthenticated: the actor was an active administrator when the call began, and no longer is
    """
    admins = [row for row in fetch_all(queries.lock_admins) if row.enabled]
    if actor.user is not None and actor.is_admin and actor.user.id not in {row.id for row in admins}:
        raise Unauthenticated
    return [row.id for row in admins if not row.service_account]


def _require_same(actor: Actor, role: str | None) -> None:
    if role is None or (role == Role.ADMIN) != actor.is_admin:
        raise Unauthenticated
