"""Logging in, and knowing who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import update

from app.db.reads import fetch_all, fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain.actor import Actor
from app.domain.errors import (
    DomainError,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
    WrongCredentials,
    WrongPassword,
)
from app.domain.folding import fold
from app.models import User
from app.queries import access_tokens as token_queries
from app.queries import sessions as session_queries
from app.queries import teams as team_queries
from app.queries import users as queries
from app.queries.users import AccountCredentials, Credentials
from app.runtime import runtime
from app.security import password_hashing
from app.services.authentication import access_tokens, sessions
from app.services.authentication.bearer import Identity

C = TypeVar("C", Credentials, AccountCredentials)
OUTCOMES: dict[type[DomainError], str] = {
    WrongCredentials: "failure",
    Throttled: "throttled",
    Unavailable: "busy",
    DomainError: "refused",
}
"""What the metrics call it when a login does not succeed; the first kind that fits counts."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a successful login gives."""

    token: str
    identity: Identity


def login(username: str, password: str, *, address: str = "", user_agent: str = "") -> Login:
    """
    Log in with name and password.

    :raises WrongCredentials: one of them is wrong; an unknown name takes as long as a wrong password (W12)
    :raises Throttled: too many wrong ones lately (W11)
    """
    with _counted():
        account = fold(username)
        runtime().throttle.check(account, address)
        user = fetch_one(queries.select_credentials, username_key=account)
        user, checked = _proven(user, account, password, address=address)
        token = _open(user.id, checked, address=address, user_agent=user_agent)
        sessions.note_seen(user.id)
        return Login(token, Identity(user, fetch_all(team_queries.select_brief_teams, user_id=user.id)))


def create_access_token(
    account: str, password: str, *, description: str, expires_at: datetime | None = None, address: str = ""
) -> str:
    """
    A token for programs, for whoever shows name or e-mail address, and password.

    :raises Invalid: a description that is empty or too long; nothing else was looked at
    :raises WrongCredentials: as of ``login``
    :raises Throttled: as of ``login``; both count together
    """
    text = access_tokens.clean_description(description)
    with _counted():
        user = fetch_one(queries.select_credentials_of_account, account_key=fold(account))
        name = user.username_key if user and user.username_key else fold(account)
        runtime().throttle.check(name, address)
        user, checked = _proven(user, name, password, address=address)
        try:
            return access_tokens.open_token(user.id, description=text, expires_at=expires_at, checked=checked)
        except NotFound:
            raise WrongCredentials from None


@contextmanager
def _counted() -> Iterator[None]:
    """Let the metrics know how a login ended."""
    try:
        yield
    except DomainError as error:
        outcome = next(name for kind, name in OUTCOMES.items() if isinstance(error, kind))
        runtime().metrics.logins.labels(outcome).inc()
        raise
    runtime().metrics.logins.labels("success").inc()


def _proven(user: C | None, account: str, password: str, *, address: str) -> tuple[C, str]:
    """The user whose password it is, and the hash that says so. Nobody's password takes as long to refuse (W12)."""
    cost = runtime().config.bcrypt_cost
    password_hash = user.password_hash if user and user.password_hash else password_hashing.decoy(cost)
    if not _guess(account, address, password, password_hash) or user is None:
        raise WrongCredentials
    return user, _rehash(user, password, cost)


@retried
def _open(user_id: UUID, checked: str, *, address: str, user_agent: str) -> str:
    """A session, unless the password was changed while this one was compared: the new one shall keep others out."""
    with transaction():
        row = fetch_one(queries.hold_password_hash, user_id=user_id)
        if row is None or row.password_hash != checked:
            raise WrongCredentials
        return sessions.open_session(user_id, address=address, user_agent=user_agent)


def _guess(account: str, address: str, password: str, password_hash: str) -> bool:
    """Compare under the gate; whoever waited there while others failed is refused before it costs anything."""
    throttle = runtime().throttle
    with runtime().gate.turn():
        throttle.check(account, address)
        right = password_hashing.matches(password, password_hash)
        if right:
            throttle.succeeded(account, address)
        else:
            throttle.failed(account, address)
    return right


def _rehash(user: Credentials | AccountCredentials, password: str, cost: int) -> str:
    """Bring an old, cheaper hash up to the configured cost while the password is at hand; answers the hash."""
    if password_hashing.cost_of(user.password_hash) >= cost:
        return str(user.password_hash)
    renewed = hash_password(password)
    # Only over the hash that was checked: a password changed meanwhile stays changed.
    only = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    if execute_count(only.values(password_hash=renewed, updated_at=User.updated_at)):
        return renewed
    # Changed, or renewed by another login of the same moment: the password tells which.
    row = fetch_one(queries.select_password_hash, user_id=user.id)
    with runtime().gate.turn():
        if row is None or not password_hashing.matches(password, row.password_hash):
            raise WrongCredentials
    return str(row.password_hash)


def hash_password(password: str) -> str:
    """A hash of the password, at the configured cost, when its turn has come."""
    with runtime().gate.turn():
        return password_hashing.hash_password(password, cost=runtime().config.bcrypt_cost)


def confirm_password(actor: Actor, password: str | None) -> str:
    """
    Make sure that it is the actor's own password; answers its hash, as whoever changes it must find it still.

    :raises WrongPassword: it is not, or there is none; none is no guess and does not count as one
    :raises Throttled: too many wrong ones lately
    """
    row = fetch_one(queries.select_password_hash, user_id=actor.user_id) if password is not None else None
    if row is None or password is None or not _guess(fold(actor.username), actor.address, password, row.password_hash):
        raise WrongPassword
    return str(row.password_hash)


@retried
def single_sign_on(actor: Actor, *, address: str = "", user_agent: str = "") -> str:
    """
    A second token for whoever is logged in already, for one day.

    :raises Unauthenticated: that login has been ended meanwhile
    """
    with transaction():
        fetch_one(queries.hold_password_hash, user_id=actor.user_id)
        if not _still_there(actor):
            raise Unauthenticated
        return sessions.open_session(
            actor.user_id, address=address, user_agent=user_agent, seconds=sessions.SSO_SECONDS
        )


def _still_there(actor: Actor) -> bool:
    if actor.token_id is not None:
        return fetch_one(token_queries.select_id, token_id=actor.token_id) is not None
    return fetch_one(session_queries.select_id, session_id=actor.session_id) is not None
