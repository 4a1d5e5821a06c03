"""``PUT`` of users, teams, memberships and websites: create, or bring to exactly this state."""

from itertools import chain
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db.session import transaction
from app.models import AuditEvent, Membership, Team, User, Website
from app.security import password_hashing
from tests.conftest import PASSWORD
from tests.racing import at_once
from tests.umami.bodies import (
    UNAUTHORIZED,
    bad_fields,
    bad_request,
    membership_body,
    pretty,
    refusal,
    team_body,
    user_body,
    website_body,
)

ADA = {"username": "ada", "role": "user"}
SITE = {"name": "Site", "domain": "site.example"}
CHANGED = refusal(
    412,
    "It is not as the request expects: it exists already, or was changed or deleted since it was read. "
    "Read it again, and repeat the change if it still makes sense.",
    "precondition-failed",
)


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def put(client):
    """``put(path, body)``: status and body of an administrator's PUT."""

    def send(path, body, **headers):
        answer = client.put(path, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})
        return answer.status_code, answer.json

    return send


@pytest.fixture
def rows(app):
    """Return a function that counts the rows of some tables."""

    def count(*models):
        with app.app_context(), transaction() as session:
            return tuple(session.scalar(select(func.count()).select_from(model)) for model in models)

    return count


@pytest.fixture
def audited(rows):
    """Return a function that counts the rows of the audit log."""
    return lambda: rows(AuditEvent)[0]


class TestAUser:
    def test_is_created(self, client, stored, anonymous):
        path = f"/api/users/{uuid4()}"
        profile = {"email": "ada@example.org", "displayName": "Ada", "externalId": "hr-1"}

        answer = client.put(path, json={**ADA, **profile, "password": PASSWORD})

        user = stored(User, answer.json["id"])
        body = {key: value for key, value in user_body(user).items() if key != "isAdmin"}
        assert answer.status_code == 201
        assert answer.headers["Location"] == path
        assert pretty(answer.json) == pretty({**body, **profile})
        assert answer.headers["ETag"] == client.get(path).headers["ETag"]
        assert anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD}).status_code == 200

    def test_is_brought_to_exactly_this_state(self, client, put, make_user):
        path = f"/api/users/{make_user('bob').id}"
        put(path, {**ADA, "email": "ada@example.org", "displayName": "Ada", "externalId": "hr-1"})

        status, body = put(path, {"username": "eve", "role": "view-only", "externalId": "hr-2"})

        assert (status, body) == (200, client.get(path).json)
        assert (body["username"], body["role"], body["externalId"]) == ("eve", "view-only", "hr-2")
        assert not {"email", "displayName"} & body.keys()

    def test_that_is_so_already_is_not_written(self, put, audited):
        path, body = f"/api/users/{uuid4()}", {**ADA, "email": "Ada@example.org", "password": PASSWORD}
        first = put(path, body)
        before = audited()

        again = [
            put(path, body),
            put(path, {**body, "serviceAccount": False}),
            put(path, {**ADA, "email": body["email"]}),
        ]

        assert again == [(200, first[1])] * 3
        assert audited() == before

    def test_gets_another_password_if_it_has_another(self, put, make_user, anonymous):
        ada = make_user("ada")

        status, _ = put(f"/api/users/{ada.id}", {**ADA, "password": "another horse"})

        logins = [
            anonymous.post("/api/auth/login", json={"username": "ada", "password": password}).status_code
            for password in (PASSWORD, "another horse")
        ]
        assert (status, logins) == (200, [401, 200])

    def test_can_have_a_hash_instead_of_a_password(self, put, anonymous, audited):
        path, body = (
            f"/api/users/{uuid4()}",
            {**ADA, "passwordHash": password_hashing.hash_password("horse 77", cost=4)},
        )
        created, _ = put(path, body)
        before = audited()

        again, _ = put(path, body)

        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": "horse 77"})
        assert (created, again, login.status_code) == (201, 200, 200)
        assert audited() == before + 1  # the login

    def test_without_a_password_is_not_created(self, put, rows):
        status, body = put(f"/api/users/{uuid4()}", ADA)

        assert (status, body) == (400, bad_fields(password="The password is required."))
        assert rows(User) == (1,)

    def test_cannot_become_a_service_account(self, put, make_user):
        status, body = put(f"/api/users/{make_user('ada').id}", {**ADA, "serviceAccount": True})

        assert (status, body) == (400, bad_fields(serviceAccount="The service account cannot be changed."))

    def test_that_is_deleted_keeps_its_id(self, client, put, make_user):
        ada = make_user("ada")
        client.delete(f"/api/users/{ada.id}")

        answer = put(f"/api/users/{ada.id}", {**ADA, "password": PASSWORD})
        client.post(f"/api/users/{ada.id}/restore")
        again, body = put(f"/api/users/{ada.id}", {**ADA, "password": PASSWORD})

        said = "A deleted user has this id. Restore the user (POST /api/users/:id/restore), or choose another id."
        assert answer == (400, refusal(400, said, "bad-request", reason="id-taken"))
        assert (again, body["username"]) == (200, "ada")

    def test_changes_no_more_by_themselves_than_by_post(self, client_of, make_user):
        ada = make_user("ada")
        own = client_of(ada)

        named = own.put(f"/api/users/{ada.id}", json={**ADA, "displayName": "Ada"})
        promoted = own.put(f"/api/users/{ada.id}", json={**ADA, "role": "admin"})
        guessed = own.put(f"/api/users/{ada.id}", json={**ADA, "displayName": "Ada", "password": PASSWORD})

        assert (named.status_code, named.json["displayName"]) == (200, "Ada")
        assert (promoted.status_code, promoted.json) == (401, UNAUTHORIZED)
        assert (guessed.status_code, guessed.json) == (400, bad_request("Current password is incorrect"))

    def test_of_another_name_is_not_taken_over(self, put, make_user):
        make_user("ada")

        status, body = put(f"/api/users/{uuid4()}", {**ADA, "password": PASSWORD})

        assert (status, body) == (400, bad_request("User already exists"))


