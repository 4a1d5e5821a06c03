"""Websites by their numbers, for wires that call them so."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from app.db import fetch_all
from app.errors import Denied, Invalid
from app.models import SiteRole
from app.queries import sites as queries
from app.security import policy
from app.security.actor import Actor
from app.services.lookup import parsed_id
from app.services.requirements import require_some

Name = str | int | UUID
"""How a website may be called: by its number or by its id."""
MOST_AT_ONCE = 5000
NUMBER_MAX = 2**31 - 1
SHOWN_IN_MESSAGES, MOST_SHOWN_OF_NAME = 20, 40


class NoWebsites(Invalid):
    """A list of websites that names none."""

    default = "Name at least one website."


class UnexpectedWebsites(Invalid):
    """
    Websites that there are not, or names that no website can have; ``names`` says which, ``shown`` does so in a text
    that has an end.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(str(name) for name in names)
        shown = ", ".join(name[:MOST_SHOWN_OF_NAME] for name in self.names[:SHOWN_IN_MESSAGES])
        more = f" and {len(self.names) - SHOWN_IN_MESSAGES} more" if len(self.names) > SHOWN_IN_MESSAGES else ""
        self.shown = shown + more
        super().__init__(f"There is no such website: {self.shown}", field="websites")


class WebsiteDenied(Denied):
    """The actor has not the ``right`` that it takes on the website called ``name``; perhaps there is none."""

    def __init__(self, name: Name, right: SiteRole) -> None:
        self.name, self.right = str(name)[:MOST_SHOWN_OF_NAME], right
        super().__init__(f"It takes the right to {right.value} on website {self.name}.")


class WebsiteMissing(Denied):
    """A right on a website is needed, and what was given cannot be the name of one."""

    default = "Name a website."


def require_right(actor: Actor, words: Iterable[str], right: SiteRole, *, one: bool = False) -> None:
    """
    Ask for a right on the websites that some words may mean, whether or not they can be used as names. Lists with
    commas, ``all`` and numbers with decimals count as well: without the right, nothing else about them is told.

    :param one: the words are to name one website
    :raises WebsiteDenied: the actor does not have the right on one of the websites
    :raises SomeRightNeeded: the words name none, and the actor does not have the right on any
    :raises WebsiteMissing: with ``one``, the words name none
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
        if decimal is not None:  # never the number of a website
            raise WebsiteDenied(decimal.partition(".")[0], right)
    elif one:
        raise WebsiteMissing
    else:
        require_some(actor, right)


def resolve_sites(
    actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole = SiteRole.ADMIN
) -> list[UUID]:
    """
    The ids of websites, in the order in which they are named, each once. ``all`` means those that the actor
    has the right on, by number. It takes one statement.

    :raises NoWebsites: none is named, or ``all`` is none
    :raises WebsiteDenied: the actor has not the right on one of them, or there is none of that name
    :raises SomeRightNeeded: no name is one that a website can have, and the actor has not the right on any
    :raises UnexpectedWebsites: names that no website can have and, for administrators, that none has
    """
    return [row.id for row in resolve(actor, wanted, right)]


def resolve(actor: Actor, wanted: Sequence[Name] | Literal["all"], right: SiteRole) -> list[Row[Any]]:
    """As ``resolve_sites``: rows with ``id`` and ``number``."""
    found = _all_with(actor, right) if wanted == "all" else _named(actor, wanted, right)
    if not found:
        raise NoWebsites(field="websites")
    return found


def resolve_site(actor: Actor, name: Name, right: SiteRole) -> Row[Any]:
    """
    One website, with ``id`` and ``number``; errors as of ``resolve_sites``.

    :raises WebsiteMissing: the name is one that no website can have; administrators get ``UnexpectedWebsites``
    """
    if _key(name) is None:
        require_right(actor, [str(name)], right, one=True)
    return _named(actor, [name], right)[0]


def site_numbers(website_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The numbers of websites, by id, in one statement."""
    ids = [website_id.hex for website_id in website_ids]
    if not ids:
        return {}
    return {row.website_id: row.number for row in fetch_all(queries.select_numbers, ids=json.dumps(ids))}


def _all_with(actor: Actor, right: SiteRole) -> list[Row[Any]]:
    statement = queries.select_all_keys if actor.is_admin else queries.select_connected_keys
    rows = fetch_all(statement, actor_id=actor.id)
    return [row for row in rows if policy.has_right(actor, row, right)]


def _named(actor: Actor, wanted: Sequence[Name], right: SiteRole) -> list[Row[Any]]:
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"Name at most {MOST_AT_ONCE} websites at once.", field="websites")
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
        raise UnexpectedWebsites(unknown)
    return list({found[key].id: found[key] for key in known.values()}.values())


def _by_key(actor: Actor, keys: Sequence[int | UUID]) -> dict[int | UUID, Row[Any]]:
    if not keys:
        return {}
    if len(keys) == 1:
        return dict(zip(keys, _one(actor, keys[0]), strict=False))
    numbers = [key for key in keys if isinstance(key, int)]
    ids = [key.hex for key in keys if isinstance(key, UUID)]
    rows = fetch_all(queries.select_named, numbers=json.dumps(numbers), ids=json.dumps(ids), actor_id=actor.id)
    return {row.number: row for row in rows} | {row.id: row for row in rows}


def _one(actor: Actor, key: int | UUID) -> Sequence[Row[Any]]:
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
