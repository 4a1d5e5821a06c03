"""Profiles in Umami's API: extra keys, which are left out if they have no value."""

import pytest

from app.domain.actor import OPERATOR
from app.models import User
from app.services.invitations import manage
from tests.conftest import PASSWORD
from tests.umami.bodies import bad_fields, bad_request, iso, pretty
from tests.umami.conftest import *  # noqa: F403 (the fixtures that look into the database)

ADA = {"username": "ada", "password": PASSWORD, "role": "user"}
PROFILE = {"email": "ada@example.com", "displayName": "Ada"}


@pytest.fixture
def ada(make_user, give_email):
    return give_email(make_user("ada"), "ada@example.com")


def summary(user, **more):
    who = {"id": str(user.id), "username": user.username, "role": user.role, "createdAt": iso(user.created_at)}
    return {**who, "twoFactorRequired": False, **more}


class TestCreate:
    def test_what_is_given_is_answered(self, client_of, admin):
        response = client_of(admin).post("/api/users", json={**ADA, **PROFILE})

        made = {"id": response.json["id"], "username": "ada", "role": "user", **PROFILE}
        assert pretty(response.json) == pretty(made)

    @pytest.mark.parametrize("nothing", [{}, {"email": None, "displayName": None}, {"email": "", "displayName": ""}])
    def test_nothing_leaves_no_trace(self, client_of, admin, nothing):
        response = client_of(admin).post("/api/users", json={**ADA, **nothing})

        assert list(response.json) == ["id", "username", "role"]

    @pytest.mark.parametrize(
        ("email", "message"),
        [
            ("ada", "Invalid email address: An email address must have an @-sign."),
            ("a" * 300 + "@b.cc", "Too big: expected string to have <=254 characters"),
            ("a" * 321, "Too big: expected string to have <=320 characters"),
            (1, "Invalid input: expected string, received number"),
        ],
    )
    def test_what_is_no_address_is_refused(self, client_of, admin, email, message):
        response = client_of(admin).post("/api/users", json={**ADA, "email": email})

        assert (response.status_code, response.json) == (400, bad_fields(email=message))

    def test_a_taken_address_is_refused(self, client_of, admin, ada):
        response = client_of(admin).post("/api/users", json={**ADA, "username": "bob", "email": "ADA@example.com"})

        assert (response.status_code, response.json) == (
            400,
            bad_request("A user with this e-mail address already exists"),
        )


class TestRead:
    def test_ones_own_has_what_there_is(self, client_of, ada, stored):
        response = client_of(ada).get(f"/api/users/{ada.id}")

        assert pretty(response.json) == pretty(summary(stored(User, ada.id), email="ada@example.com"))

    def test_after_a_login_it_tells_when(self, client_of, admin, ada, anonymous, stored):
        anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})

        response = client_of(admin).get(f"/api/users/{ada.id}")

        user = stored(User, ada.id)
        told = {"email": "ada@example.com", "lastSeenAt": iso(user.last_seen_at)}
        assert pretty(response.json) == pretty(summary(user, **told))

    def test_lists_have_it_after_umamis_keys(self, client_of, admin, ada):
        newest, oldest = client_of(admin).get("/api/users").json["data"]

        assert list(newest) == [*oldest, "email"]
        assert newest["email"] == "ada@example.com"

    def test_who_is_invited_is_pending(self, app, client_of, admin):
        with app.app_context():
            manage.invite(OPERATOR, username="eve")

        row = client_of(admin).get("/api/users").json["data"][0]

        assert (row["username"], row["pending"]) == ("eve", True)

    def test_colleagues_do_not_see_it(self, client_of, make_user, make_team, ada):
        bob = make_user("bob")
        team = make_team(bob, member=ada)

        for path in (f"/api/teams/{team}", f"/api/teams/{team}/users", "/api/me/teams"):
            assert "example.com" not in client_of(bob).get(path).text


class TestUpdate:
    def test_by_an_administrator(self, client_of, admin, ada, stored):
        response = client_of(admin).post(f"/api/users/{ada.id}", json={"email": "x@example.com", "displayName": "X"})

        assert pretty(response.json) == pretty(summary(stored(User, ada.id), email="x@example.com", displayName="X"))

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_taken_away(self, client_of, admin, ada, nothing):
        response = client_of(admin).post(f"/api/users/{ada.id}", json={"email": nothing, "displayName": nothing})

        assert list(response.json) == ["id", "username", "role", "createdAt", "twoFactorRequired"]

    def test_what_is_not_sent_stays(self, client_of, admin, ada):
        response = client_of(admin).post(f"/api/users/{ada.id}", json={"role": "view-only"})

        assert response.json["email"] == "ada@example.com"

    def test_a_whole_object_sent_back_changes_nothing(self, client_of, ada):
        client = client_of(ada)
        whole = client.get(f"/api/users/{ada.id}").json

        assert client.post(f"/api/users/{ada.id}", json=whole).json == whole

    def test_ones_own_address_takes_the_password(self, client_of, ada):
        client, path = client_of(ada), f"/api/users/{ada.id}"

        refused = client.post(path, json={"email": "new@example.com"})
        done = client.post(path, json={"email": "new@example.com", "currentPassword": PASSWORD})

        assert (refused.status_code, refused.json) == (400, bad_request("Current password is incorrect"))
        assert (done.status_code, done.json["email"]) == (200, "new@example.com")
