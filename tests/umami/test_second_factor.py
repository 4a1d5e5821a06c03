"""The second factor on Umami's routes: setup, login, requirement, reset."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pyotp
import pytest

from app.db.session import db
from app.models import SecondFactor
from app.security.sealing import Sealer
from tests.conftest import PASSWORD
from tests.racing import ROUNDS, at_once

FACTOR = "two-factor-error-"
UNAUTHORIZED = {"error": {"message": "Unauthorized", "code": "unauthorized", "status": 401}}


def failure(status, code, message, **extra):
    return {
        "error": {"message": message, "code": f"{FACTOR}{code}" if code else "bad-request", "status": status, **extra}
    }


def tree(field, text):
    error = {"message": "Bad request", "code": "bad-request", "status": 400}
    return {"error": {**error, "errors": [], "properties": {field: {"errors": [text]}}}}


INVALID_CODE = failure(400, "invalid-code", "Invalid verification code")
NO_PENDING = failure(400, "no-pending-setup", "No pending 2FA setup found")
OK = {"ok": True}


def code(secret, *, steps=0):
    """Return the code for the current time step, or for one ``steps`` away."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


def wrong(secret):
    near = {code(secret, steps=steps) for steps in (-2, -1, 0, 1, 2)}
    return next(text for text in ("000000", "111111", "222222", "333333", "444444", "555555") if text not in near)


@pytest.fixture(autouse=True)
def _stopped(clock):
    """Stop the clock: only tests move it, so that no time step ends in the middle of a test."""
    clock.stop()


@pytest.fixture
def enroll(client_of):
    """``enroll(person)`` enables a second factor, and returns its secret and backup codes."""

    def make(person):
        client = client_of(person)
        secret = client.post("/api/2fa/setup/initiate").json["manualKey"]
        codes = client.post("/api/2fa/setup/confirm", json={"token": code(secret, steps=-1)}).json["backupCodes"]
        return SimpleNamespace(secret=secret, codes=codes)

    return make


@pytest.fixture
def log_in(anonymous):
    def attempt(username, password=PASSWORD):
        return anonymous.post("/api/auth/login", json={"username": username, "password": password})

    return attempt


@pytest.fixture
def verify(anonymous):
    def attempt(bearer, /, **given):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return anonymous.post("/api/2fa/verify", json=given, headers=headers)

    return attempt


@pytest.fixture
def partial(log_in):
    return lambda username="alice": log_in(username).json["partialToken"]


