"""
What sessions and access tokens have in common. For services that have already checked permission.

Only the hash of a token is stored. Tokens are found by it, marked as used, revoked, and deleted when they have expired.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.errors import translated
from app.db.reads import fetch_one, reader
from app.db.session import Unit, execute_count, retried, transaction
from app.db.sql.query import Query
from app.domain.actor import Account, Actor, Credential, CredentialKind
from app.domain.errors import NotFound, PasswordChangeNeeded, SecondFactorNeeded, Unavailable
from app.domain.names import clean_label
from app.domain.scopes import Scope, parsed
from app.models import AccessToken, LoginSession, new_id, utcnow
from app.queries import access_tokens as token_queries
from app.queries import api_keys as key_queries
from app.queries import profiles as profile_queries
from app.queries import sessions as session_queries
from app.queries.credentials import Ended, Statements
from app.queries.password_resets import delete_of_user as delete_resets
from app.queries.second_factor import delete_partials
from app.runtime import runtime
from app.security import tokens
from app.services import events
from app.services.acting import lock_user, recheck
from app.services.events import Event
from app.telemetry.log import log

USER_AGENT_MAX_LENGTH = 255
SSO_SECONDS = 86_400
TOKENS_PER_USER = 100
"""One more replaces the one that has not been used for the longest time."""
DESCRIPTION_MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Bearer:
    """The user who bears a token, and the token as a credential."""

    account: Account
    credential: Credential
    wrote_at: datetime | None
    """When the credential last made a change; a replica may not have it yet."""
    must_enroll: bool = False
    """The user must set up a second factor before anything else."""
    must_change_password: bool = False
    """The user must change the password, even before that."""

    def require_complete(self, *, before_enrolling: bool = False, before_new_password: bool = False) -> None:
        """
        Make sure that nothing has to be done first.

        :param before_enrolling, before_new_password: this is allowed before
        :raises PasswordChangeNeeded: the user must change the password
        :raises SecondFactorNeeded: the user must set up a second factor
        """
        if self.must_change_password:
            if not before_new_password:
                raise PasswordChangeNeeded
        elif self.must_enroll and not before_enrolling:
            raise SecondFactorNeeded


def _unlimited(_stored: str | None) -> None:
    return None


@dataclass(frozen=True)
class Store:
    """All credentials of one kind: sessions, access tokens, or API keys."""

    kind: CredentialKind
    queries: Statements
    touch_every: timedelta
    revoked: Callable[[Actor, UUID, Sequence[UUID]], Event]
    settings: Callable[[], dict[str, Any]] = dict
    """Further values of ``queries.select_by_token``."""
    hashed: Callable[[str], str] = tokens.hash_token
    scopes: Callable[[str | None], frozenset[Scope] | None] = _unlimited
    """The scopes that a stored text means; None if credentials of this kind are not limited."""

    def find_bearer(self, token: str) -> Bearer | None:
        """Return the token's bearer, or None if the token is not valid."""
        row = self.find(self.queries.select_by_token, token)
        return None if row is None else self.bearer_of(row)

    def find(self, query: Query[Any], token: str, **values: Any) -> Any:
        """
        Return the row that a query finds for a token, and mark the credential as used; None if it is not valid.

        :param query: ``select_by_token``, or one that selects more
        :param values: further values of the query
        """
        now = utcnow()
        row = fetch_one(query, token_hash=self.hashed(token), now=now, **self.settings(), **values)
        if row is not None and (row.last_used_at is None or now - row.last_used_at >= self.touch_every):
            self._touch(row, now)
        return row

    def bearer_of(self, row: Any) -> Bearer:
        """Return the bearer for a row of ``find``."""
        account = Account(row.id, row.username, row.role, row.created_at, row.two_factor_required)
        credential = Credential(self.kind, row.credential_id, self.scopes(row.scopes), row.name or "", row.confirmed_at)
        return Bearer(account, credential, row.wrote_at, row.must_enroll, row.must_change_password)

    def _touch(self, row: Any, now: datetime) -> None:
        """Record that the credential was used, and that its owner was active."""
        until = {} if row.lifetime is None else {"until": now + timedelta(seconds=row.lifetime)}
        times = {"stale": now - self.touch_every, "now": now}
        try:
            with translated, reader().connect() as connection:
                connection.execute(self.queries.touch, {"credential_id": row.credential_id, **times, **until})
                connection.execute(profile_queries.touch_user, {"seen_id": row.id, **times})
        except Unavailable:  # a busy or read-only database must not make a valid token fail
            log.warning("credential could not be marked as used", kind=self.kind, id=str(row.credential_id))

    def is_there(self, credential_id: UUID) -> bool:
        """Return whether the credential exists, which it does until it is revoked or deleted."""
        return fetch_one(self.queries.select_id, credential_id=credential_id) is not None

    def clear(self, owner_id: UUID, *, kept: int) -> None:
        """Delete a user's expired credentials, and all but ``kept`` others: newest sessions, or latest used tokens."""
        execute_count(self.queries.delete_expired_of_user, owner_id=owner_id, now=utcnow())
        execute_count(self.queries.delete_beyond, owner_id=owner_id, kept=kept)

    def revoke(self, session: Unit, actor: Actor, owner_id: UUID, credential_id: UUID) -> bool:
        """Revoke one credential, and return whether the user had it."""
        return bool(self._end(session, actor, self.queries.delete_one, owner_id, credential_id=credential_id))

    def revoke_all(self, session: Unit, actor: Actor, owner_id: UUID, *, keep: UUID | None = None) -> int:
        """
        Revoke all credentials of a user, who must be locked, and return how many there were.

        :param keep: the id of one that is not to be revoked
        """
        if keep is None:
            return self._end(session, actor, self.queries.delete_of_user, owner_id)
        return self._end(session, actor, self.queries.delete_others, owner_id, kept_id=keep)

    def _end(self, session: Unit, actor: Actor, statement: Ended, owner_id: UUID, **values: UUID) -> int:
        given = {"owner_id": owner_id, **values}
        ended = session.scalars(statement, given, execution_options={"synchronize_session": False}).all()
        if ended:
            events.record(session, self.revoked(actor, owner_id, tuple(ended)))
        return len(ended)

    def prune(self) -> int:
        """Delete all expired credentials, and return how many there were."""
        return execute_count(self.queries.delete_expired, now=utcnow())


