"""``/api/admin/webhooks``: creating, listing, changing, testing and deleting webhooks."""

from uuid import UUID

import pytest

from app.services.audit import chain
from app.services.webhooks import manage
from tests.conftest import PASSWORD
from tests.listening import heard
from tests.racing import at_once, statuses

URL = "https://example.com/hook"
PATH = "/api/admin/webhooks"
MISSING = {"error": {"message": "There is no such webhook.", "code": "not-found", "status": 404}}


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def made(client):
    """A webhook for all events."""
    return client.post(PATH, json={"url": URL}).json


def without_times(body):
    return {key: value for key, value in body.items() if not key.endswith("At")}


class TestCreate:
    def test_the_secret_is_shown_once(self, client):
        made = client.post(PATH, json={"url": f" {URL} ", "events": ["users", "team-created", "users"]})

        assert made.status_code == 200
        body = made.json
        assert list(body) == ["id", "url", "createdAt", "secret", "events"]
        assert (body["url"], body["events"]) == (URL, ["team-created", "users"])
        assert body["secret"].startswith("whsec_")
        shown = {"id": body["id"], "url": URL, "createdAt": body["createdAt"], "events": ["team-created", "users"]}
        shown |= {"disabledAt": None, "failingSince": None, "waiting": 0}
        assert client.get(PATH).json == [shown]
        assert client.get(f"{PATH}/{body['id']}").json == shown

    def test_without_events_it_gets_all(self, made):
        assert made["events"] == ["*"]

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://example.com/", "it must begin with https://."),
            ("https://169.254.169.254/latest", "it is outside the public internet."),
            ("https://me:secret@example.com/", "it must contain no username, password or fragment."),
            ("nonsense", "it is not a URL such as https://example.com/hook."),
        ],
    )
    def test_an_address_that_is_not_allowed_is_refused(self, client, url, reason):
        refused = client.post(PATH, json={"url": url})

        assert refused.status_code == 400
        error = refused.json["error"]
        assert error["properties"]["url"] == {"errors": [f"Webhooks cannot be sent to this address: {reason}"]}
        assert client.get(PATH).json == []

    def test_unknown_events_are_refused_by_name(self, client):
        refused = client.post(PATH, json={"url": URL, "events": ["users", "user-creatd"]})

        assert refused.status_code == 400
        assert refused.json["error"]["properties"]["events"]["errors"] == ["Unknown type of events: user-creatd"]

    @pytest.mark.parametrize("events", [[], None, "users", [1], ["x" * 65], ["users"] * 51])
    def test_so_are_events_of_the_wrong_form(self, client, events):
        assert client.post(PATH, json={"url": URL, "events": events}).status_code == 400

    def test_there_can_be_20(self, client):
        for _ in range(manage.MOST_WEBHOOKS):
            assert client.post(PATH, json={"url": URL}).status_code == 200

        refused = client.post(PATH, json={"url": URL})

        message = "There can be at most 20 webhooks. Delete one that is no longer used."
        error = {"message": message, "code": "bad-request", "status": 400, "reason": "too-many-webhooks"}
        assert refused.json == {"error": error}

    def test_there_are_no_more_if_several_are_created_at_once(self, app, client):
        for _ in range(manage.MOST_WEBHOOKS - 1):
            client.post(PATH, json={"url": URL})

        with heard(app, pause=0.3):
            answers = at_once(*[lambda: client.post(PATH, json={"url": URL})] * 3)

        assert statuses(answers) == [200, 400, 400]
        assert len(client.get(PATH).json) == manage.MOST_WEBHOOKS

    def test_it_needs_a_recent_login(self, client, made, clock):
        clock.turn(minutes=16)

        answers = [
            client.post(path, json=body).json["error"]["reason"]
            for path, body in (
                (PATH, {"url": URL}),
                (f"{PATH}/{made['id']}", {"enabled": False}),
                (f"{PATH}/{made['id']}/secret", None),
            )
        ]

        assert answers == ["password-confirmation-required"] * 3
        assert client.get(PATH).status_code == 200


