"""Logging in, and checking passwords."""

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
    PasswordChangeNeeded,
    SecondFactorNeeded,
    Throttled,
    Unauthenticated,
    Unavailable,
    WrongCredentials,
    WrongPassword,
)
from app.domain.folding import fold
from app.models import User, utcnow
from app.queries import second_factor as factor_queries
from app.queries import sessions as session_queries
from app.queries import teams as team_queries
from app.queries import users as queries
from app.queries.users import Credentials
from app.runtime import runtime
from app.security import password_hashing
from app.services import events
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

OUTCOMES: dict[type[DomainError], str] = {
    WrongCredentials: "failure",
    Throttled: "throttled",
    Unavailable: "busy",
    DomainError: "refused",
}
"""The metric's label for a login that fails with this error; the first class that matches counts."""


@dataclass(frozen=True, slots=True)
class Login:
    """The result of a successful login."""

    token: str
    identity: Identity


def login(visitor: Actor, username: str, password: str, *, user_agent: str = "") -> Login | HalfWay:
    """
    Log in with a username or an e-mail address, in any case, and the password.

    :raises WrongCredentials: the name or the password is wrong; an unknown name takes as long as a wrong password, so
        that the time does not tell whether the account exists
    :raises Throttled: too many wrong passwords lately for this account or from this address
    """
    with _counted():
        user, checked = _proven(visitor, username, password)
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
    Create an access token for the user with this username or e-mail address and this password, and return it.

    :param code: a code of the authenticator app, for an account with a second factor
    :raises Invalid: the description is empty or too long, or contains control characters; checked first
    :raises WrongCredentials: see ``login``
    :raises Throttled: see ``login``; wrong passwords of both are counted together
    :raises PasswordChangeNeeded: the password is right, and must be changed first
    :raises SecondFactorNeeded: the password is right, and a second factor must be set up first
    :raises CodeNeeded: the password is right, and a code is needed as well
    :raises WrongCode, CodeUsed, FactorLocked: see ``codes.enter_code``
    """
    text = clean_description(description)
    with _counted():
        user, checked = _proven(visitor, account, password)
        try:
            known = visitor.known_as(Account.of(user))
            if user.must_change_password:
                raise PasswordChangeNeeded
            if user.has_second_factor:
                codes.require_code(known, code)
            elif _must_enroll(user.id):
                raise SecondFactorNeeded
            return open_token(known, user.id, description=text, expires_at=expires_at, checked=checked)
        except NotFound:
            raise WrongCredentials from None


@contextmanager
def _counted() -> Iterator[None]:
    """Count the outcome of a login in the metrics."""
    try:
        yield
    except DomainError as error:
        outcome = next(name for kind, name in OUTCOMES.items() if isinstance(error, kind))
        runtime().metrics.logins.labels(outcome).inc()
        raise
    runtime().metrics.logins.labels("success").inc()


def _proven(visitor: Actor, account: str, password: str) -> tuple[Credentials, str]:
    """
    Return the user with this name or e-mail address and this password, and the hash that the password matches.

    :raises WrongCredentials: there is no such user, or the password is wrong; both take the same time
    :raises Throttled: see ``login``
    """
    cost, key = runtime().config.bcrypt_cost, fold(account)
    user = fetch_one(queries.select_credentials, account_key=key)
    if user is None or not user.password_hash:
        _guess(f"name {key}", password, password_hashing.decoy(cost), address=visitor.address)
        _note(events.LoginFailed(visitor, None, None))
        raise WrongCredentials
    if not _guess(_account(user.id, user.password_hash), password, user.password_hash, address=visitor.address):
        _note(events.LoginFailed(visitor, user.id, user.username))
        raise WrongCredentials
    return user, _rehash(user, password, cost)


def _must_enroll(user_id: UUID) -> bool:
    values = {"user_id": user_id, "admins_need_it": runtime().config.two_factor_for_admins}
    return fetch_one(factor_queries.select_must_enroll, **values) is not None


def _account(user_id: UUID, password_hash: str) -> str:
    """
    Return the key under which wrong passwords are counted: the account, whichever name was used, and its password.

    A new password therefore starts with a count of zero, however it was set.
    """
    return f"user {user_id} {password_hash}"


@retried
def _note(failure: events.Event) -> None:
    with transaction() as session:
        events.record(session, failure)


@retried
def _open(actor: Actor, checked: str, *, user_agent: str) -> str:
    """Open a session, unless the password was changed during the check: the old one must not open any more sessions."""
    with transaction():
        row = fetch_one(queries.hold_password_hash, user_id=actor.id)
        if row is None or row.password_hash != checked:
            raise WrongCredentials
        return open_session(actor, user_agent=user_agent)


def _guess(account: str, password: str, password_hash: str, *, address: str) -> bool:
    """
    Return whether the password is right, and count it if it is wrong.

    Callers who are throttled neither wait nor hash. If many arrive at once, the second check of the throttle ensures
    that no more of them learn the result than the throttle allows.
    """
    throttle, gate = runtime().throttles.passwords, runtime().gate
    if gate.waiting:
        throttle.check(account, address)
    with gate.turn():
        throttle.check(account, address)
        right = password_hashing.matches(password, password_hash)
        # Before the turn ends, so that the next caller in the queue sees the count.
        if right:
            throttle.forgive(account, address)
        else:
            throttle.count(account, address)
    return right


def _rehash(user: Credentials, password: str, cost: int) -> str:
    """Replace a hash that is cheaper than the configured cost while we have the password; return the current hash."""
    if password_hashing.cost_of(user.password_hash) >= cost:
        return str(user.password_hash)
    renewed = hashing.hash_password(password)
    # Replace only the hash that was checked, so as not to undo a change of the password made meanwhile.
    only = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    if execute_count(only.values(password_hash=renewed, updated_at=User.updated_at)):
        return renewed
    # Either the password was changed, or another login at the same time has renewed the hash: check which.
    row = fetch_one(queries.select_password_hash, user_id=user.id)
    with runtime().gate.turn():
        if row is None or not password_hashing.matches(password, row.password_hash):
            raise WrongCredentials
    return str(row.password_hash)


def confirm_password(actor: Actor, password: str | None) -> str:
    """
    Check the actor's own password, and return its hash.

    Callers who then change the account compare the hash under lock: the password may have been changed meanwhile.

    :raises WrongPassword: it is another password, or None, which does not count as a guess
    :raises Throttled: too many wrong passwords lately
    """
    row = fetch_one(queries.select_password_hash, user_id=actor.user_id) if password is not None else None
    if row is None or password is None:
        raise WrongPassword
    account = _account(actor.user_id, row.password_hash)
    if not _guess(account, password, row.password_hash, address=actor.address):
        _note(events.ConfirmationFailed(actor, actor.user_id, actor.username))
        raise WrongPassword
    return str(row.password_hash)


def confirm(actor: Actor, password: str | None) -> Actor:
    """
    Check the actor's own password, and return the actor as confirmed (see ``policy.require_confirmed``).

    So is the actor's session from now on, if it is one.

    :raises WrongPassword, Throttled: see ``confirm_password``
    """
    confirm_password(actor, password)
    confirmed = actor.confirmed(at=utcnow())
    if actor.session_id is not None:
        _note_confirmed(confirmed)
    return confirmed


@retried
def _note_confirmed(actor: Actor) -> None:
    with transaction() as session:
        values = {"session_id": actor.session_id, "at": actor.credential.confirmed_at}
        if execute_count(session_queries.confirm_session, **values):
            events.record(session, events.PasswordConfirmed(actor, actor.user_id, actor.username))


@retried
def single_sign_on(actor: Actor, *, user_agent: str = "") -> str:
    """
    Open a second session, of one day, for an actor who is logged in, and return its token.

    :raises Unauthenticated: the actor's session or access token has been revoked meanwhile
    """
    with transaction():
        fetch_one(queries.hold_password_hash, user_id=actor.user_id)
        if not _still_there(actor):
            raise Unauthenticated
        return open_session(actor, user_agent=user_agent, beside=True)


def _still_there(actor: Actor) -> bool:
    if actor.token_id is not None:
        return ACCESS_TOKENS.is_there(actor.token_id)
    return actor.session_id is not None and SESSIONS.is_there(actor.session_id)
