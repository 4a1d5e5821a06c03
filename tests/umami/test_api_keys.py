"""API keys on Umami's routes, your own and those of others; service accounts."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from app import create_app
from app.domain.actor import OPERATOR
from app.domain.errors import Missing, NoPassword, TooManyKeys
from app.domain.scopes import Scope
from app.models import ApiKey, utcnow
from app.security import tokens
from app.services.authentication import access_tokens, api_keys, password_resets, reset_links
from app.services.users import accounts
from tests.conftest import PASSWORD, settings_for
from tests.racing import at_once
from tests.umami.bodies import bad_request

UNAUTHORIZED = {"error": {"message": "Unauthorized", "code": "unauthorized", "status": 401}}
NOT_FOUND = {"error": {"message": "Not found", "code": "not-found", "status": 404}}
KEYS = "/api/me/api-keys"
BAD = "umami_not_a_real_key"


def tree(field, text):
    error = {"message": "Bad request", "code": "bad-request", "status": 400}
    return {"error": {**error, "errors": [], "properties": {field: {"errors": [text]}}}}


@pytest.fixture
def make(app):
    """``make(person, "users:read")``: a key with these scopes, or with none as in Umami."""

    def create(person, *scopes, **others):
        with app.app_context():
            wanted = frozenset(map(Scope, scopes)) or None
            return api_keys.create_key(OPERATOR, person.id, name="Report", scopes=wanted, **others)

    return create


@pytest.fixture
def by(app):
    """``by(key)``: a client that uses a key."""

    def client(key):
        made = app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return made

    return client


class TestOnesOwn:
    def test_the_answers_are_those_of_umami(self, session, by):
        made = session.post(KEYS, json={"name": "  CI pipeline  "}).json
        before = session.get(KEYS).json
        by(made["key"]).get("/api/me")
        used = session.get(KEYS).json

        assert list(made) == ["id", "name", "keyPrefix", "createdAt", "key"]
        assert made["name"] == "CI pipeline"
        assert len(made["key"]) == 38
        assert made["keyPrefix"] == made["key"][:14]
        row = {name: made[name] for name in ("id", "name", "keyPrefix")}
        assert before == [{**row, "lastUsedAt": None, "createdAt": made["createdAt"]}]
        assert list(before[0]) == ["id", "name", "keyPrefix", "lastUsedAt", "createdAt"]
        assert used[0]["lastUsedAt"].endswith("Z")

    def test_with_scopes_and_an_end(self, session):
        wanted = {"name": "x", "scopes": ["websites:read", "users:read"], "expiresAt": "2100-01-01T00:00:00Z"}

        made = session.post(KEYS, json=wanted).json
        (row,) = session.get(KEYS).json

        ours = {"expiresAt": "2100-01-01T00:00:00.000Z", "scopes": ["users:read", "websites:read"]}
        assert {name: made[name] for name in ours} == {name: row[name] for name in ours} == ours

    @pytest.mark.parametrize(
        ("body", "field", "text"),
        [
            ({}, "name", "Invalid input: expected string, received undefined"),
            ({"name": "   "}, "name", "Too small: expected string to have >=1 characters"),
            ({"name": "x" * 256}, "name", "Too big: expected string to have <=255 characters"),
            ({"name": "x", "scopes": "admin"}, "scopes", "Invalid input: expected array, received string"),
            ({"name": "x", "scopes": []}, "scopes", "Too small: expected array to have >=1 items"),
            ({"name": "x", "expiresAt": "2001-01-01"}, "expiresAt", "The expires at must be in the future."),
        ],
    )
    def test_a_bad_value_is_named(self, session, body, field, text):
        assert session.post(KEYS, json=body).json == tree(field, text)

    def test_an_unknown_scope_is_refused(self, session):
        assert session.post(KEYS, json={"name": "x", "scopes": ["everything"]}).status_code == 400

    def test_a_name_of_255_characters_in_spaces(self, session):
        assert session.post(KEYS, json={"name": f" {'x' * 255} "}).json["name"] == "x" * 255

    def test_only_the_hash_is_stored(self, session, stored):
        made = session.post(KEYS, json={"name": "x"}).json

        row = stored(ApiKey, made["id"])
        values = {name: getattr(row, name) for name in ApiKey.__mapper__.attrs.keys()}  # noqa: SIM118 (no mapping)
        assert row.token_hash == tokens.hash_api_key(made["key"])
        assert made["key"] not in map(str, values.values())

    def test_the_hash_is_that_of_umami(self):
        assert tokens.hash_api_key("umami_abcdefghijklmnopqrstuvwxyz012345") == (
            "bac8e0957ef7f1891c1f75b01f9a807486e56ba3e4751bfd5ab1f04cbffb4c8d"
            "97a229442a0a6b4bca5635f51030c3a05de47e9a38f2411f0165ba3aa506e1b5"
        )

    def test_a_deleted_key_ends_at_once(self, session, by, make_user, client_of):
        first, second = (session.post(KEYS, json={"name": "x"}).json for _ in range(2))
        path = f"{KEYS}/{second['id']}"

        foreign = client_of(make_user()).delete(path)
        deleted, again = session.delete(path), session.delete(path)

        assert (foreign.status_code, foreign.json) == (404, NOT_FOUND)
        assert (deleted.json, again.json) == ({"ok": True}, NOT_FOUND)
        assert by(second["key"]).get("/api/me").json == UNAUTHORIZED
        assert by(first["key"]).get("/api/me").status_code == 200

    def test_there_are_at_most_100(self, app, alice, session):
        with app.app_context():
            for _ in range(api_keys.KEYS_PER_USER):
                api_keys.create_key(OPERATOR, alice.id, name="x")

        refused = session.post(KEYS, json={"name": "x"})

        text = "There can be at most 100 API keys. Delete one that is no longer used."
        assert refused.json == bad_request(text)

    def test_also_if_many_are_made_at_once(self, app, alice):
        def create():
            with app.app_context(), suppress(TooManyKeys):
                api_keys.create_key(OPERATOR, alice.id, name="x")

        with app.app_context():
            for _ in range(api_keys.KEYS_PER_USER - 1):
                api_keys.create_key(OPERATOR, alice.id, name="x")
        at_once(create, create, create, create)

        with app.app_context():
            assert len(api_keys.list_keys(OPERATOR, alice.id)) == api_keys.KEYS_PER_USER


class TestUse:
    def test_who_am_i(self, alice, make, by):
        made = make(alice)

        me = by(made.key).get("/api/me").json

        assert list(me) == ["token", "user", "authType", "apiKey"]
        assert (me["token"], me["authType"]) == (made.key, "api-key")
        assert me["apiKey"] == {"id": str(made.id), "name": "Report"}
        assert list(me["user"]) == ["id", "username", "role", "createdAt", "twoFactorRequired", "isAdmin"]

    def test_any_scheme_but_not_without_one(self, app, alice, make):
        key = make(alice).key

        answers = [
            app.test_client().get("/api/me", headers={"Authorization": sent}).status_code
            for sent in (f"Foo {key}", key)
        ]

        assert answers == [200, 401]

    def test_the_header_of_umami_cloud_if_there_is_no_other(self, app, alice, make, token_of):
        key, token = make(alice).key, token_of(alice)

        answers = [
            app.test_client().get("/api/me", headers=sent).json.get("authType")
            for sent in (
                {"x-umami-api-key": key},
                {"x-umami-api-key": key, "Authorization": f"Bearer {key}"},
                {"x-umami-api-key": BAD, "Authorization": f"Bearer {token}"},
                {"x-umami-api-key": token},
            )
        ]

        assert answers == ["api-key", "api-key", "session", None]

    def test_a_wrong_key_is_not_ignored_in_favour_of_a_share(self, app, alice, make_website, make_share, share_client):
        client = share_client(make_share(make_website(owner=alice)))

        assert client.get("/api/me").json["authType"] == "share"
        assert client.get("/api/me", headers={"Authorization": f"Bearer {BAD}"}).json == UNAUTHORIZED

    def test_matomo_takes_it_as_token_auth(self, app, admin, make):
        form = {"module": "API", "method": "UsersManager.getUsersLogin", "format": "json"}
        key = make(admin, "users:read").key

        answers = [
            app.test_client().post("/index.php", data=form | sent, headers=headers).json
            for sent, headers in (({"token_auth": key}, {}), ({}, {"Authorization": f"Bearer {key}"}))
        ]

        assert answers == [["admin"], ["admin"]]

    def test_the_role_of_the_owner_counts_as_it_is_now(self, app, admin, make_user, make, by):
        second = make_user(role="admin")
        client = by(make(second, "users:read").key)
        before = client.get("/api/users").status_code
        with app.app_context():
            accounts.update_user(OPERATOR, second.id, role="user")

        assert (before, client.get("/api/users").status_code) == (200, 401)

    def test_view_only_owners_stay_view_only(self, make_user, make, by):
        client = by(make(make_user(role="view-only"), "admin").key)

        assert client.post("/api/websites", json={"name": "x", "domain": "x.example"}).json == UNAUTHORIZED


class TestEnd:
    def test_at_its_time(self, alice, make, by, clock):
        client = by(make(alice, expires_at=utcnow() + timedelta(days=1)).key)
        before = client.get("/api/me").status_code
        clock.turn(days=2)

        assert (before, client.get("/api/me").status_code) == (200, 401)

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("DELETE", "", None),
            ("POST", "/disable", None),
            ("POST", "", {"password": "another horse"}),
        ],
    )
    def test_with_the_account_or_a_password_set_by_an_administrator(
        self, admin, alice, make, by, client_of, method, path, body
    ):
        client = by(make(alice).key)
        before = client.get("/api/me").status_code

        client_of(admin).open(f"/api/users/{alice.id}{path}", method=method, json=body)

        assert (before, client.get("/api/me").status_code) == (200, 401)

    def test_not_with_ones_own_new_password_or_a_logout(self, alice, session, make, by):
        client = by(make(alice).key)

        session.post("/api/me/password", json={"currentPassword": PASSWORD, "newPassword": "another horse"})
        session.post("/api/auth/logout")

        assert client.get("/api/me").status_code == 200

    def test_in_every_process_at_once(self, app, alice, make, by, session, database_url, tmp_path):
        made = make(alice)
        other = create_app(settings_for(database_url, tmp_path)).test_client()
        other.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made.key}"
        before = other.get("/api/me").status_code

        session.delete(f"{KEYS}/{made.id}")

        assert (before, other.get("/api/me").status_code) == (200, 401)


class TestForOthers:
    def test_administrators_make_list_and_end_them(self, admin, alice, client_of, by):
        client, path = client_of(admin), f"/api/users/{alice.id}/api-keys"

        made = client.post(path, json={"name": "x", "scopes": ["users:read"]}).json
        owner = by(made["key"]).get("/api/me").json["user"]["username"]
        (row,) = client.get(path).json
        ended = client.delete(f"{path}/{made['id']}").json

        assert (owner, row["id"], row["scopes"], ended) == ("alice", made["id"], ["users:read"], {"ok": True})
        assert client.get(path).json == []

    def test_other_users_do_not(self, admin, alice, client_of, make_user):
        client = client_of(make_user())

        answers = [
            client.open(f"/api/users/{alice.id}/api-keys", method=method, json={"name": "x"}).json
            for method in ("GET", "POST")
        ]

        assert answers == [UNAUTHORIZED] * 2

    def test_an_access_token_makes_none(self, app, alice, by):
        with app.app_context():
            token = access_tokens.create_token(OPERATOR, alice.id, description="x")

        assert by(token).post(KEYS, json={"name": "x"}).json == UNAUTHORIZED


class TestServiceAccounts:
    @pytest.fixture
    def service(self, admin, client_of):
        body = {"username": "deploy", "role": "user", "serviceAccount": True}
        return client_of(admin).post("/api/users", json=body).json

    def test_are_users_without_a_password(self, admin, service, client_of):
        shown = client_of(admin).get(f"/api/users/{service['id']}").json

        assert service == {"id": service["id"], "username": "deploy", "role": "user", "serviceAccount": True}
        assert shown["serviceAccount"] is True

    def test_use_keys(self, admin, service, client_of, by):
        made = client_of(admin).post(f"/api/users/{service['id']}/api-keys", json={"name": "x"}).json

        assert by(made["key"]).get("/api/me").json["user"]["username"] == "deploy"

    def test_can_administer_but_are_not_the_last_administrator(self, client_of, admin, make_user, by):
        session, ada, bob = client_of(admin), make_user("ada", role="admin"), make_user("bob")
        body = {"username": "boss", "role": "admin", "serviceAccount": True}
        boss = session.post("/api/users", json=body).json["id"]
        program = by(session.post(f"/api/users/{boss}/api-keys", json={"name": "x", "scopes": ["admin"]}).json["key"])

        demoted = program.post(f"/api/users/{ada.id}", json={"role": "user"})
        deleted = program.delete(f"/api/users/{bob.id}")
        last = program.post(f"/api/users/{admin.id}", json={"role": "user"})

        assert (demoted.status_code, deleted.status_code) == (200, 200)
        assert (last.status_code, last.json) == (400, bad_request("The last administrator cannot be demoted."))

    @pytest.mark.parametrize("password", ["", PASSWORD])
    def test_cannot_log_in(self, anonymous, service, password):
        answer = anonymous.post("/api/auth/login", json={"username": "deploy", "password": password})

        assert answer.status_code == 401

    def test_never_get_a_password(self, admin, service, client_of):
        text = "A service account has no password; it uses API keys."
        client = client_of(admin)

        changed = client.post(f"/api/users/{service['id']}", json={"password": "another horse"}).json
        body = {"username": "second", "role": "user", "serviceAccount": True, "password": PASSWORD}
        created = client.post("/api/users", json=body).json

        assert changed == bad_request(text)
        assert created == tree("password", text)

    def test_get_no_reset_link(self, app, service):
        with app.app_context():
            account = UUID(service["id"])
            assert reset_links.make_mailed_link(account, account) is None
            with pytest.raises(NoPassword):
                password_resets.make_link(OPERATOR, account)

    def test_are_made_on_purpose_only(self, app):
        with app.app_context(), pytest.raises(Missing):
            accounts.create_user(OPERATOR, username="ada")

    def test_do_not_count_as_the_last_administrator(self, admin, client_of):
        client = client_of(admin)
        client.post("/api/users", json={"username": "deploy", "role": "admin", "serviceAccount": True})

        refused = client.post(f"/api/users/{admin.id}", json={"role": "user"})

        assert refused.json["error"]["message"] == "The last administrator cannot be demoted."