class TestATeam:
    def test_is_created_and_owned(self, client, put, admin, make_user, stored, membership):
        ada, path = make_user("ada"), f"/api/teams/{uuid4()}"

        status, body = put(path, {"name": "Blue", "ownerId": str(ada.id), "externalId": "t-1"})

        team = {**team_body(stored(Team, body["id"])), "externalId": "t-1"}
        assert status == 201
        assert pretty(body) == pretty({**team, "members": [membership_body(membership(UUID(body["id"]), ada))]})

    def test_is_brought_to_exactly_this_state(self, client, put, make_user, make_team):
        ada, bob = make_user("ada"), make_user("bob")
        path = f"/api/teams/{make_team(ada, member=bob)}"

        status, body = put(path, {"name": "Red", "ownerId": str(bob.id)})

        assert (status, body) == (200, client.get(path).json)
        assert body["name"] == "Red"
        assert {member["userId"]: member["role"] for member in body["members"]} == {
            str(ada.id): "team-owner",
            str(bob.id): "team-owner",
        }

    def test_that_is_so_already_is_not_written(self, put, audited, make_user):
        path, body = f"/api/teams/{uuid4()}", {"name": "Blue", "ownerId": str(make_user("ada").id)}
        first = put(path, body)
        before = audited()

        assert put(path, body) == (200, first[1])
        assert put(path, {"name": "Blue"}) == (200, first[1])
        assert audited() == before

    def test_is_not_changed_at_all_if_the_owner_is_no_user(self, client, put, make_user, make_team, audited):
        path = f"/api/teams/{make_team(make_user())}"
        whole, before = client.get(path).json, audited()

        status, body = put(path, {"name": "Red", "ownerId": str(uuid4())})

        assert (status, body) == (400, bad_fields(ownerId="User not found"))
        assert client.get(path).json == whole
        assert audited() == before

    def test_is_not_changed_at_all_if_one_may_not_choose_the_owner(self, client_of, make_user, make_team):
        bob, eve = make_user("bob"), make_user("eve")
        path, client = f"/api/teams/{make_team(make_user(), manager=bob)}", client_of(bob)
        whole = client.get(path).json

        answer = client.put(path, json={"name": "Red", "ownerId": str(eve.id)})

        said = refusal(401, "You must be the owner/manager of this team.", "unauthorized")
        assert (answer.status_code, answer.json) == (401, said)
        assert client.get(path).json == whole

    def test_that_one_may_not_see_stays_hidden(self, client_of, make_user, make_team):
        path = f"/api/teams/{make_team(make_user())}"
        outsider = client_of(make_user("eve"))

        answer = outsider.put(path, json={"name": "Red"})

        assert (answer.status_code, answer.json) == (outsider.get(path).status_code, outsider.get(path).json)


