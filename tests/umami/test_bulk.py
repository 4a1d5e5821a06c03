"""``POST /api/bulk``: many operations in one call."""

import json
import os
import random
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.api.umami.schemas.bulk import OPERATIONS
from app.db.session import db, transaction
from app.models import AuditEvent, IdempotencyKey, Membership, Team, User, Website
from app.security import password_hashing
from app.services import bulk
from tests.conftest import PASSWORD
from tests.listening import heard, names, stored
from tests.racing import at_once
from tests.umami.bodies import OK, bad_fields, bad_request, bad_root, refusal

HASH = password_hashing.hash_password(PASSWORD, cost=4)
TAKEN = bad_request("User already exists")["error"]
NO_OBJECT = "Invalid input: expected object, received {}"


def create(username, **more):
    return {"operation": "createUser", "data": {"username": username, "role": "user", "passwordHash": HASH, **more}}


def put(user_id, username, **more):
    data = {"username": username, "role": "user", "passwordHash": HASH, **more}
    return {"operation": "putUser", "userId": str(user_id), "data": data}


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def post(client):
    """``post(operations)``: status and body of an administrator's call."""

    def send(operations, *, key=None, **more):
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = client.post("/api/bulk", json={"operations": operations, **more}, headers=headers)
        return answer.status_code, answer.json

    return send


@pytest.fixture
def users(app):
    """Return the names of all users but the administrator."""

    def found():
        with app.app_context(), transaction() as session:
            return {*session.scalars(select(User.username).where(User.role != "admin", User.deleted_at.is_(None)))}

    return found


class TestResults:
    def test_are_in_order_and_each_as_by_its_endpoint(self, client, post):
        team, site = uuid4(), uuid4()
        ada = uuid4()

        status, body = post(
            [
                put(ada, "ada"),
                {"operation": "putTeam", "teamId": str(team), "data": {"name": "Blue", "ownerId": str(ada)}},
                {
                    "operation": "createTeamUser",
                    "teamId": str(team),
                    "data": {"userId": str(ada), "role": "team-member"},
                },
                {"operation": "putWebsite", "websiteId": str(site), "data": {"name": "Shop", "domain": "shop.example"}},
                {
                    "operation": "putWebsiteAccess",
                    "websiteId": str(site),
                    "userId": str(ada),
                    "data": {"role": "view"},
                },
                {"operation": "deleteWebsiteAccess", "websiteId": str(site), "userId": str(ada)},
            ]
        )

        results = body.pop("results")
        assert (status, body) == (207, {"succeeded": 5, "failed": 1})
        assert [(one["index"], one["status"]) for one in results] == [
            (0, 201),
            (1, 201),
            (2, 400),
            (3, 201),
            (4, 200),
            (5, 200),
        ]
        for index, path in ((0, f"/api/users/{ada}"), (1, f"/api/teams/{team}"), (3, f"/api/websites/{site}")):
            single = client.get(path)
            assert (results[index]["data"], results[index]["etag"]) == (single.json, single.headers["ETag"])
        already = refusal(400, "User is already a member of the Team.", "bad-request")
        assert results[2] == {"index": 2, "status": 400, **already}
        assert results[5] == {"index": 5, "status": 200, "data": OK}

    def test_can_be_none(self, post):
        assert post([]) == (200, {"succeeded": 0, "failed": 0, "results": []})

    def test_of_conditions_are_as_with_headers(self, client, post):
        ada = uuid4()
        first = {**put(ada, "ada"), "ifNoneMatch": "*"}
        tag = post([first])[1]["results"][0]["etag"]

        status, body = post(
            [
                first,
                {**put(ada, "bob"), "ifMatch": '"another"'},
                {**put(ada, "bob"), "ifMatch": tag},
                {"operation": "deleteUser", "userId": str(ada), "ifMatch": tag},
                {"operation": "disableUser", "userId": str(ada), "ifMatch": tag},
            ]
        )

        assert status == 207
        assert [one["status"] for one in body["results"]] == [412, 412, 200, 412, 400]
        assert body["results"][4]["error"]["properties"] == {"ifMatch": {"errors": ["Unrecognized key"]}}


