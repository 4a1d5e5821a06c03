"""Translation of database errors into errors of the domain."""

from collections.abc import Iterator, Sequence
from types import TracebackType

from sqlalchemy import (
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import DatabaseUnavailable, DomainError, NotMigrated, Unstorable
from app.models import Base
from app.settings import ConfigError

MOST_SHOWN = 8
UMAMI = "Umami"
ALIASES = {
    "team_access_code_key": "uq_team_access_code",
    "share_slug_key": "uq_share_slug",
    "user_username_key": "uq_user_username_key",
    "user_pkey": "pk_user",
    "team_pkey": "pk_team",
    "website_pkey": "pk_website",
    "share_pkey": "pk_share",
}
"""Names of constraints in a database that Umami made, and those of ours."""

UNDEFINED = frozenset({"42P01", "42703"})
"""PostgreSQL's "undefined table" and "undefined column"."""
READ_ONLY = "25006"
"""PostgreSQL's code for a write on a standby or in a read-only transaction."""
RETRYABLE = frozenset({"40001", "40P01"})
"""PostgreSQL's "serialization failure" and "deadlock detected": nothing was changed, and a retry can succeed."""


class Translated:
    """
    Use ``with translated:`` around statements to turn the driver's errors into errors of the domain.

    The driver's error becomes the cause. Errors that indicate a bug of Frontdesk are not translated.

    :raises DatabaseUnavailable: the database is unreachable, locked, full, read-only, not migrated, or out of
        connections
    :raises Unstorable: the database rejects a value
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: TracebackType | None) -> None:
        if isinstance(error, SQLAlchemyError):
            found = meaning(error)
            if found is not None:
                raise found from error


translated = Translated()


def meaning(error: SQLAlchemyError) -> DomainError | None:
    """The domain's error for an error of the database; None if it indicates a bug of Frontdesk."""
    reason = reason_of(error) or ""
    if sqlstate(error) in UNDEFINED or "no such table" in reason or "no such column" in reason:
        return NotMigrated(reason)
    if isinstance(error, DataError):
        return Unstorable(reason)
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout) or sqlstate(error) == READ_ONLY:
        return DatabaseUnavailable(reason)
    return None


def reason_of(error: BaseException) -> str | None:
    """The driver's message; None if the error does not come from SQLAlchemy."""
    if not isinstance(error, SQLAlchemyError):
        return None
    return str(getattr(error, "orig", None) or error).strip()


def sqlstate(error: BaseException | None) -> str | None:
    """PostgreSQL's code of an error from SQLAlchemy; None if there is none."""
    found: str | None = getattr(getattr(error, "orig", None), "sqlstate", None)
    return found


def is_retryable(error: DatabaseUnavailable) -> bool:
    """Whether the database aborted the transaction to resolve a conflict, so that a retry can succeed at once."""
    return sqlstate(error.__cause__) in RETRYABLE


def violated(error: IntegrityError) -> str | None:
    """
    The name of the violated constraint; None if the error does not tell.

    SQLite does not name foreign keys, so it is ``fk_`` for any of them.
    """
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name:
        return ALIASES.get(str(name), str(name))
    kind, _, places = str(error.orig).partition("constraint failed: ")
    if kind.startswith("FOREIGN KEY"):
        return "fk_"
    if not kind.startswith("UNIQUE"):
        return None
    columns = {place.strip().partition(".")[2] for place in places.split(",")}
    table = Base.metadata.tables[places.partition(".")[0].strip()]
    return next((name for name, parts in _unique(table) if parts == columns), None)


def _unique(table: Table) -> Iterator[tuple[str, set[str]]]:
    for index in table.indexes:
        if index.unique:
            yield str(index.name), {column.name for column in index.columns}
    for constraint in [table.primary_key, *table.constraints]:
        if constraint is table.primary_key or isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), {column.name for column in constraint.columns}


class ForeignTables(ConfigError):
    """The database already has tables (``names``) of another ``program`` with the names of ours."""

    code = "foreign-tables"

    def __init__(self, names: Sequence[str], program: str) -> None:
        self.names, self.program = tuple(names), program
        shown = ", ".join(names[:MOST_SHOWN])
        more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
        advice = (
            "To use the database together with Umami, run frontdesk adopt --check; otherwise set DATABASE_URL to an "
            "empty database"
            if program == UMAMI
            else "Frontdesk needs tables of the same names and cannot use these; set DATABASE_URL to an empty database"
        )
        super().__init__(f"the database has tables of {program}: {shown}{more}. Nothing was changed. {advice}")


class CannotAdopt(ConfigError):
    """The database cannot be adopted, or the adoption cannot be undone."""

    code = "cannot-adopt"
