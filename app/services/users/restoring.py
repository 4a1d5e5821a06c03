"""Restoring deleted accounts, as long as that is possible."""

from uuid import UUID

from sqlalchemy import update

from app.db.reads import fetch_all, fetch_one, fetch_window
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import ExternalIdTaken, NotFound
from app.domain.folding import fold
from app.domain.pagination import Page, Window
from app.models import User, Website
from app.queries import users as queries
from app.queries.users import DeletedUser, UserRecord
from app.services import events
from app.services.acting import recheck
from app.services.lookup import parsed_id, the_only_one
from app.services.users import profiles
from app.services.users.closing import oldest_restorable
from app.services.users.profiles import clashes


def list_deleted(actor: Actor, window: Window) -> Page[DeletedUser]:
    """List the accounts that can be restored, the latest deleted first. For administrators."""
    policy.require(policy.can_administer(actor))
    query = queries.select_deleted(capped=window.cap is not None)
    return fetch_window(query, window, since=oldest_restorable())


def find_deleted(actor: Actor, text: str) -> UserRecord:
    """
    Return the deleted account with this id, username or e-mail address, for administrators. Case does not matter.

    :raises UnknownName: there is none that can be restored
    :raises AmbiguousName: several had the name
    """
    policy.require(policy.can_administer(actor))
    values = {"user_id": parsed_id(text), "name": text.strip().lower(), "since": oldest_restorable()}
    return the_only_one(fetch_all(queries.select_deleted_called, **values), "user")


@retried
def restore_user(actor: Actor, user_id: UUID) -> User:
    """
    Restore a deleted account with its password, its second factor, its grants, and the websites deleted with it.

    Memberships in teams, sessions and tokens do not come back.

    :raises Denied: the actor is not an administrator
    :raises NotFound: there is no deleted account with this id, or it is too late
    :raises Conflict: another user has taken the username, the e-mail address or the external id, or another website has
        taken the external id of one of theirs
    """
    policy.require(policy.can_administer(actor))
    since = oldest_restorable()
    found = fetch_one(queries.select_deleted_called, user_id=user_id, name=None, since=since)
    if found is None:
        raise NotFound
    taken = {**clashes(found.username, found.email), "uq_website_external_id": ExternalIdTaken("website")}
    with transaction(taken) as session:
        profiles.claim_names(username=found.username, email=found.email, user_id=user_id)
        recheck(actor)
        user = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
        if user is None or user.deleted_at is None or user.deleted_at <= since:
            raise NotFound
        theirs = update(Website).where(Website.user_id == user_id, Website.deleted_at == user.deleted_at)
        back = session.scalars(
            theirs.values(deleted_at=None).returning(Website.id), execution_options={"synchronize_session": False}
        ).all()
        user.deleted_at, user.username_key = None, fold(user.username)
        user.email_key = None if user.email is None else fold(user.email)
        session.flush()
        events.record(session, events.UserRestored(actor, user_id, user.username, tuple(sorted(back))))
    return user
