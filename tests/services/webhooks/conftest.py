"""An app whose webhooks may reach receivers on this machine, and a receiver."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.db import migrations
from app.db.session import db, transaction
from app.domain.actor import OPERATOR
from app.models import Webhook, WebhookDelivery
from app.services.audit import chain
from app.services.webhooks import delivery, manage
from app.services.webhooks.delivery import Tally
from app.services.webhooks.manage import NewWebhook
from tests.conftest import settings_for
from tests.services.webhooks.receiver import Receiver, receiving

SETTINGS = {"webhook_networks": "127.0.0.0/8", "webhook_allow_http": True, "webhook_timeout": 1.0}


@pytest.fixture(scope="session")
def migrated_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, tmp_path_factory.mktemp("webhooks"), **SETTINGS))
    with app.app_context():
        migrations.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def _receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(_receiver: Receiver) -> Receiver:
    """A receiver that accepts everything, and has received nothing yet."""
    fresh = Receiver()
    _receiver.respond, _receiver.requests = fresh.respond, []
    return _receiver


@pytest.fixture
def make_webhook(app: Flask, receiver: Receiver) -> Callable[..., NewWebhook]:
    """``make_webhook("users", url=…)``: a webhook to the receiver, for all events by default."""

    def make(*selection: str, url: str | None = None) -> NewWebhook:
        with app.app_context():
            made = manage.create(OPERATOR, url=url or receiver.url, selection=selection or ["*"])
            chain.seal()  # its own creation is no event for it to report
            with transaction() as session:
                session.execute(update(WebhookDelivery).values(due_at=None))
            return made

    return make


@pytest.fixture
def deliver(app: Flask) -> Callable[[], Tally]:
    """``deliver()``: do what the server does within seconds: seal the audit log, and deliver what is due."""

    def run() -> Tally:
        with app.app_context():
            chain.seal()
            return delivery.deliver()

    return run


@pytest.fixture
def messages(app: Flask) -> Callable[[], list[WebhookDelivery]]:
    """``messages()``: the messages that are not about the creation of webhooks, oldest first."""

    def read() -> list[WebhookDelivery]:
        with app.app_context(), transaction() as session:
            wanted = select(WebhookDelivery).where(WebhookDelivery.type != "webhook-created")
            return list(session.scalars(wanted.order_by(WebhookDelivery.id)))

    return read


@pytest.fixture
def webhook_of(app: Flask) -> Callable[[NewWebhook], Webhook]:
    """``webhook_of(made)``: its row."""

    def read(made: NewWebhook) -> Webhook:
        with app.app_context(), transaction() as session:
            found = session.get(Webhook, made.id)
            assert found is not None
            return found

    return read


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """``change(Webhook, held_until=…)``: set this value in all rows."""

    def run(model: Any, **values: Any) -> None:
        with app.app_context(), transaction() as session:
            session.execute(update(model).values(**values))

    return run
