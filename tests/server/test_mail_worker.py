"""The server sends mail itself, even if a worker is killed while sending."""

import json
import os
import signal
import urllib.request
from collections import Counter

import pytest

from tests.live import frontdesk, serving
from tests.server.processes import children
from tests.services.notifications.conftest import mail_settings
from tests.services.notifications.post_office import STALL_SECONDS, PostOffice, open_office
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned

FORGOTTEN = "/api/auth/forgot-password"


@pytest.fixture
def office():
    """An SMTP server for one test."""
    made = PostOffice()
    with open_office(made) as port:
        made.port = port
        yield made


@pytest.fixture
def settings(office):
    others = {"mail_timeout": 10, "admin_email": "admin@example.com", "workers": 2}
    return {name: str(value) for name, value in mail_settings(office.port, **others).items()}


@pytest.fixture
def own_url(tmp_path):
    return f"sqlite:///{tmp_path / 'own.db'}"


def post(server, path, **body):
    request = urllib.request.Request(f"{server.url}{path}", data=json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def outbox(server):
    return json.loads(frontdesk("mail", "list", "--json", environment=server.environment).stdout)["data"]


class TestServer:
    def test_it_sends_at_once_and_counts(self, office, settings, own_url, tmp_path):
        with serving(own_url, tmp_path, **settings) as server:
            post(server, FORGOTTEN, username="admin")
            until(lambda: office.mails, seconds=4, what="the mail")

            assert office.mails[0]["To"] == "admin@example.com"
            until(lambda: outbox(server) == [], what="an empty outbox")

        log = server.log.read_text()
        assert "reset-password" not in log
        assert "example.com" not in log
        assert '"sent":1' in log.replace(" ", "")

    def test_it_sends_what_another_process_writes(self, office, settings, own_url, tmp_path):
        with serving(own_url, tmp_path, **settings) as server:
            frontdesk("users", "set-email", "admin", "new@example.com", environment=server.environment)

            until(lambda: len(office.mails) == 2, what="both notices")

        assert {mail["To"] for mail in office.mails} == {"admin@example.com", "new@example.com"}

    def test_it_stops_in_good_time_and_finishes_what_it_sends(self, office, settings, own_url, tmp_path):
        with serving(own_url, tmp_path, **settings) as server:
            office.mode = "stall"
            post(server, FORGOTTEN, username="admin")
            until(lambda: office.sessions, what="a sender")

        assert server.process.returncode == 0
        assert len(office.mails) == 1
        assert outbox(server) == []

    def test_a_mail_whose_sender_is_killed_is_not_lost(self, office, settings, own_url, tmp_path):
        office.mode = "stall"
        with abandoned(own_url, tmp_path, **settings) as server:
            frontdesk("users", "set-email", "admin", "admin@example.com", environment=server.environment)
            until(lambda: office.sessions, what="a sender")
            for worker in children(server.process.pid):
                os.kill(worker, signal.SIGKILL)
            until(lambda: len(children(server.process.pid)) == 2, seconds=STALL_SECONDS + 15, what="new workers")
            left = outbox(server)
        office.mails.clear()  # the mail that the killed worker had sent before it got the response
        office.mode = "accept"

        assert [(row["state"], row["attempts"]) for row in left] == [("waiting", 1)]
        frontdesk("mail", "retry", left[0]["id"], environment=server.environment)
        frontdesk("mail", "send", environment=server.environment)

        assert Counter(mail["Message-ID"] for mail in office.mails) == {f"<{left[0]['id']}@stats.example>": 1}
        assert outbox(server) == []
