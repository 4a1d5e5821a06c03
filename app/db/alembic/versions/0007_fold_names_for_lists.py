"""
Store folded names of teams and websites for sorting, and folded display names for searches, and find users by e-mail.

Frontdesk folds the names that it writes. Triggers do that for rows from the previous release, which may still be
running, and from Umami.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = [("user", "display_name"), ("team", "name"), ("website", "name")]
Index = tuple[str, str, str, str | None]
LIVING = "deleted_at IS NULL"
OLD: list[Index] = [
    ("user", "ix_user_username_user_id", "username, user_id", LIVING),
    ("team", "ix_team_name_team_id", "name, team_id", LIVING),
    ("website", "ix_website_name_website_id", "name, website_id", LIVING),
    ("website", "ix_website_user_id_name_website_id", "user_id, name, website_id", None),
    ("website", "ix_website_team_id_name_website_id", "team_id, name, website_id", None),
]
NEW: list[Index] = [
    ("user", "ix_user_username_key_username_user_id", "username_key, username, user_id", LIVING),
    ("team", "ix_team_name_key_name_team_id", "name_key, name, team_id", LIVING),
    ("website", "ix_website_name_key_name_website_id", "name_key, name, website_id", LIVING),
    ("website", "ix_website_user_id_name_key_name_website_id", "user_id, name_key, name, website_id", None),
    ("website", "ix_website_team_id_name_key_name_website_id", "team_id, name_key, name, website_id", None),
    ("user", "ix_user_pending", "user_id", "pending"),
]
TRIGRAMS = [("user", "email_key"), ("user", "display_name_key")]
SEARCHED = ("username_key", "email_key", "display_name_key")
KEY_LENGTH, BATCH = 255, 5000


def upgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    for table, column in COLUMNS:
        # On PostgreSQL, the migration has several transactions, so it must be possible to run it again.
        column_key = sa.Column(f"{column}_key", sa.String(KEY_LENGTH), nullable=True)
        op.add_column(table, column_key, if_not_exists=postgresql or None)
    if not postgresql:
        fold_on_sqlite()
        fill()
        change_indexes(OLD, NEW)
        if trigrams_are_there():
            search_users_by(SEARCHED)
        return
    fold_on_postgresql()
    # Outside a transaction, so that large tables stay writable while they are filled and their indexes are built.
    with op.get_context().autocommit_block():
        fill()
        change_indexes(OLD, NEW, concurrently=True)
        if trigrams_are_there():
            for table, column in TRIGRAMS:
                op.execute(
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_{table}_{column}_trgm "
                    f'ON "{table}" USING gin ({column} gin_trgm_ops)'
                )


def fold_on_postgresql() -> None:
    for table, column in COLUMNS:
        key, function = f"{column}_key", f"fold_{column}"
        op.execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"NEW.{key} := left(lower(NEW.{column}), {KEY_LENGTH}); RETURN NEW; END $$"
        )
        op.execute(f'DROP TRIGGER IF EXISTS fold_insert ON "{table}"')
        op.execute(f'DROP TRIGGER IF EXISTS fold_update ON "{table}"')
        op.execute(
            f'CREATE TRIGGER fold_insert BEFORE INSERT ON "{table}" FOR EACH ROW '
            f"WHEN (NEW.{key} IS NULL AND NEW.{column} IS NOT NULL) EXECUTE FUNCTION {function}()"
        )
        op.execute(
            f'CREATE TRIGGER fold_update BEFORE UPDATE OF {column} ON "{table}" FOR EACH ROW '
            f"WHEN (NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{key} IS NOT DISTINCT FROM OLD.{key}) "
            f"EXECUTE FUNCTION {function}()"
        )


def fold_on_sqlite() -> None:
    for table, column in COLUMNS:
        key = f"{column}_key"
        change = (
            f'UPDATE "{table}" SET {key} = substr(lower(new.{column}), 1, {KEY_LENGTH}) '
            f"WHERE {table}_id = new.{table}_id"
        )
        op.execute(
            f'CREATE TRIGGER fold_{table}_insert AFTER INSERT ON "{table}" '
            f"WHEN new.{key} IS NULL AND new.{column} IS NOT NULL BEGIN {change}; END"
        )
        op.execute(
            f'CREATE TRIGGER fold_{table}_update AFTER UPDATE OF {column} ON "{table}" '
            f"WHEN new.{column} IS NOT old.{column} AND new.{key} IS old.{key} BEGIN {change}; END"
        )


def fill() -> None:
    """Fold the names of existing rows in batches."""
    connection = op.get_bind()
    for table, column in COLUMNS:
        rows_after = sa.text(
            f'SELECT {table}_id, {column} FROM "{table}" WHERE {table}_id > :last AND {column} IS NOT NULL '
            f"ORDER BY {table}_id LIMIT {BATCH}"
        ).columns(sa.column(f"{table}_id", sa.Uuid()))
        change = sa.text(f'UPDATE "{table}" SET {column}_key = :key WHERE {table}_id = :id').bindparams(
            sa.bindparam("id", type_=sa.Uuid())
        )
        rows_after = rows_after.bindparams(sa.bindparam("last", type_=sa.Uuid()))
        last = UUID(int=0)
        while rows := connection.execute(rows_after, {"last": last}).all():
            connection.execute(change, [{"id": identity, "key": folded(name)} for identity, name in rows])
            last = rows[-1][0]


def folded(name: str) -> str:
    """Fold a name like ``app.domain.folding.sort_key``, copied here so that the migration never changes."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())[:KEY_LENGTH]


