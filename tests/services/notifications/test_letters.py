"""Links are looked up when a mail is sent, and a mail that no longer has a purpose is not sent."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app.domain.actor import OPERATOR
from app.runtime import runtime
from app.security.link_tokens import LinkTokens
from app.services.authentication import password_resets, reset_links
from app.services.invitations import accept, manage
from app.services.notifications.delivery import Tally
from app.services.users import accounts
from tests.actors import VISITOR
from tests.conftest import PASSWORD


@pytest.fixture
def invited(app):
    """An invitation whose mail has been queued and not sent."""
    with app.app_context():
        return manage.invite(OPERATOR, username="eve", email="eve@example.com")


@pytest.fixture
def another_secret(app, monkeypatch):
    """``another_secret()``: change the server's secret key."""

    def change():
        changed = replace(runtime_of(app), link_tokens=LinkTokens("another-secret"))
        monkeypatch.setitem(app.extensions, "frontdesk", changed)

    return change


def runtime_of(app):
    with app.app_context():
        return runtime()


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


class TestInvitation:
    def test_it_names_inviter_and_link(self, app, admin, deliver, office):
        with app.app_context():
            accounts.update_user(OPERATOR, admin.id, display_name="Grace <b>H.</b>")
            view = manage.invite(admin.actor, username="eve", email="eve@example.com")

        assert deliver() == Tally(sent=1)
        (mail,) = office.mails
        assert mail["Subject"] == "Grace <b>H.</b> invites you to stats.example"
        assert f"https://stats.example/invitations/{view.token}" in text_of(mail)
        assert "Grace &lt;b&gt;H.&lt;/b&gt;" in mail.get_body(("html",)).get_content()

    def test_one_that_is_sent_again_brings_the_newest_link(self, app, invited, deliver, office):
        with app.app_context():
            newest = manage.resend(OPERATOR, invited.id)

        assert deliver() == Tally(sent=2)
        assert all(newest.token in text_of(mail) for mail in office.mails)

    def test_one_that_was_taken_back_is_not_sent(self, app, invited, deliver, outbox):
        with app.app_context():
            manage.revoke(OPERATOR, invited.id)

        assert (deliver(), outbox()) == (Tally(dropped=1), [])

    def test_one_that_was_accepted_meanwhile_is_not_sent(self, app, invited, deliver, outbox):
        with app.app_context():
            accept.accept(VISITOR, invited.token, PASSWORD)

        assert (deliver(), outbox()) == (Tally(dropped=1), [])

    def test_a_link_that_would_open_nothing_is_not_sent(self, invited, deliver, outbox, another_secret):
        another_secret()

        assert deliver() == Tally(given_up=1)
        reason = "the secret key was changed after this invitation was created; send the invitation again"
        assert outbox()[0].last_error == reason


class TestAnswers:
    @pytest.mark.parametrize(("answer", "word"), [("accept", "accepted"), ("decline", "declined")])
    def test_the_inviter_is_told(self, app, admin, give_email, deliver, office, answer, word):
        give_email(admin, "admin@example.com")
        with app.app_context():
            token = manage.invite(admin.actor, username="eve").token
            accept.accept(VISITOR, token, PASSWORD) if answer == "accept" else accept.decline(VISITOR, token)

        deliver()

        assert [(mail["To"], mail["Subject"]) for mail in office.mails] == [
            ("admin@example.com", f"eve has {word} your invitation to stats.example")
        ]


def test_a_link_for_a_password_is_made_anew_after_the_secret_has_changed(app, make_user, another_secret):
    ada, mail_id = make_user("ada"), uuid4()
    with app.app_context():
        before = reset_links.make_mailed_link(ada.id, mail_id)
    another_secret()

    with app.app_context():
        after = reset_links.make_mailed_link(ada.id, mail_id)
        assert before != after
        assert password_resets.find(VISITOR, after).id == ada.id
