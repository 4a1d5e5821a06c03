"""Alembic, driven by our command line."""

from functools import cache

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.config import ROOT
from app.db import db, reader

MIGRATIONS = ROOT / "migrations"
LOCK = 0x46524F4E54  # "FRONT": two upgrades at once take turns


def settings() -> AlembicConfig:
    """What Alembic needs to know; migrations/env.py takes the engine from the app."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def head_revision() -> str | None:
    """The newest migration there is."""
    return ScriptDirectory.from_config(settings()).get_current_head()


def current_revision() -> str | None:
    """The migration that the database is at; None for an empty one."""
    with reader().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction where the database can."""
    command.upgrade(settings(), revision)


def downgrade(revision: str) -> None:
    """Bring the database back to a revision; what it added is lost."""
    command.downgrade(settings(), revision)


def dispose() -> None:
    """Close idle connections, as after a change of schema."""
    db.engine.dispose()
