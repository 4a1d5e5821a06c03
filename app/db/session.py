"""The SQLAlchemy extension and ``transaction()``, the unit of work for writes."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    CursorResult,
    Update,
    UpdateBase,
    bindparam,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from app.db.errors import is_retryable, translated, violated
from app.domain.actor import Credential, CredentialKind
from app.domain.errors import Conflict, DatabaseUnavailable, DeletedMeanwhile
from app.models import AccessToken, ApiKey, Base, LoginSession, utcnow

UNIT = "unit_of_work"
WROTE_AT = "wrote_at"
"""Key in ``g``: when the caller last wrote, if known."""
ATTEMPTS = 5

Unit = scoped_session[Session]
"""The session of a unit of work, as ``transaction()`` yields it."""
P = ParamSpec("P")
R = TypeVar("R")

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"expire_on_commit": False})


@contextmanager
def transaction(conflicts: Mapping[str, Conflict | type[Conflict]] | None = None) -> Iterator[Unit]:
    """
    A unit of work, committed at the end and rolled back on any exception. Inside another one, it joins that, and what
    was added is written at its end, so that conflicts appear where they are expected.

    :param conflicts: maps names of constraints to the errors that their violations become
    :raises Conflict: a constraint in ``conflicts`` was violated; ``DeletedMeanwhile`` for a foreign key
    :raises DatabaseUnavailable, Unstorable: see ``errors.Translated``
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        try:
            yield unit
            unit.flush()
        except IntegrityError as error:
            raise _conflict(error, conflicts) or error from error
        return
    session = db.session
    setattr(g, UNIT, session)
    try:
        with translated:
            yield session
            _note_write(session)
            session.commit()
    except IntegrityError as error:
        session.rollback()
        conflict = _conflict(error, conflicts)
        if conflict is None:
            raise
        raise conflict from error
    except BaseException:
        session.rollback()
        raise
    finally:
        g.pop(UNIT)
        session.expunge_all()  # later reads must not find stale objects


def abandon() -> None:
    """
    Roll back the unit of work, if there is one, after a conflict in it, so that a service can read what it conflicts
    with. The service must raise an error then, which ends the unit.
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        unit.rollback()


def _conflict(
    error: IntegrityError, conflicts: Mapping[str, Conflict | type[Conflict]] | None
) -> Conflict | type[Conflict] | None:
    """Return the error that the violation of a constraint becomes; None if it indicates a bug of Frontdesk."""
    constraint = violated(error) or ""
    conflict = (conflicts or {}).get(constraint)
    if conflict is None and constraint.startswith("fk_"):
        return DeletedMeanwhile
    return conflict


def note_caller(credential: Credential | None, *, wrote_at: datetime | None = None) -> None:
    """
    Set the credential that later transactions are attributed to.

    With a replica, the time of its last write is stored, so that its next lists include that write.

    :param wrote_at: when it last wrote
    """
    mark = None if credential is None else MARKS.get(credential.kind)
    g.caller = (None, None) if credential is None or mark is None else (mark, credential.id)
    setattr(g, WROTE_AT, wrote_at)


def _note_write(session: Unit) -> None:
    mark, caller = g.get("caller", (None, None))
    if caller is not None and "frontdesk_replica" in current_app.extensions:
        now = utcnow()
        session.execute(mark, {"caller": caller, "now": now}, execution_options={"synchronize_session": False})
        setattr(g, WROTE_AT, now)


def _mark(model: Any) -> Update:
    return update(model).where(model.id == bindparam("caller")).values(wrote_at=bindparam("now"))


MARKS = {
    CredentialKind.SESSION: _mark(LoginSession),
    CredentialKind.ACCESS_TOKEN: _mark(AccessToken),
    CredentialKind.API_KEY: _mark(ApiKey),
}
"""The statements that note when a credential last wrote something."""


def is_nested() -> bool:
    """Return whether a unit of work is open, which an error ends as a whole: then only its beginner can try again."""
    return g.get(UNIT) is not None


def retried(service: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service to run again from the start if the database aborted it to resolve a deadlock."""

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for number in range(1, ATTEMPTS):
            try:
                return service(*args, **kwargs)
            except DatabaseUnavailable as error:
                if not is_retryable(error) or is_nested():
                    raise
                time.sleep(random.uniform(0, 0.05) * number)  # noqa: S311 (jitter, not a secret)
        return service(*args, **kwargs)

    return attempt


def execute_count(statement: UpdateBase, **values: Any) -> int:
    """Run a bulk change inside a transaction and return the number of rows it changed."""
    with transaction() as session:
        result = cast(
            "CursorResult[Any]", session.execute(statement, values, execution_options={"synchronize_session": False})
        )
        return result.rowcount