class TestSetup:
    def test_nobody_has_one_to_begin_with(self, session):
        assert list(session.get("/api/2fa/status").json.items()) == [
            ("isEnabled", False),
            ("isRequired", False),
            ("requiredReason", None),
            ("isConfigured", True),
            ("globalRequired", False),
        ]

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({"token": "123"}, "Too small: expected string to have >=6 characters"),
            ({"token": "1234567"}, "Too big: expected string to have <=6 characters"),
            ({}, "Invalid input: expected string, received undefined"),
        ],
    )
    def test_a_code_has_six_characters(self, session, body, text):
        response = session.post("/api/2fa/setup/confirm", json=body)

        assert response.status_code == 400
        assert response.json == tree("token", text)

    def test_nothing_pending_cannot_be_confirmed(self, session):
        assert session.post("/api/2fa/setup/confirm", json={"token": "000000"}).json == NO_PENDING

    @pytest.mark.parametrize("path", ["setup/initiate", "setup/confirm", "setup/cancel", "disable", "status"])
    def test_it_takes_a_session(self, anonymous, path):
        method = anonymous.get if path == "status" else anonymous.post

        assert method(f"/api/2fa/{path}", json={"token": "000000", "password": "x"}).json == UNAUTHORIZED

    def test_the_secret_comes_as_pictures_and_as_text(self, session):
        first, second = (session.post("/api/2fa/setup/initiate").json for _ in range(2))

        assert list(first) == ["qrCodeDataUrl", "manualKey", "qrCodeSvg", "otpauthUrl"]
        assert first["qrCodeDataUrl"].startswith("data:image/png;base64,")
        assert len(first["manualKey"]) == 32
        assert first["otpauthUrl"] == f"otpauth://totp/Frontdesk:alice?secret={first['manualKey']}&issuer=Frontdesk"
        assert "<svg" in first["qrCodeSvg"]
        assert first["manualKey"] != second["manualKey"]
        assert session.get("/api/2fa/status").json["isEnabled"] is False

    def test_the_newest_secret_counts(self, session):
        first, second = (session.post("/api/2fa/setup/initiate").json["manualKey"] for _ in range(2))

        assert session.post("/api/2fa/setup/confirm", json={"token": code(first)}).json == INVALID_CODE
        assert session.post("/api/2fa/setup/confirm", json={"token": code(second)}).status_code == 200

    def test_a_pending_setup_can_be_cancelled(self, session):
        session.post("/api/2fa/setup/initiate")

        assert [session.post("/api/2fa/setup/cancel").json for _ in range(2)] == [OK, OK]
        assert session.post("/api/2fa/setup/confirm", json={"token": "000000"}).json == NO_PENDING

    def test_a_right_code_enables_it_and_gives_backup_codes(self, session):
        secret = session.post("/api/2fa/setup/initiate").json["manualKey"]

        answer = session.post("/api/2fa/setup/confirm", json={"token": code(secret)}).json

        assert list(answer) == ["backupCodes"]
        assert len(set(answer["backupCodes"])) == 10
        for text in answer["backupCodes"]:
            assert len(text) == 33
            assert all(len(half) == 16 and set(half) <= set("0123456789ABCDEF") for half in text.split("-"))
        assert session.get("/api/2fa/status").json["isEnabled"] is True
        assert session.post("/api/2fa/setup/confirm", json={"token": code(secret)}).json == NO_PENDING
        assert session.post("/api/2fa/setup/initiate").json == failure(400, "already-enabled", "2FA is already enabled")
        assert session.post("/api/2fa/setup/cancel").json == OK
        assert session.get("/api/2fa/status").json["isEnabled"] is True
        assert session.get("/api/me").status_code == 200

    def test_the_database_does_not_hold_the_secret(self, app, alice, enroll):
        secret = enroll(alice).secret

        with app.app_context():
            assert secret not in db.session.get(SecondFactor, alice.id).sealed_secret


