"""
What it takes to ask for something, beyond single websites, where the refusal has to say what was missing. To wires
that say nothing of it these are refusals like any other.
"""

from app.db.reads import fetch_one
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import AdminNeeded, LoginNeeded, SelfNeeded, SomeAccessNeeded
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID
from app.queries.matomo import people as queries
from app.services.access.holders import ANONYMOUS


def is_somebody(actor: Actor) -> bool:
    """Whether the actor is logged in; the account that stands for everybody else is nobody."""
    return actor.id is not None and actor.id != ANONYMOUS_ID


def require_login(actor: Actor) -> None:
    """:raises LoginNeeded: nobody is asking"""
    if not is_somebody(actor):
        raise LoginNeeded


def require_admin(actor: Actor) -> None:
    """:raises AdminNeeded: the actor is none"""
    if not policy.can_administer(actor):
        raise AdminNeeded


def require_admin_or(actor: Actor, username: str) -> None:
    """
    Callers without an account may act for ``anonymous``.

    :raises SelfNeeded: the actor is neither an administrator nor called that, to the letter
    """
    own = actor.username if is_somebody(actor) else ANONYMOUS
    if not policy.can_administer(actor) and username != own:
        raise SelfNeeded(username)


def require_some(actor: Actor, right: SiteRole) -> None:
    """:raises SomeAccessNeeded: there is no website that the actor has this right on; one statement, none for admins"""
    if not has_some(actor, right):
        raise SomeAccessNeeded(right)


def has_some(actor: Actor, right: SiteRole) -> bool:
    """Whether the actor has this right on one website at least."""
    if actor.is_admin:
        return True
    return actor.id is not None and fetch_one(queries.select_some_site(right), actor_id=actor.id) is not None
