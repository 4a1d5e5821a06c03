"""Reports on who can do what on which website, and why. ``grants`` changes it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from app.db.reads import fetch_all, fetch_list, fetch_one, fetch_page
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Denied, NotFound
from app.domain.folding import fold
from app.domain.names import ANONYMOUS
from app.domain.pagination import Page, Window
from app.domain.permissions import Permission
from app.domain.roles import RANKS, ROLE_OF_RANK, Role, SiteRole, Source
from app.models import ANONYMOUS_ID
from app.queries import access as queries
from app.queries.access import CAPABILITY, Detail, Holder, ListScope, WebsiteShown, WebsiteWithNumber
from app.runtime import runtime
from app.services.access import grants
from app.services.users import accounts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReasonTeam:
    """The team that gives a user access, and the user's role in it."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Granter:
    """The user who gave a grant."""

    id: UUID
    username: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the ways in which a user has access to a website."""

    source: Source
    right: SiteRole
    team: ReasonTeam | None = None
    granted_by: Granter | None = None
    """Set for a grant; None if it was made on the command line, or the granter's account was deleted."""


@dataclass(frozen=True, slots=True)
class AccessView:
    """What one user can do on one website, and why."""

    user: Holder
    website: WebsiteShown | WebsiteWithNumber
    right: SiteRole | None
    """The highest access level among the reasons; None if there are no reasons."""
    granted: Sequence[str]
    """Capabilities that were granted; empty if the user has no access level, as they have no effect then."""
    implied: Sequence[str]
    """Capabilities that the access level includes."""
    reasons: Sequence[Reason]
    """The ways in which the user has access, highest access level first."""


def find_holder(actor: Actor, text: str) -> UUID:
    """
    Return the id of the user with this name or id, for administrators.

    ``anonymous`` is the account for visitors who are not logged in, even before it is created, unless another user has
    that name.

    :raises NotFound: there is no such user
    """
    try:
        user_id: UUID = accounts.find_user(actor, text).id
    except NotFound:
        if fold(text) != ANONYMOUS:
            raise
        return ANONYMOUS_ID
    return user_id


def get_access(actor: Actor, website_id: UUID, user_id: UUID) -> AccessView:
    """
    Return one user's access to one website.

    Available to anyone who administers the website, and to users who can see the website, for their own access.

    :raises Denied: the actor is neither, or there is no such website
    :raises NotFound: there is no such website or user, and the actor is allowed to know
    """
    return _view_of_pair(_visible(actor, website_id, own=actor.is_user(user_id)), user_id)


@retried
def put_access(
    actor: Actor, website_id: UUID, user_id: UUID, *, role: SiteRole, capabilities: Collection[str] | None = None
) -> AccessView:
    """Call ``grants.set_access`` for one website, and return the user's new access. Raises the same errors."""
    with transaction():
        grants.set_access(actor, user_id, [website_id], role, capabilities=capabilities)
        # Permission is not checked again: users who lower their own access can still read the result.
        return _view_of_pair(fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id), user_id)


def list_website_access(
    actor: Actor, website_id: UUID, window: Window, *, search: str | None = None
) -> Page[AccessView]:
    """
    List the ``AccessView``s of all users who have access to a website, administrators included, by name.

    :param search: a part of the name
    :raises Denied, NotFound: see ``get_access``
    """
    website = _visible(actor, website_id)
    page = fetch_page(queries.select_users, window, search=search, folded=True, website_id=website_id)
    details = _details(ListScope.WEBSITE, [user.id for user in page.rows], website_id=website_id)
    return page.with_rows([_view(user, website, details[user.id]) for user in page.rows])


def list_user_access(actor: Actor, user_id: UUID, window: Window, *, search: str | None = None) -> Page[AccessView]:
    """
    List the ``AccessView``s of all websites that a user has access to, by name.

    :param search: a part of the name or the domain
    :raises Denied: the actor is neither this user nor an administrator
    :raises NotFound: there is no such user
    """
    policy.require(policy.can_see_user(actor, user_id))
    user = _found(fetch_one(queries.select_holder, user_id=user_id))
    everything = user.role == Role.ADMIN
    build, index = partial(queries.select_websites, everything=everything), "search_website" if everything else None
    values: dict[str, Any] = {} if everything else {"user_id": user_id}
    page = fetch_page(build, window, search=search, index=index, **values)
    details = _details(ListScope.USER, [website.id for website in page.rows], user_id=user_id)
    return page.with_rows([_view(user, website, details[website.id]) for website in page.rows])


def _visible(actor: Actor, website_id: UUID, *, own: bool = False) -> WebsiteWithNumber:
    row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
    if row is not None and own and policy.can_see_website(actor, row):
        return row
    if row is not None and policy.can_change_website(actor, row, Permission.WEBSITE_ACCESS):
        return row
    raise NotFound() if actor.is_admin else Denied()


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row


def _view_of_pair(website: WebsiteWithNumber | None, user_id: UUID) -> AccessView:
    user, website = _found(fetch_one(queries.select_holder, user_id=user_id)), _found(website)
    details = fetch_all(queries.select_details(ListScope.USER, 1), user_id=user_id, website_0=website.id)
    return _view(user, website, details)


def _details(of: ListScope, ids: Sequence[UUID], **one: UUID) -> dict[UUID, list[Detail]]:
    """Return reasons and capabilities by website, or by user, with one statement, or with none if there are no ids."""
    grouped: dict[UUID, list[Detail]] = defaultdict(list)
    if not ids:
        return grouped
    # Pad to the next power of two by repeating the last id, so that there are few different statements.
    number, other = 1 << (len(ids) - 1).bit_length(), "website" if of is ListScope.USER else "user"
    others = {f"{other}_{index}": ids[min(index, len(ids) - 1)] for index in range(number)}
    for row in fetch_list(queries.select_details(of, number), **one, **others):
        grouped[row.website_id if of is ListScope.USER else row.user_id].append(row)
    return grouped


def _view(user: Holder, website: WebsiteShown | WebsiteWithNumber, details: Sequence[Detail]) -> AccessView:
    reasons = [Reason(Source.ADMIN, SiteRole.ADMIN)] if user.role == Role.ADMIN else []
    reasons += [_reason(row) for row in details if row.source != CAPABILITY]
    right = max((reason.right for reason in reasons), key=RANKS.__getitem__, default=None)
    known = runtime().capabilities
    stored = {row.role for row in details if row.source == CAPABILITY and row.role}
    granted = known.ordered(stored) if right else []
    implied = list(known) if user.role == Role.ADMIN else known.included_in(right)
    return AccessView(user, website, right, granted, implied, reasons)


def _reason(row: Detail) -> Reason:
    team = granter = None
    if row.team_id is not None and row.team_name is not None and row.role is not None:
        team = ReasonTeam(row.team_id, row.team_name, row.role)
    if row.granted_by is not None and row.granter is not None:
        granter = Granter(row.granted_by, row.granter)
    return Reason(Source(row.source), ROLE_OF_RANK[row.rank], team, granter)
