"""Access to the database next to the API, and the database for the matrix."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.db.session import db, transaction
from app.models import Base, Membership
from tests.conftest import Person
from tests.umami.world import World


@pytest.fixture
def stored(app: Flask) -> Callable[..., Any]:
    """``stored(Website, id)`` returns the row as it is now."""

    def find(model: type[Base], key: Any) -> Any:
        with app.app_context():
            return db.session.get_one(model, UUID(str(key)))

    return find


@pytest.fixture
def count(app: Flask) -> Callable[[type[Base]], int]:
    """``count(Website)`` returns how many rows the table has now."""

    def counted(model: type[Base]) -> int:
        with app.app_context(), transaction() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    return counted


@pytest.fixture
def membership(app: Flask) -> Callable[..., Any]:
    """``membership(team, person)`` returns the row as it is now."""

    def find(team_id: Any, person: Any) -> Any:
        with app.app_context():
            wanted = select(Membership).where(Membership.team_id == team_id, Membership.user_id == person.id)
            return db.session.scalars(wanted).one()

    return find


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """``change(User, id, created_at=…)`` sets columns that no API sets."""

    def write(model: Any, key: Any, **values: Any) -> None:
        with app.app_context(), transaction() as session:
            session.execute(update(model).where(model.id == key).values(**values))

    return write


@pytest.fixture
def administration(admin: Person, client_of: Callable[[Person], FlaskClient]) -> FlaskClient:
    """A client of an administrator."""
    return client_of(admin)


@pytest.fixture
def alice(make_user: Callable[..., Person]) -> Person:
    """A user."""
    return make_user("alice")


@pytest.fixture
def session(alice: Person, client_of: Callable[[Person], FlaskClient]) -> FlaskClient:
    """A client of alice."""
    return client_of(alice)


@pytest.fixture(scope="module")
def module_world(migrated_app: Flask) -> Iterator[World]:
    """One world for all cases; it is rebuilt only when a case has changed it."""
    world = World(migrated_app)
    yield world
    world.clear()


@pytest.fixture
def world(module_world: World) -> World:
    """The world in its initial state."""
    module_world.restore()
    return module_world


@pytest.fixture
def pristine(world: World) -> tuple[Any, ...]:
    """The state of the world before the test."""
    return world.pristine
