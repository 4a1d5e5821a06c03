"""Which release of Umami made a database."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from app.db.errors import CannotAdopt
from app.domain.umami_releases import release_of

SHARED = ("user", "team", "team_user", "website", "share")
"""Tables that Umami and Frontdesk both use."""
COLUMNS = text(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
    "ORDER BY table_name, ordinal_position"
)
UNFINISHED = text(
    "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL LIMIT 1"
)
OWNED = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname = ANY(:names) "
    "AND NOT pg_has_role(c.relowner, 'USAGE') ORDER BY c.relname"
)
OLDEST_SERVER = 130_000
"""PostgreSQL 13 is the first that can normalize Unicode, which the triggers need to fold names."""


@dataclass(frozen=True, slots=True)
class Umami:
    """The part of a database that Umami made."""

    release: str
    """The oldest release with this schema, such as ``3.3``."""
    columns: dict[str, tuple[str, ...]]
    """The columns of every table."""


def recognize(connection: Connection) -> Umami:
    """
    Return which release of Umami has made the tables, and which columns there are.

    :raises CannotAdopt: it was not Umami, or a release before 3.1; a migration of Umami's has failed; or the server,
        its encoding or the rights of our user do not allow it
    """
    columns = _columns(connection)
    if "_prisma_migrations" not in columns or not {"website_event", "user", "website"} <= columns.keys():
        raise CannotAdopt("this is not a database of Umami's; frontdesk setup prepares an empty one")
    release = release_of(columns)
    if release is None or not set(SHARED) <= columns.keys():
        raise CannotAdopt("the database was made by a release of Umami before 3.1; upgrade Umami first")
    unfinished = connection.scalar(UNFINISHED)
    if unfinished is not None:
        raise CannotAdopt(f"Umami's migration {unfinished} has not finished; let Umami finish its upgrade first")
    _check_server(connection)
    return Umami(release, columns)


def _columns(connection: Connection) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for table, column in connection.execute(COLUMNS):
        found[table] = (*found.get(table, ()), column)
    return found


def _check_server(connection: Connection) -> None:
    if int(connection.scalar(text("SHOW server_version_num")) or 0) < OLDEST_SERVER:
        raise CannotAdopt("PostgreSQL 13 or later is needed")
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise CannotAdopt(f"the database has the encoding {encoding}; only UTF8 can be adopted")
    others = connection.scalars(OWNED, {"names": list(SHARED)}).all()
    if others:
        raise CannotAdopt(
            f"the tables {', '.join(others)} belong to another user of PostgreSQL; connect as Umami does, or as a "
            "member of the role that owns them"
        )
