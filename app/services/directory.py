"""
Who there is, as far as the one who asks may know: administrators see everybody; who administers a website sees who has
any right on it, administrators apart; others see themselves.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select

from app.db import fetch_all, fetch_list, fetch_one
from app.models import ANONYMOUS_ID, Role, SiteRole, utcnow
from app.models.enums import Has, Standing
from app.models.folding import fold, fold_case
from app.paging import MAX_OFFSET, Page, Window
from app.queries import directory as queries
from app.queries.paged import FEW
from app.queries.searching import PHRASE_MIN_LENGTH, pattern
from app.security import policy
from app.security.actor import Actor
from app.services import sites
from app.services.requirements import (
    ANONYMOUS,
    UnknownUser,
    is_somebody,
    require_admin,
    require_admin_or,
    require_login,
    require_some,
)

EVERYTHING = Window(0, MAX_OFFSET)
PROBE = {"probe": MAX_OFFSET}
LONG_PATTERN = len(pattern("x" * PHRASE_MIN_LENGTH))
"""A search that is not so long has no index, and many hits."""
NOWHERE = UUID(int=0)
"""A website that nobody has any right on."""


@dataclass(frozen=True, slots=True)
class PeopleOnSite:
    """Some accounts; ``oneself``: only the actor's own may be shown."""

    page: Page
    oneself: bool = False


def find_person(username: str) -> Row[Any]:
    """An account by its name, in any case; for services. :raises UnknownUser: there is none"""
    if is_anonymous(username):
        row = fetch_one(queries.select_person_by_id, user_id=ANONYMOUS_ID)
    else:
        row = fetch_one(queries.select_person, username_key=fold(username))
    return _known(row, username)


def is_anonymous(username: str) -> bool:
    """Whether the name means the account that stands for whoever is not logged in."""
    return fold(username) == ANONYMOUS


def get_person(actor: Actor, username: str) -> Row[Any]:
    """
    An account by its name; everybody may see their own.

    :raises OneselfNeeded: somebody else's, and the actor is no administrator
    :raises UnknownUser: there is none
    """
    require_admin_or(actor, username)
    return find_person(username)


def get_person_by_email(actor: Actor, email: str) -> Row[Any]:
    """An account by its e-mail address. :raises UnknownUser: there is none"""
    require_admin(actor)
    return _by_email(email)


def username_of_email(actor: Actor, email: str) -> str:
    """The name of an account, for whoever administers a website. :raises UnknownUser: there is none"""
    require_login(actor)
    require_some(actor, SiteRole.ADMIN)
    return str(_by_email(email).username)


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


def list_people(actor: Actor, window: Window = EVERYTHING, *, usernames: Collection[str] | None = None) -> Page:
    """
    Accounts by name, or those of some names, without the ones that others have invited and that have not accepted.

    :raises SomeRightNeeded: the actor administers nothing
    """
    require_some(actor, SiteRole.ADMIN)
    named: dict[str, Any] = {} if usernames is None else {"names": json.dumps([fold(name) for name in usernames])}
    return _page(actor, window, others_invited=actor.is_admin, named=bool(named), values=named)


def list_usernames(actor: Actor, window: Window = EVERYTHING) -> Page:
    """Names as ``list_people`` has them, also of those whom others have invited."""
    require_some(actor, SiteRole.ADMIN)
    return _page(actor, window, names_only=True)


def list_admins(actor: Actor) -> Sequence[Row[Any]]:
    """All administrators, the first ones first, for whoever is logged in: one must know whom to ask."""
    require_login(actor)
    return fetch_all(queries.select_admins)


