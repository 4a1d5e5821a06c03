"""Reports of who has which right where. Rights are the strongest that somebody has, wherever they come from."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app.db.reads import fetch_all
from app.db.sql.search import pattern
from app.domain.actor import Actor
from app.domain.errors import HasEverything, UnknownUser
from app.domain.pagination import Page, Window
from app.domain.roles import ROLE_OF_RANK, AccessFilter, Role, SiteRole
from app.queries.matomo import reports as queries
from app.services.matomo import sites
from app.services.matomo.people import EVERYTHING, PROBE, find_person, is_anonymous
from app.services.matomo.requirements import require_admin, require_some


def role_of(rank: int | None) -> SiteRole | None:
    """The right that a row's ``rank`` stands for; null is none."""
    return ROLE_OF_RANK.get(rank)


def list_access_of_user(actor: Actor, username: str, window: Window = EVERYTHING) -> Page:
    """
    What somebody has, an entry for each role and each capability beside it: ``number``, ``access``. Administrators
    have ``admin`` on every website.

    :raises UnknownUser: there is none of that name
    """
    require_admin(actor)
    person = _person(username)
    if person is None:
        return Page([], 0)
    if person.role == Role.ADMIN:
        return Page.of(fetch_all(queries.select_all_numbers, **window.values), window)
    return Page.of(fetch_all(queries.select_access_of_user, user_id=person.id, **window.values), window)


def list_sites_of_user(
    actor: Actor,
    username: str,
    window: Window = EVERYTHING,
    *,
    search: str | None = None,
    has: AccessFilter | SiteRole | None = None,
    capability: str | None = None,
) -> tuple[Page, bool]:
    """
    The websites that the actor administers, by name, with what somebody has there, be it nothing; and whether that
    somebody has anything anywhere.

    :raises HasEverything: that somebody is an administrator
    """
    require_some(actor, SiteRole.ADMIN)
    person = _person(username)
    if person is not None and person.role == Role.ADMIN:
        raise HasEverything(person.username)
    statement = queries.select_sites_of_user(own_only=not actor.is_admin, searched=bool(search), has=has)
    values = {
        "user_id": person.id if person is not None else None,
        "actor_id": actor.id,
        "capability": capability,
        "search": pattern(search or ""),
    }
    rows = fetch_all(statement, **values, **PROBE | window.values)
    return Page.of(rows, window), bool(rows[0].has_some)


def roles_on_site(actor: Actor, website: sites.Name) -> Sequence[Row[Any]]:
    """Who has which right on a website that the actor administers, administrators apart: ``username``, ``rank``."""
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    return fetch_all(queries.select_roles_on_site, website_id=site.id)


def sites_with(actor: Actor, role: SiteRole | None, capability: str | None = None) -> Sequence[Row[Any]]:
    """On which websites anybody has exactly this role, or this capability beside any: ``username``, ``number``."""
    require_admin(actor)
    return fetch_all(queries.select_sites_with(role), capability=capability)


def _person(username: str) -> Row[Any] | None:
    """Somebody. The account of those who are not logged in may not be there yet; then it has nothing."""
    try:
        return find_person(username)
    except UnknownUser:
        if not is_anonymous(username):
            raise
        return None
