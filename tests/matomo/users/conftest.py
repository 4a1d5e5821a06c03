"""Users and sites as in Matomo's own tests: a superuser, users with e-mail addresses, sites by number."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.roles import Role
from app.models import Grant, GrantedCapability, OutboxMail, User, WebsiteNumber
from app.runtime import runtime
from app.services.users import accounts
from tests.conftest import PASSWORD, Person
from tests.matomo.conftest import Caller


@pytest.fixture
def add(app: Flask) -> Callable[..., Person]:
    """``add("ada", role="admin")``: creates an account, by default with the address ``ada@password.de``."""

    def make(login: str, email: str | None = "", *, role: str = Role.USER, password: str = PASSWORD) -> Person:
        address = f"{login}@password.de" if email == "" else email
        with app.app_context():
            user = accounts.create_user(OPERATOR, username=login, password=password, email=address, role=role)
            return Person(user.id, user.username, user.role, password)

    return make


@pytest.fixture
def root(add: Callable[..., Person]) -> Person:
    """The superuser."""
    return add("superUserLogin", role=Role.ADMIN)


@pytest.fixture
def superuser(root: Person, caller_of: Callable[[Person], Caller]) -> Caller:
    """A caller with the superuser's token."""
    return caller_of(root)


@pytest.fixture
def number(app: Flask) -> Callable[[UUID], int]:
    """``number(website)``: the number of the website in this API."""

    def find(website: UUID) -> int:
        with app.app_context(), transaction() as session:
            return session.scalars(select(WebsiteNumber.number).where(WebsiteNumber.website_id == website)).one()

    return find


@pytest.fixture
def sites(root: Person, make_website: Callable[..., UUID], number: Callable[[UUID], int]) -> list[int]:
    """The numbers of four sites that the superuser owns, in order; the last one is the highest of all sites."""
    return [number(make_website(f"test{index}", f"site{index}.example", owner=root)) for index in range(1, 5)]


@pytest.fixture
def give(superuser: Caller) -> Callable[..., None]:
    """``give(ada, "view", 1, 2)``: the superuser gives her access to some sites."""

    def grant(person: Person | str, access: str | list[str], *numbers: int) -> None:
        login = person if isinstance(person, str) else person.username
        answer = superuser.call("UsersManager.setUserAccess", userLogin=login, access=access, idSites=list(numbers))
        assert answer.json == {"result": "success", "message": "ok"}

    return grant


@pytest.fixture
def rows(app: Flask) -> Callable[[Person | UUID], list[tuple[int, str]]]:
    """``rows(ada)``: her stored grants, as sorted pairs of number and role or capability."""

    def find(person: Person | UUID) -> list[tuple[int, str]]:
        user_id = person if isinstance(person, UUID) else person.id
        with app.app_context(), transaction() as session:
            found: list[Any] = []
            for table, what in ((Grant, Grant.role), (GrantedCapability, GrantedCapability.capability)):
                query = select(WebsiteNumber.number, what).join(table, table.website_id == WebsiteNumber.website_id)
                found += [tuple(row) for row in session.execute(query.where(table.user_id == user_id))]
        return sorted(found)

    return find


@pytest.fixture
def set_user(app: Flask) -> Callable[..., None]:
    """``set_user(ada, last_seen_at=…)``: changes the table directly."""

    def change(person: Person | UUID, **values: Any) -> None:
        user_id = person if isinstance(person, UUID) else person.id
        with app.app_context(), transaction() as session:
            session.execute(update(User).where(User.id == user_id).values(updated_at=User.updated_at, **values))

    return change


@pytest.fixture
def with_domains(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``with_domains("example.org,matomo.com")``: sets the allowed domains of e-mail addresses."""

    def allow(domains: str) -> None:
        with app.app_context():
            changed = replace(runtime(), config=replace(runtime().config, email_domains=domains))
        monkeypatch.setitem(app.extensions, "frontdesk", changed)

    return allow


@pytest.fixture
def mails(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    """Pretends that a mail server is configured; ``mails()``: kind and recipient of queued messages, oldest first."""
    monkeypatch.setattr("app.services.notifications.outbox.is_configured", lambda: True)

    def waiting() -> list[tuple[str, str]]:
        with app.app_context(), transaction() as session:
            rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id))
            return [(mail.kind, mail.recipient) for mail in rows]

    return waiting


@pytest.fixture
def stored(app: Flask) -> Callable[[str], User | None]:
    """``stored("ada")``: the account of that name as it is stored."""

    def find(login: str) -> User | None:
        with app.app_context(), transaction() as session:
            return session.scalars(select(User).where(User.username == login, User.deleted_at.is_(None))).one_or_none()

    return find


MOMENT = datetime.fromisoformat("2024-03-05T16:07:08.901+00:00")
"""``2024-03-05 16:07:08`` in this API."""