class TestAFailure:
    def test_undoes_nothing_else(self, post, users, make_user):
        make_user("bob")

        status, body = post([create("ada"), create("BOB"), create("eve")])

        assert status == 207
        assert body["results"][1] == {"index": 1, "status": 400, "error": TAKEN}
        assert users() == {"ada", "bob", "eve"}

    def test_undoes_all_of_its_own_operation(self, post, app, make_user):
        """The user is created before the grant fails; an update is half done before the name is found to be taken."""
        bob = make_user("bob")
        make_user("eve")

        with heard(app) as events:
            _, body = post(
                [
                    {
                        "operation": "updateUser",
                        "userId": str(bob.id),
                        "data": {"email": "bob@example.org", "username": "eve"},
                    },
                    create("ada"),
                ]
            )

        assert [one["status"] for one in body["results"]] == [400, 200]
        assert names(events) == ["UserCreated"]
        with app.app_context():
            assert db.session.get_one(User, bob.id).email is None

    def test_undoes_everything_if_the_call_is_atomic(self, app, post, make_user):
        make_user("bob")
        before = stored(app)

        with heard(app) as events:
            status, body = post(
                [create("ada"), {"operation": "createTeam", "data": {"name": "Blue"}}, create("bob")], atomic=True
            )

        not_done = {
            "message": "Not done, because the operation with index 2 failed.",
            "code": "bad-request",
            "status": 424,
            "reason": "not-done",
        }
        assert (status, body) == (
            400,
            {
                "error": {
                    "message": "The operation with index 2 failed, so nothing was done.",
                    "code": "bad-request",
                    "status": 400,
                    "reason": "operation-failed",
                    "index": 2,
                },
                "results": [
                    {"index": 0, "status": 424, "error": not_done},
                    {"index": 1, "status": 424, "error": not_done},
                    {"index": 2, "status": 400, "error": TAKEN},
                ],
            },
        )
        assert (stored(app), events) == (before, [])

    def test_of_the_server_undoes_everything(self, app, client):
        before = stored(app)

        with heard(app, refuse=True):
            answer = client.post("/api/bulk", json={"operations": [create("ada"), create("bob")]})

        assert answer.status_code == 500
        assert stored(app) == before

    def test_of_the_whole_process_leaves_nothing(self, app, client):
        before = stored(app)

        child = os.fork()
        if child == 0:
            _die_in_the_middle(app, client)
        os.waitpid(child, 0)

        assert stored(app) == before


def _die_in_the_middle(app, client):
    """Make a call that ends the process when its changes are written, before they are committed."""
    try:
        with app.app_context():
            for engine in (db.engine, app.extensions["frontdesk_reader"]):
                engine.dispose(close=False)  # the connections are the parent's
        app.extensions["frontdesk"].listeners.append(lambda _session, _event: os._exit(9))
        client.post("/api/bulk", json={"operations": [create(f"u{number}") for number in range(100)]})
    finally:
        os._exit(1)


class TestAThousandUsers:
    @pytest.mark.parametrize("atomic", [False, True])
    def test_are_created_without_hashing(self, app, post, anonymous, atomic):
        with heard(app) as events, hashing(app) as hashed:
            status, body = post([create(f"u{number}") for number in range(1000)], atomic=atomic)

        assert (status, body["succeeded"], body["failed"]) == (200, 1000, 0)
        assert [one["data"]["username"] for one in body["results"]] == [f"u{number}" for number in range(1000)]
        assert (names(events), hashed) == (["UserCreated"] * 1000, [])
        login = anonymous.post("/api/auth/login", json={"username": "u999", "password": PASSWORD})
        assert login.status_code == 200

    def test_are_as_they_should_be_the_second_time(self, app, post, count):
        operations = [put(uuid4(), f"u{number}", email=f"u{number}@example.org") for number in range(1000)]
        first = post(operations)
        before = stored(app)

        second = post(operations)

        assert {one["status"] for one in first[1]["results"]} == {201}
        assert {one["status"] for one in second[1]["results"]} == {200}
        assert [one["data"] for one in second[1]["results"]] == [one["data"] for one in first[1]["results"]]
        assert stored(app) == before

    def test_are_created_even_if_some_are_not(self, post, users, make_user):
        make_user("u500")
        wanted = [create(f"u{number}") for number in range(1000)]
        wanted[10], wanted[990] = create("u9"), create("u990", role="king")

        status, body = post(wanted)

        failed = {one["index"]: one["status"] for one in body["results"] if one["status"] != 200}
        assert (status, failed) == (207, {10: 400, 500: 400, 990: 400})
        assert users() == {f"u{number}" for number in range(1000)} - {"u10", "u990"}

    def test_are_more_than_one_call_takes_with_one_more(self, post, users):
        answer = post([create(f"u{number}") for number in range(1001)])

        assert answer == (400, bad_fields(operations="Too big: expected array to have <=1000 items"))
        assert users() == set()