SESSIONS = Store(
    CredentialKind.SESSION,
    session_queries.stored,
    timedelta(minutes=5),
    events.SessionsRevoked,
    lambda: {"admins_need_it": runtime().config.two_factor_for_admins},
)
ACCESS_TOKENS = Store(
    CredentialKind.ACCESS_TOKEN, token_queries.stored, timedelta(minutes=10), events.AccessTokensRevoked
)

API_KEYS = Store(
    CredentialKind.API_KEY,
    key_queries.stored,
    timedelta(minutes=5),
    events.ApiKeysRevoked,
    hashed=tokens.hash_api_key,
    scopes=parsed,
)


def revoke_everything(session: Unit, actor: Actor, user_id: UUID) -> None:
    """Revoke all sessions, access tokens and API keys of a user, who must be locked."""
    for store in (SESSIONS, ACCESS_TOKENS, API_KEYS):
        store.revoke_all(session, actor, user_id)


@retried
def revoke_one(actor: Actor, store: Store, owner_id: UUID, credential_id: UUID) -> None:
    """Revoke one credential of a user. :raises NotFound: the user has no such credential"""
    with transaction() as session:
        recheck(actor)
        if not store.revoke(session, actor, owner_id, credential_id):
            raise NotFound


@retried
def revoke_every(actor: Actor, store: Store, owner_id: UUID) -> int:
    """
    Revoke all credentials of one kind that a user has, and return how many there were.

    :raises NotFound: there is no such user
    """
    with transaction() as session:
        if lock_user(session, actor, owner_id) is None:  # locked, so that none is created meanwhile
            raise NotFound
        return store.revoke_all(session, actor, owner_id)


