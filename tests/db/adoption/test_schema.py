"""An adopted database has the schema of one made by `setup`, apart from differences that are meant."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.db import migrations
from app.db.adoption.releases import SHARED
from app.domain.errors import DomainError
from app.settings import ConfigError
from tests.db.adoption.conftest import Database, adopt, undo
from tests.db.adoption.releases import RELEASES

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, -1) ||
        CASE WHEN a.atttypmod > 0 AND a.atttypid = 'varchar'::regtype THEN '(' || a.atttypmod - 4 || ')' ELSE '' END ||
        CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END ||
        COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"""
CONSTRAINTS = """
    SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype <> 't'"""
INDEXES = """
    SELECT c.relname, i.relname, pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    WHERE i.relnamespace = 'public'::regnamespace"""
TRIGGERS = """
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"""
EVERYTHING = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "triggers": TRIGGERS}
UMAMIS_OWN = {
    "columns": {("website", "replay_enabled")},
    "constraints": {(table, f"{table}_pkey") for table in SHARED},
    "indexes": {
        *((table, f"{table}_pkey") for table in SHARED),
        ("user", "user_username_key"),
        *(("team", f"team_access_code_{kind}") for kind in ("key", "idx")),
        *(("team_user", f"team_user_{column}_idx") for column in ("team_id", "user_id")),
        *(("website", f"website_{column}_idx") for column in ("user_id", "team_id", "created_at", "created_by")),
        *(("share", name) for name in ("share_slug_key", "share_entity_id_idx")),
    },
    "triggers": {
        *(("user", name) for name in ("umami_user", "umami_user_deleted")),
        *(("team", name) for name in ("umami_team", "umami_team_deleted")),
        ("team_user", "umami_owner"),
        *(("website", name) for name in ("umami_website", "umami_website_number")),
        ("share", "umami_share"),
    },
}
"""What only an adopted database has."""
OURS = {
    "columns": set(),
    "constraints": {
        *((table, f"pk_{table}") for table in SHARED),
        ("team", "uq_team_access_code"),
        ("share", "uq_share_slug"),
        ("share", "ck_share_share_type"),
    },
    "indexes": {
        *((table, f"pk_{table}") for table in SHARED),
        ("team", "uq_team_access_code"),
        ("share", "uq_share_slug"),
    },
    "triggers": set(),
}
"""What only a database made by `setup` has."""
CREATED_NOW = {(table, "created_at") for table in SHARED}
"""Columns that differ: Umami gives them a default. The share's website is filled by a trigger instead of computed."""
DIFFERENT = {"columns": {*CREATED_NOW, ("share", "website_id")}}


NOT_SHARED = ("_prisma_migrations", "website_event", "link", "pixel", "board", "alembic_version")


def everything(sql: Database) -> dict[str, dict[tuple[str, str], str]]:
    found: dict[str, dict[tuple[str, str], str]] = {}
    for kind, query in EVERYTHING.items():
        rows = sql.rows(query)
        found[kind] = {(table, name): definition for table, name, definition in rows if table not in NOT_SHARED}
    return found


class TestTheSchema:
    def test_differs_from_that_of_setup_only_where_it_is_meant(
        self, make_umami: Callable[..., Flask], sql: Database
    ) -> None:
        make_umami(None)
        migrations.upgrade()
        ours = everything(sql)
        make_umami("3.1")

        adopt()

        theirs = everything(sql)
        for kind in EVERYTHING:
            assert theirs[kind].keys() - ours[kind].keys() == UMAMIS_OWN[kind]
            assert ours[kind].keys() - theirs[kind].keys() == OURS[kind]
            both = ours[kind].keys() & theirs[kind].keys()
            assert {name for name in both if ours[kind][name] != theirs[kind][name]} == DIFFERENT.get(kind, set())

    @pytest.mark.parametrize("release", RELEASES)
    def test_is_ready_to_serve_and_as_before_after_the_undo(
        self, make_umami: Callable[..., Flask], sql: Database, release: str
    ) -> None:
        make_umami(release)
        before = everything(sql)

        adopt()
        ready = migrations.check_ready()
        adopted = everything(sql)
        adopt()
        again = everything(sql)
        undo()

        assert ready == migrations.head_revision()
        assert again == adopted
        assert everything(sql) == before
        assert sql.rows("SELECT to_regclass('alembic_version')") == [(None,)]
        assert (
            sql.rows(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
                " AND proname ~ '^(umami|fold)_'"
            )
            == []
        )

    @pytest.mark.parametrize("release", RELEASES[1:])
    def test_does_not_stop_the_migrations_of_a_later_release(
        self, make_umami: Callable[..., Flask], sql: Database, release: str
    ) -> None:
        make_umami(release)
        adopt()
        direct = everything(sql)
        make_umami("3.1")
        adopt()

        sql.upgrade_umami(release)
        still_ready = migrations.check_ready()
        adopt()

        assert still_ready == migrations.head_revision()
        assert everything(sql) == direct


class TestDowngrades:
    @pytest.mark.parametrize("revision", ["base", "0001", "-1"])
    def test_are_refused_because_they_would_drop_umamis_tables(
        self, adopted: Flask, sql: Database, revision: str
    ) -> None:
        with pytest.raises((ConfigError, DomainError), match="adopt --undo"):
            migrations.downgrade(revision)

        assert sql.rows('SELECT username FROM "user"') == [("admin",)]