class TestNewUsersInARow:
    """They are created together; the result is the same as one by one."""

    def test_see_what_comes_before_and_between_them(self, post, users, make_user):
        bob, eve = make_user("bob"), make_user("eve")
        fill = [create(f"u{number}") for number in range(40)]

        _, body = post(
            [
                *fill,
                put(bob.id, "zoe"),
                create("bob"),
                create("zoe"),
                {"operation": "deleteUser", "userId": str(eve.id)},
                create("eve"),
                *(create(f"v{number}") for number in range(40)),
            ]
        )

        statuses = [one["status"] for one in body["results"]]
        assert statuses == [200] * 42 + [400] + [200] * 42
        assert {"zoe", "bob", "eve"} <= users()

    def test_can_clash_in_every_way(self, post):
        ada, ids = uuid4(), {"id": str(uuid4())}
        clashing = [
            put(ada, "ada", email="ada@example.org", externalId="hr-1"),
            create("Ada"),
            create("bob", email="ADA@example.org"),
            create("ada@example.org"),
            create("eve", email="ada"),
            create("zoe", externalId="hr-1"),
            create("ben", **ids),
            create("tom", **ids),
            create("sam", id=str(ada)),
            put(ada, "ada2", email="ada@example.org", externalId="hr-1"),
        ]
        fill = [create(f"u{number}") for number in range(40)]

        apart = [post([one])[1]["results"][0] for one in clashing]
        post([{"operation": "deleteUser", "userId": str(ada)}])
        again = [_renewed(one) for one in clashing]
        together = post([*fill, *again])[1]["results"][40:]

        assert [one["status"] for one in apart] == [201, 400, 400, 400, 400, 400, 200, 400, 400, 200]
        assert [one["status"] for one in together] == [one["status"] for one in apart]
        reasons = [one["error"].get("reason") for one in apart if "error" in one]
        assert [one["error"].get("reason") for one in together if "error" in one] == reasons

    def test_need_a_confirmed_session_to_be_administrators(self, app, post, clock):
        clock.turn(minutes=20)

        status, body = post([create(f"u{number}", role="admin" if number == 50 else "user") for number in range(100)])

        assert (status, body["failed"]) == (207, 1)
        assert body["results"][50]["error"]["reason"] == "password-confirmation-required"

    def test_must_have_a_valid_hash(self, post):
        _, body = post(
            [create(f"u{number}", passwordHash="$2b$31$x" if number == 50 else HASH) for number in range(100)]
        )

        assert [one["index"] for one in body["results"] if one["status"] != 200] == [50]
        assert list(body["results"][50]["error"]["properties"]) == ["passwordHash"]


def _renewed(operation):
    """Return an operation for other names and ids that clash in the same way."""
    changed = (
        json.dumps(operation).replace("ada", "ida").replace("Ada", "Ida").replace("ADA", "IDA").replace("hr-1", "hr-2")
    )
    found = json.loads(changed)
    for place, key in ((found, "userId"), (found["data"], "id")):
        if key in place:
            place[key] = str(UUID(int=UUID(place[key]).int ^ 1))
    if found["data"]["username"] in ("ben", "tom"):
        found["data"]["username"] += "2"
    return found


@contextmanager
def hashing(app):
    """
    Collect an entry for each password that is hashed or compared meanwhile.

    Each time, something is written on another connection, which on SQLite waits for any open transaction.
    """
    gate, done = app.extensions["frontdesk"].gate, []

    @contextmanager
    def aside():
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE team SET name = name"))
        done.append("hashed")
        yield

    before, gate.aside = gate.aside, aside
    try:
        yield done
    finally:
        gate.aside = before


