"""``frontdesk mail …``, and the e-mail addresses in ``frontdesk users …``."""

import re
from uuid import uuid4

import pytest

from app import create_app
from app.db.session import db
from app.models import utcnow
from app.services.authentication import password_resets
from app.services.notifications import outbox as service
from tests.actors import VISITOR
from tests.cli.conftest import invoke, printed, run  # noqa: F401 (fixtures)
from tests.conftest import settings_for
from tests.services.notifications.conftest import PUBLIC

KEYS = ["id", "kind", "recipient", "state", "attempts", "created_at", "due_at", "last_error"]


@pytest.fixture
def queue(app):
    def write(*addresses):
        with app.app_context():
            for address in addresses:
                service.queue("test", address)

    return write


@pytest.fixture
def without_mail(app, database_url, tmp_path):
    """The same database, without a mail server."""
    made = create_app(settings_for(database_url, tmp_path))
    yield made
    with made.app_context():
        for engine in db.engines.values():
            engine.dispose()


class TestSend:
    def test_what_is_due(self, run, queue, office):  # noqa: F811
        queue("ada@example.com", "nobody@example.com", "later@example.com")

        done = run("mail", "send")

        assert (done.exit_code, done.output) == (0, "1 mail sent, 1 postponed, 1 given up.\n")
        assert len(office.mails) == 1

    def test_why_not(self, run, queue, office):  # noqa: F811
        office.mode = "sender refused"
        queue("ada@example.com")

        assert run("mail", "send").output == (
            "0 mails sent, 1 postponed, 0 given up. "
            "The mail server accepts no mail at present: sender refused: 553 5.7.1 sender not allowed\n"
        )

    def test_for_programs(self, printed, queue, office):  # noqa: F811
        queue("ada@example.com")

        told = {"ok": True, "sent": 1, "postponed": 0, "given_up": 0, "dropped": 0, "unreachable": ""}
        assert printed("mail", "send") == told


class TestList:
    def test_each_with_its_state_and_error(self, run, printed, queue, office):  # noqa: F811
        queue("nobody@example.com", "later@example.com")
        run("mail", "send")
        queue("ada@example.com")

        found = printed("mail", "list")

        assert found["count"] == 3
        assert list(found["data"][0]) == KEYS
        assert [(row["recipient"], row["state"], row["last_error"]) for row in found["data"]] == [
            ("nobody@example.com", "given up", "550 5.1.1 no such mailbox"),
            ("later@example.com", "waiting", "451 4.7.1 greylisted"),
            ("ada@example.com", "waiting", None),
        ]

    def test_an_empty_one(self, run, office):  # noqa: F811
        assert run("mail", "list").exit_code == 0


class TestRetry:
    def test_all_that_were_given_up(self, run, queue, office, outbox):  # noqa: F811
        queue("nobody@example.com", "later@example.com")
        run("mail", "send")

        done = run("mail", "retry")

        assert done.output == "1 mail will be retried now.\n"
        rows = {row.recipient: row for row in outbox()}
        assert (rows["nobody@example.com"].attempts, rows["later@example.com"].attempts) == (0, 1)
        assert rows["nobody@example.com"].due_at <= utcnow() < rows["later@example.com"].due_at

    def test_one(self, run, queue, office, outbox):  # noqa: F811
        queue("later@example.com")
        run("mail", "send")

        done = run("mail", "retry", outbox()[0].id)

        assert (done.exit_code, outbox()[0].due_at <= utcnow()) == (0, True)

    def test_one_that_is_not_there(self, run, office):  # noqa: F811
        done = run("mail", "retry", uuid4())

        assert (done.exit_code, done.stderr) == (4, "Error: There is no such mail. See: frontdesk mail list\n")


class TestTest:
    def test_it_arrives_at_once(self, run, office, outbox):  # noqa: F811
        done = run("mail", "test", "ada@example.com")

        assert (done.exit_code, done.output) == (0, "The mail server accepted a test mail to ada@example.com.\n")
        assert office.mails[0]["Subject"] == "Test message from stats.example"
        assert outbox() == []

    @pytest.mark.parametrize("address", ["nobody@example.com", "ada", "ada@example.com\r\nBcc: x@y.zz"])
    def test_it_does_not(self, run, office, address):  # noqa: F811
        done = run("mail", "test", address)

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: The mail could not be sent: ")
        assert done.stderr.count("\n") == 1

    def test_without_a_mail_server(self, without_mail):
        for command in (["test", "ada@example.com"], ["send"]):
            done = invoke(without_mail, "mail", *command)
            assert (done.exit_code, done.stderr.partition(":")[2][:24]) == (3, " Mail is not configured:")


class TestUsers:
    def test_created_with_an_address_and_shown(self, run, printed):  # noqa: F811
        made = printed("users", "create", "ada", "--email", "Ada@Example.com", "--display-name", "Ada L.", "--generate")

        shown = printed("users", "show", "ada")
        assert (made["email"], made["display_name"]) == ("Ada@example.com", "Ada L.")
        assert (shown["email"], shown["display_name"], shown["last_seen_at"], shown["pending"]) == (
            "Ada@example.com",
            "Ada L.",
            None,
            False,
        )

    def test_the_address_is_set_and_taken_away(self, run, printed, make_user):  # noqa: F811
        make_user("ada")

        assert printed("users", "set-email", "ada", "ada@example.com")["email"] == "ada@example.com"
        assert printed("users", "set-email", "ada", "")["email"] is None
        assert run("users", "set-email", "ada", "nonsense").stderr.startswith("Error: email: Invalid email address")

    def test_a_link_for_a_new_password(self, app, run, make_user, without_mail):  # noqa: F811
        ada = make_user("ada")

        link = run("users", "reset-link", "ada").output.strip()

        assert re.fullmatch(f"{PUBLIC}/reset-password/[0-9a-f]{{32}}", link)
        with app.app_context():
            assert password_resets.find(VISITOR, link.rpartition("/")[2]).id == ada.id
