"""
Users, as far as the actor may see them.

Administrators see all users. An admin of a website sees the users with access to it, except administrators. Others see
only themselves.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_page, fetch_window
from app.db.sql.query import PageQuery, T
from app.db.sql.search import PHRASE_MIN_LENGTH, pattern, trimmed
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import WebsiteDenied, WebsiteMissing
from app.domain.folding import fold, fold_case
from app.domain.pagination import MAX_OFFSET, Page, Window
from app.domain.roles import AccessFilter, Role, SiteRole, Standing
from app.models import utcnow
from app.queries.matomo import people as queries
from app.queries.matomo.people import Person, PersonName, PersonOnSite
from app.queries.matomo.sites import SiteKey
from app.services.matomo import sites
from app.services.matomo.lookup import find_person, is_anonymous, known
from app.services.matomo.requirements import has_account, require_admin, require_admin_or, require_login, require_some

EVERYTHING = Window(0, MAX_OFFSET)
NOWHERE = UUID(int=0)
"""A website id that does not exist, so no one has access to it."""


@dataclass(frozen=True, slots=True)
class History:
    """When an account was created, invited and accepted, and whether it has a second factor."""

    created_at: datetime | None
    invited_until: datetime | None
    accepted_at: datetime | None
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """An account as the actor may see it."""

    id: UUID
    username: str
    email: str | None
    """None if the actor may not see it; empty if there is none."""
    role: str
    last_seen_at: datetime | None
    invited_by: str | None
    days_left: float | None
    """Days until the pending invitation expires, negative if it has expired; None if there is none."""
    history: History | None
    """None if the actor is not an administrator."""
    rank: int | None = None
    """The rank of the access level on the website that the list is about."""
    capabilities: str | None = None
    """The additional capabilities there, joined by commas."""


@dataclass(frozen=True, slots=True)
class PeopleOnSite:
    """A page of accounts; with ``only_self``, the actor may see only their own."""

    page: Page[PersonView]
    only_self: bool = False


def get_person(actor: Actor, username: str) -> PersonView:
    """
    Return an account by its username; users may see their own.

    :raises SelfNeeded: the account is another user's, and the actor is not an administrator
    :raises UnknownUser: the account does not exist
    """
    require_admin_or(actor, username)
    return _view(actor, find_person(username))


def get_person_by_email(actor: Actor, email: str) -> PersonView:
    """
    Return an account by its e-mail address.

    :raises AdminNeeded: the actor is not an administrator
    :raises UnknownUser: no account has the address
    """
    require_admin(actor)
    return _view(actor, _by_email(email))


def username_of_email(actor: Actor, email: str) -> str:
    """
    Return the username of the account with this e-mail address.

    :raises LoginNeeded: the actor is not logged in
    :raises SomeAccessNeeded: the actor administers no website
    :raises UnknownUser: no account has the address
    """
    require_login(actor)
    require_some(actor, SiteRole.ADMIN)
    return _by_email(email).username


def username_exists(actor: Actor, username: str) -> bool:
    """
    Return whether an account has this username. Any user may check their own, and everyone ``anonymous``.

    :raises LoginNeeded: the actor is not logged in
    :raises SomeAccessNeeded: the actor sees no website
    """
    if is_anonymous(username):
        return True
    require_login(actor)
    if fold(username) == fold(actor.username):
        return True
    require_some(actor, SiteRole.VIEW)
    return fetch_one(queries.select_person, username_key=fold(username)) is not None


def email_exists(actor: Actor, email: str) -> bool:
    """
    Return whether an account has this e-mail address.

    :raises LoginNeeded: the actor is not logged in
    :raises SomeAccessNeeded: the actor sees no website
    """
    require_login(actor)
    require_some(actor, SiteRole.VIEW)
    return fetch_one(queries.select_person_by_email, email_key=fold(email)) is not None


def list_people(
    actor: Actor, window: Window = EVERYTHING, *, usernames: Collection[str] | None = None
) -> Page[PersonView]:
    """
    Return a page of users, by username. Pending invitations of other users are visible only to administrators.

    :param usernames: only users with one of these usernames
    :raises SomeAccessNeeded: the actor administers no website
    """
    require_some(actor, SiteRole.ADMIN)
    named: dict[str, Any] = {} if usernames is None else {"names": json.dumps([fold(name) for name in usernames])}
    query = queries.select_people(colleagues=_by_rights(actor), others_invited=actor.is_admin, named=bool(named))
    return _viewed(actor, _page(actor, query, window, **named))


def list_usernames(actor: Actor, window: Window = EVERYTHING) -> Page[PersonName]:
    """
    Return a page of usernames as in ``list_people``, including those whom others have invited.

    :raises SomeAccessNeeded: the actor administers no website
    """
    require_some(actor, SiteRole.ADMIN)
    return _page(actor, queries.select_names(colleagues=_by_rights(actor)), window)


def list_admins(actor: Actor) -> Sequence[PersonView]:
    """
    Return all administrators, oldest account first. Every user may see them, to know whom to ask for access.

    :raises LoginNeeded: the actor is not logged in
    """
    require_login(actor)
    return [_view(actor, row) for row in fetch_all(queries.select_admins)]


def list_people_on_site(
    actor: Actor,
    website: sites.Name,
    window: Window = EVERYTHING,
    *,
    search: str | None = None,
    has: AccessFilter | SiteRole | None = None,
    capability: str | None = None,
    standing: Standing | None = None,
) -> PeopleOnSite:
    """
    Return a page of users, by username, with ``rank`` and ``capabilities`` on a website.

    An actor who does not administer the website sees only their own account, whatever the filters, and does not learn
    whether the website exists.

    :param search: a part of the username, or of an e-mail address that the actor may see
    :param has: only users with this access to the website; with ``AccessFilter.CAPABILITY``, those with ``capability``
    :param standing: only users with this status; pending and expired invitations are the actor's own, except for
        administrators, who see all of them
    """
    if not has_account(actor):
        return PeopleOnSite(Page([], 0), only_self=True)
    site = _site(actor, website, SiteRole.ADMIN)
    if site is None:
        seen = _site(actor, website, SiteRole.VIEW)
        return PeopleOnSite(_oneself(actor, seen.id if seen else NOWHERE), only_self=True)
    if has is AccessFilter.EVERYTHING and not actor.is_admin:
        has = None
    search = trimmed(search)
    values: dict[str, Any] = {"website_id": site.id}
    if has is AccessFilter.CAPABILITY:
        values["capability"] = capability
    if standing not in (None, Standing.ACTIVE):
        values["today"] = utcnow().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    invited = actor.is_admin or standing in (None, Standing.ACTIVE)
    build = partial(
        queries.select_people_on_site,
        colleagues=_by_rights(actor),
        others_invited=invited,
        searched=search is not None,
        standing=standing,
        has=has,
    )
    if search is None or len(search) < PHRASE_MIN_LENGTH:  # too short for the index, and with many hits
        if search is not None:
            values["search"] = pattern(fold_case(search))
        return PeopleOnSite(_viewed(actor, _page(actor, build(many=search is not None), window, **values)))
    if "actor_id" in build(many=False).parameters:
        values["actor_id"] = actor.id
    page = fetch_page(
        lambda *, match, few, capped: build(many=not few),
        window,
        search=search,
        folded=True,
        fresh=not actor.is_admin,
        **values,
    )
    return PeopleOnSite(_viewed(actor, page))


def _site(actor: Actor, website: sites.Name, right: SiteRole) -> SiteKey | None:
    """Return the website if the actor has this access level there."""
    try:
        return sites.resolve_site(actor, website, right)
    except (WebsiteDenied, WebsiteMissing):
        return None


def _oneself(actor: Actor, website_id: UUID) -> Page[PersonView]:
    query, names = queries.select_people_on_site(named=True), json.dumps([fold(actor.username)])
    return _viewed(actor, fetch_window(query, EVERYTHING, fresh=True, names=names, website_id=website_id))


def list_people_with(
    actor: Actor,
    website: sites.Name,
    window: Window = EVERYTHING,
    *,
    has: SiteRole | AccessFilter,
    capability: str | None = None,
) -> Page[PersonView]:
    """
    Return a page of users as in ``list_people`` who have exactly this role or capability on a website.

    :raises WebsiteDenied: the actor does not administer the website; see ``sites.resolve_site`` for other errors
    """
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    values: dict[str, Any] = {"website_id": site.id}
    if has is AccessFilter.CAPABILITY:
        values["capability"] = capability
    query = queries.select_people(colleagues=_by_rights(actor), others_invited=actor.is_admin, has=has)
    return _viewed(actor, _page(actor, query, window, **values))


def _viewed(actor: Actor, page: Page[Person] | Page[PersonOnSite]) -> Page[PersonView]:
    return Page([_view(actor, row) for row in page.rows], page.total, page.capped)


def _view(actor: Actor, row: Person | PersonOnSite) -> PersonView:
    """Hide what the actor may not see: only administrators see e-mail addresses of users who are not administrators."""
    sees_email = actor.is_admin or actor.is_user(row.id) or row.role == Role.ADMIN
    until = row.expires_at if row.pending else None
    return PersonView(
        id=row.id,
        username=row.username,
        email=(row.email or "") if sees_email else None,
        role=row.role,
        last_seen_at=row.last_seen_at,
        invited_by=row.inviter,
        days_left=_days_until(until) if row.pending else None,
        history=History(row.created_at, until, row.accepted_at, bool(row.has_second_factor))
        if actor.is_admin
        else None,
        rank=getattr(row, "rank", None),
        capabilities=getattr(row, "capabilities", None),
    )


def _days_until(moment: datetime | None) -> float:
    left = timedelta(days=-1) if moment is None else moment - utcnow()
    return left / timedelta(days=1)


def _by_rights(actor: Actor) -> bool:
    """Return whether the actor sees only users with access to the websites that the actor administers."""
    return not policy.can_administer(actor)


def _page(actor: Actor, query: PageQuery[T], window: Window, **values: Any) -> Page[T]:
    if "actor_id" in query.parameters:
        values["actor_id"] = actor.id
    # Access must be current, so it is read from the primary. Administrators see everything: a replica is enough.
    return fetch_window(query, window, fresh=not actor.is_admin, **values)


def _by_email(email: str) -> Person:
    return known(fetch_one(queries.select_person_by_email, email_key=fold(email)), email)
