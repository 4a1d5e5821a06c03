"""Migrations with Alembic, for the command line and for the checks at start."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Row, inspect, select

from app.db.errors import UMAMI, CannotAdopt, ForeignTables, translated
from app.db.reads import reader
from app.db.session import db
from app.domain.errors import NotMigrated, UnknownRevision
from app.models import Adoption, Base
from app.runtime import runtime
from app.settings import ConfigError

MIGRATIONS = Path(__file__).parent / "alembic"
LOCK = 0x46524F4E54  # "FRONT"; an advisory lock, so that concurrent upgrades take turns
OURS = frozenset(Base.metadata.tables)
SHARED_NAMES = frozenset({"user", "team", "team_user", "website", "share"})
"""Tables that Frontdesk and Umami both have."""
SIGNS_OF_UMAMI = frozenset({"_prisma_migrations", "website_event"})


def settings() -> AlembicConfig:
    """Alembic's configuration. It has no database URL, since alembic/env.py uses the app's engine."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def revisions() -> tuple[str | None, frozenset[str]]:
    """The newest migration of this release, and the set of all its migrations."""
    scripts = ScriptDirectory.from_config(settings())
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def head_revision() -> str | None:
    """The newest migration of this release."""
    return revisions()[0]


def current_revision() -> str | None:
    """
    The migration that the database is at; None for an empty database.

    :raises DatabaseUnavailable: the database cannot be read
    """
    with translated, reader().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_behind(revision: str | None) -> bool:
    """Whether a database at ``revision`` lacks migrations of this release. Revisions of newer releases lack none."""
    head, known = revisions()
    return revision != head and (revision is None or revision in known)


def check_ready() -> str | None:
    """
    Check that this release can work with the database, and return the migration that it is at.

    :raises NotMigrated: the database lacks migrations of this release
    :raises DatabaseUnavailable: the database cannot be read
    """
    current = current_revision()
    if is_behind(current):
        raise NotMigrated(f"the database is at revision {current}")
    return current


def upgrade(revision: str = "head") -> None:
    """
    Migrate the database up to a revision. A database that is at this revision or a later one does not change.

    :raises ForeignTables: the database has tables of another program with the names of ours
    :raises ConfigError: there are migrations to run, but the connection goes through PgBouncer
    """
    refuse_foreign_tables()
    if revision == "head" and not is_behind(current_revision()):
        return
    require_own_connection()
    with known_revision():
        command.upgrade(settings(), revision)


def downgrade(revision: str) -> None:
    """
    Migrate the database down to a revision. Data that later revisions added is lost.

    :raises ForeignTables: the database has tables of another program with the names of ours
    :raises ConfigError: the connection goes through PgBouncer
    :raises CannotAdopt: the database was adopted, and its schema did not come from these migrations
    """
    refuse_foreign_tables()
    require_own_connection()
    _refuse_downgrade_of_adopted(revision)
    with known_revision():
        command.downgrade(settings(), revision)


@contextmanager
def known_revision() -> Iterator[None]:
    """:raises UnknownRevision: Alembic does not know the revision, or cannot go there"""
    try:
        yield
    except CommandError as error:
        raise UnknownRevision(str(error)) from error


def refuse_foreign_tables() -> None:
    """
    Check before any change that the database is ours or has no tables in our way.

    :raises ForeignTables: it has tables with the names of ours that our migrations did not create
    """
    with translated:
        inspector = inspect(reader())
        found = {name.lower() for name in (*inspector.get_table_names(), *inspector.get_view_names())}
    revision = current_revision()
    # An unknown revision can be that of a newer release of Frontdesk; then there are tables that no one else creates.
    if revision in revisions()[1] or (revision is not None and found & (OURS - SHARED_NAMES)):
        return
    if SIGNS_OF_UMAMI & found and OURS & found:
        raise ForeignTables(sorted(found & (SIGNS_OF_UMAMI | SHARED_NAMES)), UMAMI)
    if OURS & found or revision is not None:
        raise ForeignTables(sorted(found & (OURS | {"alembic_version"})), "another program")


def adopted() -> Row[str, str] | None:
    """Return the row of the adoption (see ``app.models.adoption``); None if the database is not one of Umami's."""
    with translated, reader().connect() as connection:
        if not inspect(connection).has_table(Adoption.__tablename__):
            return None
        return connection.execute(select(Adoption.umami_release, Adoption.revision)).one_or_none()


def _refuse_downgrade_of_adopted(revision: str) -> None:
    row = adopted()
    if row is None:
        return
    scripts = ScriptDirectory.from_config(settings())
    later = [script.revision for script in scripts.iterate_revisions("head", row.revision)]
    if revision not in (row.revision, *later):
        raise CannotAdopt(
            f"the database was adopted from Umami at revision {row.revision}, and has no earlier state to return to. "
            "To give it back to Umami, run frontdesk adopt --undo"
        )


def require_own_connection() -> None:
    """Migrations take a lock and change settings, both of which would stay on a connection of PgBouncer's pool."""
    if runtime().config.database_behind_pgbouncer:
        raise ConfigError(
            "the database needs to be migrated, which is not possible through PgBouncer. Run frontdesk db upgrade "
            "with a DATABASE_URL that points to PostgreSQL itself and without FRONTDESK_DATABASE_BEHIND_PGBOUNCER"
        )


def dispose() -> None:
    """Close idle connections, so that forked processes do not share them."""
    for engine in db.engines.values():
        engine.dispose()
