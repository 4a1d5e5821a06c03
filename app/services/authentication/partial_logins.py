"""Logins that lack the second factor: an opaque token, good for five minutes and for nothing but that."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from app.db.reads import fetch_one
from app.db.session import execute_count, note_caller, transaction
from app.domain.actor import Account, Actor, Credential, CredentialKind
from app.domain.errors import BadPartialToken
from app.models import PartialLogin, new_id, utcnow
from app.queries import second_factor as queries
from app.security import tokens

MINUTES = 5


@dataclass(frozen=True, slots=True)
class HalfWay:
    """What a right password gives where a second factor is enabled."""

    partial_token: str


def open_partial(actor: Actor, checked: str) -> HalfWay:
    """
    Return a token by which the actor's user can show the second factor.

    :param checked: the hash of the password that was shown
    """
    token, now = tokens.new_token(), utcnow()
    with transaction() as session:
        execute_count(queries.delete_expired_partials, now=now)
        session.add(
            PartialLogin(
                id=new_id(),
                user_id=actor.user_id,
                token_hash=tokens.hash_token(token),
                password_mark=mark_of(checked),
                expires_at=now + timedelta(minutes=MINUTES),
            )
        )
    return HalfWay(token)


def identify_partial(visitor: Actor, token: str) -> Actor:
    """
    Return the user of a partial login.

    :raises BadPartialToken: the token is none, has expired, or the password was changed since
    """
    note_caller(None)
    row = None
    if len(token) <= tokens.TOKEN_MAX_LENGTH:
        row = fetch_one(queries.select_partial, token_hash=tokens.hash_token(token), now=utcnow())
    if row is None or not compare_digest(mark_of(row.password_hash), row.password_mark):
        raise BadPartialToken
    return visitor.known_as(Account.of(row), Credential(CredentialKind.PARTIAL_LOGIN, row.partial_id))


def mark_of(password_hash: str) -> str:
    """Return what a partial login keeps of the password: enough to tell whether it is still the same."""
    return sha256(password_hash.encode()).hexdigest()
