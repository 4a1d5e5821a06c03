"""``externalId`` of users, teams and websites, and the exact filters of lists."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.models import User, utcnow
from app.security import password_hashing
from tests.conftest import PASSWORD
from tests.racing import at_once
from tests.umami.bodies import bad_fields, bad_request

ADA = {"username": "ada", "password": PASSWORD, "role": "user"}
MADE = {
    "users": ("/api/users", ADA, "/api/admin/users"),
    "teams": ("/api/teams", {"name": "Blue"}, "/api/admin/teams"),
    "websites": ("/api/websites", {"name": "Site", "domain": "site.example"}, "/api/admin/websites"),
}


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture(params=MADE)
def kind(request):
    return request.param


@pytest.fixture
def create(client, kind):
    """Create a thing of this kind with an external id, and return its path."""
    path, body, _ = MADE[kind]
    names = iter(range(10))

    def post(external_id):
        named = {"username": f"ada{next(names)}"} if kind == "users" else {}
        answer = client.post(path, json={**body, **named, "externalId": external_id})
        assert answer.status_code == 200, answer.json
        made = answer.json[0] if kind == "teams" else answer.json
        assert made.get("externalId") == external_id
        return f"{path}/{made['id']}"

    return post


class TestExternalIds:
    def test_are_shown_only_where_there_is_one(self, client, kind, create):
        with_one, without = create("hr-1"), create(None)

        rows = client.get(MADE[kind][2]).json["data"]

        assert client.get(with_one).json["externalId"] == "hr-1"
        assert "externalId" not in client.get(without).json
        assert [row["externalId"] for row in rows if "externalId" in row] == ["hr-1"]

    def test_are_changed_and_removed(self, client, create):
        path = create("hr-1")

        changed = client.post(path, json={"externalId": "HR-1 é"})
        found = client.get(path).json["externalId"]
        removed = client.post(path, json={"externalId": None})

        assert (changed.status_code, found, removed.status_code) == (200, "HR-1 é", 200)
        assert "externalId" not in client.get(path).json

    def test_are_unique_but_for_case(self, client, kind, create):
        create("hr-1")
        other = create("HR-1")

        refused = client.post(other, json={"externalId": "hr-1"})

        assert (refused.status_code, refused.json) == (400, bad_request(f"Another {kind[:-1]} has this external id"))
        assert client.get(other).json["externalId"] == "HR-1"

    def test_are_free_again_after_a_deletion(self, client, create):
        client.delete(create("hr-1"))

        assert client.get(create("hr-1")).json["externalId"] == "hr-1"

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("", "Too small: expected string to have >=1 characters"),
            ("x" * 256, "Too big: expected string to have <=255 characters"),
            ("a\nb", "Invalid string: must not contain control characters"),
        ],
        ids=["empty", "long", "a line end"],
    )
    def test_are_short_texts(self, client, kind, value, text):
        path, body, _ = MADE[kind]

        answer = client.post(path, json={**body, "externalId": value})

        assert (answer.status_code, answer.json) == (400, bad_fields(externalId=text))

    def test_are_given_once_when_many_want_one(self, client, kind):
        path, body, listed = MADE[kind]

        def post(number):
            named = {"username": f"ada{number}"} if kind == "users" else {}
            return client.post(path, json={**body, **named, "externalId": "hr-1"})

        answers = at_once(*[lambda number=number: post(number) for number in range(5)])

        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
        assert client.get(f"{listed}?externalId=hr-1").json["count"] == 1

    def test_of_users_are_set_by_administrators(self, client_of, client, make_user):
        ada = make_user("ada")

        answer = client_of(ada).post(f"/api/users/{ada.id}", json={"externalId": "hr-1"})

        assert answer.status_code == 200
        assert client.get("/api/users?externalId=hr-1").json["count"] == 0

    def test_prevent_restoring_if_another_has_it(self, client, make_user):
        gone, other = make_user("gone"), make_user("other")
        client.post(f"/api/users/{gone.id}", json={"externalId": "hr-1"})
        client.delete(f"/api/users/{gone.id}")
        client.post(f"/api/users/{other.id}", json={"externalId": "hr-1"})

        answer = client.post(f"/api/users/{gone.id}/restore")

        assert (answer.status_code, answer.json) == (400, bad_request("Another user has this external id"))


class TestFilters:
    @pytest.fixture(autouse=True)
    def _things(self, client, admin, make_user, make_team, make_website):
        ada = make_user("Ada")
        make_user("adam")
        client.post(f"/api/users/{ada.id}", json={"email": "Ada@example.org"})
        team = make_team(ada, "Blue", member=admin)
        make_team(ada, "Blue two")
        make_website("Shop", "shop.example", owner=ada)
        make_website("Shop two", "blog.shop.example", owner=ada)
        make_website("Shop", "team.example", team=team)

    @pytest.mark.parametrize(
        ("path", "names"),
        [
            ("/api/users?username=ADA", ["Ada"]),
            ("/api/users?username=ad", []),
            ("/api/users?username=", []),
            ("/api/users?email=ada@EXAMPLE.org", ["Ada"]),
            ("/api/users?email=ada@example.org&username=adam", []),
            ("/api/users?username=ada&search=zz", []),
            ("/api/users?username=ada&role=user", ["Ada"]),
            ("/api/admin/teams?name=Blue", ["Blue"]),
            ("/api/admin/teams?name=blue", []),
            ("/api/admin/websites?name=Shop", ["Shop", "Shop"]),
            ("/api/admin/websites?domain=shop.example", ["Shop"]),
            ("/api/admin/websites?domain=", []),
            ("/api/admin/websites?externalId=", []),
            ("/api/me/teams?name=Blue", ["Blue"]),
            ("/api/me/teams?name=Blue two", []),
        ],
    )
    def test_find_exactly_that(self, client, path, names):
        answer = client.get(path)

        assert [row.get("username", row.get("name")) for row in answer.json["data"]] == names
        assert answer.json["count"] == len(names)

    def test_find_what_was_created_later(self, client):
        now = utcnow()

        later = client.get("/api/users", query_string={"createdAfter": now.isoformat()}).json
        since = client.get("/api/users", query_string={"createdAfter": (now - timedelta(hours=1)).isoformat()}).json

        assert (later["count"], since["count"]) == (0, 3)

    def test_find_a_member(self, client):
        team = client.get("/api/me/teams").json["data"][0]["id"]

        found = client.get(f"/api/teams/{team}/users?username=ADMIN").json
        owned = client.get(f"/api/teams/{team}/websites?domain=team.example").json

        assert [row["user"]["username"] for row in found["data"]] == ["admin"]
        assert owned["count"] == 1

    @pytest.mark.parametrize("path", ["/api/users?name=Ada", "/api/me/teams?domain=x", "/api/me/websites?username=x"])
    def test_that_a_list_does_not_have_are_refused(self, client, path):
        name = path.partition("?")[2].partition("=")[0]

        answer = client.get(path)

        assert (answer.status_code, answer.json) == (400, bad_fields(**{name: "Unknown filter"}))

    def test_of_times_must_be_times(self, client):
        answer = client.get("/api/users?createdAfter=yesterday")

        assert (answer.status_code, answer.json) == (400, bad_fields(createdAfter="Invalid ISO datetime"))


class TestPasswords:
    def test_a_hash_is_no_password(self, client):
        text = "Send the password itself, not a hash of it."
        hashed = password_hashing.hash_password(PASSWORD, cost=4)

        answer = client.post("/api/users", json={**ADA, "password": hashed})

        assert (answer.status_code, answer.json) == (400, bad_fields(password=text))

    def test_a_hash_is_stored_as_it_is(self, client, stored, anonymous):
        hashed = password_hashing.hash_password("horse 77", cost=4)
        made = client.post("/api/users", json={"username": "ada", "role": "user", "passwordHash": hashed}).json

        kept = stored(User, made["id"]).password_hash
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": "horse 77"})

        assert (kept, login.status_code) == (hashed, 200)

    @pytest.mark.parametrize("text", ["x", "$2b$31$" + "a" * 53, "$2b$03$" + "a" * 53, "$2b$10$" + "é" * 53])
    def test_another_hash_is_refused(self, client, text):
        answer = client.post("/api/users", json={"username": "ada", "role": "user", "passwordHash": text})

        said = "This is not a bcrypt hash with a cost of 4 to 16."
        assert (answer.status_code, answer.json) == (400, bad_fields(passwordHash=said))

    def test_only_one_of_both_is_given(self, client):
        hashed = password_hashing.hash_password(PASSWORD, cost=4)

        answer = client.post("/api/users", json={**ADA, "passwordHash": hashed})

        said = "Send either the password or a hash of it."
        assert (answer.status_code, answer.json) == (400, bad_fields(passwordHash=said))

    def test_a_taken_name_costs_no_hash(self, client, make_user, monkeypatch):
        make_user("ada")
        monkeypatch.setattr(password_hashing, "hash_password", None)

        answers = [client.post("/api/users", json=ADA), client.put(f"/api/users/{uuid4()}", json=ADA)]

        assert [answer.json for answer in answers] == [bad_request("User already exists")] * 2


def test_a_team_can_have_the_id_of_a_clients_choice(client):
    wanted = str(uuid4())

    made = client.post("/api/teams", json={"name": "Blue", "id": wanted})
    again = client.post("/api/teams", json={"name": "Red", "id": wanted})

    assert made.json[0]["id"] == made.json[1]["teamId"] == wanted
    assert (again.status_code, again.json) == (400, bad_request("A team with this id already exists"))
