"""Rows of Umami's tables, as a test or Umami writes them."""

from typing import Any
from uuid import UUID

from app.db.adoption.releases import SHARED
from tests.db.adoption.conftest import Database

ADA, BOB, CAT, EVE = (UUID(f"00000000-0000-4000-8000-00000000000{number}") for number in range(1, 5))
BLUE, RED, EMPTY = (UUID(f"00000000-0000-4000-8000-00000000001{number}") for number in range(1, 4))
GONE = UUID("00000000-0000-4000-8000-0000000000ff")


def add_user(sql: Database, id: UUID, name: str, *, role: str = "user", on: str = "2026-01-01") -> None:
    sql.run(
        'INSERT INTO "user" (user_id, username, password, role, created_at) VALUES (:id, :name, :hash, :role, :on)',
        id=id,
        name=name,
        hash="x",
        role=role,
        on=on,
    )


def add_team(sql: Database, id: UUID, name: str, **members: UUID) -> None:
    sql.run("INSERT INTO team (team_id, name) VALUES (:id, :name)", id=id, name=name)
    for role, user in members.items():
        add_member(sql, id, user, f"team-{role.replace('_', '-')}")


def add_member(sql: Database, team: UUID, user: UUID, role: str) -> None:
    sql.run(
        "INSERT INTO team_user (team_user_id, team_id, user_id, role, created_at) "
        "VALUES (gen_random_uuid(), :team, :user, :role, now())",
        team=team,
        user=user,
        role=role,
    )


def add_website(sql: Database, name: str, **values: UUID) -> UUID:
    columns = "".join(f", {name}" for name in values)
    given = "".join(f", :{name}" for name in values)
    sql.run(
        f"INSERT INTO website (website_id, name{columns}) VALUES (gen_random_uuid(), :name{given})", name=name, **values
    )
    return UUID(str(sql.rows("SELECT website_id FROM website WHERE name = :name", name=name)[0][0]))


def rows_of(sql: Database) -> dict[str, list[Any]]:
    """Return all rows of Umami's tables."""
    return {table: sorted(sql.rows(f'SELECT to_jsonb(t)::text FROM "{table}" t')) for table in SHARED}
