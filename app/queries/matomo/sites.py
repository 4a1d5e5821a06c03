"""Statements about websites by their numbers."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.db.sql.json_list import each_text, listed
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.models import Grant, Membership, Preference, Team, Website, WebsiteNumber, WebsiteProfile
from app.queries.access import of_user, rights
from app.queries.rows import Id
from app.queries.websites import Creator, grant_role, team_role

KEYS = (Website.id.label("id"), WebsiteNumber.number, Website.user_id, Website.team_id, team_role, grant_role)
"""The columns that decide the actor's access to a website, and its number. Value: ``actor_id``."""


class SiteKey(NamedTuple):
    """A website's id and number, with what decides the actor's access to it."""

    id: UUID
    number: int
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None


class SiteNumber(NamedTuple):
    """A website's id and number."""

    website_id: UUID
    number: int


class SiteRecord(NamedTuple):
    """A website with its number; URLs and settings are null if none were given."""

    id: UUID
    number: int
    name: str
    domain: str | None
    created_at: datetime | None
    creator: str | None
    urls: list[str] | None
    settings: dict[str, Any] | None


class SiteListed(NamedTuple):
    """A row of a list of website numbers."""

    id: UUID
    number: int


class GroupName(NamedTuple):
    """The name of a group of websites."""

    name: str


_keys = (
    select(*KEYS)
    .join(WebsiteNumber, WebsiteNumber.website_id == Website.id)
    .where(Website.deleted_at.is_(None))
    .order_by(WebsiteNumber.number)
)

_numbers = listed("numbers")
_ids = listed("ids")
_named = union_all(
    select(WebsiteNumber.website_id).join(_numbers, WebsiteNumber.number == cast(_numbers.c.value, Integer)),
    select(cast(_ids.c.value, Uuid())),
)
select_named = Query(_keys.where(Website.id.in_(_named)), SiteKey)
"""Existing websites with these numbers and ids. Values: ``numbers`` and ``ids``, JSON arrays as text; ``actor_id``."""

select_by_number = Query(_keys.where(WebsiteNumber.number == bindparam("number")), SiteKey)
"""An existing website by number. Values: ``number``, ``actor_id``."""
select_by_id = Query(_keys.where(Website.id == bindparam("website_id")), SiteKey)
"""An existing website by id. Values: ``website_id``, ``actor_id``."""

_teams = (
    select(Membership.team_id)
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.user_id == bindparam("actor_id"), Team.deleted_at.is_(None))
)
_connected = union_all(
    select(Website.id).where(Website.user_id == bindparam("actor_id")),
    select(Website.id).where(Website.team_id.in_(_teams)),
    select(Grant.website_id).where(Grant.user_id == bindparam("actor_id")),
)
select_all_keys = Query(_keys, SiteKey)
"""Every existing website. Value: ``actor_id``."""
select_connected_keys = Query(_keys.where(Website.id.in_(_connected)), SiteKey)
"""Existing websites to which the actor has any access. Value: ``actor_id``."""

_listed_ids = listed("ids")
select_numbers = Query(
    select(WebsiteNumber.website_id, WebsiteNumber.number).join(
        _listed_ids, WebsiteNumber.website_id == cast(_listed_ids.c.value, Uuid())
    ),
    SiteNumber,
)
"""Numbers of websites. Value: ``ids``, a JSON array as text."""


class SiteFilter(StrEnum):
    """A filter for a list of websites."""

    PATTERN = "pattern"
    """A part of the name, of a URL or of the group, or the number. Values: ``search``, a pattern; ``number``."""
    URL = "url"
    """A URL in four spellings. Values: ``url_0`` to ``url_3``."""
    GROUP = "group"
    """The exact group. Value: ``group``, empty for websites without one."""


_BY_NUMBER = [(WebsiteNumber.number, False)]
_WEBSITE = (Website, Website.id == WebsiteNumber.website_id)
_PROFILE = (WebsiteProfile, WebsiteProfile.website_id == WebsiteNumber.website_id)
RECORD = (
    WebsiteNumber.website_id.label("id"),
    WebsiteNumber.number,
    Website.name,
    Website.domain,
    Website.created_at,
    Creator.username.label("creator"),
    WebsiteProfile.urls,
    WebsiteProfile.settings,
)
"""The columns of ``SiteRecord``."""
_JOINS: list[Any] = [
    _WEBSITE,
    _PROFILE,
    (Creator, and_(Creator.id == Website.created_by, Creator.deleted_at.is_(None))),
]

