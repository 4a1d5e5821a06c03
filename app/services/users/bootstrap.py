"""Creating the first administrator."""

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
from app.security.tokens import new_code
from app.services.users import accounts
from app.settings import Config

USERNAME, PASSWORD, EMAIL = "admin_username", "admin_password", "admin_email"
"""The settings for the first administrator."""


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The account that was created; ``password`` is set only if it was generated here, to be shown once."""

    username: str
    password: str | None


def ensure_admin(actor: Actor, username: str, password: str = "", *, email: str = "") -> FirstAdmin | None:
    """
    Create the first administrator, or return None if there is an administrator already.

    :param password: generated if empty
    :raises Invalid: the name, the password or the address breaks a rule
    :raises Conflict: the name or the address belongs to a user who is not an administrator
    """
    if fetch_one(queries.select_any_admin):
        return None
    generated = None if password else new_code()
    try:
        accounts.create_user(
            actor, username=username, password=password or generated or "", role=Role.ADMIN, email=email or None
        )
    except Conflict:
        if fetch_one(queries.select_any_admin):
            return None  # another process has just created it
        raise
    return FirstAdmin(username, generated)


def ignored_settings(actor: Actor) -> list[str]:
    """
    Return the names of settings for the first administrator that have no effect.

    They are ignored once there is an administrator; those that match the account are left out. Returns an empty list
    if there is no administrator yet, or if the database cannot be read.
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