class TestLogin:
    def test_a_right_password_gives_a_partial_token_alone(self, alice, enroll, log_in):
        enroll(alice)

        answer = log_in("alice")

        assert answer.status_code == 200
        assert list(answer.json) == ["requiresTwoFactor", "partialToken"]
        assert answer.json["requiresTwoFactor"] is True
        wrong_password = log_in("alice", "wrong horse")
        assert wrong_password.status_code == 401
        assert wrong_password.json["error"]["code"] == "incorrect-username-password"

    def test_the_partial_token_opens_nothing_else(self, app, alice, enroll, partial):
        enroll(alice)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {partial()}"

        for path in ("/api/me", "/api/2fa/status", "/api/teams", f"/api/users/{alice.id}"):
            assert client.get(path).json == UNAUTHORIZED

    @pytest.mark.parametrize(
        ("token", "found"),
        [("", "missing-token"), ("not-a-token", "invalid-partial-token"), ("x" * 600, "invalid-partial-token")],
    )
    def test_verifying_takes_a_partial_token(self, verify, token, found):
        response = verify(token, token="000000")

        assert response.status_code == 401
        assert response.json == failure(401, found, "Unauthorized")

    def test_a_session_is_no_partial_token(self, alice, enroll, token_of, verify):
        enroll(alice)

        assert verify(token_of(alice), token="000000").json == failure(401, "invalid-partial-token", "Unauthorized")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"token": "000000", "backup_code": "x"},
            {"token": "000000", "backupCode": "x"},
            {"token": "000000", "extra": True},
            {"token": "12345"},
            {"backupCode": ""},
        ],
    )
    def test_a_malformed_body_is_no_attempt(self, alice, enroll, partial, verify, body):
        second = enroll(alice)
        token = partial()

        for _ in range(6):
            assert verify(token, **body).json["error"]["code"] == "bad-request"

        assert verify(token, token=code(second.secret)).status_code == 200

    def test_a_code_completes_the_login(self, app, alice, enroll, partial, verify):
        second = enroll(alice)
        token = partial("ALICE")

        assert verify(token, token=wrong(second.secret)).json == INVALID_CODE
        answer = verify(token, token=code(second.secret))

        assert answer.status_code == 200
        assert list(answer.json) == ["token", "user"]
        assert list(answer.json["user"]) == ["id", "username", "role", "createdAt", "isAdmin", "teams"]
        assert answer.json["user"]["username"] == "alice"
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.json['token']}"
        assert client.get("/api/me").status_code == 200
        again = verify(token, token=code(second.secret, steps=1))
        assert again.json == failure(401, "invalid-partial-token", "Unauthorized")

    def test_a_code_is_good_once(self, alice, enroll, partial, verify):
        second = enroll(alice)
        now = code(second.secret)
        assert verify(partial(), token=now).status_code == 200

        for _ in range(6):
            assert verify(partial(), token=now).json == failure(400, "code-used", "Code already used")

        assert verify(partial(), token=code(second.secret, steps=1)).status_code == 200

    @pytest.mark.parametrize("text", ["abcdef", "１２３４５６", "12 456"])
    def test_what_is_no_number_is_a_wrong_code(self, alice, enroll, partial, verify, text):
        enroll(alice)

        assert verify(partial(), token=text).json == INVALID_CODE

    def test_a_code_of_long_ago_is_wrong(self, alice, enroll, partial, verify):
        second = enroll(alice)

        assert verify(partial(), token=code(second.secret, steps=-3)).json == INVALID_CODE

    def test_a_backup_code_is_good_once_in_any_case(self, alice, enroll, partial, verify):
        second = enroll(alice)

        assert verify(partial(), backupCode=second.codes[1].lower()).status_code == 200
        used = verify(partial(), backupCode=second.codes[1])
        assert used.json == failure(400, "invalid-backup-code", "Invalid backup code")
        assert verify(partial(), backupCode=second.codes[2]).status_code == 200

    def test_a_partial_token_ends_after_five_minutes(self, alice, enroll, partial, verify, clock):
        second = enroll(alice)
        token = partial()
        clock.turn(minutes=5, seconds=1)

        assert verify(token, token=code(second.secret)).json["error"]["code"] == f"{FACTOR}invalid-partial-token"

    def test_a_new_password_ends_it(self, alice, enroll, partial, verify, administration):
        second = enroll(alice)
        token = partial()
        administration.post(f"/api/users/{alice.id}", json={"password": "another horse"})

        assert verify(token, token=code(second.secret)).json["error"]["code"] == f"{FACTOR}invalid-partial-token"


class TestLock:
    def lock(self, verify, partial, second):
        return [verify(partial(), token=wrong(second.secret)) for _ in range(5)]

    def test_five_wrong_codes_lock_it_for_a_quarter_of_an_hour(self, alice, enroll, partial, verify, clock):
        second = enroll(alice)

        *earlier, fifth = self.lock(verify, partial, second)

        assert [answer.json for answer in earlier] == [INVALID_CODE] * 4
        found = fifth.json
        until = found["error"].pop("lockedUntil")
        assert found == INVALID_CODE
        for given in ({"token": code(second.secret)}, {"backupCode": second.codes[0]}):
            locked = verify(partial(), **given)
            assert locked.status_code == 429
            assert list(locked.json["error"].items()) == [
                ("code", f"{FACTOR}too-many-attempts"),
                ("message", "Too many failed attempts"),
                ("lockedUntil", until),
            ]
            assert 0 < int(locked.headers["Retry-After"]) <= 901
        clock.turn(minutes=15, seconds=1)
        assert verify(partial(), token=code(second.secret)).status_code == 200

    def test_the_next_wrong_code_locks_it_again(self, alice, enroll, partial, verify, clock):
        second = enroll(alice)
        self.lock(verify, partial, second)
        clock.turn(minutes=15, seconds=1)

        assert "lockedUntil" in verify(partial(), token=wrong(second.secret)).json["error"]
        assert verify(partial(), token=code(second.secret)).status_code == 429

    def test_sessions_go_on(self, alice, enroll, partial, verify, session):
        self.lock(verify, partial, enroll(alice))

        assert session.get("/api/me").status_code == 200


