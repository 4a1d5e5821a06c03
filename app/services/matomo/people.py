"""
Who there is, as far as the one who asks may know: administrators see everybody; who administers a website sees who has
any right on it, administrators apart; others see themselves.
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
from app.services.matomo.requirements import is_somebody, require_admin, require_admin_or, require_login, require_some

EVERYTHING = Window(0, MAX_OFFSET)
NOWHERE = UUID(int=0)
"""A website that nobody has any right on."""


@dataclass(frozen=True, slots=True)
class History:
    """How an account came about."""

    created_at: datetime | None
    invited_until: datetime | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """An account as the actor may see it."""

    id: UUID
    username: str
    email: str | None
    """None where the actor may not see it; empty where there is none."""
    role: str
    last_seen_at: datetime | None
    invited_by: str | None
    days_left: float | None
    """How many days an invitation may still be accepted, negative when it is too late; None without one."""
    history: History | None
    """What administrators alone see."""
    rank: int | None = None
    """Of the right on the website that was asked about."""
    capabilities: str | None = None
    """Those beside the right there, joined by commas."""


@dataclass(frozen=True, slots=True)
class PeopleOnSite:
    """Some accounts; ``oneself``: only the actor's own may be shown."""

    page: Page[PersonView]
    oneself: bool = False


def get_person(actor: Actor, username: str) -> PersonView:
    """
    An account by its name; everybody may see their own.

    :raises SelfNeeded: somebody else's, and the actor is no administrator
    :raises UnknownUser: there is none
    """
    require_admin_or(actor, username)
    return _view(actor, find_person(username))


def get_person_by_email(actor: Actor, email: str) -> PersonView:
    """An account by its e-mail address. :raises UnknownUser: there is none"""
    require_admin(actor)
    return _view(actor, _by_email(email))


def username_of_email(actor: Actor, email: str) -> str:
    """The name of an account, for whoever administers a website. :raises UnknownUser: there is none"""
    require_login(actor)
    require_some(actor, SiteRole.ADMIN)
    return _by_email(email).username


def username_exists(actor: Actor, username: str) -> bool:
    """Whether an account has this name, for whoever may see a website; one's own name one may always ask for."""
    if is_anonymous(username):
        return True
    require_login(actor)
    if fold(username) == fold(actor.username):
        return True
    require_some(actor, SiteRole.VIEW)
    return fetch_one(queries.select_person, username_key=fold(username)) is not None


def email_exists(actor: Actor, email: str) -> bool:
    """Whether an account has this e-mail address, for whoever may see a website."""
    require_login(actor)
    require_some(actor, SiteRole.VIEW)
    return fetch_one(queries.select_person_by_email, email_key=fold(email)) is not None


def list_people(
    actor: Actor, window: Window = EVERYTHING, *, usernames: Collection[str] | None = None
) -> Page[PersonView]:
    """
    ``PersonView``s by name, or those of some names, without the ones that others have invited and that have not
    accepted.

    :raises SomeAccessNeeded: the actor administers nothing
    """
    require_some(actor, SiteRole.ADMIN)
    named: dict[str, Any] = {} if usernames is None else {"names": json.dumps([fold(name) for name in usernames])}
    query = queries.select_people(colleagues=_by_rights(actor), others_invited=actor.is_admin, named=bool(named))
    return _viewed(actor, _page(actor, query, window, **named))


def list_usernames(actor: Actor, window: Window = EVERYTHING) -> Page[PersonName]:
    """Names as ``list_people`` has them, also of those whom others have invited."""
    require_some(actor, SiteRole.ADMIN)
    return _page(actor, queries.select_names(colleagues=_by_rights(actor)), window)


def list_admins(actor: Actor) -> Sequence[PersonView]:
    """All administrators, the first ones first, for whoever is logged in: one must know whom to ask."""
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
    ``PersonView``s by name, with their ``rank`` and ``capabilities`` on a website. Who does not administer it sees
    nobody else there, whatever was asked for, and does not learn whether there is such a website.

    :param search: a part of the name, or of an e-mail address that the actor may see
    :param standing: other than active: those whom the actor has invited; for administrators, whom anybody has
    """
    if not is_somebody(actor):
        return PeopleOnSite(Page([], 0), oneself=True)
    site = _site(actor, website, SiteRole.ADMIN)
    if site is None:
        seen = _site(actor, website, SiteRole.VIEW)
        return PeopleOnSite(_oneself(actor, seen.id if seen else NOWHERE), oneself=True)
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
    if search is None or len(search) < PHRASE_MIN_LENGTH:  # a search so short has no index, and many hits
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
    """The website, if the actor has this right there."""
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
    """``PersonView``s by name, as ``list_people``, that have exactly this on a website that the actor administers."""
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    values: dict[str, Any] = {"website_id": site.id}
    if has is AccessFilter.CAPABILITY:
        values["capability"] = capability
    query = queries.select_people(colleagues=_by_rights(actor), others_invited=actor.is_admin, has=has)
    return _viewed(actor, _page(actor, query, window, **values))


def _viewed(actor: Actor, page: Page[Person] | Page[PersonOnSite]) -> Page[PersonView]:
    return Page([_view(actor, row) for row in page.rows], page.total, page.capped)


def _view(actor: Actor, row: Person | PersonOnSite) -> PersonView:
    """Administrators see every e-mail address, everybody the administrators' and their own."""
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
        history=History(row.created_at, until, row.accepted_at) if actor.is_admin else None,
        rank=getattr(row, "rank", None),
        capabilities=getattr(row, "capabilities", None),
    )


def _days_until(moment: datetime | None) -> float:
    left = timedelta(days=-1) if moment is None else moment - utcnow()
    return left / timedelta(days=1)


def _by_rights(actor: Actor) -> bool:
    """Whether the actor sees those alone who have a right on the actor's websites."""
    return not policy.can_administer(actor)


def _page(actor: Actor, query: PageQuery[T], window: Window, **values: Any) -> Page[T]:
    if "actor_id" in query.parameters:
        values["actor_id"] = actor.id
    # What the actor may see is asked of the primary; what may be seen by administrators, a replica knows as well.
    return fetch_window(query, window, fresh=not actor.is_admin, **values)


def _by_email(email: str) -> Person:
    return known(fetch_one(queries.select_person_by_email, email_key=fold(email)), email)