class TestAMember:
    def test_is_added_and_then_has_the_role(self, client, put, make_user, make_team, audited):
        bob = make_user("bob")
        path = f"/api/teams/{make_team(make_user())}/users/{bob.id}"

        added, changed = put(path, {"role": "team-member"}), put(path, {"role": "team-owner"})
        before = audited()
        same = put(path, {"role": "team-owner"})

        assert [added[0], changed[0], same[0]] == [201, 200, 200]
        assert added[1]["role"] == "team-member"
        assert changed[1] == same[1] == client.get(path).json
        assert audited() == before

    def test_must_be_a_user(self, put, make_user, make_team):
        status, body = put(f"/api/teams/{make_team(make_user())}/users/{uuid4()}", {"role": "team-member"})

        assert (status, body) == (400, bad_fields(userId="User not found"))


class TestAWebsite:
    def test_is_created(self, put, admin, stored):
        status, body = put(f"/api/websites/{uuid4()}", {**SITE, "externalId": "s-1"})

        website = stored(Website, body["id"])
        bare = website_body(website)
        slug = {"shareId": bare.pop("shareId")}
        assert status == 201
        assert pretty(body) == pretty({**bare, "externalId": "s-1", **slug})
        assert (website.user_id, website.created_by) == (admin.id, admin.id)

    def test_is_brought_to_exactly_this_state(self, client, put, make_user, make_team, make_website):
        ada = make_user("ada")
        team, path = make_team(ada), f"/api/websites/{make_website(owner=ada)}"

        to_team = put(path, {"name": "Blog", "domain": "blog.example", "teamId": str(team)})
        left = put(path, {"name": "Blog", "domain": "blog.example"})
        to_user = put(path, {**SITE, "userId": str(ada.id)})

        assert (to_team[0], to_team[1]["name"], to_team[1]["teamId"]) == (200, "Blog", str(team))
        assert left == (200, to_team[1])
        assert to_user == (200, client.get(path).json)
        assert (to_user[1]["userId"], to_user[1]["teamId"], to_user[1]["domain"]) == (str(ada.id), None, "site.example")

    def test_that_is_so_already_is_not_written(self, put, audited):
        path = f"/api/websites/{uuid4()}"
        first = put(path, SITE)
        before = audited()

        assert put(path, SITE) == (200, first[1])
        assert audited() == before

    def test_is_transferred_by_its_owner_under_the_rules_of_transfers(
        self, client_of, make_user, make_team, make_website
    ):
        ada = make_user("ada")
        mine, other, path = make_team(ada), make_team(make_user()), f"/api/websites/{make_website(owner=ada)}"
        client = client_of(ada)

        answers = [client.put(path, json={**SITE, "teamId": str(team)}).status_code for team in (other, mine)]

        assert answers == [401, 200]

    def test_has_one_owner(self, put, admin, make_team):
        body = {**SITE, "userId": str(admin.id), "teamId": str(make_team(admin))}

        assert put(f"/api/websites/{uuid4()}", body) == (400, bad_fields(userId="Cannot be combined with teamId"))

    @pytest.mark.parametrize("field", ["userId", "teamId"])
    def test_gets_no_owner_who_does_not_exist(self, put, make_website, admin, field):
        status, body = put(f"/api/websites/{make_website(owner=admin)}", {**SITE, field: str(uuid4())})

        assert (status, body) == (400, bad_fields(**{field: f"{field[:-2].title()} not found"}))


@pytest.fixture(params=["users", "teams", "websites"])
def thing(request):
    """A path with an id that does not exist yet, and two states."""
    states = {
        "users": ({**ADA, "password": PASSWORD}, {**ADA, "username": "eve"}),
        "teams": ({"name": "Blue"}, {"name": "Red"}),
        "websites": (SITE, {**SITE, "name": "Blog"}),
    }
    return f"/api/{request.param}/{uuid4()}", *states[request.param]


class TestPreconditions:
    def test_a_star_only_creates(self, client, put, thing):
        path, first, second = thing

        created = put(path, first, If_None_Match="*")
        refused = [put(path, body, If_None_Match="*") for body in (first, second)]

        assert created[0] == 201
        assert refused == [(412, CHANGED)] * 2
        assert client.get(path).json == created[1]

    def test_a_tag_only_changes(self, client, put, thing):
        path, first, second = thing

        assert put(path, first, If_Match="*") == (412, CHANGED)
        assert client.get(path).status_code == 404
        put(path, first)
        tag = client.get(path).headers["ETag"]
        assert put(path, second, If_Match=tag)[0] == 200
        assert put(path, first, If_Match=tag) == (412, CHANGED)


