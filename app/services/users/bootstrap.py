"""The first administrator (W32)."""

import secrets
from dataclasses import dataclass

from app.db.reads import fetch_one
from app.domain.actor import OPERATOR
from app.domain.errors import Conflict
from app.domain.roles import Role
from app.queries import users as queries
from app.services.users import accounts


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who was made; ``password`` only where it was made up here, to be shown once."""

    username: str
    password: str | None


def ensure_admin(username: str, password: str = "", *, email: str = "") -> FirstAdmin | None:
    """
    Make the first administrator if there is none; None when there is.

    :raises Invalid: name, password or address break a rule
    :raises Conflict: the name, or the address, belongs to somebody who is none
    """
    if fetch_one(queries.select_any_admin):
        return None
    generated = None if password else secrets.token_urlsafe(12)
    try:
        accounts.create_user(
            OPERATOR, username=username, password=password or generated or "", role=Role.ADMIN, email=email or None
        )
    except Conflict:
        if fetch_one(queries.select_any_admin):
            return None  # another process was quicker
        raise
    return FirstAdmin(username, generated)
