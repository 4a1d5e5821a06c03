"""``Idempotency-Key``: a repeated request returns the first answer instead of creating something twice."""

from threading import Event

import pytest
from sqlalchemy import select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.scopes import Scope
from app.models import AuditEvent, IdempotencyKey, Team, User, utcnow
from app.runtime import runtime
from app.security.sealing import Sealer
from app.services import idempotency
from app.services.authentication import api_keys
from tests.conftest import PASSWORD
from tests.racing import at_once
from tests.umami.bodies import bad_fields, bad_request, refusal

ADA = {"username": "ada", "password": PASSWORD, "role": "user"}
REUSED = refusal(
    422,
    "This idempotency key was sent before with another request, or another API key.",
    "bad-request",
    reason="key-reused",
)
RUNNING = refusal(
    409, "The first request with this idempotency key is still running.", "bad-request", reason="still-running"
)


@pytest.fixture
def post(client_of, admin):
    client = client_of(admin)
    return lambda path, body, key="first": client.post(path, json=body, headers={"Idempotency-Key": key})


class TestTheKey:
    def test_of_another_user_is_another_key(self, client_of, admin, make_user, count):
        for person in (admin, make_user("bob")):
            client_of(person).post("/api/teams", json={"name": "Blue"}, headers={"Idempotency-Key": "first"})

        assert count(Team) == 2

    def test_of_one_api_key_gives_its_answer_to_no_other_and_to_no_session(self, app, client_of, admin, count):
        with app.app_context():
            keys = [
                api_keys.create_key(OPERATOR, admin.id, name=name, scopes={Scope.TEAMS_WRITE}).key
                for name in ("first", "second")
            ]

        bearers = [{"Authorization": f"Bearer {key}"} for key in keys]

        made, again, *others = [
            client_of(admin).post("/api/teams", json={"name": "Blue"}, headers={"Idempotency-Key": "first", **bearer})
            for bearer in (bearers[0], bearers[0], bearers[1], {})
        ]

        assert (again.data, again.headers["Idempotent-Replayed"]) == (made.data, "true")
        assert [(answer.status_code, answer.json) for answer in others] == [(422, REUSED)] * 2
        assert count(Team) == 1

    def test_of_a_session_is_good_for_the_next_session_but_for_no_api_key(self, app, client_of, admin, count):
        with app.app_context():
            key = api_keys.create_key(OPERATOR, admin.id, name="x", scopes={Scope.TEAMS_WRITE}).key
        headers = {"Idempotency-Key": "first"}
        bearer = {**headers, "Authorization": f"Bearer {key}"}

        made, again = [client_of(admin).post("/api/teams", json={"name": "Blue"}, headers=headers) for _ in range(2)]
        by_key = client_of(admin).post("/api/teams", json={"name": "Blue"}, headers=bearer)

        assert (again.data, again.headers["Idempotent-Replayed"]) == (made.data, "true")
        assert (by_key.status_code, by_key.json) == (422, REUSED)
        assert count(Team) == 1

    def test_is_refused_with_another_body_path_or_query(self, post, count):
        post("/api/teams", {"name": "Blue"})

        answers = [
            post("/api/teams", {"name": "Red"}),
            post("/api/websites", {"name": "Blue", "domain": "x"}),
            post("/api/teams?x=1", {"name": "Blue"}),
        ]

        assert [(answer.status_code, answer.json) for answer in answers] == [(422, REUSED)] * 3
        assert count(Team) == 1

    def test_may_come_with_the_same_body_written_differently(self, client_of, admin, count):
        client, headers = client_of(admin), {"Idempotency-Key": "first"}

        client.post("/api/users", data=b'{"username":"ada","password":"correct horse","role":"user"}', headers=headers)
        again = client.post("/api/users", json=dict(reversed(ADA.items())), headers=headers)

        assert again.headers["Idempotent-Replayed"] == "true"
        assert count(User) == 2

    @pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
    def test_must_be_visible_ascii(self, post, key, count):
        answer = post("/api/teams", {"name": "Blue"}, key.encode().decode("latin-1"))

        text = "Invalid key: expected 1 to 255 visible ASCII characters"
        assert (answer.status_code, answer.json) == (400, bad_fields(**{"Idempotency-Key": text}))
        assert count(Team) == 0

    def test_is_forgotten_after_a_day(self, app, post, count, clock):
        post("/api/teams", {"name": "Blue"})

        clock.turn(hours=23)
        kept = post("/api/teams", {"name": "Blue"})
        clock.turn(hours=2)
        forgotten = post("/api/teams", {"name": "Blue"})

        assert kept.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in forgotten.headers
        assert count(Team) == 2

    def test_does_not_open_what_the_user_may_not_do(self, client_of, make_user, count):
        viewer = client_of(make_user("vi", role="view-only"))

        answer = viewer.post("/api/teams", json={"name": "Blue"}, headers={"Idempotency-Key": "first"})

        assert answer.status_code == 401
        assert (count(Team), count(IdempotencyKey)) == (0, 0)


