"""
Create full-text indexes of trigrams for searches in lists of everything on SQLite, if it has FTS5 with trigrams.

Otherwise searches still work by reading every row. ``search_…_key`` gives each row a number that, unlike SQLite's own
row numbers, survives VACUUM.
"""

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0004"
down_revision = "0003"

log = structlog.get_logger()
INDEXES = {"user": ["username_key"], "team": ["name"], "website": ["name", "domain"]}


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite" or not trigrams_are_there():
        return
    for table, columns in INDEXES.items():
        index, names = f"search_{table}", ", ".join(columns)
        new = ", ".join(f"new.{name}" for name in columns)
        number = f"(SELECT number FROM {index}_key WHERE id = {{}}.{table}_id)"
        op.execute(f"CREATE TABLE {index}_key (number INTEGER PRIMARY KEY, id CHAR(32) NOT NULL UNIQUE)")
        op.execute(f"CREATE VIRTUAL TABLE {index} USING fts5({names}, tokenize='trigram')")
        op.execute(f'INSERT INTO {index}_key (id) SELECT {table}_id FROM "{table}"')
        op.execute(
            f"INSERT INTO {index} (rowid, {names}) SELECT k.number, {', '.join(f't.{name}' for name in columns)} "
            f'FROM {index}_key k JOIN "{table}" t ON t.{table}_id = k.id'
        )
        op.execute(
            f'CREATE TRIGGER {index}_insert AFTER INSERT ON "{table}" BEGIN '
            f"INSERT INTO {index}_key (id) VALUES (new.{table}_id); "
            f"INSERT INTO {index} (rowid, {names}) VALUES ({number.format('new')}, {new}); END"
        )
        op.execute(
            f'CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON "{table}" BEGIN '
            f"UPDATE {index} SET {', '.join(f'{name} = new.{name}' for name in columns)} "
            f"WHERE rowid = {number.format('new')}; END"
        )
        op.execute(
            f'CREATE TRIGGER {index}_delete AFTER DELETE ON "{table}" BEGIN '
            f"DELETE FROM {index} WHERE rowid = {number.format('old')}; "
            f"DELETE FROM {index}_key WHERE id = old.{table}_id; END"
        )


def trigrams_are_there() -> bool:
    try:
        op.execute("CREATE VIRTUAL TABLE temp.trigrams_are_there USING fts5(x, tokenize='trigram')")
    except sa.exc.DBAPIError as error:
        log.warning("SQLite lacks FTS5 with trigrams; searches will not use indexes", reason=str(error.orig))
        return False
    op.execute("DROP TABLE temp.trigrams_are_there")
    return True


def downgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    for table in INDEXES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS search_{table}_{event}")
        op.execute(f"DROP TABLE IF EXISTS search_{table}")
        op.execute(f"DROP TABLE IF EXISTS search_{table}_key")