class TestChange:
    def test_other_events(self, client, made):
        changed = client.post(f"{PATH}/{made['id']}", json={"events": ["grants"]})

        assert changed.json["events"] == ["grants"]
        assert client.get(PATH).json == [changed.json]

    def test_disabling_and_enabling(self, client, made):
        path = f"{PATH}/{made['id']}"

        disabled = client.post(path, json={"enabled": False}).json
        again = client.post(path, json={"enabled": False}).json
        enabled = client.post(path, json={"enabled": True}).json

        assert disabled["disabledAt"] is not None
        assert again == disabled
        assert enabled["disabledAt"] is None

    def test_what_is_so_already_is_no_event(self, app, client, made):
        path = f"{PATH}/{made['id']}"
        client.post(path, json={"enabled": True, "events": ["*"]})
        client.post(path, json={})

        assert client.get("/api/admin/audit?action=webhook-updated").json["data"] == []

    def test_a_new_secret(self, client, made):
        rotated = client.post(f"{PATH}/{made['id']}/secret").json

        assert list(rotated) == ["secret", "formerUntil"]
        assert rotated["secret"] != made["secret"]

    def test_deleting(self, client, made):
        path = f"{PATH}/{made['id']}"

        assert client.delete(path).json == {"ok": True}
        assert client.delete(path).json == MISSING
        assert client.get(path).json == MISSING
        assert client.get(f"{path}/deliveries").json == MISSING
        assert client.get(PATH).json == []


class TestDeliveries:
    def test_a_test_message_is_in_the_log(self, client, made):
        path = f"{PATH}/{made['id']}"

        queued = client.post(f"{path}/test").json
        listed = client.get(f"{path}/deliveries?pageSize=1").json

        assert without_times(queued) == {
            "id": queued["id"],
            "type": "ping",
            "attempts": 0,
            "status": None,
            "error": None,
        }
        assert queued["dueAt"] is not None
        assert listed == {"data": [queued], "count": 1, "page": 1, "pageSize": 1}
        assert client.get(path).json["waiting"] == 1

    def test_the_log_is_newest_first_in_pages(self, app, client, made):
        for name in ("ada", "bob", "eve"):
            client.post("/api/users", json={"username": name, "password": PASSWORD, "role": "user"})
        with app.app_context():
            chain.seal()
        path = f"{PATH}/{made['id']}/deliveries"

        pages = [client.get(f"{path}?pageSize=3&page={page}").json for page in (1, 2)]

        assert [page["count"] for page in pages] == [4, 4]
        assert [[row["type"] for row in page["data"]] for page in pages] == [["user-created"] * 3, ["webhook-created"]]

    def test_another_webhooks_message_is_not_redelivered(self, client, made):
        other = client.post(PATH, json={"url": URL}).json["id"]
        message = client.post(f"{PATH}/{made['id']}/test").json["id"]

        refused = client.post(f"{PATH}/{other}/deliveries/{message}/redeliver")

        assert refused.status_code == 404
        assert client.post(f"{PATH}/{made['id']}/deliveries/{message}/redeliver").json["id"] == message

    def test_each_change_is_an_event_without_the_address(self, app, client, made):
        path = f"{PATH}/{made['id']}"
        message = client.post(f"{path}/test").json["id"]
        client.post(f"{path}/deliveries/{message}/redeliver")
        client.post(f"{path}/secret")
        client.post(path, json={"events": ["users"]})
        client.delete(path)

        rows = client.get("/api/admin/audit?target=webhook").json["data"]

        assert [(row["action"], row["before"], row["after"]) for row in reversed(rows)] == [
            ("webhook-created", None, {"types": ["*"]}),
            ("webhook-tested", None, {"deliveryId": message}),
            ("webhook-redelivered", None, {"deliveryId": message}),
            ("webhook-secret-rotated", None, None),
            ("webhook-updated", {"types": ["*"]}, {"types": ["users"]}),
            ("webhook-deleted", None, None),
        ]
        assert {row["target"]["name"] for row in rows} == {"example.com"}
        assert {UUID(row["target"]["id"]) for row in rows} == {UUID(made["id"])}
