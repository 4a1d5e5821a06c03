"""
Requests with an idempotency key: repeated, they return the first answer instead of creating something twice.

The key is claimed in a transaction of its own, so that a second request finds it while the first one runs. The answer
is stored in the transaction of the change. So after a crash, either both exist or neither does.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain.actor import Actor
from app.domain.errors import AnswerUnreadable, ClaimTaken, DatabaseUnavailable, KeyReused, StillRunning
from app.models import IdempotencyKey, new_id, utcnow
from app.queries import idempotency_keys as queries
from app.queries.idempotency_keys import KnownKey
from app.runtime import runtime

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
"""After so long, a request that has not been answered can be taken over: its server must have stopped."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, and whether it was given before."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Claim:
    id: UUID
    at: datetime

    @property
    def values(self) -> dict[str, object]:
        return {"claim_id": self.id, "claim_time": self.at}


def answered_once(actor: Actor, key: str, request: bytes, run: Callable[[], tuple[int, bytes]]) -> Answer:
    """
    Run a request unless this user has sent it with this key before; then return the answer that it got.

    The answer to an API key is returned to this API key only, since others may have fewer scopes. They cannot run the
    request again either, which would create something twice. A user's sessions can all do the same, so they share.

    A request that fails changes nothing and leaves no answer, so it can be sent again with the same key.

    :param request: what tells the request from others
    :param run: returns status and body of a successful answer; its changes join one transaction
    :raises KeyReused: the user has sent another request with this key, or the same one with another API key
    :raises StillRunning: the first request with this key has not been answered yet
    :raises AnswerUnreadable: the first answer was stored under a secret that the server no longer has
    """
    fingerprint = sha256(b"%s\n%s" % (str(actor.key_id or "").encode(), request)).hexdigest()
    key_hash = sha256(key.encode()).hexdigest()
    for _ in range(ATTEMPTS):
        known = fetch_one(queries.select_key, user_id=actor.user_id, key_hash=key_hash)
        if known is not None and known.expires_at <= utcnow():
            execute_count(queries.delete_expired, claim_id=known.id, claim_time=known.claimed_at)
            known = None
        claim = _claim(actor, key_hash, fingerprint) if known is None else _look(known, fingerprint)
        if isinstance(claim, Answer):
            return claim
        if claim is not None:
            return _run(claim, run)
    raise StillRunning


def _claim(actor: Actor, key_hash: str, fingerprint: str) -> _Claim | None:
    """Claim a new key; None if another request has just claimed it."""
    claim = _Claim(new_id(), utcnow())
    row = IdempotencyKey(
        id=claim.id,
        user_id=actor.user_id,
        key_hash=key_hash,
        sealed_fingerprint=runtime().sealer.seal(fingerprint, context=_context(claim.id)),
        claimed_at=claim.at,
        expires_at=claim.at + KEPT,
    )
    try:
        with transaction({"uq_idempotency_key_user_id_key_hash": ClaimTaken}) as session:
            session.add(row)
    except ClaimTaken:
        return None
    return claim


def _look(known: KnownKey, fingerprint: str) -> Answer | _Claim | None:
    """Return the stored answer, or claim a request that was given up; None if another server has just done that."""
    first = runtime().sealer.open(known.sealed_fingerprint, context=_context(known.id))
    if first is None:
        raise AnswerUnreadable
    if first != fingerprint:
        raise KeyReused
    if known.sealed_answer is not None:
        text = runtime().sealer.open(known.sealed_answer, context=_context(known.id))
        if text is None:
            raise AnswerUnreadable
        status, _, body = text.partition(" ")
        return Answer(int(status), body.encode(), replayed=True)
    now = utcnow()
    if known.claimed_at > now - LEASE:
        raise StillRunning
    taken = execute_count(queries.take_over, claim_id=known.id, claim_time=known.claimed_at, now=now)
    return _Claim(known.id, now) if taken else None


def _run(claim: _Claim, run: Callable[[], tuple[int, bytes]]) -> Answer:
    @retried
    def attempt() -> Answer:
        with transaction():
            status, body = run()
            sealed = runtime().sealer.seal(f"{status} {body.decode()}", context=_context(claim.id))
            if not execute_count(queries.store_answer, answer=sealed, **claim.values):
                raise StillRunning  # it took so long that another server has taken the request over
        return Answer(status, body)

    try:
        return attempt()
    except BaseException:
        with suppress(DatabaseUnavailable):  # then the claim ends with its lease
            execute_count(queries.release, **claim.values)
        raise


def _context(claim_id: UUID) -> str:
    return f"idempotency key {claim_id}"
