"""An app with a mail server, and fixtures for its outbox."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.db import migrations
from app.db.session import db, transaction
from app.models import OutboxMail, User
from app.services.notifications import delivery
from app.services.notifications.delivery import Tally
from tests.conftest import Person, settings_for
from tests.services.notifications.post_office import PostOffice, open_office

SENDER = "Frontdesk <frontdesk@stats.example>"
PUBLIC = "https://stats.example"


def mail_settings(port: int, **others: Any) -> dict[str, Any]:
    return {
        "mail_host": "127.0.0.1",
        "mail_port": port,
        "mail_encryption": "none",
        "mail_from": SENDER,
        "mail_timeout": 1.0,
        "public_url": PUBLIC,
        **others,
    }


@pytest.fixture(scope="session")
def _open() -> Iterator[tuple[PostOffice, int]]:
    office = PostOffice()
    with open_office(office) as port:
        yield office, port


@pytest.fixture
def office(_open: tuple[PostOffice, int]) -> PostOffice:
    """The SMTP server, which accepts mail and has received none yet."""
    _open[0].reset()
    return _open[0]


@pytest.fixture(scope="session")
def migrated_app(
    database_url: str, _open: tuple[PostOffice, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, tmp_path_factory.mktemp("mail"), **mail_settings(_open[1])))
    with app.app_context():
        migrations.upgrade()
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def deliver(app: Flask, office: PostOffice) -> Callable[[], Tally]:
    """``deliver()``: send all due mails."""

    def send() -> Tally:
        with app.app_context():
            return delivery.deliver()

    return send


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[OutboxMail]]:
    """``outbox()``: the mails in the outbox, oldest first."""

    def read() -> list[OutboxMail]:
        with app.app_context(), transaction() as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id)))

    return read


@pytest.fixture
def change_mails(app: Flask) -> Callable[..., None]:
    """``change_mails(due_at=…)``: set this value for all mails in the outbox."""

    def change(**values: Any) -> None:
        with app.app_context(), transaction() as session:
            session.execute(update(OutboxMail).values(**values))

    return change


@pytest.fixture
def give_email(app: Flask) -> Callable[[Person, str], Person]:
    """``give_email(person, address)``: set an account's address without a notification."""

    def give(person: Person, email: str) -> Person:
        with app.app_context(), transaction() as session:
            user = session.get(User, person.id)
            assert user is not None
            user.email = email
        return person

    return give