def list_people_on_site(
    actor: Actor,
    website: sites.Name,
    window: Window = EVERYTHING,
    *,
    search: str | None = None,
    has: Has | SiteRole | None = None,
    capability: str | None = None,
    standing: Standing | None = None,
) -> PeopleOnSite:
    """
    Accounts by name, with their ``rank`` and ``capabilities`` on a website. Who does not administer it sees nobody
    else there, whatever was asked for, and does not learn whether there is such a website.

    :param search: a part of the name, or of an e-mail address that the actor may see
    :param standing: other than active: those whom the actor has invited; for administrators, whom anybody has
    """
    if not is_somebody(actor):
        return PeopleOnSite(Page([], 0), oneself=True)
    site = _site(actor, website, SiteRole.ADMIN)
    if site is None:
        seen = _site(actor, website, SiteRole.VIEW)
        return PeopleOnSite(_oneself(actor, seen.id if seen else NOWHERE), oneself=True)
    if has is Has.EVERYTHING and not actor.is_admin:
        has = None
    values: dict[str, Any] = {"website_id": site.id, "capability": capability}
    if search:
        values["search"] = pattern(fold_case(search))
    if standing is not None:
        values["today"] = utcnow().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    invited = actor.is_admin or standing in (None, Standing.ACTIVE)
    question = {"others_invited": invited, "searched": bool(search), "standing": standing, "has": has, "of_site": True}
    return PeopleOnSite(_page(actor, window, values=values, **question))


def _site(actor: Actor, website: sites.Name, right: SiteRole) -> Row[Any] | None:
    """The website, if the actor has this right there."""
    try:
        return sites.resolve_site(actor, website, right)
    except (sites.WebsiteDenied, sites.WebsiteMissing):
        return None


def _oneself(actor: Actor, website_id: UUID) -> Page:
    statement = queries.select_people(named=True, of_site=True)
    values = {"names": json.dumps([fold(actor.username)]), "website_id": website_id}
    return Page.of(fetch_all(statement, **values, **PROBE | EVERYTHING.values), EVERYTHING)


def list_people_with(
    actor: Actor,
    website: sites.Name,
    window: Window = EVERYTHING,
    *,
    has: SiteRole | Has,
    capability: str | None = None,
) -> Page:
    """Accounts by name, as ``list_people``, that have exactly this on a website that the actor administers."""
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    values = {"website_id": site.id, "capability": capability}
    return _page(actor, window, others_invited=actor.is_admin, has=has, values=values)


def sees_email(actor: Actor, person: Any) -> bool:
    """Administrators see everybody's e-mail address, everybody the administrators' and their own."""
    return actor.is_admin or actor.is_user(person.id) or person.role == Role.ADMIN


def days_left(person: Any) -> float | None:
    """How many days an invitation may still be accepted, negative when it is too late; None for whoever is in."""
    if not person.pending:
        return None
    if person.expires_at is None:
        return -1.0
    left: timedelta = person.expires_at - utcnow()
    return left / timedelta(days=1)


def _page(actor: Actor, window: Window, *, values: dict[str, Any] | None = None, **question: Any) -> Page:
    question["colleagues"] = not policy.can_administer(actor)
    given = {"actor_id": actor.id} | PROBE | (values or {}) | window.values
    if not question.get("searched"):
        return Page.of(_rows(actor, queries.select_people(**question), given), window)
    # Few hits are gathered and sorted; with many, as one letter has, the walk in order of name soon has a page.
    if len(given["search"]) >= LONG_PATTERN:
        rows = _rows(actor, queries.select_people(**question), given | {"probe": FEW + 1})
        if rows[0].total <= FEW:
            return Page.of(rows, window)
    return Page.of(_rows(actor, queries.select_people(many=True, **question), given), window)


def _rows(actor: Actor, statement: Select[Any], given: dict[str, Any]) -> Sequence[Row[Any]]:
    # What the actor may see is asked of the primary; what may be seen by administrators, a replica knows as well.
    return fetch_list(statement, wrote_at=actor.wrote_at, **given) if actor.is_admin else fetch_all(statement, **given)


def _by_email(email: str) -> Row[Any]:
    return _known(fetch_one(queries.select_person_by_email, email_key=fold(email)), email)


def _known(row: Row[Any] | None, name: str) -> Row[Any]:
    if row is None:
        raise UnknownUser(name)
    return row