class TestFailures:
    def test_about_a_name_say_who_is_invited_already(self, client_of, admin, make_user):
        client, key = client_of(admin), {"Idempotency-Key": "invite"}
        invited = client.post("/api/invitations", json={"username": "ada"}).json["id"]
        make_user("bob")

        again = client.post("/api/invitations", json={"username": "ada"}, headers=key)
        taken = client.post("/api/invitations", json={"username": "bob"}, headers=key)

        assert again.status_code == taken.status_code == 400
        assert f"POST /api/invitations/{invited}/resend" in again.json["error"]["message"]
        assert taken.json["error"]["message"] == "User already exists"

    def test_leave_no_answer(self, post, make_user, count):
        make_user("ada")
        refused = post("/api/users", ADA)

        made = post("/api/users", {**ADA, "username": "bob"})

        assert (refused.status_code, refused.json) == (400, bad_request("User already exists"))
        assert (made.status_code, made.json["username"]) == (200, "bob")
        assert count(IdempotencyKey) == 1

    def test_undo_the_change_with_the_answer(self, app, post, count, monkeypatch):
        monkeypatch.setattr(Sealer, "seal", _fail_on_answers(Sealer.seal))
        before = count(AuditEvent)

        broken = post("/api/teams", {"name": "Blue"})

        assert broken.status_code == 500
        assert (count(Team), count(IdempotencyKey), count(AuditEvent)) == (0, 0, before)

    def test_of_the_servers_secret_are_told(self, app, post, monkeypatch):
        post("/api/teams", {"name": "Blue"})
        with app.app_context():
            monkeypatch.setattr(runtime().sealer, "_secrets", ["another secret"])
            runtime().sealer.__dict__.pop("_ciphers", None)
        try:
            answer = post("/api/teams", {"name": "Blue"})
        finally:
            with app.app_context():
                runtime().sealer.__dict__.pop("_ciphers", None)

        assert (answer.status_code, answer.json["error"]["reason"]) == (422, "answer-unreadable")


def _fail_on_answers(seal):
    def failing(self, text, *, context):
        if text.startswith("200 "):
            raise OSError("no entropy")
        return seal(self, text, context=context)

    return failing


class TestWhileTheFirstRuns:
    def test_the_second_is_told_to_wait(self, app, post, admin):
        begun, go_on = Event(), Event()

        def slow():
            begun.set()
            go_on.wait(10)
            return 200, b"{}"

        def second():
            begun.wait(10)
            try:
                return post("/api/teams", {"name": "Blue"})
            finally:
                go_on.set()

        def first():
            with app.test_request_context("/api/teams"):
                asked = b'POST\n/api/teams\n\n{"name":"Blue"}'
                return idempotency.answered_once(admin.actor, "first", asked, slow)

        answer, told = at_once(first, second)

        assert answer == idempotency.Answer(200, b"{}")
        assert (told.status_code, told.json, told.headers["Retry-After"]) == (409, RUNNING, "1")

    def test_a_request_whose_server_has_died_is_taken_over(self, app, post, count):
        post("/api/teams", {"name": "Blue"})
        given_up = utcnow() - idempotency.LEASE
        with app.app_context(), transaction() as session:
            session.execute(update(IdempotencyKey).values(sealed_answer=None, claimed_at=given_up))

        answer = post("/api/teams", {"name": "Blue"})

        assert (answer.status_code, count(Team)) == (200, 2)
        assert post("/api/teams", {"name": "Blue"}).data == answer.data


def test_nothing_that_is_stored_can_be_read(app, client_of, admin):
    made = client_of(admin).post("/api/me/api-keys", json={"name": "Report"}, headers={"Idempotency-Key": "secret-key"})

    with app.app_context(), transaction() as session:
        (row,) = session.scalars(select(IdempotencyKey)).all()
    stored = f"{row.key_hash} {row.sealed_fingerprint} {row.sealed_answer}"
    assert made.json["key"] not in stored
    assert "secret-key" not in stored


def test_twenty_clients_create_the_same_users_once(app, client_of, admin, count):
    bodies = [{**ADA, "username": f"user{number}"} for number in range(10)]
    client = client_of(admin)

    def create_all():
        statuses = set()
        for number, body in enumerate(bodies):
            while True:  # 409: the first request is still running
                answer = client.post("/api/users", json=body, headers={"Idempotency-Key": f"user-{number}"})
                if answer.status_code != 409:
                    break
            statuses.add(answer.status_code)
        return statuses

    answers = at_once(*[create_all] * 20)

    assert answers == [{200}] * 20
    assert count(User) == 11
