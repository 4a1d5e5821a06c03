"""Rows that break a rule of ours are reported first, repaired by the adoption, and put back by its undo."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from app.db.adoption import adopt as adopting
from app.db.session import db
from app.domain.actor import OPERATOR
from app.services import adoption
from tests.db.adoption.conftest import ADMIN, Database, adopt, undo
from tests.db.adoption.rows import (
    ADA,
    BLUE,
    BOB,
    CAT,
    EMPTY,
    EVE,
    GONE,
    RED,
    add_member,
    add_team,
    add_user,
    add_website,
    rows_of,
)


@pytest.fixture
def broken(umami: Flask, sql: Database) -> Flask:
    """A database where every rule is broken."""
    add_user(sql, ADA, "Ada")
    add_user(sql, BOB, "ADA", on="2026-02-01")
    add_user(sql, CAT, "cat", role="wizard")
    add_user(sql, EVE, "eve")
    add_team(sql, BLUE, "Blue", owner=ADA, member=EVE)
    add_member(sql, BLUE, EVE, "team-manager")
    add_member(sql, BLUE, GONE, "team-member")
    add_member(sql, GONE, EVE, "team-member")
    add_team(sql, RED, "Red", guest=CAT)
    add_team(sql, EMPTY, "Empty")
    add_website(sql, "of both", user_id=ADA, team_id=BLUE)
    add_website(sql, "of no one")
    add_website(sql, "of a deleted team", team_id=GONE, created_by=EVE)
    add_website(sql, "of a deleted user", user_id=GONE, created_by=GONE)
    add_website(sql, "in order", user_id=EVE, created_by=EVE)
    sql.run(
        "INSERT INTO share (share_id, entity_id, name, share_type, slug, parameters) "
        "VALUES (gen_random_uuid(), :gone, 'Old', 1, 'old', '{}'), (gen_random_uuid(), :gone, 'Link', 2, 'link', '{}')",
        gone=GONE,
    )
    return umami


class TestTheReport:
    def test_lists_each_row_with_what_will_be_done_and_changes_nothing(self, broken: Flask, sql: Database) -> None:
        before = rows_of(sql)

        report = adoption.check(OPERATOR)

        assert [(row.table, row.name, row.problem, row.proposal) for row in report.findings] == [
            ("user", "cat (wizard)", "unknown role", "becomes view-only"),
            (
                "user",
                "ADA",
                "username differs from another one in case only",
                "renamed to ADA-00000002, as Ada is older",
            ),
            ("team_user", f"{GONE} in Blue", "membership of a missing user or in a missing team", "deleted"),
            ("team_user", f"eve in {GONE}", "membership of a missing user or in a missing team", "deleted"),
            ("team_user", "cat in Red (team-guest)", "unknown role", "becomes team-view-only"),
            (
                "team_user",
                "eve in Blue (team-member)",
                "second membership in the same team",
                "deleted; the strongest role stays",
            ),
            ("team", "Red", "team without an owner", "its longest-standing member cat becomes owner"),
            ("team", "Empty", "team without an owner", "the oldest administrator becomes owner"),
            ("website", "of a deleted user", "website created by a missing user", "the creator is forgotten"),
            ("website", "of no one", "website of a missing user or team, or of none", "goes to admin"),
            ("website", "of a deleted team", "website of a missing user or team, or of none", "goes to eve"),
            ("website", "of a deleted user", "website of a missing user or team, or of none", "goes to admin"),
            ("website", "of both", "website with a user and a team", "belongs to the team only"),
            ("share", "Old (old)", "link to a missing website", "deleted"),
        ]
        assert rows_of(sql) == before
        assert sql.rows("SELECT to_regclass('adoption'), to_regproc('umami_fold')") == [(None, None)]


class TestTheRepair:
    def test_does_what_the_report_says(self, broken: Flask, sql: Database) -> None:
        adopt()

        assert adoption.check(OPERATOR).findings == []
        assert dict(sql.rows('SELECT username, role FROM "user"')) == {
            "admin": "admin",
            "Ada": "user",
            "ADA-00000002": "user",
            "cat": "view-only",
            "eve": "user",
        }
        assert sorted(
            sql.rows(
                "SELECT t.name, u.username, m.role FROM team_user m JOIN team t USING (team_id) "
                'JOIN "user" u ON u.user_id = m.user_id'
            )
        ) == [
            ("Blue", "Ada", "team-owner"),
            ("Blue", "eve", "team-manager"),
            ("Empty", "admin", "team-owner"),
            ("Red", "cat", "team-owner"),
        ]
        assert {name: (user, team) for name, user, team in sql.rows("SELECT name, user_id, team_id FROM website")} == {
            "of both": (None, BLUE),
            "of no one": (UUID(ADMIN), None),
            "of a deleted team": (EVE, None),
            "of a deleted user": (UUID(ADMIN), None),
            "in order": (EVE, None),
        }
        assert sql.rows("SELECT slug FROM share") == [("link",)]

    def test_is_undone_to_the_last_row(self, broken: Flask, sql: Database) -> None:
        before = rows_of(sql)

        adopt()
        undo()

        assert rows_of(sql) == before

    def test_an_undo_leaves_what_was_changed_since(self, broken: Flask, sql: Database) -> None:
        adopt()
        sql.run('UPDATE "user" SET username = :new, role = :role WHERE user_id = :id', new="bob", role="admin", id=BOB)
        sql.run("UPDATE website SET user_id = :ada WHERE name = 'of no one'", ada=ADA)

        undo()

        assert sql.rows('SELECT username, role FROM "user" WHERE user_id = :id', id=BOB) == [("bob", "admin")]
        assert sql.rows("SELECT user_id FROM website WHERE name = 'of no one'") == [(ADA,)]

    def test_an_adoption_that_was_interrupted_continues_or_is_undone(self, broken: Flask, sql: Database) -> None:
        before = rows_of(sql)

        def stop_at(step: str) -> Callable[[str], None]:
            def stop(text: str) -> None:
                if text.startswith(step):
                    raise KeyboardInterrupt

            return stop

        for step in ("Repairing", "Filling", "Creating the index ix_team_created", "Validating"):
            with pytest.raises(KeyboardInterrupt):
                adoption.adopt(OPERATOR, stop_at(step))
        with pytest.raises(KeyboardInterrupt):
            adoption.undo(OPERATOR, stop_at("Restoring rows"))
        undo()
        undone = rows_of(sql)
        adopt()

        assert undone == before
        assert adoption.check(OPERATOR).findings == []


class TestLocks:
    def test_umami_never_waits_long_behind_an_adoption_that_waits(self, umami: Flask, sql: Database) -> None:
        """A report of Umami's runs for two seconds; meanwhile logins must not queue behind the adoption."""
        waits, done = [], threading.Event()
        engine = db.engine

        def report() -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql('SELECT count(*) FROM "user"')
                time.sleep(2)
                connection.rollback()

        def log_in() -> None:
            while not done.is_set():
                began = time.monotonic()
                with engine.connect() as connection:
                    connection.exec_driver_sql('SELECT password FROM "user" LIMIT 1')
                waits.append(time.monotonic() - began)
                time.sleep(0.01)

        threads = [threading.Thread(target=work) for work in (report, log_in)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        adopt()
        done.set()
        for thread in threads:
            thread.join()

        assert max(waits) < 1.5  # not until the report ends
        assert adopting.release() == "3.1"


def test_the_default_password_must_be_changed_at_the_next_login(
    make_umami: Callable[..., Flask], sql: Database
) -> None:
    app = make_umami()
    assert adoption.check(OPERATOR).default_passwords == ["admin"]

    adopt()

    login = app.test_client().post("/api/auth/login", json={"username": "Admin", "password": "umami"})
    refused = app.test_client().get("/api/admin/users", headers={"Authorization": f"Bearer {login.json['token']}"})
    assert (login.status_code, refused.status_code) == (200, 403)
    assert sql.rows('SELECT must_change_password FROM "user"') == [(True,)]
