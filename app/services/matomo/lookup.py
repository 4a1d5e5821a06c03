"""Accounts by their names; for services, which ask for permission themselves."""

from app.db.reads import fetch_one
from app.domain.errors import UnknownUser
from app.domain.folding import fold
from app.models import ANONYMOUS_ID
from app.queries.matomo import people as queries
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
