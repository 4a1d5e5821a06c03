"""Grants by username and website number."""

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from app.domain.actor import Actor
from app.domain.errors import NoRole, OnlyViews
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID
from app.services.access import grants
from app.services.authentication.confirmation import NOT_NEEDED, Confirmation
from app.services.matomo import sites
from app.services.matomo.lookup import find_person, is_anonymous
from app.services.matomo.requirements import require_login

Websites = Sequence[sites.Name] | Literal["all"]


def set_access(
    actor: Actor,
    username: str,
    websites: Websites,
    role: SiteRole | None,
    *,
    capabilities: Collection[str] | None = None,
    confirmation: Confirmation = NOT_NEEDED,
) -> None:
    """
    Give a user one role on all the websites, or remove all grants there if ``role`` is None; all or nothing.

    :param capabilities: see ``grants.set_access``
    :param confirmation: checked if visitors without a session would get to see a website
    :raises LoginNeeded, NoWebsites, UnknownWebsites, WebsiteDenied, UnknownUser: checked in this order
    :raises HasAllAccess, OnlyViews, UnknownCapability: see ``grants.set_access``
    """
    require_login(actor)
    ids = sites.resolve_sites(actor, websites, SiteRole.ADMIN)
    if is_anonymous(username) and role is SiteRole.VIEW:
        actor = confirmation.check(actor)
    grants.set_access(actor, _id_of(username), ids, role, capabilities=capabilities)


def add_capabilities(actor: Actor, username: str, websites: Websites, capabilities: Collection[str]) -> None:
    """
    Give a user capabilities on each of the websites, in addition to the role there.

    :raises OnlyViews: the user is ``anonymous``
    :raises NoRole: the user has no role on one of the websites
    :raises HasAllAccess, UnknownCapability: see ``grants.add_capabilities``
    """
    require_login(actor)
    found = sites.resolve(actor, websites, SiteRole.ADMIN)
    if is_anonymous(username):
        raise OnlyViews(capabilities=True)
    numbers: dict[UUID | int, int] = {row.id: row.number for row in found}
    try:
        grants.add_capabilities(actor, _id_of(username), [row.id for row in found], capabilities)
    except NoRole as error:
        raise NoRole(error.username, numbers[error.website]) from error


def remove_capabilities(actor: Actor, username: str, websites: Websites, capabilities: Collection[str]) -> None:
    """
    Remove capabilities of a user on the websites.

    :raises UnknownCapability: see ``grants``
    """
    require_login(actor)
    ids = sites.resolve_sites(actor, websites, SiteRole.ADMIN)
    user_id = _id_of(username)
    grants.remove_capabilities(actor, user_id, ids, capabilities)


def _id_of(username: str) -> UUID:
    """Return the id of a user. The ``anonymous`` account may not exist yet: its first grant creates it."""
    if is_anonymous(username):
        return ANONYMOUS_ID
    return find_person(username).id