class TestDisabling:
    def test_it_takes_password_and_code(self, alice, enroll, session, log_in):
        second = enroll(alice)
        required = "Invalid input: expected string, received undefined"

        def disable(**given):
            return session.post("/api/2fa/disable", json=given).json

        assert disable(password=PASSWORD) == tree("token", required)
        assert disable(token="000000") == tree("password", required)
        assert disable(password="wrong-password", token="000000") == failure(
            400, "incorrect-password", "Incorrect password"
        )
        assert disable(password=PASSWORD, token=wrong(second.secret)) == INVALID_CODE
        assert disable(password=PASSWORD, token=code(second.secret)) == OK
        assert "token" in log_in("alice").json
        assert disable(password=PASSWORD, token="000000") == failure(400, "not-enabled", "2FA is not enabled")

    def test_guessed_passwords_are_throttled(self, alice, enroll, session):
        enroll(alice)

        answers = [session.post("/api/2fa/disable", json={"password": "wrong", "token": "000000"}) for _ in range(11)]

        assert [answer.status_code for answer in answers] == [400] * 10 + [429]

    def test_what_is_required_stays(self, alice, enroll, session, administration):
        second = enroll(alice)
        administration.post(f"/api/admin/users/{alice.id}/2fa", json={"required": True})

        response = session.post("/api/2fa/disable", json={"password": PASSWORD, "token": code(second.secret)})

        assert response.status_code == 403
        assert response.json == failure(403, "disable-not-allowed", "2FA is required and cannot be disabled")


