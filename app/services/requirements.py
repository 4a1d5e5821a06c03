"""
What it takes to ask for something, beyond single websites, where the refusal has to say what was missing. To wires
that say nothing of it these are refusals like any other.
"""

from app.db import fetch_one
from app.errors import Denied, NotFound
from app.models import ANONYMOUS_ID, SiteRole
from app.queries import directory as queries
from app.security import policy
from app.security.actor import Actor

ANONYMOUS = "anonymous"
"""The name of the account that stands for callers who are not logged in, and of no other."""


class AdminNeeded(Denied):
    """It takes the role of an administrator."""

    default = "It takes an administrator."


class LoginNeeded(Denied):
    """It takes somebody: who is not logged in may not, whatever they may see."""

    default = "It takes a login."


class SomeRightNeeded(Denied):
    """It takes the ``right`` on one website at least."""

    def __init__(self, right: SiteRole) -> None:
        self.right = right
        super().__init__(f"It takes the right to {right.value} on one website at least.")


class OneselfNeeded(Denied):
    """It takes an administrator, or the user called ``username``."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"It takes an administrator, or {username}.")


class UnknownUser(NotFound):
    """There is no account of that ``username`` (or e-mail address), and the actor may know."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"There is no user {username}.")


class HiddenUser(Denied):
    """There is no account of that ``username``, or none that is the actor's business."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"There is no user {username}.")


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

    :raises OneselfNeeded: the actor is neither an administrator nor called that, to the letter
    """
    own = actor.username if is_somebody(actor) else ANONYMOUS
    if not policy.can_administer(actor) and username != own:
        raise OneselfNeeded(username)


def require_some(actor: Actor, right: SiteRole) -> None:
    """:raises SomeRightNeeded: there is no website that the actor has this right on; one statement, none for admins"""
    if not has_some(actor, right):
        raise SomeRightNeeded(right)


def has_some(actor: Actor, right: SiteRole) -> bool:
    """Whether the actor has this right on one website at least."""
    if actor.is_admin:
        return True
    return actor.id is not None and fetch_one(queries.select_some_site(right), actor_id=actor.id) is not None
