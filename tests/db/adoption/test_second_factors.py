"""Second factors that users set up in Umami are asked for by Frontdesk, and end in both."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import bcrypt
import pyotp
import pytest
from flask import Flask

from app.db.session import db
from app.security.sealing import Sealer
from tests.conftest import SECRET as SERVER_SECRET
from tests.db.adoption.conftest import ADMIN, Database, adopt
from tests.security.test_sealing import OF_UMAMI

KEY, SECRET = "aa" * 32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODES = [f"{number:016X}-{number:016X}" for number in range(2)]


def enroll(sql: Database, *, enabled: bool = True) -> None:
    """What Umami's own settings page writes."""
    sql.run(
        "INSERT INTO two_factor_auth (id, user_id, secret, is_enabled, updated_at) "
        "VALUES ('c1', :admin, :secret, :enabled, now())",
        admin=ADMIN,
        secret=OF_UMAMI.removeprefix("umami:"),
        enabled=enabled,
    )
    for number, code in enumerate(CODES):
        sql.run(
            "INSERT INTO two_factor_backup_code (id, user_id, code_hash) VALUES (:id, :admin, :hash)",
            id=str(number),
            admin=ADMIN,
            hash=bcrypt.hashpw(code.encode(), bcrypt.gensalt(4)).decode(),
        )


def verify(app: Flask, **body: str) -> int:
    """Log in with the password, and return the status of the second step."""
    client = app.test_client()
    login = client.post("/api/auth/login", json={"username": "admin", "password": "umami"}).json
    token = login["partialToken"]
    return client.post("/api/2fa/verify", json=body, headers={"Authorization": f"Bearer {token}"}).status_code


@contextmanager
def opening(app: Flask, key: str) -> Iterator[None]:
    """Give the application Umami's key during the block."""
    before = app.extensions["frontdesk"]
    app.extensions["frontdesk"] = replace(before, sealer=Sealer([SERVER_SECRET], umami_key=key))
    yield
    app.extensions["frontdesk"] = before


@pytest.fixture(params=["before", "after"])
def enrolled(request: pytest.FixtureRequest, make_umami: Callable[..., Flask], sql: Database) -> Flask:
    """A database of Umami 3.3 whose administrator has set up a second factor, before or after the adoption."""
    app = make_umami("3.3")
    if request.param == "before":
        enroll(sql)
        adopt()
    else:
        adopt()
        enroll(sql)
    return app


def test_its_codes_work_with_umamis_key(enrolled: Flask) -> None:
    with opening(enrolled, KEY):
        statuses = [verify(enrolled, token="000000"), verify(enrolled, token=pyotp.TOTP(SECRET).now())]

    assert statuses == [400, 200]


def test_without_the_key_the_password_alone_is_not_enough(enrolled: Flask) -> None:
    assert verify(enrolled, token=pyotp.TOTP(SECRET).now()) == 503


def test_a_backup_code_works_once_and_is_used_in_umami_too(enrolled: Flask, sql: Database) -> None:
    statuses = [verify(enrolled, backupCode=CODES[1].lower()), verify(enrolled, backupCode=CODES[1])]

    assert statuses == [200, 400]
    assert sql.rows("SELECT id FROM two_factor_backup_code WHERE used") == [("1",)]


def test_a_factor_that_umami_disables_is_gone(enrolled: Flask, sql: Database) -> None:
    sql.run("DELETE FROM two_factor_backup_code")
    sql.run("DELETE FROM two_factor_auth")

    assert sql.rows("SELECT (SELECT count(*) FROM second_factor), (SELECT count(*) FROM backup_code)") == [(0, 0)]


def test_one_that_is_reset_here_is_gone_there(enrolled: Flask, sql: Database) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM second_factor")

    assert sql.rows("SELECT (SELECT count(*) FROM two_factor_auth), (SELECT count(*) FROM two_factor_backup_code)") == [
        (0, 0)
    ]


def test_a_setup_that_is_begun_in_umami_does_not_replace_one_that_is_enabled_here(
    make_umami: Callable[..., Flask], sql: Database
) -> None:
    make_umami("3.3")
    adopt()
    sql.run(
        "INSERT INTO second_factor (user_id, sealed_secret, created_at, enabled_at) VALUES (:id, 'x', now(), now())",
        id=ADMIN,
    )

    enroll(sql, enabled=False)

    assert sql.rows("SELECT sealed_secret, enabled_at IS NOT NULL FROM second_factor") == [("x", True)]


def test_the_requirement_for_everyone_is_the_same_on_both_sides(
    make_umami: Callable[..., Flask], sql: Database
) -> None:
    both = (
        "SELECT (SELECT value FROM server_setting WHERE name = 'second-factor-required'), "
        "(SELECT value FROM app_setting)"
    )
    make_umami("3.3")
    sql.run("INSERT INTO app_setting VALUES ('twoFactorRequiredGlobal', 'true')")
    adopt()
    adopted = sql.rows(both)
    sql.run("UPDATE app_setting SET value = 'false'")
    theirs = sql.rows(both)
    sql.run("UPDATE server_setting SET value = 'true' WHERE name = 'second-factor-required'")

    assert (adopted, theirs, sql.rows(both)) == ([("true",) * 2], [("false",) * 2], [("true",) * 2])
