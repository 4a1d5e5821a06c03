"""``/api/admin/export`` and ``/api/admin/import``: rows of a file."""

import json
from base64 import b64encode

import pytest

from app.services.files import exporting
from tests.umami.bodies import bad_fields, refusal

EXPORT, IMPORT = "/api/admin/export", "/api/admin/import"
ZOE = {"kind": "user", "username": "zoe", "role": "user", "email": "zoe@example.com"}


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def load(client):
    """``load(ZOE, …)``: the response to an import of these rows."""

    def send(*rows, **more):
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        return client.post(IMPORT, json={"base64": b64encode(text.encode()).decode(), **more})

    return send


class TestExport:
    def test_has_the_rows_of_a_file_without_secrets(self, client, admin, make_team):
        make_team(admin, "Blue")

        rows = client.get(EXPORT).json["rows"]

        assert [row["kind"] for row in rows] == ["user", "team", "membership"]
        assert (rows[0]["username"], rows[1]["name"]) == ("admin", "Blue")
        assert not {"password_hash", "access_code"} & {name for row in rows for name in row}

    def test_has_only_some_kinds(self, client, admin, make_team):
        make_team(admin, "Blue")

        assert [row["kind"] for row in client.get(f"{EXPORT}?kinds=team,grant").json["rows"]] == ["team"]

    @pytest.mark.parametrize("kinds", ["", "users", "user,", "user," * 100])
    def test_has_no_other_kinds(self, client, kinds):
        refused = client.get(f"{EXPORT}?kinds={kinds}")

        text = "Invalid option: expected some of user, team, membership, website, grant"
        assert (refused.status_code, refused.json) == (400, bad_fields(kinds=text))

    def test_has_a_limit(self, client, make_user, monkeypatch):
        monkeypatch.setattr(exporting, "MOST_ROWS", 2)
        make_user("ada")
        allowed = client.get(EXPORT).status_code
        make_user("bob")

        refused = client.get(EXPORT)

        message = "There are more than 2 rows. Export them on the server: frontdesk export"
        assert (allowed, refused.json) == (200, refusal(400, message, "bad-request"))


class TestImport:
    def test_creates_and_says_what_it_did(self, client, load):
        done = load(ZOE, {**ZOE, "username": "yan", "email": None, "role": "boss"})

        found = done.json
        (remark,) = found.pop("remarks")
        assert (done.status_code, found.pop("counts")["users"]["created"], found) == (
            200,
            1,
            {"written": True, "refused": 1},
        )
        assert (remark["line"], remark["name"], remark["code"]) == (2, "yan", "unknown-role")
        assert client.get("/api/admin/find/user?name=zoe").json["email"] == "zoe@example.com"

    def test_creates_nothing_twice(self, client, load):
        load(ZOE)

        assert load(ZOE).json["counts"]["users"]["unchanged"] == 1

    @pytest.mark.parametrize("option", ["dryRun", "allOrNothing"])
    def test_can_leave_everything_as_it_is(self, client, load, option):
        done = load(ZOE, {"kind": "user", "username": ""}, **{option: True})

        assert (done.json["written"], done.json["refused"]) == (False, 1)
        assert client.get("/api/admin/find/user?name=zoe").status_code == 404

    def test_a_file_that_cannot_be_read_is_refused(self, client):
        refused = client.post(IMPORT, json={"base64": b64encode(b"name,colour\n").decode()})

        assert refused.status_code == 400
        assert refused.json["error"]["message"].startswith("The source of the import cannot be read: line 1 is not")

    @pytest.mark.parametrize("text", ["?", "e30", "e30K\n"])
    def test_must_be_in_base64(self, client, text):
        assert client.post(IMPORT, json={"base64": text}).json == bad_fields(base64="Invalid base64-encoded string")

    def test_needs_a_confirmed_password(self, load, clock):
        clock.turn(minutes=16)

        refused = load(ZOE)

        assert (refused.status_code, refused.json["error"]["reason"]) == (403, "password-confirmation-required")