def end_all(session: Unit, actor: Actor, user_id: UUID) -> None:
    """End all that gives access to a locked user's account: sessions, tokens, keys, unfinished logins, reset links."""
    revoke_everything(session, actor, user_id)
    execute_count(delete_partials, owner_id=user_id)
    execute_count(delete_resets, owner_id=user_id)


def find_bearer(token: str) -> Bearer | None:
    """Return the bearer of a token or key of any kind, or None if it is not valid."""
    store = store_of(token)
    return None if store is None else store.find_bearer(token)


def store_of(token: str) -> Store | None:
    """Return the store that a token or key could be in, by its format; None if it could be in none."""
    if not token or len(token) > tokens.TOKEN_MAX_LENGTH:
        return None
    if tokens.is_api_key(token):
        return API_KEYS
    return ACCESS_TOKENS if tokens.is_access_token(token) else SESSIONS


def note_seen(user_id: UUID) -> None:
    """Record that a user has just logged in; a failure is logged and does not fail the login."""
    now = utcnow()
    try:
        with translated, reader().connect() as connection:
            values = {"seen_id": user_id, "stale": now - SESSIONS.touch_every, "now": now}
            connection.execute(profile_queries.touch_user, values)
    except Unavailable:
        log.warning("user could not be marked as seen", user_id=str(user_id))


@retried
def open_session(actor: Actor, *, user_agent: str = "", beside: bool = False) -> str:
    """
    Open a session for the actor, and return its token; only its hash is stored.

    The user's expired sessions are deleted, and the oldest ones if there are more than ``sessions_per_user``.

    :param beside: the actor has not logged in, but opens a second session of ``SSO_SECONDS`` with the first
    """
    lifetime = SSO_SECONDS if beside else int(runtime().config.session_days * 86_400)
    user_id, token, now = actor.user_id, tokens.new_token(), utcnow()
    opened = LoginSession(
        id=new_id(),
        user_id=user_id,
        token_hash=tokens.hash_token(token),
        created_at=now,
        last_used_at=now,
        wrote_at=now,  # a client's next session must see what the one before has written
        expires_at=now + timedelta(seconds=lifetime),
        lifetime=lifetime,
        confirmed_at=actor.credential.confirmed_at if beside else now,
        address=actor.address[:45] or None,
        user_agent=user_agent[:USER_AGENT_MAX_LENGTH] or None,
    )
    with transaction() as session:
        SESSIONS.clear(user_id, kept=runtime().config.sessions_per_user - 1)
        session.add(opened)
        events.record(session, events.SessionOpened(actor, user_id, opened.id))
    return token


def clean_description(text: str) -> str:
    """Return the description in the form in which it is stored. :raises Missing, TooLong, ControlCharacters"""
    return clean_label(text, field="description", most=DESCRIPTION_MAX_LENGTH)


@retried
def open_token(
    actor: Actor,
    user_id: UUID,
    *,
    description: str,
    expires_at: datetime | None = None,
    checked: str | None = None,
) -> str:
    """
    Create an access token, and return it; only its hash is stored.

    The user's expired tokens are deleted, and the least recently used ones if there are more than ``TOKENS_PER_USER``.

    :param checked: the hash of the password that was checked for this, if one was
    :raises NotFound: the account does not exist, is disabled or has no password yet, or its password was changed
        meanwhile
    """
    token, now = tokens.new_access_token(), utcnow()
    made = AccessToken(
        id=new_id(),
        user_id=user_id,
        token_hash=tokens.hash_token(token),
        description=description,
        created_at=now,
        wrote_at=now,  # as for a session
        expires_at=expires_at,
    )
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None or user.disabled_at is not None or not user.password_hash:
            raise NotFound
        if checked not in (None, user.password_hash):
            raise NotFound
        ACCESS_TOKENS.clear(user_id, kept=TOKENS_PER_USER - 1)
        session.add(made)
        events.record(session, events.AccessTokenCreated(actor, user_id, made.id, description, expires_at))
    return token