class TestAtOnce:
    def test_ten_clients_make_the_same_twenty_teams_and_websites(self, client, rows, audited):
        teams = {f"/api/teams/{uuid4()}": {"name": f"Team {number}"} for number in range(20)}
        sites = {f"/api/websites/{uuid4()}": {**SITE, "name": f"Site {number}"} for number in range(20)}

        def provision():
            return [client.put(path, json=body).status_code for path, body in {**teams, **sites}.items()]

        answers = at_once(*[provision] * 10)
        before = audited()
        again = provision()

        assert sorted(chain(*answers)) == [200] * 360 + [201] * 40
        assert rows(Team, Membership, Website) == (20, 20, 20)
        assert again == [200] * 40
        assert audited() == before

    def test_twenty_clients_make_the_same_users(self, client, rows):
        users = {
            f"/api/users/{uuid4()}": {"username": f"user{number}", "role": "user", "password": PASSWORD}
            for number in range(25)
        }

        def provision():
            return [client.put(path, json=body).status_code for path, body in users.items()]

        answers = at_once(*[provision] * 20)

        assert sorted(chain(*answers)) == [200] * 475 + [201] * 25
        assert rows(User) == (26,)

    @pytest.mark.parametrize("round_", range(5))
    def test_different_states_of_a_user_end_in_one_of_them(self, client, put, make_user, round_):
        path = f"/api/users/{make_user('ada').id}"
        states = [
            {**ADA, "displayName": "Ada", "externalId": "hr-1"},
            {**ADA, "username": "eve", "email": "eve@example.org"},
            {**ADA, "role": "view-only", "externalId": "hr-2", "password": PASSWORD},
            {**ADA, "email": "ada@example.org", "password": "another horse"},
        ]

        def state_of(body):
            return {
                name: body[name] for name in ("username", "role", "displayName", "externalId", "email") if name in body
            }

        answers = at_once(*[lambda body=body: client.put(path, json=body) for body in states])

        assert [answer.status_code for answer in answers] == [200] * len(states)
        assert [state_of(answer.json) for answer in answers] == [state_of(body) for body in states]
        assert state_of(client.get(path).json) in [state_of(body) for body in states]

    @pytest.mark.parametrize("round_", range(3))
    def test_different_states_of_a_website_and_a_team_end_in_one_of_them(
        self, client, admin, make_user, make_team, make_website, round_
    ):
        ada, bob = make_user("ada"), make_user("bob")
        team = make_team(ada)
        site, path = f"/api/websites/{make_website(owner=ada)}", f"/api/teams/{team}"
        states = [
            {**SITE, "name": "A", "userId": str(bob.id), "externalId": "a"},
            {**SITE, "domain": "b.example", "teamId": str(team)},
            {**SITE, "name": "C", "userId": str(ada.id), "externalId": "c"},
        ]
        teams = [{"name": "A", "externalId": "a"}, {"name": "B", "ownerId": str(bob.id)}, {"name": "C"}]

        def put(path, body):
            return client.put(path, json=body)

        answers = at_once(
            *[lambda body=body: put(site, body) for body in states],
            *[lambda body=body: put(path, body) for body in teams],
        )

        names = ("name", "domain", "externalId")
        assert [answer.status_code for answer in answers] == [200] * 6
        for answer, body in zip(answers, states + teams, strict=True):
            assert {name: answer.json.get(name) for name in names} == {name: body.get(name) for name in names}
        found, owner = client.get(site).json, ("userId", "teamId")
        assert [found.get(name) for name in (*names, *owner)] in [
            [body.get(n) for n in (*names, *owner)] for body in states
        ]
        assert {(body["name"], body.get("externalId")) for body in teams} >= {
            (found["name"], found.get("externalId")) for found in [client.get(path).json]
        }

    def test_different_states_end_in_one_of_them(self, client, make_team, make_user):
        path = f"/api/teams/{make_team(make_user())}/users/{make_user('bob').id}"
        roles = ["team-member", "team-manager", "team-view-only", "team-owner"]

        answers = at_once(*[lambda role=role: client.put(path, json={"role": role}) for role in roles])

        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
        assert client.get(path).json["role"] in roles
