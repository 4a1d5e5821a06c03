"""Websites with their numbers, URLs and settings: one, and lists sorted by number."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_window
from app.db.sql.query import PageQuery, T
from app.db.sql.search import pattern, trimmed
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.domain.pagination import MAX_OFFSET, Page, Window
from app.domain.roles import RANKS, SiteRole
from app.queries.matomo import sites as queries
from app.queries.matomo.sites import SiteFilter, SiteRecord
from app.services.matomo.requirements import require_admin
from app.services.matomo.site_settings import DEFAULTS, SCHEME, host_of, spellings
from app.services.matomo.sites import NUMBER_MAX, Name, resolve_site

EVERYTHING = Window(0, MAX_OFFSET)


@dataclass(frozen=True, slots=True)
class SiteView:
    """A website with its number, URLs and settings."""

    id: UUID
    number: int
    name: str
    urls: list[str]
    """The main one first; may be empty."""
    created_at: datetime | None
    """The start date that was set, or else when the website was registered."""
    creator: str | None
    """The username of the user who registered it; None if the actor may not see it."""
    settings: dict[str, Any]


def get_site(actor: Actor, name: Name, right: SiteRole = SiteRole.VIEW) -> SiteView:
    """
    Return one website by its number or id.

    :raises UnknownWebsites, WebsiteDenied, WebsiteMissing: see ``sites.resolve_site``
    """
    row = fetch_one(queries.select_site, website_id=resolve_site(actor, name, right).id)
    if row is None:
        raise NotFound
    return _view(actor, row)


def list_sites(
    actor: Actor,
    window: Window = EVERYTHING,
    *,
    least: SiteRole = SiteRole.VIEW,
    most: SiteRole = SiteRole.ADMIN,
    search: str | None = None,
    url: str | None = None,
    without: Iterable[int] = (),
) -> Page[SiteView]:
    """
    Return a page of the websites on which the actor's access level is between ``least`` and ``most``, by number.
    Administrators have admin access to all websites.

    :param search: a part of the name, of a URL or of the group; or the number
    :param url: one of the URLs, with http or https, with or without www
    :param without: numbers to leave out
    """
    search = trimmed(search)
    values: dict[str, Any] = {}
    by = None
    if url is not None:
        by = SiteFilter.URL
        values |= {f"url_{number}": spelling for number, spelling in enumerate(spellings(url))}
    elif search:
        by = SiteFilter.PATTERN
        number = int(search) if search.isascii() and search.isdigit() and len(search) < 10 else None
        values |= {"search": pattern(search), "number": number}
    left_out = [number for number in without if 0 < number <= NUMBER_MAX]
    if left_out:
        values["excluded"] = json.dumps(left_out)
    statement = queries.select_sites(everything=actor.is_admin, by=by, excluding=bool(left_out))
    return _viewed(actor, _page(actor, statement, window, least=least, most=most, values=values))


def list_numbers(
    actor: Actor, window: Window = EVERYTHING, *, least: SiteRole = SiteRole.VIEW, most: SiteRole = SiteRole.ADMIN
) -> Page[int]:
    """Return a page of website numbers; see ``list_sites``."""
    statement = queries.select_site_numbers(everything=actor.is_admin)
    page = _page(actor, statement, window, least=least, most=most)
    return page.with_rows([row.number for row in page.rows])


def list_all(actor: Actor, window: Window = EVERYTHING) -> Page[SiteView]:
    """
    Return a page of all websites.

    :raises AdminNeeded: the actor is not an administrator
    """
    require_admin(actor)
    return list_sites(actor, window)


def list_all_numbers(actor: Actor, window: Window = EVERYTHING) -> Page[int]:
    """
    Return a page of all website numbers.

    :raises AdminNeeded: the actor is not an administrator
    """
    require_admin(actor)
    return list_numbers(actor, window)


def list_groups(actor: Actor) -> list[str]:
    """
    Return the groups of websites, including the empty one if a website has none.

    :raises AdminNeeded: the actor is not an administrator
    """
    require_admin(actor)
    return [row.name for row in fetch_all(queries.select_groups)]


def list_group(actor: Actor, group: str, window: Window = EVERYTHING) -> Page[SiteView]:
    """
    Return a page of the websites in a group; an empty group means those without one.

    :raises AdminNeeded: the actor is not an administrator
    """
    require_admin(actor)
    statement = queries.select_sites(everything=True, by=SiteFilter.GROUP)
    return _viewed(actor, _page(actor, statement, window, values={"group": group.strip()}))


def _page(
    actor: Actor,
    query: PageQuery[T],
    window: Window,
    *,
    least: SiteRole = SiteRole.VIEW,
    most: SiteRole = SiteRole.ADMIN,
    values: dict[str, Any] | None = None,
) -> Page[T]:
    given = values or {}
    if not actor.is_admin:
        # Access must be current, so it is read from the primary.
        given |= {"user_id": actor.id, "least": RANKS[least], "most": RANKS[most]}
        return fetch_window(query, window, fresh=True, **given)
    if most is not SiteRole.ADMIN:
        return Page([], 0)
    return fetch_window(query, window, **given)


def _viewed(actor: Actor, page: Page[SiteRecord]) -> Page[SiteView]:
    return page.with_rows([_view(actor, row) for row in page.rows])


def _view(actor: Actor, row: SiteRecord) -> SiteView:
    settings = DEFAULTS | (row.settings or {})
    started = settings["started_at"]
    return SiteView(
        id=row.id,
        number=row.number,
        name=row.name,
        urls=_urls(row.domain, row.urls or []),
        created_at=datetime.fromisoformat(started) if started else row.created_at,
        creator=row.creator if actor.is_admin else None,
        settings=settings,
    )


def _urls(domain: str | None, stored: Sequence[str]) -> list[str]:
    """Return the URLs. If the domain was changed through another API, it replaces the main URL."""
    if not domain or (stored and host_of(stored[0]) == domain):
        return list(stored)
    main = domain if SCHEME.match(domain) else f"http://{domain}"
    return list(dict.fromkeys([main, *stored[1:]]))
