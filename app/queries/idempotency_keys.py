"""Statements about idempotency keys."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from app.db.sql.query import Query
from app.models import IdempotencyKey


class KnownKey(NamedTuple):
    """A key that was sent before; the answer is None while its request runs."""

    id: UUID
    sealed_fingerprint: str
    sealed_answer: str | None
    claimed_at: datetime
    expires_at: datetime


select_key = Query(
    select(
        IdempotencyKey.id.label("id"),
        IdempotencyKey.sealed_fingerprint,
        IdempotencyKey.sealed_answer,
        IdempotencyKey.claimed_at,
        IdempotencyKey.expires_at,
    ).where(IdempotencyKey.user_id == bindparam("user_id"), IdempotencyKey.key_hash == bindparam("key_hash")),
    KnownKey,
)
"""Values: ``user_id``, ``key_hash``."""

_of_claim = (
    IdempotencyKey.id == bindparam("claim_id"),
    IdempotencyKey.claimed_at == bindparam("claim_time", type_=IdempotencyKey.claimed_at.type),
)
store_answer = (
    update(IdempotencyKey)
    .where(*_of_claim, IdempotencyKey.sealed_answer.is_(None))
    .values(sealed_answer=bindparam("answer"))
)
"""Store the answer, unless another server has taken over. Values: ``claim_id``, ``claim_time``, ``answer``."""

release = delete(IdempotencyKey).where(*_of_claim, IdempotencyKey.sealed_answer.is_(None))
"""Forget a request that has changed nothing. Values: ``claim_id``, ``claim_time``."""

delete_expired = delete(IdempotencyKey).where(*_of_claim)
"""Forget a key. Values: ``claim_id``, ``claim_time``."""

take_over = (
    update(IdempotencyKey)
    .where(*_of_claim, IdempotencyKey.sealed_answer.is_(None))
    .values(claimed_at=bindparam("now", type_=IdempotencyKey.claimed_at.type))
)
"""Claim a request whose server has given it up. Values: ``claim_id``, ``claim_time``, ``now``."""
