"""Undoing an adoption: Umami's tables as they were, without what Frontdesk added."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from app.db.adoption import folding, shape, triggers
from app.db.adoption.adopt import KEYS, Say, quoted, state
from app.db.adoption.patience import change, in_batches, run, turn
from app.db.adoption.releases import SHARED, recognize
from app.db.errors import CannotAdopt
from app.models import Adoption, AdoptionRepair, Base

REPAIRED = {"user": ("role", "username"), "team_user": ("role",), "website": ("user_id", "team_id", "created_by")}
"""The columns that repairs change."""
KEPT = [Base.metadata.tables[model.__tablename__] for model in (Adoption, AdoptionRepair)]
"""Our tables that are needed until the end."""
WHOLE = "umami_usernames"
SAME_NAMES = """
    DELETE FROM "user" d WHERE d.deleted_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM "user" o WHERE o.username = d.username
        AND (o.deleted_at IS NULL OR (o.deleted_at, o.user_id) > (d.deleted_at, d.user_id)))"""
"""Accounts that Frontdesk has deleted, and whose names others have by now. Umami does not allow that."""


def undo(say: Say) -> None:
    """
    Remove what Frontdesk added, with all its data, and put the rows back that it repaired, as far as they have not been
    changed since. An undo that was interrupted continues.

    :raises CannotAdopt: the database was not adopted
    """
    with turn() as connection:
        adopted = state(connection)
        if adopted is None:
            raise CannotAdopt("the database was not adopted")
        columns, ours = recognize(connection).columns, shape.our_columns()
        if shape.leaves_out_deleted(connection):
            say(f"Restoring the index {shape.USERNAMES}")
            change(run, SAME_NAMES)
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {WHOLE}")
            connection.exec_driver_sql(f'CREATE UNIQUE INDEX CONCURRENTLY {WHOLE} ON "user" (username)')
        say("Removing tables, columns and triggers")
        change(_remove)
        for ours_alone in reversed([table for table in shape.OURS if table not in KEPT]):
            change(Base.metadata.drop_all, tables=[ours_alone])
        say("Restoring rows")
        for table in KEYS:
            query = f"SELECT row_id FROM adoption_repair WHERE table_name = '{table}' ORDER BY adoption_repair_id"
            theirs = [name for name in columns[table] if name not in ours[table]]
            in_batches(query, _restore, table, theirs)
        change(_forget, adopted.trigrams_made)


def _remove(connection: Connection) -> None:
    """Remove what is in Umami's tables, which locks them for a fraction of a second."""
    bodies, made = triggers.everything()
    statements = [
        f"LOCK TABLE {', '.join(quoted(SHARED))} IN ACCESS EXCLUSIVE MODE",
        "UPDATE adoption SET finished_at = NULL",
        *(trigger.dropped for trigger in made),
        *(f"DROP FUNCTION IF EXISTS {name}()" for name in bodies),
        *(f"DROP FUNCTION IF EXISTS {name}(text)" for name in folding.NAMES),
        *(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS {name}' for table, name in shape.constraints()),
        *(f"DROP INDEX IF EXISTS {name}" for name, _ in shape.indexes(trigrams=True)),
        *(
            f'ALTER TABLE "{table}" {", ".join(f"DROP COLUMN IF EXISTS {column}" for column in columns)}'
            for table, columns in shape.our_columns().items()
            if columns
        ),
    ]
    if shape.leaves_out_deleted(connection):
        statements += [f"DROP INDEX {shape.USERNAMES}", f"ALTER INDEX {WHOLE} RENAME TO {shape.USERNAMES}"]
    statements += [
        f"DROP INDEX IF EXISTS {shape.REPLACEMENT}",  # of an adoption that was interrupted
        "DROP TABLE IF EXISTS alembic_version",
    ]
    connection.exec_driver_sql("; ".join(statements))


def _restore(connection: Connection, ids: list[Any], table: str, columns: Sequence[str]) -> None:
    key = KEYS[table]
    repaired = f"adoption_repair r WHERE r.table_name = '{table}' AND r.row_id = ANY(:ids)"
    values = {"ids": ids}
    for column in REPAIRED.get(table, ()):
        connection.execute(
            text(
                f'UPDATE "{table}" t SET {column} = (jsonb_populate_record(NULL::"{table}", r.before)).{column} '
                f"FROM {repaired} AND r.row_id = t.{key} AND r.before->'{column}' IS DISTINCT FROM r.after->'{column}' "
                f"AND to_jsonb(t)->'{column}' = r.after->'{column}' AND r.before IS NOT NULL"
            ),
            values,
        )
    names = ", ".join(columns)
    connection.execute(
        text(
            f'INSERT INTO "{table}" ({names}) SELECT {", ".join(f"b.{name}" for name in columns)} '
            f'FROM adoption_repair r CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}", r.before) b '
            f"WHERE r.table_name = '{table}' AND r.row_id = ANY(:ids) AND r.before IS NOT NULL AND r.after IS NULL "
            "ON CONFLICT DO NOTHING"
        ),
        values,
    )
    connection.execute(
        text(
            f'DELETE FROM "{table}" t USING {repaired} AND r.row_id = t.{key} AND r.before IS NULL '
            "AND to_jsonb(t)->'role' = r.after->'role'"
        ),
        values,
    )


def _forget(connection: Connection, trigrams_made: bool) -> None:
    Base.metadata.drop_all(connection, tables=KEPT)
    if trigrams_made:
        connection.exec_driver_sql("DROP EXTENSION IF EXISTS pg_trgm")