class TestRequirement:
    def status(self, client):
        found = client.get("/api/2fa/status").json
        return found["isRequired"], found["requiredReason"], found["globalRequired"]

    def test_of_a_user(self, alice, session, administration, log_in):
        path = f"/api/admin/users/{alice.id}/2fa"

        answer = administration.post(path, json={"required": True}).json

        assert list(answer.items()) == [("ok", True), ("userId", str(alice.id)), ("twoFactorRequired", True)]
        assert self.status(session) == (True, "user", False)
        assert administration.get(f"/api/users/{alice.id}").json["twoFactorRequired"] is True
        assert session.get("/api/me").json["user"]["twoFactorRequired"] is True
        assert "token" in log_in("alice").json
        assert administration.post(path, json={"required": False}).json["twoFactorRequired"] is False
        assert self.status(session) == (False, None, False)

    def test_of_a_team_and_of_everyone(self, alice, make_user, make_team, client_of, administration):
        bob = make_user("bob")
        team, member = make_team(alice, member=bob), client_of(bob)

        answer = administration.post(f"/api/admin/teams/{team}/2fa", json={"required": True}).json

        assert list(answer.items()) == [("ok", True), ("teamId", str(team)), ("twoFactorRequired", True)]
        assert self.status(member) == (True, "team", False)
        assert administration.get(f"/api/teams/{team}").json["twoFactorRequired"] is True
        assert administration.post("/api/admin/2fa/global", json={"required": True}).json == {**OK, "required": True}
        assert self.status(member) == (True, "global", True)
        # The administrator has no second factor either, and can still revoke the requirement.
        assert administration.post("/api/admin/2fa/global", json={"required": False}).json == {**OK, "required": False}
        assert administration.post(f"/api/admin/teams/{team}/2fa", json={"required": False}).status_code == 200
        assert self.status(member) == (False, None, False)

    def test_who_must_have_one_can_do_nothing_but_set_it_up(self, alice, session, administration):
        administration.post(f"/api/admin/users/{alice.id}/2fa", json={"required": True})

        for path in ("/api/me/teams", "/api/teams", f"/api/users/{alice.id}", "/api/me/sessions"):
            response = session.get(path)
            assert response.status_code == 403
            assert response.json["error"]["code"] == "forbidden"
        for path in ("/api/me", "/api/auth/verify", "/api/2fa/status"):
            assert session.get(path).status_code == 200
        secret = session.post("/api/2fa/setup/initiate").json["manualKey"]
        assert session.post("/api/2fa/setup/confirm", json={"token": code(secret)}).status_code == 200
        assert session.get("/api/me/teams").status_code == 200

    def test_it_can_be_required_of_administrators(self, admin, make_user, client_of, app):
        from app.runtime import runtime

        with app.app_context():
            object.__setattr__(runtime().config, "two_factor_for_admins", True)
        try:
            assert client_of(admin).get("/api/admin/users").status_code == 403
            assert client_of(make_user("bob")).get("/api/teams").status_code == 200
        finally:
            with app.app_context():
                object.__setattr__(runtime().config, "two_factor_for_admins", False)

    @pytest.mark.parametrize("kind", ["users", "teams"])
    def test_of_what_is_not_there(self, administration, kind):
        path = f"/api/admin/{kind}/00000000-0000-4000-8000-000000000000/2fa"

        assert administration.post(path, json={"required": True}).status_code == 404

    @pytest.mark.parametrize(
        ("body", "received"), [({"required": "true"}, "string"), ({}, "undefined"), ({"required": None}, "null")]
    )
    def test_it_is_true_or_false(self, administration, alice, body, received):
        for path in ("2fa/global", f"users/{alice.id}/2fa"):
            response = administration.post(f"/api/admin/{path}", json=body)
            assert response.json == tree("required", f"Invalid input: expected boolean, received {received}")

    @pytest.mark.parametrize("who", ["anonymous", "session"])
    def test_it_is_for_administrators(self, request, alice, make_team, who):
        client, team = request.getfixturevalue(who), make_team(alice)

        for path in ("2fa/global", f"users/{alice.id}/2fa", f"teams/{team}/2fa"):
            assert client.post(f"/api/admin/{path}", json={"required": True}).json == UNAUTHORIZED
        assert client.get(f"/api/admin/users/{alice.id}/2fa").json == UNAUTHORIZED
        assert client.delete(f"/api/admin/users/{alice.id}/2fa").json == UNAUTHORIZED


class TestReset:
    def test_it_removes_all_there_is(self, alice, enroll, administration, log_in, partial, verify):
        second = enroll(alice)
        verify(partial(), token=wrong(second.secret))
        path = f"/api/admin/users/{alice.id}/2fa"
        assert administration.get(path).json == {"isEnabled": True}

        answer = administration.delete(path).json

        counts = {"twoFactorAuth": 1, "backupCodes": 10, "otpUsed": 1, "rateLimit": 1}
        assert answer == {"ok": True, "userId": str(alice.id), "reset": counts}
        assert list(answer["reset"]) == list(counts)
        assert administration.delete(path).json["reset"] == dict.fromkeys(counts, 0)
        assert administration.get(path).json == {"isEnabled": False}
        assert "token" in log_in("alice").json

    def test_a_pending_setup_is_removed_too(self, alice, session, administration):
        session.post("/api/2fa/setup/initiate")
        administration.delete(f"/api/admin/users/{alice.id}/2fa")

        assert session.post("/api/2fa/setup/confirm", json={"token": "000000"}).json == NO_PENDING

    def test_nobody_is_reset_by_mistake(self, administration):
        path = "/api/admin/users/00000000-0000-4000-8000-000000000000/2fa"

        assert administration.get(path).json == {"isEnabled": False}
        assert set(administration.delete(path).json["reset"].values()) == {0}

    def test_not_ones_own(self, admin, enroll, administration):
        enroll(admin)

        response = administration.delete(f"/api/admin/users/{admin.id}/2fa")

        assert response.status_code == 400
        assert administration.get(f"/api/admin/users/{admin.id}/2fa").json == {"isEnabled": True}