class TestPasswords:
    @pytest.mark.parametrize("atomic", [False, True])
    @pytest.mark.parametrize("key", [None, "a-key"])
    def test_are_hashed_outside_of_the_transaction(self, app, post, anonymous, atomic, key):
        data = {"role": "user", "password": PASSWORD}
        operations = [{"operation": "createTeam", "data": {"name": "Blue"}}]
        operations += [{"operation": "createUser", "data": {"username": f"u{number}", **data}} for number in range(3)]

        with heard(app) as events, hashing(app) as hashed:
            status, body = post(operations, atomic=atomic, key=key)

        assert (status, body["succeeded"], len(hashed)) == (200, 4, 3)
        assert names(events) == ["TeamCreated", "UserCreated", "UserCreated", "UserCreated"]
        logins = [anonymous.post("/api/auth/login", json={"username": f"u{n}", "password": PASSWORD}) for n in range(3)]
        assert [login.status_code for login in logins] == [200] * 3
        with app.app_context(), transaction() as session:
            hashes = [*session.scalars(select(User.password_hash).where(User.role == "user"))]
            assert len({*hashes}) == 3

    def test_are_at_most_twenty(self, app, post):
        data = {"role": "user", "password": PASSWORD}
        operations = [{"operation": "createUser", "data": {"username": f"u{number}", **data}} for number in range(21)]
        before = stored(app)

        too_many = post(operations)
        unchanged = stored(app)
        enough = post(operations[:20])

        message = "A call can set or compare at most 20 passwords. Send bcrypt hashes instead."
        assert too_many == (400, refusal(400, message, "bad-request", reason="too-many-passwords"))
        assert unchanged == before
        assert enough[0] == 200

    def test_that_are_the_same_already_change_nothing(self, app, post):
        operations = [
            {
                "operation": "putUser",
                "userId": str(uuid4()),
                "data": {"username": f"u{number}", "role": "user", "password": PASSWORD},
            }
            for number in range(3)
        ]
        post(operations)
        before = stored(app)

        with hashing(app) as hashed:
            status, body = post(operations)

        assert (status, [one["status"] for one in body["results"]]) == (200, [200, 200, 200])
        assert len(hashed) == 3
        assert stored(app) == before

    def test_that_differ_are_set(self, app, post, make_user, anonymous):
        ada = make_user("ada")
        change = {"username": "ada", "role": "user", "password": "another horse"}

        status, _ = post([{"operation": "putUser", "userId": str(ada.id), "data": change}])

        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": "another horse"})
        assert (status, login.status_code) == (200, 200)

    def test_of_refused_operations_are_not_hashed(self, app, post, make_user):
        make_user("ada")
        data = {"username": "ada", "role": "user", "password": PASSWORD}

        with hashing(app) as hashed:
            answers = [post([{"operation": "createUser", "data": data}], atomic=atomic)[0] for atomic in (False, True)]

        assert (answers, hashed) == ([207, 400], [])

    def test_that_would_be_guesses_are_not_for_bulk(self, client_of, make_user, make_team):
        ada = make_user("ada")
        team = make_team(ada)
        client = client_of(ada)

        answer = client.post(
            "/api/bulk",
            json={
                "operations": [
                    {
                        "operation": "updateUser",
                        "userId": str(ada.id),
                        "data": {"password": "another horse", "currentPassword": PASSWORD},
                    },
                    {"operation": "updateUser", "userId": str(ada.id), "data": {"password": "another horse"}},
                    {"operation": "updateTeam", "teamId": str(team), "data": {"accessCode": "a-guessed-code"}},
                ]
            },
        )

        elsewhere = "Not in bulk: call the endpoint itself"
        assert answer.status_code == 207
        assert [{"error": one["error"]} for one in answer.json["results"]] == [
            bad_fields(currentPassword=elsewhere),
            bad_request("Current password is incorrect"),
            bad_fields(accessCode=elsewhere),
        ]


class TestTheActor:
    def test_who_loses_the_role_does_no_more(self, post, make_user, admin):
        make_user("boss", role="admin")

        status, body = post(
            [
                create("ada"),
                {"operation": "updateUser", "userId": str(admin.id), "data": {"role": "user"}},
                create("bob"),
            ]
        )

        assert (status, [one["status"] for one in body["results"]]) == (207, [200, 200, 401])

    def test_who_is_the_last_administrator_stays(self, post, admin):
        _, body = post([{"operation": "updateUser", "userId": str(admin.id), "data": {"role": "user"}}])

        assert body["results"][0]["error"]["reason"] == "last-admin"

    def test_without_permission_leaves_a_trace_that_stays(self, app, client_of, make_user, count):
        client = client_of(make_user("ada"))

        for atomic in (False, True):
            client.post("/api/bulk", json={"operations": [create("bob")], "atomic": atomic})

        with app.app_context(), transaction() as session:
            calls = session.scalars(select(AuditEvent.target_name).where(AuditEvent.action == "permission-denied"))
            assert [*calls] == ["POST /api/users"] * 2


