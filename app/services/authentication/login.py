"""Logging in, and knowing who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from app.db.reads import fetch_all, fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain.actor import Account, Actor
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
from app.queries import teams as team_queries
from app.queries import users as queries
from app.queries.users import Credentials
from app.runtime import runtime
from app.security import password_hashing
from app.services.authentication import codes, hashing
from app.services.authentication.bearer import Identity
from app.services.authentication.credentials import (
    ACCESS_TOKENS,
    SESSIONS,
    clean_description,
    note_seen,
    open_session,
    open_token,
)
from app.services.authentication.partial_logins import HalfWay, open_partial

SSO_SECONDS = 86_400
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


def login(visitor: Actor, username: str, password: str, *, user_agent: str = "") -> Login | HalfWay:
    """
    Log in with name or e-mail address, in any case, and password.

    :raises WrongCredentials: one of them is wrong; an unknown name takes as long as a wrong password (W12)
    :raises Throttled: too many wrong ones lately (W11)
    """
    with _counted():
        user, checked = _proven(username, password, address=visitor.address)
        known = visitor.known_as(Account.of(user))
        if user.has_second_factor:
            return open_partial(known, checked)
        token = _open(known, checked, user_agent=user_agent)
        note_seen(user.id)
        return Login(token, Identity(user, fetch_all(team_queries.select_brief_teams, user_id=user.id)))


def create_access_token(
    visitor: Actor,
    account: str,
    password: str,
    *,
    description: str,
    expires_at: datetime | None = None,
    code: str | None = None,
) -> str:
    """
    A token for programs, for whoever shows name or e-mail address, and password.

    :raises Invalid: a description that is empty or too long; nothing else was looked at
    :param code: of the authenticator app, for an account with a second factor
    :raises WrongCredentials: as of ``login``
    :raises Throttled: as of ``login``; both count together
    :raises CodeNeeded: the password is right, and a code is needed as well
    :raises WrongCode, CodeUsed, FactorLocked: see ``codes.enter_code``
    """
    text, address = clean_description(description), visitor.address
    with _counted():
        user, checked = _proven(account, password, address=address)
        try:
            known = visitor.known_as(Account.of(user))
            if user.has_second_factor:
                codes.require_code(known, code)
            return open_token(known, user.id, description=text, expires_at=expires_at, checked=checked)
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


def _proven(account: str, password: str, *, address: str) -> tuple[Credentials, str]:
    """
    The user of this name or e-mail address whose password it is, and the hash that says so. Nobody's password takes as
    long to refuse (W12).
    """
    cost, key = runtime().config.bcrypt_cost, fold(account)
    user = fetch_one(queries.select_credentials, account_key=key)
    if user is None or not user.password_hash:
        _guess(f"name {key}", password, password_hashing.decoy(cost), address=address)
        raise WrongCredentials
    if not _guess(_account(user.id, user.password_hash), password, user.password_hash, address=address):
        raise WrongCredentials
    return user, _rehash(user, password, cost)


def _account(user_id: UUID, password_hash: str) -> str:
    """
    What wrong passwords count for: the account, whatever it was called, with the password that it has. Another password
    begins at none, by whatever way it was set.
    """
    return f"user {user_id} {password_hash}"


@retried
def _open(actor: Actor, checked: str, *, user_agent: str) -> str:
    """A session, unless the password was changed while this one was compared: the new one shall keep others out."""
    with transaction():
        row = fetch_one(queries.hold_password_hash, user_id=actor.id)
        if row is None or row.password_hash != checked:
            raise WrongCredentials
        return open_session(actor, user_agent=user_agent)


def _guess(account: str, password: str, password_hash: str, *, address: str) -> bool:
    """
    Compare when the turn has come. Callers who are throttled neither queue nor hash, and of many at once only as many
    are told what came of it as are allowed.
    """
    throttle, gate = runtime().throttles.passwords, runtime().gate
    if gate.waiting:
        throttle.check(account, address)
    with gate.turn():
        throttle.check(account, address)
        right = password_hashing.matches(password, password_hash)
        # Before the turn passes on, so that the next in line knows.
        if right:
            throttle.forgive(account, address)
        else:
            throttle.count(account, address)
    return right


def _rehash(user: Credentials, password: str, cost: int) -> str:
    """Bring an old, cheaper hash up to the configured cost while the password is at hand; answers the hash."""
    if password_hashing.cost_of(user.password_hash) >= cost:
        return str(user.password_hash)
    renewed = hashing.hash_password(password)
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


def confirm_password(actor: Actor, password: str | None) -> str:
    """
    Make sure that it is the actor's own password; answers its hash, as whoever changes it must find it still.

    :raises WrongPassword: it is not, or there is none; none is no guess and does not count as one
    :raises Throttled: too many wrong ones lately
    """
    row = fetch_one(queries.select_password_hash, user_id=actor.user_id) if password is not None else None
    if row is None or password is None:
        raise WrongPassword
    account = _account(actor.user_id, row.password_hash)
    if not _guess(account, password, row.password_hash, address=actor.address):
        raise WrongPassword
    return str(row.password_hash)


@retried
def single_sign_on(actor: Actor, *, user_agent: str = "") -> str:
    """
    A second token for whoever is logged in already, for one day.

    :raises Unauthenticated: that login has been ended meanwhile
    """
    with transaction():
        fetch_one(queries.hold_password_hash, user_id=actor.user_id)
        if not _still_there(actor):
            raise Unauthenticated
        return open_session(actor, user_agent=user_agent, seconds=SSO_SECONDS)


def _still_there(actor: Actor) -> bool:
    if actor.token_id is not None:
        return ACCESS_TOKENS.is_there(actor.token_id)
    return actor.session_id is not None and SESSIONS.is_there(actor.session_id)
