"""Fixtures: the real application on a real database, and objects in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.db import migrations
from app.db.session import db
from app.domain.actor import OPERATOR, Actor
from app.domain.roles import Role
from app.models import Base
from app.services.authentication import credentials
from app.services.teams import memberships, teams
from app.services.users import accounts
from app.services.websites import shares, websites
from tests.actors import acting
from tests.databases import fresh_database, postgresql_version, redis_version

PASSWORD = "correct horse"
SECRET = "a-long-key-that-is-only-for-the-tests-Zq8"
EMPTIED = [table.name for table in reversed(Base.metadata.sorted_tables)]
TESTS = Path(__file__).parent
SLOW = (
    "clients/",
    "recordings/",
    "server/",
    "system/",
    "properties/",
    "cli/remote/test_parity",
    "cli/remote/test_processes",
    "cli/test_processes",
    "db/adoption/",
    "db/migrations/test_together",
    "matomo/protocol/test_fuzz",
    "matomo/users/test_events",
    "openapi/test_schemathesis",
    "services/test_races",
    "umami/test_audit_events",
    "umami/test_events",
)
"""Tests that start servers, browsers or other programs, or try many random worlds; `make test` leaves them out."""
ON_SQLITE_FIRST = ("cli/", "http/", "matomo/", "openapi/", "pages/", "umami/")
"""Tests that depend little on the database: `make test` runs them on SQLite only, `make test-all` on both."""
DATABASES = ["sqlite", *(["postgresql"] if postgresql_version() else [])]


def pytest_report_header() -> str:
    postgresql = postgresql_version() or "not reachable, so not used"
    return f"frontdesk: SQLite; PostgreSQL: {postgresql}; Redis: {redis_version() or 'not reachable, so not used'}"


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what `make test` leaves out, and begin with what takes longest: at the end, other processes would idle."""
    for item in items:
        path = _path(item)
        parameters = getattr(item, "callspec", None)
        second = path.startswith(ON_SQLITE_FIRST) and parameters and parameters.params.get("database") == "postgresql"
        if second or path.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    yield  # pytest deselects and orders the tests
    items.sort(key=lambda item: not _path(item).startswith(SLOW))


def _path(item: pytest.Item) -> str:
    return Path(item.path).relative_to(TESTS).as_posix()


@dataclass(frozen=True)
class Person:
    """An account made for a test; its password is known."""

    id: UUID
    username: str
    role: str
    password: str = PASSWORD

    @property
    def actor(self) -> Actor:
        return acting(self.id, self.role, self.username)


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The database a test runs on; every test that uses the app runs on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def database_url(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_database(database, tmp_path_factory.mktemp(database)) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, tmp_path_factory.mktemp("instance")))
    with app.app_context():
        migrations.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


def settings_for(database_url: str, instance: Path, **others: Any) -> dict[str, Any]:
    """Return the settings of an application under test, with the lowest bcrypt cost."""
    return {
        "database_url": database_url,
        "instance_path": str(instance),
        "secret_key": SECRET,
        "environment": "production",
        "bcrypt_cost": 4,
        "database_pool_size": 20,
        "database_pool_timeout": 30.0,
        **others,
    }


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application, with an empty database."""
    yield migrated_app
    with migrated_app.app_context(), db.engine.begin() as connection:
        deletions = [f'DELETE FROM "{table}"' for table in EMPTIED]
        if connection.dialect.name == "postgresql":
            deletions = ["; ".join(deletions)]  # one round trip instead of twenty
        for deletion in deletions:
            connection.exec_driver_sql(deletion)


class Clock:
    """The time of this process, which tests can move forward; it keeps running."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def turn(self, **by: float) -> None:
        self._traveller.shift(timedelta(**by))

    def stop(self) -> None:
        """Let time stand still from now on, except when the clock is turned."""
        self._traveller.move_to(datetime.now(UTC), tick=False)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """``clock.turn(days=3)``: move the time three days forward."""
    with time_machine.travel(datetime.now(UTC)) as traveller:
        yield Clock(traveller)


@pytest.fixture
def make_user(app: Flask) -> Callable[..., Person]:
    """``make_user("ada", role="view-only")``: an account with PASSWORD; the username is generated by default."""
    numbers = count(1)

    def make(username: str | None = None, *, role: str = Role.USER, password: str = PASSWORD) -> Person:
        with app.app_context():
            name = username or f"user{next(numbers)}"
            user = accounts.create_user(OPERATOR, username=name, password=password, role=role)
            return Person(user.id, user.username, user.role, password)

    return make


@pytest.fixture
def admin(make_user: Callable[..., Person]) -> Person:
    """An administrator."""
    return make_user("admin", role=Role.ADMIN)


@pytest.fixture
def make_team(app: Flask) -> Callable[..., UUID]:
    """``make_team(owner, "Blue", manager=…, member=…, view_only=…)``: a team's id; each may be one or several."""

    def make(owner: Person, name: str = "Team", **members: Person | list[Person]) -> UUID:
        with app.app_context():
            team, _ = teams.create_team(OPERATOR, name=name, owner_id=owner.id)
            for role, people in members.items():
                for person in people if isinstance(people, list) else [people]:
                    memberships.add_member(OPERATOR, team.id, user_id=person.id, role=f"team-{role.replace('_', '-')}")
            return team.id

    return make


@pytest.fixture
def make_website(app: Flask) -> Callable[..., UUID]:
    """``make_website(owner=…)`` or ``make_website(team=…)``: a website's id."""

    def make(
        name: str = "Site", domain: str = "site.example", *, owner: Person | None = None, team: UUID | None = None
    ) -> UUID:
        with app.app_context():
            made = websites.create_website(
                OPERATOR, name=name, domain=domain, owner_id=owner.id if owner else None, team_id=team
            )
            return UUID(str(made.id))

    return make


@pytest.fixture
def make_share(app: Flask) -> Callable[..., str]:
    """``make_share(website)``: the slug of a share."""

    def make(website: UUID, slug: str | None = None) -> str:
        with app.app_context():
            return shares.create_share(OPERATOR, website, name="Link", slug=slug).slug

    return make


@pytest.fixture
def token_of(app: Flask) -> Callable[[Person], str]:
    """``token_of(person)``: the token of a new session, without the cost of a login."""

    def make(person: Person) -> str:
        with app.app_context():
            return credentials.open_session(person.actor)

    return make


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """A client without a token."""
    return app.test_client()


@pytest.fixture
def client_of(app: Flask, token_of: Callable[[Person], str]) -> Callable[[Person], FlaskClient]:
    """``client_of(person)``: a client that is logged in as this user."""

    def make(person: Person) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token_of(person)}"
        return client

    return make


@pytest.fixture
def share_client(app: Flask, anonymous: FlaskClient) -> Callable[[str], FlaskClient]:
    """``share_client(slug)``: a client with the share token of a slug, and nothing else."""

    def make(slug: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_X_UMAMI_SHARE_TOKEN"] = anonymous.get(f"/api/share/{slug}").json["token"]
        client.environ_base["HTTP_X_UMAMI_SHARE_CONTEXT"] = "1"
        return client

    return make
