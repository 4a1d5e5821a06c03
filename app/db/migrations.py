"""Alembic, driven by our command line."""

from collections.abc import Sequence
from functools import cache

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.db.errors import translated
from app.db.reads import reader
from app.db.session import db
from app.domain.errors import NotMigrated
from app.models import Base
from app.runtime import runtime
from app.settings import ROOT, ConfigError

MIGRATIONS = ROOT / "migrations"
LOCK = 0x46524F4E54  # "FRONT": two upgrades at once take turns
OURS = frozenset(Base.metadata.tables)
SHARED_NAMES = frozenset({"user", "team", "team_user", "website", "share"})
"""Tables of ours that bear the names of Umami's."""
SIGNS_OF_UMAMI = frozenset({"_prisma_migrations", "website_event"})
MOST_SHOWN = 8


class ForeignTables(ConfigError):
    """The database holds tables of another program where ours belong; ``names`` are those, ``program`` is whose."""

    def __init__(self, names: Sequence[str], program: str) -> None:
        self.names, self.program = tuple(names), program
        shown = ", ".join(names[:MOST_SHOWN])
        more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
        super().__init__(
            f"this database holds tables of {program}: {shown}{more}. Frontdesk cannot use them, and makes tables of "
            "the same names. Nothing was changed; set DATABASE_URL to another database, which is empty"
        )


def settings() -> AlembicConfig:
    """What Alembic needs to know; migrations/env.py takes the engine from the app."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def revisions() -> tuple[str | None, frozenset[str]]:
    """The newest migration of this release, and all of them."""
    scripts = ScriptDirectory.from_config(settings())
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def head_revision() -> str | None:
    """The newest migration there is."""
    return revisions()[0]


def current_revision() -> str | None:
    """The migration that the database is at; None for an empty one. :raises DatabaseUnavailable: it cannot be asked"""
    with translated, reader().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_behind(revision: str | None) -> bool:
    """Whether a database lacks migrations of this release. One that a newer release has migrated lacks none."""
    head, known = revisions()
    return revision != head and (revision is None or revision in known)


def check_ready() -> str | None:
    """
    The migration that the database is at, if a server can work with it.

    :raises NotMigrated: it lacks migrations of this release
    :raises DatabaseUnavailable: it cannot be asked
    """
    current = current_revision()
    if is_behind(current):
        raise NotMigrated(f"it is at revision {current}")
    return current


def upgrade(revision: str = "head") -> None:
    """
    Bring the database up to a revision. One that is there already, or further, is left alone.

    :raises ForeignTables: another program made tables there where ours belong
    :raises ConfigError: there is something to do, and only PgBouncer to do it through
    """
    refuse_foreign_tables()
    if revision == "head" and not is_behind(current_revision()):
        return
    _require_own_connection()
    command.upgrade(settings(), revision)


def downgrade(revision: str) -> None:
    """Bring the database back to a revision; what it added is lost. :raises ConfigError: as for ``upgrade``"""
    refuse_foreign_tables()
    _require_own_connection()
    command.downgrade(settings(), revision)


def refuse_foreign_tables() -> None:
    """
    Look before anything is changed whether the database is ours, or free for us.

    :raises ForeignTables: it holds tables of the names of ours, and was never migrated by us
    """
    with translated:
        inspector = inspect(reader())
        found = {name.lower() for name in (*inspector.get_table_names(), *inspector.get_view_names())}
    revision = current_revision()
    # A revision that is unknown to this release may be that of a newer one, which has tables that only we make.
    if revision in revisions()[1] or (revision is not None and found & (OURS - SHARED_NAMES)):
        return
    if SIGNS_OF_UMAMI & found and OURS & found:
        raise ForeignTables(sorted(found & (SIGNS_OF_UMAMI | SHARED_NAMES)), "Umami")
    if OURS & found or revision is not None:
        raise ForeignTables(sorted(found & (OURS | {"alembic_version"})), "another program")


def _require_own_connection() -> None:
    """A pooled connection would keep our lock and our settings, for the next client and for ever."""
    if runtime().config.database_behind_pgbouncer:
        raise ConfigError(
            "the database needs migrating, which does not work through PgBouncer: run frontdesk db upgrade "
            "with DATABASE_URL of PostgreSQL itself and without FRONTDESK_DATABASE_BEHIND_PGBOUNCER"
        )


def dispose() -> None:
    """Close idle connections, as before processes are forked."""
    for engine in db.engines.values():
        engine.dispose()
