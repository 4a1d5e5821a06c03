"""Mail is queued in the transaction of the change that causes it."""

import pytest

from app import create_app
from app.db.session import transaction
from app.runtime import runtime
from app.services.notifications import outbox as service
from tests.conftest import settings_for


class TestQueue:
    def test_it_stands_there_after_the_transaction(self, app, outbox):
        with app.app_context(), transaction():
            service.queue("password-changed", "ada@example.com", username="ada", by="self")

        (mail,) = outbox()
        assert (mail.kind, mail.recipient, mail.attempts, mail.last_error) == (
            "password-changed",
            "ada@example.com",
            0,
            None,
        )
        assert mail.parameters == {"username": "ada", "by": "self"}

    def test_a_transaction_that_fails_leaves_none(self, app, outbox):
        def write_and_fail():
            with app.app_context(), transaction():
                service.queue("test", "ada@example.com")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            write_and_fail()

        assert outbox() == []

    def test_the_bell_rings_after_the_commit_and_not_before(self, app):
        with app.app_context():
            bell = runtime().mail_bell
            bell.clear()
            with transaction():
                service.queue("test", "ada@example.com")
                rung_early = bell.is_set()

            assert (rung_early, bell.is_set()) == (False, True)

    def test_there_are_no_other_kinds(self, app):
        with app.app_context(), pytest.raises(ValueError):
            service.queue("greeting", "ada@example.com")


def test_without_a_mail_server_nothing_is_written(app, outbox, database_url, tmp_path):
    without = create_app(settings_for(database_url, tmp_path))
    with without.app_context():
        assert not service.is_configured()
        service.queue("test", "ada@example.com")

    assert outbox() == []
