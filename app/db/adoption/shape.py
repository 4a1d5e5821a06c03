"""What the tables of Umami lack to be ours, derived from the models, so that the two cannot grow apart."""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Connection,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateColumn, CreateIndex

from app.db.adoption.releases import SHARED, Umami
from app.models import Base

TABLES = [Base.metadata.tables[name] for name in SHARED]
OURS = [table for table in Base.metadata.sorted_tables if table.name not in SHARED]
LEFT_OUT = frozenset({"ck_share_share_type", "uq_team_access_code", "uq_share_slug"})
"""Umami has its own indexes of access codes and slugs. Releases to come may have further types of shares."""
TRIGRAMS = (
    ("user", "username_key"),
    ("user", "email_key"),
    ("user", "display_name_key"),
    ("team", "name"),
    ("website", "name"),
    ("website", "domain"),
)
"""Columns with an index for searches, which the migrations create if PostgreSQL has the extension pg_trgm."""
USERNAMES = "user_username_key"
"""
Umami's index of usernames. It becomes one of undeleted accounts, since the names of deleted ones are free for others.
"""
REPLACEMENT = "umami_user_username_key"
"""The name of that index until it replaces Umami's."""
DEFINITION = text("SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname = :name")
CONSTRAINTS = text(
    "SELECT c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace "
    "WHERE n.nspname = current_schema()"
)
INDEXES = text(
    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
)
UNVALIDATED = text(
    "SELECT r.relname, c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid "
    "JOIN pg_namespace n ON n.oid = c.connamespace "
    "WHERE n.nspname = current_schema() AND NOT c.convalidated ORDER BY c.conname"
)
_dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def leaves_out_deleted(connection: Connection) -> bool:
    """Return whether the index of usernames has become one of undeleted accounts."""
    return " WHERE " in (connection.scalar(DEFINITION, {"name": USERNAMES}) or "")


def our_columns() -> dict[str, list[str]]:
    """Return the columns that Umami's tables of any release get, by table."""
    return {table.name: [column.name for column in table.columns if _is_ours(column)] for table in TABLES}


UMAMIS = {
    "user": "user_id username password role logo_url display_name created_at updated_at deleted_at",
    "team": "team_id name access_code logo_url created_at updated_at deleted_at",
    "team_user": "team_user_id team_id user_id role created_at updated_at",
    "website": "website_id name domain reset_at user_id team_id created_by created_at updated_at deleted_at "
    "replay_config",
    "share": "share_id entity_id name share_type slug parameters created_at updated_at",
}
"""Umami's columns that all releases since 3.1 have under the same name, and that the models have, too."""


def _is_ours(column: Column[object]) -> bool:
    return column.name not in UMAMIS[column.table.name].split()


def missing_columns(umami: Umami) -> Iterator[str]:
    """Yield the statements that add our columns. None of them rewrites a table."""
    for table in TABLES:
        added = [
            f"ADD COLUMN {_column(column)}"
            for column in table.columns
            if _is_ours(column) and column.name not in umami.columns[table.name]
        ]
        if added:
            yield f'ALTER TABLE "{table.name}" {", ".join(added)}'


def _column(column: Column[object]) -> str:
    if isinstance(column.server_default, Computed):
        # A trigger fills it instead, because adding a computed column rewrites the table.
        return f"{column.name} {column.type.compile(_dialect)}"
    return str(CreateColumn(column).compile(dialect=_dialect))


def constraints() -> Iterator[tuple[str, str]]:
    """Yield the tables and names of all constraints that Umami's tables get."""
    for table in TABLES:
        for constraint in _added(table, ForeignKeyConstraint, CheckConstraint, UniqueConstraint):
            yield table.name, _name(constraint)


def missing_constraints(connection: Connection) -> Iterator[str]:
    """Yield the statements that add foreign keys and checks, for new rows first."""
    there = set(connection.scalars(CONSTRAINTS))
    for table in TABLES:
        for constraint in sorted(_added(table, ForeignKeyConstraint, CheckConstraint), key=_name):
            if _name(constraint) not in there:
                # By default, AddConstraint changes the model, so that its CREATE TABLE omits the constraint.
                added = AddConstraint(constraint, isolate_from_table=False)
                yield f"{added.compile(dialect=_dialect)} NOT VALID"


def missing_unique_constraints(connection: Connection) -> Iterator[str]:
    """Yield the statements that make unique indexes constraints, as in the models."""
    there = set(connection.scalars(CONSTRAINTS))
    for table in TABLES:
        for constraint in _added(table, UniqueConstraint):
            name = _name(constraint)
            if name not in there:
                yield f'ALTER TABLE "{table.name}" ADD CONSTRAINT {name} UNIQUE USING INDEX {name}'


def indexes(*, trigrams: bool) -> Iterator[tuple[str, str]]:
    """Yield names of our indexes on Umami's tables, and the statements that create them concurrently."""
    for table in TABLES:
        for constraint in _added(table, UniqueConstraint):
            name = _name(constraint)
            columns = ", ".join(column.name for column in cast("UniqueConstraint", constraint).columns)
            yield name, f'CREATE UNIQUE INDEX CONCURRENTLY {name} ON "{table.name}" ({columns})'
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(index.name), _concurrently(index)
    if trigrams:
        for name, column in TRIGRAMS:
            index_name = f"ix_{name}_{column}_trgm"
            yield index_name, f'CREATE INDEX CONCURRENTLY {index_name} ON "{name}" USING gin ({column} gin_trgm_ops)'


def _concurrently(index: Index) -> str:
    created = " ".join(str(CreateIndex(index).compile(dialect=_dialect)).split())
    return created.replace("INDEX", "INDEX CONCURRENTLY", 1)


def _added(table: Table, *kinds: type[Constraint]) -> Iterator[Constraint]:
    for constraint in table.constraints:
        if isinstance(constraint, kinds) and _name(constraint) not in LEFT_OUT:
            yield constraint


def _name(constraint: Constraint) -> str:
    return _dialect.identifier_preparer.format_constraint(constraint) or ""
