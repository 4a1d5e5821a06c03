"""Websites by their numbers, for wires that call them so."""

import json
from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from app.db.reads import fetch_all
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NoWebsites, TooMany, UnknownWebsites, WebsiteDenied
from app.domain.roles import SiteRole
from app.queries.matomo import sites as queries
from app.queries.matomo.sites import SiteKey
from app.services.lookup import parsed_id

Name = str | int | UUID
"""How a website may be called: by its number or by its id."""
MOST_AT_ONCE = 5000
NUMBER_MAX = 2**31 - 1


def resolve_sites(
    actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole = SiteRole.ADMIN
) -> list[UUID]:
    """
    The ids of websites, in the order in which they are named, each once. ``all`` means those that the actor
    has the right on, by number. It takes one statement.

    :raises NoWebsites: none is named, or ``all`` is none
    :raises UnknownWebsites: names that no website can have and, for administrators, that none has
    :raises WebsiteDenied: the actor has not the right on one of them, or there is none of that name
    """
    return [row.id for row in resolve(actor, wanted, right)]


def resolve(actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole) -> list[SiteKey]:
    """As ``resolve_sites``, with what was found."""
    found = _all_with(actor, right) if wanted == "all" else _named(actor, wanted, right)
    if not found:
        raise NoWebsites("websites")
    return found


def resolve_site(actor: Actor, name: Name, right: SiteRole) -> SiteKey:
    """One website, with ``id`` and ``number``; refusals as of ``resolve_sites``."""
    return _named(actor, [name], right)[0]


def site_numbers(website_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The numbers of websites, by id, in one statement."""
    ids = [website_id.hex for website_id in website_ids]
    if not ids:
        return {}
    return {row.website_id: row.number for row in fetch_all(queries.select_numbers, ids=json.dumps(ids))}


def _all_with(actor: Actor, right: SiteRole) -> list[SiteKey]:
    statement = queries.select_all_keys if actor.is_admin else queries.select_connected_keys
    rows = fetch_all(statement, actor_id=actor.id)
    return [row for row in rows if policy.has_right(actor, row, right)]


def _named(actor: Actor, wanted: Sequence[Name], right: SiteRole) -> list[SiteKey]:
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany("websites", MOST_AT_ONCE)
    keys = {name: _key(name) for name in wanted}
    found = _by_key(actor, [key for key in keys.values() if key is not None])
    unknown = [name for name, key in keys.items() if key is None or (actor.is_admin and key not in found)]
    if unknown:
        raise UnknownWebsites(tuple(unknown))
    rows: dict[UUID, SiteKey] = {}
    for name, key in keys.items():
        row = found.get(key) if key is not None else None
        if row is None or not policy.has_right(actor, row, right):
            raise WebsiteDenied(name, right)
        rows[row.id] = row
    return list(rows.values())


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
    """As ``_by_key``, on the index alone."""
    if isinstance(key, int):
        return fetch_all(queries.select_by_number, number=key, actor_id=actor.id)
    return fetch_all(queries.select_by_id, website_id=key, actor_id=actor.id)


def _key(name: Name) -> int | UUID | None:
    """What a name means; None where no website can be called so."""
    if isinstance(name, UUID):
        return name
    text = str(name).strip()
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) <= len(str(NUMBER_MAX)) else 0
        return number if 0 < number <= NUMBER_MAX else None
    return parsed_id(text)