class TestAtOnce:
    @pytest.mark.parametrize("atomic", [False, True])
    def test_the_same_creations_happen_once(self, client_of, admin, users, atomic):
        clients = [client_of(admin) for _ in range(4)]
        sent = {"operations": [create(f"u{number}") for number in range(50)], "atomic": atomic}

        answers = at_once(*[lambda client=client: client.post("/api/bulk", json=sent) for client in clients])

        assert sorted(answer.status_code for answer in answers) == [200, *[400 if atomic else 207] * 3]
        assert len(users()) == 50

    def test_the_same_state_is_reached_by_all(self, client_of, admin, count):
        clients = [client_of(admin) for _ in range(4)]
        ids = [str(uuid4()) for _ in range(30)]
        operations = [
            *(put(one, f"u{place}") for place, one in enumerate(ids[:10])),
            *(
                {"operation": "putTeam", "teamId": one, "data": {"name": f"T{one}", "ownerId": ids[0]}}
                for one in ids[10:20]
            ),
            *(
                {"operation": "putWebsite", "websiteId": one, "data": {"name": "Site", "domain": "x", "userId": ids[1]}}
                for one in ids[20:]
            ),
            *(
                {"operation": "putWebsiteAccess", "websiteId": one, "userId": ids[2], "data": {"role": "view"}}
                for one in ids[20:]
            ),
        ]
        shuffled = [operations, operations[10:20][::-1], operations, operations[20:30][::-1]]

        answers = at_once(
            *[
                lambda client=client, wanted=wanted: client.post("/api/bulk", json={"operations": wanted})
                for client, wanted in zip(clients, shuffled, strict=True)
            ]
        )

        assert {answer.status_code for answer in answers} <= {200, 207}
        assert clients[0].post("/api/bulk", json={"operations": operations}).status_code == 200
        assert (count(User), count(Team), count(Website)) == (11, 10, 10)

    def test_a_put_that_another_call_overtakes_is_tried_again(self, client_of, make_user, count):
        people = [make_user(role="admin") for _ in range(3)]
        clients = [client_of(person) for person in people]
        owner, site = str(people[0].id), {"name": "Site", "domain": "x.example"}
        ids = [str(uuid4()) for _ in range(20)]
        operations = [
            {"operation": "putWebsite", "websiteId": one, "data": {**site, "userId": owner}} for one in ids
        ] + [{"operation": "putTeam", "teamId": one, "data": {"name": "Blue", "ownerId": owner}} for one in ids]

        def alone():
            for one in reversed(ids):
                yield clients[2].put(f"/api/websites/{one}", json={**site, "userId": owner}).status_code
                yield clients[2].put(f"/api/teams/{one}", json={"name": "Blue", "ownerId": owner}).status_code

        *together, single = at_once(
            lambda: clients[0].post("/api/bulk", json={"operations": operations}),
            lambda: clients[1].post("/api/bulk", json={"operations": operations, "atomic": True}),
            lambda: [*alone()],
        )

        assert [answer.status_code for answer in together] == [200, 200], [answer.text[:300] for answer in together]
        assert {*single} <= {200, 201}
        assert (count(Website), count(Team)) == (20, 20)

    def test_different_users_and_single_calls_do_not_disturb(self, client_of, admin, make_user, users):
        other = make_user("boss", role="admin")
        calls = []
        for person, letter in ((admin, "a"), (other, "b")):
            client = client_of(person)
            sent = {"operations": [create(f"{letter}{number}") for number in range(100)]}
            calls.append(lambda client=client, sent=sent: client.post("/api/bulk", json=sent))
            alone, body = client_of(person), create(f"single{letter}")["data"]
            calls.append(lambda alone=alone, body=body: alone.post("/api/users", json=body))

        answers = at_once(*calls)

        assert [answer.status_code for answer in answers] == [200] * 4
        assert len(users()) == 202


