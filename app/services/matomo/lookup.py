"""Accounts by username and numbers of websites; the calling service checks permission."""

import json
from collections.abc import Iterable
from uuid import UUID

from app.db.reads import fetch_all, fetch_one
from app.domain.errors import UnknownUser
from app.domain.folding import fold
from app.domain.names import ANONYMOUS
from app.models import ANONYMOUS_ID
from app.queries.matomo import people as queries
from app.queries.matomo import sites as site_queries
from app.queries.matomo.people import Person


def find_person(username: str) -> Person:
    """
    Return an account by its username, ignoring case.

    :raises UnknownUser: there is none
    """
    if is_anonymous(username):
        row = fetch_one(queries.select_person_by_id, user_id=ANONYMOUS_ID)
    else:
        row = fetch_one(queries.select_person, username_key=fold(username))
    return known(row, username)


def is_anonymous(username: str) -> bool:
    """Return whether the username means the account of visitors without a session."""
    return fold(username) == ANONYMOUS


def known(row: Person | None, name: str) -> Person:
    """
    Return the row that was looked up by ``name``.

    :raises UnknownUser: there is no row
    """
    if row is None:
        raise UnknownUser(name)
    return row


def site_numbers(website_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the numbers of websites by id, with one statement."""
    ids = [website_id.hex for website_id in website_ids]
    if not ids:
        return {}
    return {row.website_id: row.number for row in fetch_all(site_queries.select_numbers, ids=json.dumps(ids))}