_group = func.coalesce(WebsiteProfile.settings["group"].as_string(), "")
_first_url = func.lower(func.coalesce(WebsiteProfile.urls[0].as_string(), ""))
_of_domain = literal("http://", String()) + Website.domain
_is_main = func.replace(_first_url, Website.domain, "") == _first_url
"""Whether the domain determines the main URL: no URL was given, or the domain was changed later."""
_living = Website.deleted_at.is_(None)


def _any_url(test: Any) -> ColumnElement[bool]:
    """Return the condition that one of the URLs passes ``test``."""
    urls = each_text(WebsiteProfile.urls).table_valued("value", name="urls")
    return or_(and_(_is_main, test(_of_domain)), exists(select(literal(1)).select_from(urls).where(test(urls.c.value))))


def _narrowed(by: SiteFilter) -> ColumnElement[bool]:
    if by is SiteFilter.GROUP:
        return _group == bindparam("group", type_=String())
    if by is SiteFilter.URL:
        spellings = [bindparam(f"url_{number}", type_=String()) for number in range(4)]
        return _any_url(lambda url: or_(*[func.lower(url) == spelling for spelling in spellings]))

    def contains(text: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = text.ilike(bindparam("search"), escape="\\")
        return found

    number = WebsiteNumber.number == bindparam("number", type_=Integer())
    return or_(contains(Website.name), contains(_group), _any_url(contains), number)


@cache
def select_sites(*, everything: bool, by: SiteFilter | None = None, excluding: bool = False) -> PageQuery[SiteRecord]:
    """
    Select a page of websites, by number.

    Values: those of ``by``; ``excluded``, a JSON array of numbers, with ``excluding``; and, because filtered websites
    are gathered once, ``probe``, which must exceed any count.

    :param everything: all websites; otherwise only those on which the highest rank of ``user_id`` is between ``least``
        and ``most``
    """
    hits = select(WebsiteNumber.website_id).join(*_WEBSITE).where(_living)
    if by is not None:
        hits = hits.outerjoin(*_PROFILE).where(_narrowed(by))
    if not everything:
        hits = hits.where(WebsiteNumber.website_id.in_(_with_rank()))
    if excluding:
        excluded = listed("excluded")
        hits = hits.where(WebsiteNumber.number.not_in(select(cast(excluded.c.value, Integer))))
    few = by is not None or not everything
    return PageQuery(paged(hits, WebsiteNumber.website_id, RECORD, _BY_NUMBER, joins=_JOINS, few=few), SiteRecord)


@cache
def select_site_numbers(*, everything: bool) -> PageQuery[SiteListed]:
    """As ``select_sites``, but only ids and numbers."""
    hits = select(WebsiteNumber.website_id).join(*_WEBSITE).where(_living)
    if not everything:
        hits = hits.where(WebsiteNumber.website_id.in_(_with_rank()))
    shown = (WebsiteNumber.website_id.label("id"), WebsiteNumber.number)
    return PageQuery(paged(hits, WebsiteNumber.website_id, shown, _BY_NUMBER, few=not everything), SiteListed)


def _with_rank() -> Select[Any]:
    found = rights(of_user)
    least, most = bindparam("least", type_=Integer()), bindparam("most", type_=Integer())
    return select(found.c.website_id).where(found.c.rank.between(least, most))


select_site = Query(
    select(*RECORD)
    .join(*_WEBSITE)
    .outerjoin(*_PROFILE)
    .outerjoin(*_JOINS[2])
    .where(WebsiteNumber.website_id == bindparam("website_id"), _living),
    SiteRecord,
)
"""One website. Value: ``website_id``."""

select_groups = Query(
    select(_group.label("name"))
    .select_from(Website)
    .outerjoin(WebsiteProfile, WebsiteProfile.website_id == Website.id)
    .where(_living)
    .distinct()
    .order_by("name"),
    GroupName,
)
"""Every group, including the empty one if a website has none."""

select_another = Query(
    select(Website.id.label("id")).where(_living, Website.id != bindparam("website_id")).limit(1), Id
)
"""Any other website. Value: ``website_id``."""

delete_preferences = delete(Preference).where(
    Preference.name == bindparam("named"), Preference.value == bindparam("valued")
)
"""Deletes a preference with this value for all users. Values: ``named``, ``valued``."""
