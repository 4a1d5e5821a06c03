"""Importing from another Frontdesk, which speaks Matomo's API: afterwards, both have the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from app.db import migrations
from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.roles import SiteRole
from app.services.access import grants
from app.services.authentication import access_tokens
from app.services.importing.matomo import Invitations, import_matomo
from app.services.importing.run import Options
from app.services.matomo import site_editing, sites
from app.services.users import accounts
from tests.conftest import PASSWORD, settings_for
from tests.databases import fresh_database

MANY = 120
"""More than the 100 rows of a list that Matomo returns by default."""
ROLES = list(SiteRole)


@contextmanager
def installed(kind: str, folder: Path) -> Iterator[Flask]:
    """Yield a Frontdesk on a database of its own, with the administrator ``root``."""
    folder.mkdir()
    with fresh_database(kind, folder) as url:
        app = create_app(settings_for(url, folder))
        with app.app_context():
            migrations.upgrade()
            accounts.create_user(OPERATOR, username="root", password=PASSWORD, email="root@example.com", role="admin")
        yield app
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Yield the URL where an app is served by a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fill() -> str:
    """Make users, sites and grants, and return the token of ``root``."""
    ids = [
        accounts.create_user(
            OPERATOR, username=f"user{number}", password=PASSWORD, email=f"user{number}@example.com"
        ).id
        for number in range(MANY)
    ]
    for number in range(MANY):
        settings = {"timezone": "Europe/Berlin", "currency": "EUR", "group": "Press"} if number % 2 else {}
        site_editing.create_site(
            OPERATOR,
            name=f"Site & {number}",
            urls=[f"https://site{number}.example", f"http://www.site{number}.example/a"],
            **settings,
        )
    found = sites.resolve_sites(OPERATOR, "all")
    for number, user_id in enumerate(ids):
        extra = ["tagmanager_write"] if number % 3 == 0 else []
        some = [found[number], found[(number * 7 + 1) % MANY]]
        grants.set_access(OPERATOR, user_id, some, ROLES[number % 3], capabilities=extra)
    root = accounts.find_user(OPERATOR, "root").id
    return access_tokens.create_token(OPERATOR, root, description="import")


def asked(app: Flask, token: str, method: str, **parameters: str) -> Any:
    """Call a method of Matomo's API."""
    form = {"module": "API", "format": "json", "filter_limit": "-1", "token_auth": token, "method": method}
    return app.test_client().post("/index.php", data=form | parameters).json


def told(app: Flask, token: str) -> dict[str, Any]:
    """Return what both have to say the same about, through Matomo's API."""
    access = {
        name: asked(app, token, "UsersManager.getUsersSitesFromAccess", access=name)
        for name in [*ROLES, "tagmanager_write"]
    }
    found = asked(app, token, "SitesManager.getSitesWithAdminAccess", fetchAliasUrls="1")
    people = asked(app, token, "UsersManager.getUsers")
    kept = ("login", "email", "superuser_access", "date_registered")
    return {
        "access": access,
        "sites": [{name: value for name, value in one.items() if name != "creator_login"} for one in found],
        "users": [{name: one[name] for name in kept} for one in people if one["login"] != "root"],
    }


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Flask]:
    with installed("sqlite", tmp_path / "source") as app:
        yield app


@pytest.fixture
def target(database: str, tmp_path: Path) -> Iterator[Flask]:
    with installed(database, tmp_path / "target") as app:
        yield app


def test_both_say_the_same_afterwards_and_a_second_run_changes_nothing(source, target):
    with source.app_context():
        token = fill()
    with served(source) as url, target.app_context():
        done = import_matomo(OPERATOR, url, token, Options(same_names=True), Invitations(mail=False))
        again = import_matomo(OPERATOR, url, token, Options(same_names=True, update=True), Invitations(mail=False))
        own = access_tokens.create_token(OPERATOR, accounts.find_user(OPERATOR, "root").id, description="compare")

    assert [(one.name, one.code) for one in done.report.remarks] == [("root", "matched")]
    assert again.report.changed() == 0
    assert told(target, own) == told(source, token)
