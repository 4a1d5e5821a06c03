"""Websites by number or id, as far as the actor has access to them."""

import json
from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from app.db.reads import fetch_all
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NoWebsites, TooMany, UnknownWebsites, WebsiteDenied, WebsiteMissing
from app.domain.roles import SiteRole
from app.queries.matomo import sites as queries
from app.queries.matomo.sites import SiteKey
from app.services.lookup import parsed_id
from app.services.matomo.requirements import require_some

Name = str | int | UUID
"""A website's number or id."""
MOST_AT_ONCE = 5000
NUMBER_MAX = 2**31 - 1


def require_right(actor: Actor, words: Iterable[str], right: SiteRole, *, one: bool = False) -> None:
    """
    Require an access level on the websites that some words may mean, even if the words are not valid names.

    Comma-separated lists, ``all`` and decimal numbers count too: without permission, the caller must not learn what
    else is wrong with them.

    :param one: the words must name one website
    :raises WebsiteDenied: the actor lacks the access level on one of the websites
    :raises SomeAccessNeeded: the words name no website, and the actor has the access level on none
    :raises WebsiteMissing: with ``one``, the words name no website
    """
    if actor.is_admin:
        return
    parts = [part.strip() for word in words for part in word.split(",")]
    names: list[Name] = [part.partition(".")[0] for part in parts if part != "all"]
    if "all" in parts:
        names += [row.number for row in _all_with(actor, SiteRole.VIEW if one else right)]
    names = [name for name in names if _key(name) is not None]
    if names:
        _named(actor, names, right)
        decimal = next((part for part in parts if "." in part), None)
        if decimal is not None:  # cannot be the number of a website
            raise WebsiteDenied(decimal.partition(".")[0], right)
    elif one:
        raise WebsiteMissing
    else:
        require_some(actor, right)


def resolve_sites(
    actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole = SiteRole.ADMIN
) -> list[UUID]:
    """
    Return the ids of websites in the given order, without duplicates. ``all`` means those on which the actor has the
    access level, by number. This takes one statement.

    :raises NoWebsites: none is given, or ``all`` matches none
    :raises TooMany: more than ``MOST_AT_ONCE`` are given
    :raises WebsiteDenied: the actor lacks the access level on one of them, or it does not exist
    :raises SomeAccessNeeded: none of the names can be a website's, and the actor has the access level on no website
    :raises UnknownWebsites: some names cannot be a website's or, for administrators, do not exist
    """
    return [row.id for row in resolve(actor, wanted, right)]


def resolve(actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole) -> list[SiteKey]:
    """As ``resolve_sites``, but returns the rows."""
    found = _all_with(actor, right) if wanted == "all" else _named(actor, wanted, right)
    if not found:
        raise NoWebsites("websites")
    return found


def resolve_site(actor: Actor, name: Name, right: SiteRole) -> SiteKey:
    """
    Return one website. Raises as ``resolve_sites`` does, and:

    :raises WebsiteMissing: the name cannot be a website's; administrators get ``UnknownWebsites``
    """
    if _key(name) is None:
        require_right(actor, [str(name)], right, one=True)
    return _named(actor, [name], right)[0]


def _all_with(actor: Actor, right: SiteRole) -> list[SiteKey]:
    statement = queries.select_all_keys if actor.is_admin else queries.select_connected_keys
    rows = fetch_all(statement, actor_id=actor.id)
    return [row for row in rows if policy.has_right(actor, row, right)]


def _named(actor: Actor, wanted: Sequence[Name], right: SiteRole) -> list[SiteKey]:
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany("websites", MOST_AT_ONCE)
    keys = {name: _key(name) for name in wanted}
    known = {name: key for name, key in keys.items() if key is not None}
    found = _by_key(actor, list(known.values()))
    if not actor.is_admin:
        if keys and not known:
            require_some(actor, right)
        for name, key in known.items():
            if key not in found or not policy.has_right(actor, found[key], right):
                raise WebsiteDenied(name, right)
    unknown = [name for name in keys if known.get(name) not in found]
    if unknown:
        raise UnknownWebsites(tuple(unknown))
    return list({found[key].id: found[key] for key in known.values()}.values())


def _by_key(actor: Actor, keys: Sequence[int | UUID]) -> dict[int | UUID, SiteKey]:
    if not keys:
        return {}
    if len(keys) == 1:
        return dict(zip(keys, _one(actor, keys[0]), strict=False))
    numbers = [key for key in keys if isinstance(key, int)]
    ids = [key.hex for key in keys if isinstance(key, UUID)]
    rows = fetch_all(queries.select_named, numbers=json.dumps(numbers), ids=json.dumps(ids), actor_id=actor.id)
    return {row.number: row for row in rows} | {row.id: row for row in rows}


def _one(actor: Actor, key: int | UUID) -> Sequence[SiteKey]:
    """As ``_by_key``, but for one key, which needs only an index lookup."""
    if isinstance(key, int):
        return fetch_all(queries.select_by_number, number=key, actor_id=actor.id)
    return fetch_all(queries.select_by_id, website_id=key, actor_id=actor.id)


def _key(name: Name) -> int | UUID | None:
    """Return the number or id that a name means; None if it cannot be a website's."""
    if isinstance(name, UUID):
        return name
    text = str(name).strip()
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) <= len(str(NUMBER_MAX)) else 0
        return number if 0 < number <= NUMBER_MAX else None
    return parsed_id(text)
