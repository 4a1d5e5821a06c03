"""The mails that are sent when a password or an address changes."""

import pytest

from app.domain.actor import OPERATOR
from app.services.users import accounts
from tests.conftest import PASSWORD

NEW = "battery staple"
CHANGED = "Your password for stats.example has been changed"
MOVED = "Your e-mail address on stats.example has been changed"


@pytest.fixture
def ada(make_user, give_email):
    return give_email(make_user("ada"), "ada@example.com")


@pytest.fixture
def notices(deliver, office):
    """``notices()``: recipient and subject, and the text, of each mail that was sent."""

    def read():
        deliver()
        return [(mail["To"], mail["Subject"]) for mail in office.mails], [
            mail.get_body(("plain",)).get_content() for mail in office.mails
        ]

    return read


class TestPassword:
    def test_by_oneself(self, app, ada, notices):
        with app.app_context():
            accounts.change_own_password(ada.actor, current_password=PASSWORD, new_password=NEW)

        headers, (text,) = notices()
        assert headers == [("ada@example.com", CHANGED)]
        assert "by someone who was logged in to your account" in text

    def test_by_oneself_on_umamis_other_route(self, client_of, ada, notices):
        body = {"password": NEW, "currentPassword": PASSWORD}
        assert client_of(ada).post(f"/api/users/{ada.id}", json=body).status_code == 200

        assert "by someone who was logged in to your account" in notices()[1][0]

    def test_by_an_administrator(self, app, admin, ada, notices):
        with app.app_context():
            accounts.update_user(admin.actor, ada.id, password=NEW)

        headers, (text,) = notices()
        assert headers == [("ada@example.com", CHANGED)]
        assert "changed by an administrator" in text

    def test_without_an_address_nobody(self, app, make_user, outbox):
        with app.app_context():
            accounts.update_user(OPERATOR, make_user("bob").id, password=NEW)

        assert outbox() == []

    def test_a_change_that_fails_is_not_told(self, app, ada, outbox, client_of):
        body = {"password": NEW, "currentPassword": "wrong horse"}
        assert client_of(ada).post(f"/api/users/{ada.id}", json=body).status_code == 400

        assert outbox() == []


class TestAddress:
    def test_both_are_told(self, app, ada, notices):
        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, email="new@example.com")

        headers, texts = notices()
        assert headers == [("ada@example.com", MOVED), ("new@example.com", MOVED)]
        for text in texts:
            assert "Before: ada@example.com" in text
            assert "Now:    new@example.com" in text

    def test_the_old_one_is_told_that_there_is_none(self, app, ada, notices):
        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, email=None)

        headers, (text,) = notices()
        assert headers == [("ada@example.com", MOVED)]
        assert "Now:    none" in text

    def test_another_case_is_no_news(self, app, ada, outbox):
        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, email="ADA@example.com")

        assert outbox() == []

    def test_with_a_new_password_the_old_one_is_told_of_that_too(self, app, ada, notices):
        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, email="new@example.com", password=NEW)

        assert notices()[0] == [
            ("ada@example.com", MOVED),
            ("new@example.com", MOVED),
            ("ada@example.com", CHANGED),
        ]

    def test_a_change_that_fails_is_not_told(self, app, ada, make_user, give_email, outbox):
        give_email(make_user("bob"), "bob@example.com")

        with app.app_context(), pytest.raises(Exception, match="already exists"):
            accounts.update_user(OPERATOR, ada.id, email="bob@example.com")

        assert outbox() == []
