"""Accounts by their names, websites by their numbers; for services, which ask for permission themselves."""

import json
from collections.abc import Iterable
from uuid import UUID

from app.db.reads import fetch_all, fetch_one
from app.domain.errors import UnknownUser
from app.domain.folding import fold
from app.models import ANONYMOUS_ID
from app.queries.matomo import people as queries
from app.queries.matomo import sites as site_queries
from app.queries.matomo.people import Person
from app.services.access.holders import ANONYMOUS


def find_person(username: str) -> Person:
    """An account by its name, in any case. :raises UnknownUser: there is none"""
    if is_anonymous(username):
        row = fetch_one(queries.select_person_by_id, user_id=ANONYMOUS_ID)
    else:
        row = fetch_one(queries.select_person, username_key=fold(username))
    return known(row, username)


def is_anonymous(username: str) -> bool:
    """Whether the name means the account that stands for whoever is not logged in."""
    return fold(username) == ANONYMOUS


def known(row: Person | None, name: str) -> Person:
    """The row that was looked for by ``name``. :raises UnknownUser: there is none"""
    if row is None:
        raise UnknownUser(name)
    return row


def site_numbers(website_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The numbers of websites, by id, in one statement."""
    ids = [website_id.hex for website_id in website_ids]
    if not ids:
        return {}
    return {row.website_id: row.number for row in fetch_all(site_queries.select_numbers, ids=json.dumps(ids))}