class TestIdempotencyKeys:
    @pytest.mark.parametrize("operations", [[create("ada")], [create("ada"), create("ada")]], ids=["200", "207"])
    def test_return_the_first_answer(self, client, operations, count):
        headers = {"Idempotency-Key": "first"}

        first = client.post("/api/bulk", json={"operations": operations}, headers=headers)
        again = client.post("/api/bulk", json={"operations": operations}, headers=headers)

        assert (first.status_code, first.data) == (again.status_code, again.data)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert count(User) == 2

    def test_of_an_atomic_call_that_failed_can_be_used_again(self, post, count):
        failed = post([create("ada"), create("ada")], atomic=True, key="first")

        assert failed[0] == 400
        assert (count(User), count(IdempotencyKey)) == (1, 0)
        assert post([create("ada")], atomic=True, key="first")[0] == 200

    def test_keep_a_thousand_results(self, client):
        sent = {"operations": [create(f"u{number}") for number in range(1000)]}
        headers = {"Idempotency-Key": "first"}

        first, again = (client.post("/api/bulk", json=sent, headers=headers) for _ in range(2))

        assert (first.status_code, first.data) == (200, again.data)


class TestLimits:
    def test_of_the_answer(self, app, post, monkeypatch):
        monkeypatch.setattr(bulk, "ANSWER_BYTES", 300)
        before = stored(app)

        status, body = post([create("ada"), create("bob"), create("eve")])

        assert (status, body["error"]["reason"]) == (400, "answers-too-long")
        assert stored(app) == before

    def test_of_the_time(self, app, post, monkeypatch):
        monkeypatch.setattr(bulk, "SECONDS", -1)
        before = stored(app)

        status, body = post([create("ada")])

        assert (status, body["error"]["reason"]) == (400, "took-too-long")
        assert stored(app) == before


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ({}, bad_fields(operations="Invalid input: expected array, received undefined")),
            ({"operations": None}, bad_fields(operations="Invalid input: expected array, received null")),
            ({"operations": {}}, bad_fields(operations="Invalid input: expected array, received object")),
            (
                {"operations": [], "atomic": "yes"},
                bad_fields(atomic="Invalid input: expected boolean, received string"),
            ),
            ({"operations": [], "atomic": None}, bad_fields(atomic="Invalid input: expected boolean, received null")),
            ({"operations": [], "atomc": True}, bad_fields(atomc="Unrecognized key")),
        ],
    )
    def test_of_the_call(self, client, body, answer):
        response = client.post("/api/bulk", json=body)

        assert (response.status_code, response.json) == (400, answer)

    def test_names_ten_of_ten_thousand_unknown_keys(self, client):
        response = client.post("/api/bulk", json={f"key{number}": number for number in range(10_000)})

        assert response.status_code == 400
        assert len(response.json["error"]["properties"]) == 10

    @pytest.mark.parametrize(
        ("item", "answer"),
        [
            (None, bad_root(NO_OBJECT.format("null"))),
            (5, bad_root(NO_OBJECT.format("number"))),
            ([], bad_root(NO_OBJECT.format("array"))),
            ({}, bad_fields(operation="Invalid input: expected string, received undefined")),
            ({"operation": 1}, bad_fields(operation="Invalid input: expected string, received number")),
            ({"operation": "putUsr"}, bad_fields(operation='Unknown operation: did you mean "putUser"?')),
            ({"operation": "CREATEUSER"}, bad_fields(operation='Unknown operation: did you mean "createUser"?')),
            ({"operation": "frobnicate"}, bad_fields(operation="Unknown operation")),
            (
                {"operation": "createUser", "dta": {}},
                bad_fields(dta='Unrecognized key: did you mean "data"?'),
            ),
            ({"operation": "createTeam"}, bad_root(NO_OBJECT.format("undefined"))),
            ({"operation": "createTeam", "data": []}, bad_root(NO_OBJECT.format("array"))),
            (
                {"operation": "deleteTeam"},
                bad_fields(teamId="Invalid input: expected string, received undefined"),
            ),
            (
                {"operation": "deleteTeam", "teamId": 7},
                bad_fields(teamId="Invalid input: expected string, received number"),
            ),
            ({"operation": "deleteTeam", "teamId": "\0"}, refusal(404, "Not found", "not-found")),
            (
                {"operation": "deleteUser", "userId": str(uuid4()), "data": {"transferTo": 5}},
                bad_fields(transferTo="Invalid input: expected string, received number"),
            ),
            (
                {"operation": "deleteTeam", "teamId": str(uuid4()), "data": {"force": True}},
                bad_fields(force="Unrecognized key"),
            ),
            (
                {"operation": "putTeam", "teamId": str(uuid4()), "data": {"name": "x"}, "ifMatch": "x" * 4097},
                bad_fields(ifMatch="Too big: expected string to have <=4096 characters"),
            ),
            (
                {"operation": "createTeam", "data": {"name": "a\0b"}},
                bad_fields(name="Invalid string: must not contain NUL or unpaired surrogates"),
            ),
        ],
    )
    def test_of_an_operation_is_its_own_failure(self, post, item, answer, count):
        status, body = post([{"operation": "createTeam", "data": {"name": "Blue"}}, item])

        failed = body["results"][1]
        assert (status, body["succeeded"]) == (207, 1)
        assert (failed["index"], {"error": failed["error"]}) == (1, answer)
        assert count(Team) == 1

    def test_of_every_kind_never_breaks_the_server(self, app, client, make_user, make_team, make_website, admin):
        """Random operations, spoilt at random: each has a result, and nothing but 2xx and 4xx comes back."""
        chance = random.Random(13)
        ids = [str(make_user().id), str(make_team(admin)), str(make_website(owner=admin)), str(uuid4()), "me", ""]
        odd = [
            None,
            True,
            0,
            -1,
            1e300,
            2**70 // 2**7,
            "",
            "\0",
            "x\0y",
            "é" * 300,
            "x" * 70_000,
            [],
            {},
            [[]],
            {"": {}},
            "user",
        ]
        keys = ["operation", "userId", "teamId", "websiteId", "data", "ifMatch", "ifNoneMatch", "", "\0", "x" * 5000]
        inner = ["username", "role", "name", "domain", "email", "externalId", "id", "ownerId", "userId", "teamId"]
        inner += ["passwordHash", "transferTo", "keepGrants", "capabilities", "shareId", "replayConfig", "displayName"]

        def deep(levels):
            return {"x": deep(levels - 1)} if levels else 1

        def value():
            return chance.choice([*odd, *ids, "team-member", "view", HASH, "a@example.org", deep(20)])

        def item():
            made = {"operation": chance.choice(OPERATIONS), "userId": chance.choice(ids), "teamId": chance.choice(ids)}
            made["websiteId"] = chance.choice(ids)
            made["data"] = {chance.choice(inner): value() for _ in range(chance.randint(0, 6))}
            for _ in range(chance.randint(0, 2)):
                made[chance.choice(keys)] = value()
            for key in chance.sample(sorted(made), chance.randint(0, 2)):
                del made[key]
            return made if chance.random() < 0.95 else value()

        for number in range(60):
            operations = [item() for _ in range(10)]
            headers = {"Idempotency-Key": f"k{number}"} if number % 3 == 0 else {}
            answer = client.post(
                "/api/bulk", json={"operations": operations, "atomic": number % 4 == 0}, headers=headers
            )
            assert answer.status_code in (200, 207, 400), answer.text[:500]
            assert [one["index"] for one in answer.json["results"]] == [*range(10)]
            assert all(one["status"] < 500 for one in answer.json["results"]), answer.text[:2000]

    def test_nested_too_deeply_is_no_failure_of_the_server(self, client):
        deep = '{"operations": [' + '{"x":' * 300 + "1" + "}" * 300 + "]}"

        answers = [
            client.post("/api/bulk", data=deep, headers=headers) for headers in ({}, {"Idempotency-Key": "first"})
        ]

        assert [answer.status_code for answer in answers] == [207, 400]
        assert answers[1].json == bad_root("Too big: expected at most 254 levels")


def test_memberships_are_counted(post, count, make_team, admin, make_user):
    team, people = make_team(admin), [make_user() for _ in range(3)]

    post(
        [
            {"operation": "putTeamUser", "teamId": str(team), "userId": str(one.id), "data": {"role": "team-member"}}
            for one in people
        ]
    )

    assert count(Membership) == 4


def test_a_body_beyond_the_limit_of_the_server_is_too_large(client):
    answer = client.post("/api/bulk", json={"operations": [create("x" * 1_048_576)]})

    assert (answer.status_code, answer.json) == (413, refusal(413, "Request body too large", "bad-request"))
