"""Reading the database of an Umami, release 3.1 or later, without changing anything there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any, LiteralString, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.rows import class_row, tuple_row

from app.domain.errors import SourceUnusable
from app.domain.umami_releases import DEFAULT_PASSWORD, release_of
from app.security import password_hashing
from app.services.importing.report import Kind
from app.services.importing.rows import SECOND_FACTOR, Loss, MemberRow, ShareRow, TeamRow, UserRow, WebsiteRow

T = TypeVar("T")
Columns = Mapping[str, Collection[str]]
CONNECT_SECONDS = 10
FETCHED_AT_ONCE = 2000
SCHEMES = ("postgresql", "postgres")
PRISMA = frozenset(
    {"connection_limit", "pgbouncer", "pool_timeout", "schema", "socket_timeout", "sslaccept", "statement_cache_size"}
)
"""Parameters of Umami's own ``DATABASE_URL`` that PostgreSQL's client library does not know."""
TABLES: dict[str, set[str]] = {
    "user": {"user_id", "username", "password", "role", "display_name", "logo_url"},
    "team": {"team_id", "name", "access_code", "logo_url"},
    "team_user": {"team_user_id", "team_id", "user_id", "role"},
    "website": {"website_id", "name", "domain", "user_id", "team_id", "created_by", "reset_at", "replay_config"},
    "share": {"share_id", "entity_id", "name", "share_type", "slug", "parameters"},
}
"""The tables that every supported release has, and the columns of theirs that are read."""
SEED_ADMIN = UUID("41e2b680-648e-4b09-bcd7-3e2b10c06264")
HAS_DEFAULT = Loss("default-password", "has Umami's default password, and must change it at the first login")


class Umami:
    """A snapshot of the database. Each method reads it in a fixed order, a few thousand rows at a time."""

    def __init__(self, connection: psycopg.Connection[Any], release: str, columns: Columns) -> None:
        self._connection, self.release, self._columns = connection, release, columns

    def count(self, kind: Kind) -> int:
        """Return the number of rows of users, teams, websites or shares."""
        counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(kind).removesuffix("s")))
        row = self._connection.execute(counted).fetchone()
        return 0 if row is None else int(row[0])

    def users(self) -> Iterator[UserRow]:
        """Yield all users, longest-standing first."""
        second_factor = self._has("two_factor_auth", "is_enabled")
        rows = self._stream(
            sql.SQL(
                "SELECT u.user_id AS id, u.username, u.role, u.password AS password_hash, u.display_name, u.logo_url,"
                " {required} AS two_factor_required, u.created_at, u.updated_at, u.deleted_at, {lost} AS losses"
                ' FROM "user" u {factor} ORDER BY u.created_at NULLS FIRST, u.user_id'
            ).format(
                required=self._column("user", "two_factor_required", "u.two_factor_required", otherwise="false"),
                lost=sql.SQL("f.is_enabled IS TRUE" if second_factor else "false"),
                factor=sql.SQL("LEFT JOIN two_factor_auth f ON f.user_id = u.user_id" if second_factor else ""),
            )
        )
        for *values, has_second_factor in rows:
            row = UserRow(**dict(zip(USER_FIELDS, values, strict=True)))
            losses = [SECOND_FACTOR] if has_second_factor else []
            if row.id == SEED_ADMIN and password_hashing.matches(DEFAULT_PASSWORD, row.password_hash):
                yield replace(row, must_change_password=True, losses=[*losses, HAS_DEFAULT])
            else:
                yield replace(row, losses=losses) if losses else row

    def teams(self) -> Iterator[TeamRow]:
        """Yield all teams, oldest first, each with its members, longest-standing first."""
        rows = self._stream(
            sql.SQL(
                "SELECT t.team_id, t.name, t.access_code, t.logo_url, {required}, t.created_at, t.updated_at,"
                " t.deleted_at, m.team_user_id, m.user_id, m.role, m.created_at, m.updated_at"
                " FROM team t LEFT JOIN team_user m ON m.team_id = t.team_id"
                " ORDER BY t.created_at NULLS FIRST, t.team_id, m.created_at NULLS FIRST, m.team_user_id"
            ).format(required=self._column("team", "two_factor_required", "t.two_factor_required", otherwise="false"))
        )
        for team, found in groupby(rows, key=lambda row: row[: len(TEAM_FIELDS)]):
            members = [MemberRow(*row[len(TEAM_FIELDS) :]) for row in found if row[len(TEAM_FIELDS)] is not None]
            yield TeamRow(**dict(zip(TEAM_FIELDS, team, strict=True)), members=members)

    def websites(self) -> Iterator[WebsiteRow]:
        """Yield all websites, oldest first."""
        replay = self._column("website", "recorder_enabled", "recorder_enabled", otherwise="replay_enabled")
        return self._objects(
            WebsiteRow,
            sql.SQL(
                "SELECT website_id AS id, name, domain, user_id, team_id, created_by, reset_at,"
                " {replay} AS replay_enabled, replay_config, created_at, updated_at, deleted_at"
                " FROM website ORDER BY created_at NULLS FIRST, website_id"
            ).format(replay=replay),
        )

    def shares(self) -> Iterator[ShareRow]:
        """Yield all shares, oldest first, those of links, pixels and boards among them."""
        return self._objects(
            ShareRow,
            sql.SQL(
                "SELECT share_id AS id, entity_id AS website_id, name, slug, share_type, parameters, created_at,"
                " updated_at FROM share ORDER BY created_at NULLS FIRST, share_id"
            ),
        )

    def _has(self, table: str, column: str) -> bool:
        return column in self._columns[table]

    def _column(self, table: str, column: str, named: LiteralString, *, otherwise: LiteralString) -> sql.SQL:
        return sql.SQL(named if self._has(table, column) else otherwise)

    def _stream(self, statement: sql.Composed) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor("frontdesk", row_factory=tuple_row) as cursor:
            cursor.itersize = FETCHED_AT_ONCE
            yield from cursor.execute(statement)

    def _objects(self, kind: type[T], statement: sql.Composed | sql.SQL) -> Iterator[T]:
        with self._connection.cursor("frontdesk", row_factory=class_row(kind)) as cursor:
            cursor.itersize = FETCHED_AT_ONCE
            yield from cursor.execute(statement)


USER_FIELDS = (
    "id",
    "username",
    "role",
    "password_hash",
    "display_name",
    "logo_url",
    "two_factor_required",
    "created_at",
    "updated_at",
    "deleted_at",
)
TEAM_FIELDS = (
    "id",
    "name",
    "access_code",
    "logo_url",
    "two_factor_required",
    "created_at",
    "updated_at",
    "deleted_at",
)


@contextmanager
def opened(url: str) -> Iterator[Umami]:
    """
    Yield a snapshot of an Umami's database, in a transaction that can only read.

    :param url: Umami's own ``DATABASE_URL``; the password may also come from libpq's ``PGPASSWORD`` or ``.pgpass``
    :raises SourceUnusable: the database cannot be reached or read, or is not one of Umami 3.1 or later
    """
    address, options = _parsed(url)
    try:
        with psycopg.connect(address, connect_timeout=CONNECT_SECONDS, options=options) as connection:
            connection.prepare_threshold = None  # the connection may go through PgBouncer
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            yield Umami(connection, *_release(connection))
    except psycopg.Error as error:
        raise SourceUnusable(str(error).strip().partition("\n")[0] or type(error).__name__) from error


def _parsed(url: str) -> tuple[str, str]:
    """Return the URL as PostgreSQL's client library takes it, and options for the server."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in SCHEMES:
        raise SourceUnusable("the URL must begin with postgresql://")
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if name not in PRISMA]
    schema = dict(given).get("schema", "public")
    if not schema.isidentifier():
        raise SourceUnusable("the name of the schema is not valid")
    address = urlunsplit(parts._replace(query=urlencode(kept)))
    return address, f"-c search_path={schema} -c statement_timeout=0 -c timezone=UTC"


def _release(connection: psycopg.Connection[Any]) -> tuple[str, Columns]:
    """Return release and columns of all tables. :raises SourceUnusable: they are not those of Umami 3.1 or later"""
    found: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    ):
        found[table].add(column)
    missing = sorted(f"{table}.{name}" for table, names in TABLES.items() for name in names - found[table])
    release = release_of(found)
    if missing or release is None:
        lacking = f" (there is no {missing[0]})" if missing else ""
        raise SourceUnusable(f"the database is not one of Umami 3.1 or later{lacking}")
    return release, found
