"""
Adopting a database: everything that takes a lock in one short transaction, the rest in batches and concurrently.

Every step checks what is there already, so an adoption that was interrupted continues, and one that is complete follows
an upgrade of Umami.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import migrations
from app.db.adoption import folding, rules, shape, triggers
from app.db.adoption.patience import change, connected, in_batches, run, turn
from app.db.adoption.releases import SHARED, Umami, recognize
from app.db.adoption.rules import RULES, Finding, Rule
from app.db.errors import CannotAdopt
from app.models import Base, utcnow

ROUNDS = 5
"""How often repairs start again because Umami has meanwhile written another row that breaks a rule."""
Say = Callable[[str], None]

ADMINS = text(
    """SELECT user_id, username, password FROM "user" WHERE role = 'admin' AND deleted_at IS NULL """
    "ORDER BY created_at, user_id LIMIT 20"
)
MADE = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
KNOWN = text("SELECT trigrams_made FROM adoption WHERE number = 1")
BEGIN = text(
    "INSERT INTO adoption (number, umami_release, revision, trigrams_made, began_at) "
    "VALUES (1, :release, :revision, :made, :now) ON CONFLICT (number) DO UPDATE SET umami_release = :release, "
    "finished_at = NULL, trigrams_made = adoption.trigrams_made OR :made"
)
FINISH = text("UPDATE adoption SET finished_at = :now WHERE number = 1")
FILLED = {
    "user": (
        "(username_key IS NULL AND deleted_at IS NULL) OR (display_name_key IS NULL AND display_name IS NOT NULL)",
        "username_key = CASE WHEN deleted_at IS NULL THEN umami_fold(username) END, "
        "display_name_key = umami_sort_key(display_name)",
    ),
    "team": ("name_key IS NULL", "name_key = umami_sort_key(name)"),
    "website": ("name_key IS NULL", "name_key = umami_sort_key(name)"),
    "share": (
        "share_type = 1 AND website_id IS DISTINCT FROM entity_id",
        "website_id = CASE WHEN share_type = 1 THEN entity_id END",
    ),
}
"""For each table the rows that lack something, and what they get."""
KEYS = {"user": "user_id", "team": "team_id", "team_user": "team_user_id", "website": "website_id", "share": "share_id"}


class Admin(NamedTuple):
    """An administrator, to look for default passwords."""

    id: UUID
    username: str
    password_hash: str


class Found(NamedTuple):
    """What there is to adopt."""

    umami: Umami
    findings: list[Finding]
    admins: list[Admin]
    """The oldest ones."""
    adopted: bool


def check() -> Found:
    """
    Return the release, the rows that break a rule of ours, and administrators. The database is not changed.

    :raises CannotAdopt: see ``recognize``
    """
    with connected(autocommit=False) as connection:
        umami = recognize(connection)
        run(connection, *folding.functions("pg_temp"))
        found = [row for rule in RULES for row in rules.find(connection, rule, fold="pg_temp.umami_fold")]
        return Found(umami, found, _admins(connection), state(connection) is not None)


def admins() -> list[Admin]:
    """Return the oldest administrators."""
    with connected() as connection:
        return _admins(connection)


def _admins(connection: Connection) -> list[Admin]:
    return [Admin(*row) for row in connection.execute(ADMINS)]


def release() -> str:
    """Return the release of Umami that the database has now."""
    with connected() as connection:
        return recognize(connection).release


def adopt(say: Say) -> None:
    """
    Add what Frontdesk needs, and repair rows that break its rules. Umami can go on running.

    :param say: is told what is being done
    :raises CannotAdopt: see ``recognize``; or the database needs migrations first
    """
    with turn() as connection:
        umami = recognize(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision not in (None, migrations.head_revision()):
            raise CannotAdopt(f"the database is at revision {revision}; run frontdesk db upgrade first")
        made = _make_trigrams(connection)
        say("Adding tables, columns and triggers")
        _add_tables(umami, made)
        change(_change_tables, umami)
        _complete(connection, say)
        change(_finish)


def _make_trigrams(connection: Connection) -> bool:
    """Create the extension for searches, if that is possible. Returns whether it was created now."""
    if connection.scalar(text(MADE)):
        return False
    try:
        connection.execute(text("CREATE EXTENSION pg_trgm"))
    except DBAPIError:
        return False
    return True


def _add_tables(umami: Umami, made: bool) -> None:
    """Create our tables and the functions of triggers, which locks Umami's tables for a moment each time at most."""
    for table in shape.OURS:
        change(Base.metadata.create_all, tables=[table])
    change(_begin, umami, made)


def _begin(connection: Connection, umami: Umami, made: bool) -> None:
    values: dict[str, object] = {"release": umami.release, "revision": migrations.head_revision()}
    connection.execute(BEGIN, {**values, "made": made, "now": utcnow()})
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    bodies, _ = triggers.needed(umami.columns)
    run(
        connection,
        *folding.functions(str(schema)),
        *(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = {schema}, pg_temp AS $${body}$$"
            for name, body in bodies.items()
        ),
    )


def _change_tables(connection: Connection, umami: Umami) -> None:
    """Change Umami's tables. This locks them for a fraction of a second, even if they are large."""
    _, needed = triggers.needed(umami.columns)
    statements = [
        f"LOCK TABLE {', '.join(quoted(SHARED))} IN ACCESS EXCLUSIVE MODE",
        *shape.missing_columns(umami),
        *(statement for trigger in needed for statement in (trigger.dropped, trigger.created)),
        *shape.missing_constraints(connection),
    ]
    connection.exec_driver_sql("; ".join(statements))  # at once, because every round trip is time under the lock


