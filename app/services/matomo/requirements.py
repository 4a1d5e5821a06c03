"""
Permissions that do not depend on a single website, with errors that say what is missing.

APIs that do not report the reason treat these errors like any other ``Denied``.
"""

from app.db.reads import fetch_one
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import AdminNeeded, LoginNeeded, SelfNeeded, SomeAccessNeeded
from app.domain.names import ANONYMOUS
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID
from app.queries.matomo import people as queries


def has_account(actor: Actor) -> bool:
    """Return whether the actor is logged in. The ``anonymous`` account does not count as logged in."""
    return actor.id is not None and actor.id != ANONYMOUS_ID


def require_login(actor: Actor) -> None:
    """:raises LoginNeeded: the actor is not logged in"""
    if not has_account(actor):
        raise LoginNeeded


def require_admin(actor: Actor) -> None:
    """:raises AdminNeeded: the actor is not an administrator"""
    if not policy.can_administer(actor):
        raise AdminNeeded


def require_admin_or(actor: Actor, username: str) -> None:
    """
    Require an administrator or the user themselves. Callers without an account may act for ``anonymous``.

    :raises SelfNeeded: the actor is not an administrator, and has not exactly this username
    """
    own = actor.username if has_account(actor) else ANONYMOUS
    if not policy.can_administer(actor) and username != own:
        raise SelfNeeded(username)


def require_some(actor: Actor, right: SiteRole) -> None:
    """:raises SomeAccessNeeded: the actor has this access level on no website"""
    if not has_some(actor, right):
        raise SomeAccessNeeded(right)


def has_some(actor: Actor, right: SiteRole) -> bool:
    """Return whether the actor has at least this access level on some website. Administrators need no statement."""
    if actor.is_admin:
        return True
    return actor.id is not None and fetch_one(queries.select_some_site(right), actor_id=actor.id) is not None
