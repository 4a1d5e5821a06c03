"""The first administrator (W32)."""

import secrets
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.db.reads import fetch_one
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Conflict, Unavailable
from app.domain.folding import fold
from app.domain.roles import Role
from app.queries import users as queries
from app.runtime import runtime
from app.security import password_hashing
from app.services.users import accounts
from app.settings import Config

USERNAME, PASSWORD, EMAIL = "admin_username", "admin_password", "admin_email"
"""The settings of the first administrator."""


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who was made; ``password`` only where it was made up here, to be shown once."""

    username: str
    password: str | None


def ensure_admin(actor: Actor, username: str, password: str = "", *, email: str = "") -> FirstAdmin | None:
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
            actor, username=username, password=password or generated or "", role=Role.ADMIN, email=email or None
        )
    except Conflict:
        if fetch_one(queries.select_any_admin):
            return None  # another process was quicker
        raise
    return FirstAdmin(username, generated)


def ignored_settings(actor: Actor) -> list[str]:
    """
    The settings of the first administrator that differ from what is there, and change nothing: there is an
    administrator already. None where there is none, or where the database does not say.
    """
    policy.require(policy.can_administer(actor))
    config = runtime().config
    given = [name for name in (USERNAME, PASSWORD, EMAIL) if getattr(config, name) != getattr(Config, name)]
    try:
        return [name for name in given if _is_ignored(name)] if given and fetch_one(queries.select_any_admin) else []
    except (SQLAlchemyError, Unavailable):
        return []


def _is_ignored(name: str) -> bool:
    config = runtime().config
    key = fold(config.admin_username)
    account = fetch_one(queries.select_credentials, account_key=key)
    if account is None or account.role != Role.ADMIN or fold(account.username) != key:
        return True
    if name == PASSWORD:
        return not password_hashing.matches(config.admin_password, account.password_hash)
    profile = fetch_one(queries.select_user, user_id=account.id)
    return name == EMAIL and (profile is None or fold(profile.email or "") != fold(config.admin_email))
