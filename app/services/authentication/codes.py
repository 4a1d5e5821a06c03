"""
Codes of authenticator apps (TOTP, RFC 6238) and backup codes, for services that hold the user's row locked.

A code is accepted in its own time step of 30 seconds and in the one before and after, once. Five wrong codes lock the
second factor for 15 minutes; from then on each further one does, until a right one or a reset.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pyotp
from pyotp.exceptions import OTPVerificationError

from app.db.session import Unit, execute_count, transaction
from app.domain.actor import Actor
from app.domain.errors import CodeNeeded, CodeUsed, Conflict, FactorLocked, SecretUnreadable, WrongBackupCode, WrongCode
from app.models import BackupCode, FactorLock, SecondFactor, UsedStep, new_id, utcnow
from app.queries import second_factor as queries
from app.runtime import runtime
from app.security import password_hashing
from app.security.tokens import hash_token
from app.services import events
from app.services.acting import lock_user

CONFLICTS: dict[str, type[Conflict]] = {"pk_used_step": CodeUsed, "used_step.user_id": CodeUsed}
MOST_FAILURES, LOCKED_FOR = 5, timedelta(minutes=15)
STEP_SECONDS, STEPS_AROUND = 30, 1
BACKUP_CODES, HALF_BYTES = 10, 8
CODE_LENGTH = 6


def new_secret() -> str:
    """Return a secret for an authenticator app: 160 random bits in Base32."""
    return pyotp.random_base32()


def seal(user_id: UUID, secret: str) -> str:
    """Return the secret as it is stored."""
    return runtime().sealer.seal(secret, context=f"second factor of {user_id}")


def unseal(user_id: UUID, sealed: str) -> str:
    """
    Return a stored secret.

    :raises SecretUnreadable: it was sealed with a key that the server does not have
    """
    secret = runtime().sealer.open(sealed, context=f"second factor of {user_id}")
    if secret is None:
        raise SecretUnreadable
    return secret


def require_code(actor: Actor, code: str | None) -> None:
    """
    Use up a code of the actor, who has just shown the password, in a transaction of its own.

    :raises CodeNeeded: there is no code
    :raises WrongCode, CodeUsed, FactorLocked: see ``enter_code``
    """
    if not code:
        raise CodeNeeded
    error = None
    with transaction(CONFLICTS) as session:
        lock_user(session, actor, actor.user_id)
        factor = session.get(SecondFactor, actor.user_id)
        if factor is not None and factor.enabled_at is not None:
            error = enter_code(session, actor, unseal(actor.user_id, factor.sealed_secret), code)
    if error is not None:
        raise error


def enter_code(session: Unit, actor: Actor, secret: str, code: str) -> WrongCode | None:
    """
    Use up a code of the actor's app. A wrong one is counted, so it is returned to be raised after the commit.

    :raises FactorLocked: too many wrong codes lately
    :raises CodeUsed: it was right, and used before
    """

    def is_right() -> bool:
        step = _step_of(secret, code)
        if step is None:
            return False
        if session.get(UsedStep, (actor.user_id, step)) is not None:
            raise CodeUsed
        execute_count(queries.delete_steps_before, owner_id=actor.user_id, oldest=step - 2 * STEPS_AROUND - 1)
        session.add(UsedStep(user_id=actor.user_id, step=step))
        return True

    return _attempt(session, actor, is_right, WrongCode)


def enter_backup_code(session: Unit, actor: Actor, code: str) -> WrongCode | None:
    """Use up a backup code of the actor; see ``enter_code``."""

    def is_right() -> bool:
        used = partial(execute_count, queries.use_backup_code, owner_id=actor.user_id, now=utcnow())
        if not used(code=hash_token(code.upper())):
            hashed = _umami_code(session, actor, code.upper())
            if hashed is None or not used(code=hashed):
                return False
        events.record(session, events.BackupCodeUsed(actor, actor.user_id, actor.username))
        return True

    return _attempt(session, actor, is_right, WrongBackupCode)


def _umami_code(session: Unit, actor: Actor, code: str) -> str | None:
    """Return the hash of the code, if Umami made it. Umami uses bcrypt, so each comparison takes a while."""
    hashes = session.scalars(queries.select_umami_codes, {"owner_id": actor.user_id}).all()
    if not hashes:
        return None
    with runtime().gate.turn():
        return next((hashed for hashed in hashes if password_hashing.matches(code, hashed)), None)


def replace_backup_codes(session: Unit, user_id: UUID) -> list[str]:
    """Return ten new backup codes; only their hashes are kept, and earlier ones are void."""
    execute_count(queries.delete_backup_codes, owner_id=user_id)
    codes = ["-".join(secrets.token_hex(HALF_BYTES).upper() for _half in range(2)) for _number in range(BACKUP_CODES)]
    session.add_all(BackupCode(id=new_id(), user_id=user_id, code_hash=hash_token(code)) for code in codes)
    return codes


def _attempt(session: Unit, actor: Actor, is_right: Callable[[], bool], wrong: type[WrongCode]) -> WrongCode | None:
    now, lock = utcnow(), session.get(FactorLock, actor.user_id)
    if lock is not None and lock.locked_until is not None and lock.locked_until > now:
        raise FactorLocked(int((lock.locked_until - now).total_seconds()) + 1, lock.locked_until)
    if is_right():
        if lock is not None:
            session.delete(lock)
        return None
    if lock is None:
        lock = FactorLock(user_id=actor.user_id, failures=0)
        session.add(lock)
    lock.failures += 1
    events.record(session, events.SecondFactorFailed(actor, actor.user_id, actor.username))
    if lock.failures >= MOST_FAILURES:
        lock.locked_until = now + LOCKED_FOR
        events.record(session, events.SecondFactorLocked(actor, actor.user_id, actor.username))
    return wrong(lock.locked_until if lock.failures >= MOST_FAILURES else None)


def _step_of(secret: str, code: str) -> int | None:
    """The time step that the code belongs to; None for a wrong code."""
    if len(code) != CODE_LENGTH or not code.isascii() or not code.isdigit():
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=utcnow(), valid_window=STEPS_AROUND)
    except OTPVerificationError:
        return None
