"""An administrator can require a user to change the password before anything else."""

import pyotp
import pytest

from app.db.session import db
from app.models import AccessToken
from app.services.authentication import access_tokens, password_resets
from tests.actors import VISITOR
from tests.conftest import PASSWORD
from tests.listening import heard, names
from tests.matomo.conftest import Caller, failure
from tests.umami.decisions.envelopes import bad_fields

NEW = "another correct horse"
FIRST = {"error": {"message": "Change your password first.", "status": 403, "reason": "must-change-password"}}
CHANGE = {"currentPassword": PASSWORD, "newPassword": NEW}


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def session(ada, client_of):
    return client_of(ada)


@pytest.fixture
def required(administration, ada, session):
    """Ada must change the password."""
    return administration.post(f"/api/users/{ada.id}", json={"mustChangePassword": True})


def test_the_account_shows_it(administration, ada, required):
    assert required.status_code == 200
    assert required.json["mustChangePassword"] is True
    assert administration.get(f"/api/users/{ada.id}").json == required.json
    listed = {row["username"]: row.get("mustChangePassword") for row in administration.get("/api/users").json["data"]}
    assert listed == {"ada": True, "admin": None}


def test_an_administrator_can_take_it_back(administration, ada, required, session):
    answer = administration.post(f"/api/users/{ada.id}", json={"mustChangePassword": False})

    assert "mustChangePassword" not in answer.json
    assert session.get("/api/me/teams").status_code == 200


def test_users_cannot_change_it_themselves(session, ada, administration):
    assert session.post(f"/api/users/{ada.id}", json={"mustChangePassword": True}).status_code == 200

    assert "mustChangePassword" not in administration.get(f"/api/users/{ada.id}").json


def test_it_is_an_event(app, administration, ada):
    with heard(app) as events:
        for flag in (True, True, False):
            administration.post(f"/api/users/{ada.id}", json={"mustChangePassword": flag})

    assert names(events) == ["PasswordChangeRequired"] * 2
    assert [event.required for event in events] == [True, False]


class TestBeforeTheChange:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/me/teams"),
            ("GET", "/api/users/:self"),
            ("POST", "/api/users/:self"),
            ("POST", "/api/teams"),
            ("POST", "/api/auth/sso"),
            ("GET", "/api/me/sessions"),
            ("POST", "/api/2fa/setup/initiate"),
        ],
    )
    def test_a_session_can_do_nothing(self, session, ada, required, method, path):
        body = {"name": "Team", "password": NEW, "currentPassword": PASSWORD}

        answer = session.open(path.replace(":self", str(ada.id)), method=method, json=body)

        assert (answer.status_code, answer.json) == (403, FIRST)

    def test_nor_one_that_is_opened_now(self, anonymous, required):
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})

        answer = anonymous.get("/api/websites", headers={"Authorization": f"Bearer {login.json['token']}"})

        assert login.status_code == 200
        assert (answer.status_code, answer.json) == (403, FIRST)

    def test_it_can_ask_who_it_is_and_leave(self, session, required):
        assert session.get("/api/me").json["user"]["username"] == "ada"
        assert session.get("/api/auth/verify").status_code == 200
        assert session.post("/api/auth/logout").status_code == 200

    def test_matomo_says_so(self, session, required):
        token = session.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

        answer = Caller(session, token).call("UsersManager.getUser", userLogin="ada")

        assert answer.status_code == 401
        assert answer.json == failure("You must change your password first. Please log in to do so.")

    def test_matomo_gives_no_token(self, app, required):
        answer = Caller(app.test_client()).call(
            "UsersManager.createAppSpecificTokenAuth",
            userLogin="ada",
            passwordConfirmation=PASSWORD,
            description="Reports",
        )

        assert answer.json == failure("You must change your password first. Please log in to do so.")
        with app.app_context():
            assert db.session.query(AccessToken).count() == 0

    def test_scripts_go_on(self, app, ada, required):
        with app.app_context():
            token = access_tokens.create_token(ada.actor, ada.id, description="Script")

        assert app.test_client().get("/api/me/teams", headers={"Authorization": f"Bearer {token}"}).status_code == 200


class TestTheChange:
    def test_it_gives_the_session_back(self, session, required, administration, ada):
        answer = session.post("/api/me/password", json=CHANGE)

        assert answer.status_code == 200
        assert session.get("/api/me/teams").status_code == 200
        assert "mustChangePassword" not in administration.get(f"/api/users/{ada.id}").json

    def test_the_same_password_is_no_change(self, session, required):
        answer = session.post("/api/me/password", json={"currentPassword": PASSWORD, "newPassword": PASSWORD})

        assert answer.status_code == 400
        assert answer.json == bad_fields(newPassword="The new password must differ from the current one.")
        assert session.get("/api/me/teams").status_code == 403

    def test_a_reset_link_does_as_well(self, app, admin, ada, required, client_of):
        with app.app_context():
            password_resets.use(VISITOR, password_resets.make_link(admin.actor, ada.id), NEW)

        assert client_of(ada).get("/api/me/teams").status_code == 200

    def test_a_password_that_an_administrator_sets_does_not(self, administration, ada, required, client_of):
        answer = administration.post(f"/api/users/{ada.id}", json={"password": NEW})

        assert answer.json["mustChangePassword"] is True
        assert client_of(ada).get("/api/me/teams").json == FIRST

    def test_password_and_requirement_can_be_set_at_once(self, administration, ada, anonymous):
        administration.post(f"/api/users/{ada.id}", json={"password": NEW, "mustChangePassword": True})

        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": NEW})
        answer = anonymous.get("/api/me/teams", headers={"Authorization": f"Bearer {login.json['token']}"})
        assert answer.json == FIRST

    def test_a_second_factor_that_is_required_too_comes_next(self, session, ada, required, administration):
        administration.post(f"/api/admin/users/{ada.id}/2fa", json={"required": True})
        before = session.post("/api/2fa/setup/initiate")

        session.post("/api/me/password", json=CHANGE)

        assert before.json == FIRST
        assert session.get("/api/me/teams").json["error"]["code"] == "forbidden"
        secret = session.post("/api/2fa/setup/initiate").json["manualKey"]
        assert session.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()}).status_code == 200
        assert session.get("/api/me/teams").status_code == 200
