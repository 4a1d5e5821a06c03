"""Accounts, created or brought to a certain state."""

from typing import Any
from uuid import UUID

from app.db.reads import fetch_one
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Fixed
from app.domain.names import clean_username
from app.domain.password_rules import check_hash
from app.queries import users as queries
from app.queries.users import UserRecord
from app.services.authentication import hashing
from app.services.preconditions import Expected, require_expected
from app.services.putting import Put, put
from app.services.users import accounts, profiles

OWN = frozenset({"email", "display_name", "password"})
"""What users who are not administrators can change."""


def put_user(
    actor: Actor,
    user_id: UUID,
    *,
    username: str,
    role: str,
    email: str | None = None,
    display_name: str | None = None,
    external_id: str | None = None,
    password: str | None = None,
    password_hash: str | None = None,
    current_password: str | None = None,
    service_account: bool | None = None,
    expected: Expected | None = None,
) -> Put[UserRecord]:
    """
    Create an account with these values, or give them to the account. Nothing is written if it has them already.

    :param email: None removes the address; so do ``display_name`` and ``external_id`` what they mean
    :param password: required to create an account of a person; None keeps the password of an existing one
    :param password_hash: a bcrypt hash instead of the password, from administrators
    :param current_password: see ``accounts.update_user``
    :param service_account: None keeps what it is
    :raises Fixed: a person's account cannot become a program's, nor the other way round
    :raises Denied: the actor is not an administrator, and it is another user's account or more than ``OWN`` differs
    :raises Invalid, Conflict, Throttled: see ``accounts.create_user`` and ``accounts.update_user``
    """
    policy.require(policy.can_see_user(actor, user_id))
    if password_hash is not None:
        check_hash(password_hash)
    profile = {
        "email": profiles.given_email(email),
        "display_name": profiles.given_display_name(display_name),
        "external_id": external_id,
    }
    wanted: dict[str, Any] = {"username": clean_username(username), "role": role, **profile}
    secret: dict[str, Any] = {"password": password, "password_hash": password_hash}

    def create() -> None:
        accounts.create_user(actor, id=user_id, service_account=bool(service_account), **wanted, **secret)

    def change(found: UserRecord) -> None:
        if service_account is not None and service_account != found.service_account:
            raise Fixed("service_account")
        changes = {name: value for name, value in wanted.items() if getattr(found, name) != value}
        changes |= _other_password(actor, found, password, password_hash)
        policy.require(actor.is_admin or changes.keys() <= OWN)
        if changes:
            accounts.update_user(actor, user_id, current_password=current_password, expected=expected, **changes)
        else:
            require_expected(expected, lambda: found)

    return put(lambda: fetch_one(queries.select_user, user_id=user_id), create, change, expected)


def _other_password(actor: Actor, found: UserRecord, password: str | None, password_hash: str | None) -> dict[str, str]:
    """
    Return the password or the hash, if the account has another one.

    Only an actor who could set the password learns whether it is the same one; others have to confirm the change.
    """
    if password is None and password_hash is None:
        return {}
    policy.require_power_over(actor, found.role)
    policy.require(not (actor.is_key and actor.is_user(found.id)))
    stored = fetch_one(queries.select_stored_hash, user_id=found.id) if actor.is_admin else None
    if password_hash is not None:
        return {} if stored is not None and stored.password_hash == password_hash else {"password_hash": password_hash}
    if password is None or (stored is not None and hashing.matches(password, stored.password_hash)):
        return {}
    return {"password": password}
