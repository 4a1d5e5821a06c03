"""The server delivers to webhooks itself, and loses nothing if a worker is killed while it delivers."""

import json
import os
import signal
import time
import urllib.request
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, update

from app.models import AuditEvent, Webhook, WebhookDelivery, utcnow
from tests.live import frontdesk
from tests.server.processes import children
from tests.services.webhooks.receiver import receiving, status
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned

SETTINGS = {"webhook_networks": "127.0.0.0/8", "webhook_allow_http": "true", "webhook_timeout": "20", "workers": "2"}


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def webhook(server, receiver):
    """Create a webhook for users, and return it."""
    command = ("webhooks", "create", receiver.url, "--event", "user-created", "--json")
    return json.loads(frontdesk(*command, environment=server.environment).stdout)


def post(server, path, headers=(), **body):
    request = urllib.request.Request(f"{server.url}{path}", data=json.dumps(body).encode(), method="POST")
    for name, value in dict(headers).items():
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def logged_in(server):
    token = post(server, "/api/auth/login", username="admin", password=server.PASSWORD)["token"]
    return {"Authorization": f"Bearer {token}"}


def create_users(server, number, prefix="user"):
    """Create users over HTTP, and return their names."""
    headers = logged_in(server)
    names = [f"{prefix}{place}" for place in range(number)]
    for name in names:
        post(server, "/api/users", headers, username=name, password="correct horse", role="user")
    return names


def told(receiver):
    """Return the names of the users that the receiver was told about."""
    return [body["data"]["target"]["name"] for body in receiver.bodies]


def test_messages_arrive_within_seconds_and_killed_workers_lose_none(receiver, tmp_path):
    url = f"sqlite:///{tmp_path / 'own.db'}"
    engine = create_engine(url)
    with abandoned(url, tmp_path, **SETTINGS) as server:
        made = webhook(server, receiver)
        names = create_users(server, 8)
        until(lambda: set(told(receiver)) == set(names), seconds=8, what="all messages")
        assert told(receiver) == names

        receiver.respond, receiver.requests = slow, []
        names = create_users(server, 8, "later")
        until(lambda: len(receiver.requests) >= 3, what="some requests")
        for worker in children(server.process.pid):
            os.kill(worker, signal.SIGKILL)
        let_leases_end(engine)
        until(lambda: waiting(engine) == 0, what="the last message")
    engine.dispose()

    assert set(told(receiver)) == set(names)
    assert len(set(receiver.ids)) == 8  # what came twice has the same id
    assert len(set(zip(receiver.ids, told(receiver), strict=True))) == 8
    assert len(receiver.verified(made["secret"])) >= 8
    assert f":{receiver.port}" not in server.log.read_text()


def slow(line):
    """Accept a message, after a while."""
    time.sleep(0.2)
    status(200)(line)


def let_leases_end(engine):
    """Do what two minutes of waiting would do."""
    past = utcnow() - timedelta(seconds=1)
    with engine.begin() as connection:
        connection.execute(update(Webhook).values(held_until=past))
        connection.execute(update(WebhookDelivery).where(WebhookDelivery.due_at.is_not(None)).values(due_at=past))


def waiting(engine):
    """Return how many messages were not delivered yet, and how many events have not become messages yet."""
    with engine.begin() as connection:
        unsealed = connection.scalar(select(func.count()).where(AuditEvent.number.is_(None)))
        return unsealed + connection.scalar(select(func.count(WebhookDelivery.due_at)))