def change_indexes(old: Sequence[Index], new: Sequence[Index], *, concurrently: bool = False) -> None:
    how: dict[str, Any] = {"postgresql_concurrently": True} if concurrently else {}
    for table, name, columns, condition in new:
        where = sa.text(condition) if condition else None
        op.create_index(
            name, table, columns.split(", "), if_not_exists=True, postgresql_where=where, sqlite_where=where, **how
        )
    for table, name, _, _ in old:
        op.drop_index(name, table_name=table, if_exists=True, **how)


def trigrams_are_there() -> bool:
    """Whether the earlier migrations were able to create trigram indexes."""
    if op.get_context().dialect.name == "postgresql":
        found = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
    else:
        found = "SELECT 1 FROM sqlite_master WHERE name = 'search_user'"
    return op.get_bind().scalar(sa.text(found)) is not None


def search_users_by(columns: tuple[str, ...]) -> None:
    """Rebuild SQLite's full-text index of users with these columns. The numbers of the rows do not change."""
    names, new = ", ".join(columns), ", ".join(f"new.{name}" for name in columns)
    number = "(SELECT number FROM search_user_key WHERE id = new.user_id)"
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER search_user_{event}")
    op.execute("DROP TABLE search_user")
    op.execute(f"CREATE VIRTUAL TABLE search_user USING fts5({names}, tokenize='trigram')")
    op.execute(
        f"INSERT INTO search_user (rowid, {names}) SELECT k.number, {', '.join(f'u.{name}' for name in columns)} "
        'FROM search_user_key k JOIN "user" u ON u.user_id = k.id'
    )
    op.execute(
        'CREATE TRIGGER search_user_insert AFTER INSERT ON "user" BEGIN '
        "INSERT INTO search_user_key (id) VALUES (new.user_id); "
        f"INSERT INTO search_user (rowid, {names}) VALUES ({number}, {new}); END"
    )
    op.execute(
        f'CREATE TRIGGER search_user_update AFTER UPDATE OF {names} ON "user" BEGIN '
        f"UPDATE search_user SET {', '.join(f'{name} = new.{name}' for name in columns)} WHERE rowid = {number}; END"
    )


def downgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    if not postgresql and trigrams_are_there():
        search_users_by(SEARCHED[:1])
    change_indexes(NEW, OLD)
    for table, column in TRIGRAMS:
        op.execute(f"DROP INDEX IF EXISTS ix_{table}_{column}_trgm")
    for table, column in COLUMNS:
        for event in ("insert", "update"):
            trigger = f'fold_{event} ON "{table}"' if postgresql else f"fold_{table}_{event}"
            op.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        if postgresql and column != "name":
            op.execute(f"DROP FUNCTION IF EXISTS fold_{column}()")
        op.drop_column(table, f"{column}_key")
    if postgresql:
        op.execute("DROP FUNCTION IF EXISTS fold_name()")
