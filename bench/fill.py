"""Fills a migrated database quickly: with COPY or executemany, in one transaction, and one password hash for all."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

import bcrypt
import psycopg

from bench.databases import Database
from bench.world import COST, PASSWORD, Row, World

LIFETIME = timedelta(days=30)

TABLES = {
    "user": (
        "user_id",
        "username",
        "username_key",
        "password",
        "role",
        "created_at",
        "updated_at",
        "email",
        "email_key",
    ),
    "team": ("team_id", "name", "access_code", "created_at", "updated_at"),
    "team_user": ("team_user_id", "team_id", "user_id", "role", "created_at", "updated_at"),
    "website": (
        "website_id",
        "name",
        "domain",
        "user_id",
        "team_id",
        "created_by",
        "created_at",
        "updated_at",
    ),
    "website_number": ("website_id",),
    "website_grant": ("website_id", "user_id", "role", "created_at", "updated_at"),
    "share": ("share_id", "entity_id", "name", "share_type", "slug", "parameters", "created_at", "updated_at"),
    "login_session": (
        "login_session_id",
        "user_id",
        "token_hash",
        "created_at",
        "last_used_at",
        "expires_at",
        "lifetime",
    ),
}


def fill(database: Database, world: World) -> str:
    """Write the world to the database, and return a session token of the administrator."""
    token = token_urlsafe(32)
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(COST)).decode()
    parts: dict[str, Iterable[Row]] = {
        "user": world.user_rows(hashed),
        "team": world.team_rows(),
        "team_user": world.membership_rows(),
        "website": world.website_rows(),
        "website_number": world.number_rows(),
        "website_grant": world.grant_rows(),
        "share": world.share_rows(),
    }
    if database.kind == "sqlite":
        _fill_sqlite(database, parts, token)
    else:
        _fill_postgresql(database, parts, token)
    return token


def _login_rows(admin_id: str, token: str) -> Iterator[Row]:
    now = datetime.now(UTC).replace(tzinfo=None)
    at, until = (moment.isoformat(" ", "microseconds") for moment in (now, now + LIFETIME))
    yield uuid4().hex, admin_id, sha256(token.encode()).hexdigest(), at, at, until, int(LIFETIME.total_seconds())


def _fill_postgresql(database: Database, parts: dict[str, Iterable[Row]], token: str) -> None:
    with psycopg.connect(database.url, options="-c timezone=UTC") as connection:
        admin = connection.execute("""SELECT user_id FROM "user" WHERE role = 'admin'""").fetchone()
        assert admin is not None, "`frontdesk setup` has not created an administrator"
        for table, rows in {**parts, "login_session": _login_rows(admin[0].hex, token)}.items():
            statement = f'COPY "{table}" ({", ".join(TABLES[table])}) FROM STDIN'
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
    with psycopg.connect(database.url, autocommit=True) as connection:
        # The state autovacuum would produce: statistics, visibility map, and no pending entries in GIN indexes.
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _fill_sqlite(database: Database, parts: dict[str, Iterable[Row]], token: str) -> None:
    with closing(sqlite3.connect(database.path)) as connection:
        # Triggers may call the function that the server defines to fold names.
        connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text)
        with connection:
            (admin,) = connection.execute("""SELECT user_id FROM "user" WHERE role = 'admin'""").fetchone()
            for table, rows in {**parts, "login_session": _login_rows(admin, token)}.items():
                columns = TABLES[table]
                places = ", ".join("?" * len(columns))
                connection.executemany(f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})', rows)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