def quoted(tables: Sequence[str]) -> list[str]:
    """Return names of tables as SQL."""
    return [f'"{table}"' for table in tables]


def complete(say: Say) -> None:
    """Complete rows of an adopted database, in case that triggers were switched off for a while."""
    with turn() as connection:
        try:
            _fill()
        except IntegrityError:  # such a row breaks a rule, too
            _complete(connection, say)


def _complete(connection: Connection, say: Say) -> None:
    """The part that takes time, but no locks that Umami would notice."""
    for _round in range(ROUNDS):
        try:
            _try_to_complete(connection, say)
        except IntegrityError as error:  # Umami has just written a row that breaks a rule
            last = error
        else:
            return
    raise CannotAdopt("rows that break a rule are being written all the time; run the command again") from last


def _try_to_complete(connection: Connection, say: Say) -> None:
    say("Repairing rows that break a rule")
    for rule in RULES:
        repair(rule)
    say("Filling in what Umami's rows lack")
    _fill()
    there: dict[str, bool] = {row.relname: row.indisvalid for row in connection.execute(shape.INDEXES)}
    wanted = list(shape.indexes(trigrams=bool(connection.scalar(text(MADE)))))
    if not shape.leaves_out_deleted(connection):
        statement = (
            f'CREATE UNIQUE INDEX CONCURRENTLY {shape.REPLACEMENT} ON "user" (username) WHERE deleted_at IS NULL'
        )
        wanted.append((shape.REPLACEMENT, statement))
    for name, statement in wanted:
        if not there.get(name):
            say(f"Creating the index {name}")
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # of an interrupted run
            connection.exec_driver_sql(statement)
    say("Validating constraints")
    for table, name in connection.execute(shape.UNVALIDATED).all():
        if table in SHARED:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT {name}')


def repair(rule: Rule) -> int:
    """Repair the rows that break a rule, note how they were, and return how many there were."""
    query = f"SELECT found.id FROM ({rule.find.format(fold='umami_fold')}) found"
    return in_batches(query, _repair, rule)


def _repair(connection: Connection, ids: list[Any], rule: Rule) -> None:
    table = rule.repaired or rule.table
    key, of = KEYS[table], KEYS[rule.table]
    rows, values = f'"{table}" t WHERE t.{of} = ANY(:ids)', {"ids": ids}
    row = "to_jsonb(t) - 'password'"  # a hash belongs in one place only
    connection.execute(text("SET LOCAL frontdesk.repairing = 'on'"))
    connection.execute(
        text(
            f"INSERT INTO adoption_repair (table_name, row_id, before) SELECT '{table}', t.{key}, {row} "
            f"FROM {rows} ON CONFLICT (table_name, row_id) DO UPDATE SET after = NULL"
        ),
        values,
    )
    for statement in rule.repair:
        connection.execute(text(statement.format(fold="umami_fold")), values)
    connection.execute(
        text(
            f"INSERT INTO adoption_repair (table_name, row_id, after) SELECT '{table}', t.{key}, {row} "
            f"FROM {rows} ON CONFLICT (table_name, row_id) DO UPDATE SET after = excluded.after"
        ),
        values,
    )
    connection.execute(text("DELETE FROM adoption_repair WHERE before IS NOT DISTINCT FROM after"))


def _fill() -> None:
    """Fill in our columns in rows that lack them, give websites numbers, and copy keys and second factors."""
    for table, (lacking, filled) in FILLED.items():
        key = KEYS[table]
        statement = f'UPDATE "{table}" SET {filled} WHERE {key} = ANY(:ids)'
        in_batches(f'SELECT {key} FROM "{table}" WHERE {lacking} ORDER BY {key}', _apply, statement)
    with connected() as connection:
        columns = recognize(connection).columns
    for table, (ours, theirs) in triggers.MIRRORED.items():
        for column in theirs:
            if column in columns[table]:
                # The trigger makes both true.
                statement = f'UPDATE "{table}" SET {ours} = {ours} WHERE {KEYS[table]} = ANY(:ids)'
                in_batches(f'SELECT {KEYS[table]} FROM "{table}" WHERE {ours} <> {column}', _apply, statement)
    numbered = (
        "INSERT INTO website_number (website_id) SELECT w.website_id FROM unnest(CAST(:ids AS uuid[])) "
        "WITH ORDINALITY AS given(id, place) JOIN website w ON w.website_id = given.id ORDER BY given.place "
        "ON CONFLICT (website_id) DO NOTHING"
    )
    unnumbered = (
        "SELECT w.website_id FROM website w WHERE NOT EXISTS "
        "(SELECT 1 FROM website_number n WHERE n.website_id = w.website_id) ORDER BY w.created_at, w.website_id"
    )
    in_batches(unnumbered, _apply, numbered)
    for statement in triggers.copies(columns):
        change(run, statement)


def _apply(connection: Connection, ids: list[Any], statement: str) -> None:
    connection.execute(text(statement), {"ids": ids})


def _finish(connection: Connection) -> None:
    for statement in shape.missing_unique_constraints(connection):
        connection.exec_driver_sql(statement)
    if not shape.leaves_out_deleted(connection):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {shape.USERNAMES}")
        connection.exec_driver_sql(f"ALTER INDEX {shape.REPLACEMENT} RENAME TO {shape.USERNAMES}")
    context = MigrationContext.configure(connection)
    if context.get_current_revision() is None:
        context.stamp(ScriptDirectory.from_config(migrations.settings()), "head")
    connection.execute(FINISH, {"now": utcnow()})


def state(connection: Connection) -> Any:
    """Return the row of the adoption; None if the database was not adopted."""
    if not connection.scalar(text("SELECT to_regclass('adoption')")):
        return None
    return connection.execute(KNOWN).one_or_none()
