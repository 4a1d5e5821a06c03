"""Accounts, created or brought to a certain state."""

from typing import Any
from uuid import UUID

from app.db.reads import fetch_one
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Fixed, PasswordTwice
from app.domain.names import clean_username
from app.domain.password_rules import check_hash
from app.queries import users as queries
from app.queries.users import UserRecord
from app.services.authentication import hashing
from app.services.preconditions import Expected, require_expected
from app.services.putting import Put, Stale, put
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
        if password is not None:
            raise PasswordTwice("password_hash")
    wanted = _wanted(username, role, email, display_name, external_id)
    secret: dict[str, Any] = {"password": password, "password_hash": password_hash}

    def create() -> UserRecord:
        made = accounts.create_user(actor, id=user_id, service_account=bool(service_account), **wanted, **secret)
        return UserRecord.of(made)

    def change(found: UserRecord) -> UserRecord:
        changes = _changes(found, wanted, service_account)
        stored = _stored_hash(actor, found, password, password_hash)
        if not _is_password(stored, password, password_hash):
            changes |= {name: value for name, value in secret.items() if value is not None}
        policy.require(actor.is_admin or changes.keys() <= OWN)
        if not changes:
            require_expected(expected, lambda: found)
            return found

        def is_expected(now: UserRecord) -> bool:
            """Called when the account is locked: what was decided above must still hold."""
            decisive = {"role"} if actor.is_admin else {*wanted} - OWN
            same = all(getattr(now, name) == getattr(found, name) for name in decisive)
            if not same or _stored_hash(actor, now, password, password_hash) != stored:
                raise Stale
            return expected is None or expected(now)

        # Every value, also those that do not differ now: another request may be changing them.
        values = {name: value for name, value in wanted.items() if name != "role"} | changes
        user = accounts.update_user(actor, user_id, current_password=current_password, expected=is_expected, **values)
        return UserRecord.of(user)

    return put(lambda: fetch_one(queries.select_user, user_id=user_id), create, change, expected)


def is_so(
    actor: Actor,
    found: UserRecord,
    stored_hash: str,
    *,
    id: UUID,
    username: str,
    role: str,
    email: str | None = None,
    display_name: str | None = None,
    external_id: str | None = None,
    password_hash: str | None = None,
    service_account: bool | None = None,
    expected: Expected | None = None,
) -> bool:
    """
    Return whether ``put_user`` has nothing to change in this account, without a statement.

    :param stored_hash: the hash of the account's password
    :raises DomainError: ``put_user`` would raise it
    """
    policy.require(policy.can_see_user(actor, id))
    if _changes(found, _wanted(username, role, email, display_name, external_id), service_account):
        return False
    if password_hash is not None:
        check_hash(password_hash)
        _require_power(actor, found)
        if not actor.is_admin or password_hash != stored_hash:
            return False
    require_expected(expected, lambda: found)
    return True


def _wanted(
    username: str, role: str, email: str | None, display_name: str | None, external_id: str | None
) -> dict[str, Any]:
    return {
        "username": clean_username(username),
        "role": role,
        "email": profiles.given_email(email),
        "display_name": profiles.given_display_name(display_name),
        "external_id": external_id,
    }


def _changes(found: UserRecord, wanted: dict[str, Any], service_account: bool | None) -> dict[str, Any]:
    """Return the values that the account does not have. :raises Fixed: see ``put_user``"""
    if service_account is not None and service_account != found.service_account:
        raise Fixed("service_account")
    return {name: value for name, value in wanted.items() if getattr(found, name) != value}


def _require_power(actor: Actor, found: UserRecord) -> None:
    """Make sure that the actor could set the password, as only such an actor learns whether it is the same one."""
    policy.require_power_over(actor, found.role)
    policy.require(not (actor.is_key and actor.is_user(found.id)))


def _stored_hash(actor: Actor, found: UserRecord, password: str | None, password_hash: str | None) -> str | None:
    """
    Return the hash of the account's password to compare the given one with; None if there is nothing to compare.

    Only administrators learn whether it is the same one; others have to confirm the change.
    """
    if password is None and password_hash is None:
        return None
    _require_power(actor, found)
    row = fetch_one(queries.select_stored_hash, user_id=found.id) if actor.is_admin else None
    return None if row is None else row.password_hash


def _is_password(stored: str | None, password: str | None, password_hash: str | None) -> bool:
    """Return whether the account has this password, or this hash, as far as the actor may learn it."""
    if password_hash is not None:
        return password_hash == stored
    return password is None or (stored is not None and hashing.matches(password, stored))
