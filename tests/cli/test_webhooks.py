"""``frontdesk webhooks …``"""

import json
from uuid import uuid4

import pytest

from tests.cli.conftest import configured
from tests.services.webhooks.conftest import SETTINGS
from tests.services.webhooks.receiver import receiving, status

URL = "https://example.com/hook"


@pytest.fixture
def webhook(run):
    """The id of a webhook."""
    return json.loads(run("webhooks", "create", URL, "--json").stdout)["id"]


class TestWebhooks:
    def test_creating_prints_the_secret_alone(self, run):
        made = run("webhooks", "create", URL, "--event", "users", "--event", "grants")

        assert made.exit_code == 0
        assert made.stdout.startswith("whsec_")
        (listed,) = json.loads(run("webhooks", "list", "--json").stdout)["data"]
        assert (listed["url"], listed["events"], listed["state"]) == (URL, ["grants", "users"], "ok")

    def test_an_address_that_is_not_allowed_is_refused(self, run):
        refused = run("webhooks", "create", "http://example.com/")

        assert refused.exit_code == 6
        assert refused.stderr == "Error: url: Webhooks cannot be sent to this address: it must begin with https://.\n"

    def test_an_unknown_event_is_refused(self, run):
        refused = run("webhooks", "create", URL, "--event", "user")

        assert refused.exit_code == 6
        assert refused.stderr == "Error: events: Unknown type of events: user\n"

    def test_disabling_enabling_and_deleting(self, run, webhook):
        run("webhooks", "update", webhook, "--disable")
        disabled = json.loads(run("webhooks", "list", "--json").stdout)["data"][0]["state"]
        run("webhooks", "update", webhook, "--enable", "--event", "teams")
        (enabled,) = json.loads(run("webhooks", "list", "--json").stdout)["data"]
        gone = run("webhooks", "delete", webhook, "--yes")

        assert disabled == "disabled"
        assert (enabled["state"], enabled["events"]) == ("ok", ["teams"])
        assert gone.stdout == "Deleted the webhook.\n"
        assert json.loads(run("webhooks", "list", "--json").stdout)["data"] == []

    def test_updating_nothing_is_wrong_usage(self, run, webhook):
        assert run("webhooks", "update", webhook).exit_code == 2

    def test_a_new_secret(self, run, webhook):
        assert run("webhooks", "rotate-secret", webhook).stdout.startswith("whsec_")

    @pytest.mark.parametrize("command", ["delete --yes", "test", "rotate-secret", "deliveries", "update --enable"])
    def test_an_unknown_one_is_not_found(self, run, command):
        name, *options = command.split()
        refused = run("webhooks", name, str(uuid4()), *options)

        assert refused.exit_code == 4
        assert refused.stderr == "Error: There is no such webhook. See: frontdesk webhooks list\n"

    def test_a_test_says_how_the_receiver_responds(self, run, app):
        with configured(app, **SETTINGS), receiving() as receiver:
            made = json.loads(run("webhooks", "create", receiver.url, "--json").stdout)
            accepted = run("webhooks", "test", made["id"])
            receiver.respond = status(500)
            refused = run("webhooks", "test", made["id"])
            waiting = run("webhooks", "test", made["id"])
            listed = json.loads(run("webhooks", "deliveries", made["id"], "--json").stdout)["data"]
            again = run("webhooks", "redeliver", made["id"], listed[1]["id"])
            verified = receiver.verified(made["secret"])

        assert accepted.stdout == "The receiver accepted a test message (status 204).\n"
        assert (refused.exit_code, refused.stderr) == (
            1,
            "Error: The receiver did not accept the message: status 500\n",
        )
        assert waiting.stdout.startswith("The test message waits for its turn")
        states = [(row["type"], row["state"], row["status"]) for row in listed]
        assert states == [("ping", "waiting", None), ("ping", "waiting", 500), ("ping", "delivered", 204)]
        assert again.stdout == "The server will deliver the message again within seconds.\n"
        assert [body["type"] for body in verified] == ["ping", "ping"]