class TestKeys:
    def test_without_the_key_that_sealed_it_nobody_gets_in(self, app, alice, enroll, partial, verify, administration):
        second = enroll(alice)
        runtime = app.extensions["frontdesk"]
        sealer = runtime.sealer
        object.__setattr__(runtime, "sealer", Sealer(["another-secret-than-before-Qw7zT4mB"]))
        try:
            response = verify(partial(), token=code(second.secret))
            assert administration.delete(f"/api/admin/users/{alice.id}/2fa").status_code == 200
        finally:
            object.__setattr__(runtime, "sealer", sealer)

        assert response.status_code == 503
        assert response.json == failure(503, "not-configured", "TWO_FACTOR_ENCRYPTION_KEY is missing or invalid")


class TestRaces:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_of_many_who_use_one_code_at_once_one_gets_in(self, alice, enroll, partial, verify, round_):
        second, tokens = enroll(alice), [partial() for _ in range(4)]
        now = code(second.secret)

        answers = at_once(*[lambda token=token: verify(token, token=now) for token in tokens])

        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_of_many_who_use_one_backup_code_at_once_one_gets_in(self, alice, enroll, partial, verify, round_):
        second, tokens = enroll(alice), [partial() for _ in range(4)]

        answers = at_once(*[lambda token=token: verify(token, backupCode=second.codes[0]) for token in tokens])

        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]

    def test_of_many_wrong_codes_at_once_five_are_tried(self, alice, enroll, partial, verify):
        second, tokens = enroll(alice), [partial() for _ in range(8)]

        answers = at_once(*[lambda token=token: verify(token, token=wrong(second.secret)) for token in tokens])

        assert sorted(answer.status_code for answer in answers) == [400] * 5 + [429] * 3


class TestMatomo:
    def create(self, anonymous, **given):
        return anonymous.post(
            "/index.php",
            data={
                "module": "API",
                "method": "UsersManager.createAppSpecificTokenAuth",
                "format": "json",
                "userLogin": "alice",
                "passwordConfirmation": PASSWORD,
                "description": "Report",
                **given,
            },
        )

    def test_there_is_no_token_before_a_required_second_factor(self, admin, alice, client_of, anonymous):
        client_of(admin).post(f"/api/admin/users/{alice.id}/2fa", json={"required": True})

        answer = self.create(anonymous)

        text = "You must set up two-factor authentication. Please log in to do so."
        assert (answer.status_code, answer.json) == (401, {"result": "error", "message": text})

    def test_a_token_takes_a_code_as_well(self, alice, enroll, anonymous):
        second = enroll(alice)

        missing, bad = self.create(anonymous), self.create(anonymous, authCode=wrong(second.secret))

        assert (missing.status_code, missing.json["message"]) == (
            401,
            "Please specify a two-factor authentication code.",
        )
        assert (bad.status_code, bad.json["message"]) == (401, "Incorrect two-factor authentication code.")
        wrong_password = self.create(anonymous, passwordConfirmation="wrong horse", authCode=code(second.secret))
        assert wrong_password.json["message"] == "The current password you entered is not correct."
        assert len(self.create(anonymous, authCode=code(second.secret)).json["value"]) == 32
        assert self.create(anonymous, authCode=code(second.secret)).status_code == 401

    def test_administrators_see_who_has_one(self, alice, enroll, admin, token_of, anonymous):
        enroll(alice)
        given = {"module": "API", "method": "UsersManager.getUser", "format": "json", "userLogin": "alice"}

        answer = anonymous.post("/index.php", data={**given, "token_auth": token_of(admin)})

        assert answer.json["uses_2fa"] is True

    def test_who_must_set_one_up_does_that_first(self, alice, token_of, administration, anonymous):
        administration.post(f"/api/admin/users/{alice.id}/2fa", json={"required": True})
        given = {"module": "API", "method": "UsersManager.getUser", "format": "json", "userLogin": "alice"}

        answer = anonymous.post("/index.php", data={**given, "token_auth": token_of(alice)})

        assert answer.status_code == 401
        assert answer.json["message"] == "You must set up two-factor authentication. Please log in to do so."
