"""Reports of who has which right where. Rights are the strongest that somebody has, wherever they come from."""

from collections.abc import Sequence

from app.db.reads import fetch_all, fetch_window
from app.db.sql.search import pattern, trimmed
from app.domain.actor import Actor
from app.domain.errors import HasEverything, UnknownUser
from app.domain.pagination import MAX_OFFSET, Page, Window
from app.domain.roles import AccessFilter, Role, SiteRole
from app.queries.matomo import reports as queries
from app.queries.matomo.people import Person
from app.queries.matomo.reports import AdminEntry, Entry, RoleOnSite, SiteOfUser, SiteWith
from app.services.matomo import sites
from app.services.matomo.lookup import find_person, is_anonymous
from app.services.matomo.people import EVERYTHING
from app.services.matomo.requirements import require_admin, require_some


def list_access_of_user(actor: Actor, username: str, window: Window = EVERYTHING) -> Page[Entry] | Page[AdminEntry]:
    """
    What somebody has, an entry for each role and each capability beside it. Administrators
    have ``admin`` on every website.

    :raises UnknownUser: there is none of that name
    """
    require_admin(actor)
    person = _person(username)
    if person is None:
        return Page([], 0)
    if person.role == Role.ADMIN:
        return fetch_window(queries.select_all_numbers, window, fresh=True)
    return fetch_window(queries.select_access_of_user, window, fresh=True, user_id=person.id)


def list_sites_of_user(
    actor: Actor,
    username: str,
    window: Window = EVERYTHING,
    *,
    search: str | None = None,
    has: AccessFilter | SiteRole | None = None,
    capability: str | None = None,
) -> tuple[Page[SiteOfUser], bool]:
    """
    The websites that the actor administers, by name, with what somebody has there, be it nothing; and whether that
    somebody has anything anywhere.

    :raises HasEverything: that somebody is an administrator
    """
    require_some(actor, SiteRole.ADMIN)
    person = _person(username)
    if person is not None and person.role == Role.ADMIN:
        raise HasEverything(person.username)
    search = trimmed(search)
    statement = queries.select_sites_of_user(own_only=not actor.is_admin, searched=bool(search), has=has)
    values = {
        "user_id": person.id if person is not None else None,
        "actor_id": actor.id,
        "capability": capability,
        "search": pattern(search or ""),
        "probe": MAX_OFFSET,
    }
    asked = {name: value for name, value in values.items() if name in statement.parameters}
    rows = fetch_all(statement, **asked, **window.values)
    found = [row for row in rows if row.id is not None]
    return Page.of(found, rows[0].total, window), rows[0].has_some


def roles_on_site(actor: Actor, website: sites.Name) -> Sequence[RoleOnSite]:
    """Who has which right on a website that the actor administers, administrators apart: ``username``, ``rank``."""
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    return fetch_all(queries.select_roles_on_site, website_id=site.id)


def sites_with(actor: Actor, role: SiteRole | None, capability: str | None = None) -> Sequence[SiteWith]:
    """On which websites anybody has exactly this role, or this capability beside any: ``username``, ``number``."""
    require_admin(actor)
    values = {} if role is not None else {"capability": capability}
    return fetch_all(queries.select_sites_with(role), **values)


def _person(username: str) -> Person | None:
    """Somebody. The account of those who are not logged in may not be there yet; then it has nothing."""
    try:
        return find_person(username)
    except UnknownUser:
        if not is_anonymous(username):
            raise
        return None
