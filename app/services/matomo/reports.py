"""Reports of which user has which access to which website, always the strongest access, whatever its source."""

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
    Return a page of a user's access: an entry for each role and each additional capability. Administrators have
    ``admin`` on every website.

    :raises AdminNeeded: the actor is not an administrator
    :raises UnknownUser: the user does not exist
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
    Return a page of the websites that the actor administers, by name, with a user's access to each, even if it is
    none; and whether the user has access to any website.

    :param search: a part of the name, of the main URL or of the group
    :param has: only websites to which the user has this access
    :raises SomeAccessNeeded: the actor administers no website
    :raises UnknownUser: the user does not exist
    :raises HasEverything: the user is an administrator
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
    """
    Return the users with access to a website and the rank of each, without administrators.

    :raises WebsiteDenied: the actor does not administer the website; see ``sites.resolve_site`` for other errors
    """
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    return fetch_all(queries.select_roles_on_site, website_id=site.id)


def sites_with(actor: Actor, role: SiteRole | None, capability: str | None = None) -> Sequence[SiteWith]:
    """
    Return pairs of users and websites on which they have exactly this role or, if it is None, this capability.

    :raises AdminNeeded: the actor is not an administrator
    """
    require_admin(actor)
    values = {} if role is not None else {"capability": capability}
    return fetch_all(queries.select_sites_with(role), **values)


def _person(username: str) -> Person | None:
    """Return the user, or None for ``anonymous`` if that account does not exist yet and so has no access."""
    try:
        return find_person(username)
    except UnknownUser:
        if not is_anonymous(username):
            raise
        return None
