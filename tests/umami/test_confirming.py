"""What gives power over the server needs a login, or a confirmed password, of the last fifteen minutes."""

from uuid import UUID

import pytest

from app.domain.actor import OPERATOR
from app.domain.scopes import Scope
from app.models import LoginSession
from app.services.authentication import access_tokens, api_keys
from tests.conftest import PASSWORD
from tests.listening import heard, names

MESSAGE = (
    "Confirm your password first: POST /api/auth/confirm, or log in again. "
    "A script needs an API key with the scope admin."
)
NEEDED = {"error": {"message": MESSAGE, "status": 403, "reason": "password-confirmation-required"}}
CALLS = {
    "making an administrator": ("POST", "/api/users", {"username": "boss", "password": "long enough", "role": "admin"}),
    "inviting an administrator": ("POST", "/api/invitations", {"username": "boss", "role": "admin"}),
    "promoting a user": ("POST", "/api/users/{user}", {"role": "admin"}),
    "demoting an administrator": ("POST", "/api/users/{other}", {"role": "user"}),
    "another administrator's password": ("POST", "/api/users/{other}", {"password": "another horse"}),
    "another administrator's address": ("POST", "/api/users/{other}", {"email": "mine@example.org"}),
    "resetting a second factor": ("DELETE", "/api/admin/users/{user}/2fa", None),
    "a key with the scope admin": ("POST", "/api/me/api-keys", {"name": "x", "scopes": ["admin"]}),
    "such a key for a user": ("POST", "/api/users/{user}/api-keys", {"name": "x", "scopes": ["admin"]}),
}
FREE = {
    "making a user": ("POST", "/api/users", {"username": "joe", "password": "long enough", "role": "user"}),
    "a user's password": ("POST", "/api/users/{user}", {"password": "another horse"}),
    "another administrator's display name": ("POST", "/api/users/{other}", {"displayName": "Boss"}),
    "all of another administrator as it is": ("POST", "/api/users/{other}", {"username": "other", "role": "admin"}),
    "a key without the scope admin": ("POST", "/api/me/api-keys", {"name": "x", "scopes": ["users:write"]}),
}


@pytest.fixture
def send(alice, make_user):
    """``send(client, call)``: the answer to one of the calls; ``alice`` and an administrator exist."""
    other = make_user("other", role="admin")

    def make(client, call):
        method, path, body = call
        return client.open(path.format(user=alice.id, other=other.id), method=method, json=body)

    return make


@pytest.fixture
def program(app, admin):
    """``program("admin")``: a client with an administrator's key of these scopes; without any, with an access token."""

    def make(*scopes):
        with app.app_context():
            if scopes:
                wanted = frozenset(map(Scope, scopes))
                token = api_keys.create_key(OPERATOR, admin.id, name="x", scopes=wanted).key
            else:
                token = access_tokens.create_token(OPERATOR, admin.id, description="x")
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make


class TestWhatNeedsIt:
    @pytest.mark.parametrize("name", CALLS)
    def test_a_session_may_until_fifteen_minutes_after_the_login(self, administration, send, clock, name):
        clock.turn(minutes=15, seconds=1)
        late = send(administration, CALLS[name])
        clock.turn(minutes=-1)

        assert (late.status_code, late.json) == (403, NEEDED)
        assert send(administration, CALLS[name]).status_code == 200

    @pytest.mark.parametrize("name", FREE)
    def test_everything_else_may_be_done_later(self, administration, send, clock, name):
        clock.turn(hours=3)

        assert send(administration, FREE[name]).status_code == 200

    def test_a_refused_call_changes_nothing(self, app, administration, send, clock):
        clock.turn(hours=1)
        with heard(app) as events:
            for call in CALLS.values():
                send(administration, call)

        assert set(names(events)) == {"PermissionDenied"}

    def test_a_session_from_before_this_was_noted_is_not_confirmed(self, administration, send, change):
        (row,) = administration.get("/api/me/sessions").json["data"]
        change(LoginSession, UUID(row["id"]), confirmed_at=None)

        assert send(administration, CALLS["promoting a user"]).json == NEEDED

    def test_an_access_token_may_not(self, program, send):
        assert send(program(), CALLS["promoting a user"]).json == NEEDED

    def test_a_key_with_the_scope_may_at_any_time(self, program, send, clock):
        client = program("admin", "users:write")
        clock.turn(days=3)

        assert send(client, CALLS["promoting a user"]).status_code == 200


class TestConfirming:
    def test_opens_another_fifteen_minutes(self, app, administration, send, clock):
        clock.turn(hours=1)
        clock.stop()
        with heard(app) as events:
            answer = administration.post("/api/auth/confirm", json={"password": PASSWORD})
        clock.turn(minutes=14, seconds=59)

        assert answer.status_code == 200
        assert list(answer.json) == ["confirmedUntil"]
        assert names(events) == ["PasswordConfirmed"]
        assert send(administration, CALLS["promoting a user"]).status_code == 200
        clock.turn(seconds=1)
        assert send(administration, CALLS["demoting an administrator"]).json == NEEDED

    def test_another_session_of_the_user_stays_as_it_is(self, admin, administration, client_of, send, clock):
        elsewhere = client_of(admin)
        clock.turn(hours=1)
        administration.post("/api/auth/confirm", json={"password": PASSWORD})

        assert send(elsewhere, CALLS["promoting a user"]).json == NEEDED

    def test_a_wrong_password_is_counted_as_at_a_login(self, administration, anonymous, send, clock):
        clock.turn(hours=1)
        answers = [administration.post("/api/auth/confirm", json={"password": "guess"}) for _ in range(11)]

        error = {"message": "Current password is incorrect", "code": "bad-request", "status": 400}
        wrong = {"error": error | {"reason": "wrong-password"}}
        assert (answers[0].status_code, answers[0].json) == (400, wrong)
        assert answers[-1].status_code == 429
        login = {"username": "admin", "password": PASSWORD}
        assert anonymous.post("/api/auth/login", json=login).status_code == 429
        assert send(administration, CALLS["promoting a user"]).json == NEEDED

    def test_a_program_cannot(self, program):
        unauthorized = {"error": {"message": "Unauthorized", "code": "unauthorized", "status": 401}}

        answers = [
            client.post("/api/auth/confirm", json={"password": PASSWORD}) for client in (program(), program("admin"))
        ]

        assert [answer.json for answer in answers] == [unauthorized] * 2

    def test_a_second_session_is_as_old_as_the_first(self, app, administration, send, clock):
        clock.turn(minutes=10)
        second = app.test_client()
        second.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {administration.post('/api/auth/sso').json['token']}"

        assert send(second, CALLS["promoting a user"]).status_code == 200
        clock.turn(minutes=6)
        assert send(second, CALLS["demoting an administrator"]).json == NEEDED


class TestMatomo:
    def set_admin(self, client, **parameters):
        given = {"module": "API", "method": "UsersManager.setSuperUserAccess", "format": "json", **parameters}
        return client.post("/index.php", data={"userLogin": "alice", "hasSuperUserAccess": "1", **given})

    def test_the_confirmation_of_a_call_counts_for_that_call(self, program, alice):
        answer = self.set_admin(program(), passwordConfirmation=PASSWORD)

        assert answer.json == {"result": "success", "message": "ok"}

    def test_the_confirmation_of_a_call_counts_for_its_session(self, alice, administration, send, clock):
        clock.turn(hours=1)
        answer = self.set_admin(administration, passwordConfirmation=PASSWORD)

        assert answer.json == {"result": "success", "message": "ok"}
        assert send(administration, CALLS["demoting an administrator"]).status_code == 200
