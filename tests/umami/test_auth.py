"""Logging in and out in Umami's API: whole bodies."""

import pytest

from app.models import Team, User
from tests.umami.bodies import OK, UNAUTHORIZED, pretty, refusal, user_body

WRONG = refusal(401, "Unauthorized", "incorrect-username-password")


def credentials(person, **others):
    return {"username": person.username, "password": person.password, **others}


class TestLogin:
    def test_it_gives_a_token_and_the_user_with_teams(self, anonymous, make_user, make_team, stored, change):
        ada = make_user("ada")
        blue, green = make_team(ada, "Blue"), make_team(make_user(), "Green", view_only=ada)
        change(Team, green, logo_url="https://logos.example/green.png")

        response = anonymous.post("/api/auth/login", json=credentials(ada))

        teams = [
            {"id": str(blue), "name": "Blue", "logoUrl": None},
            {"id": str(green), "name": "Green", "logoUrl": "https://logos.example/green.png"},
        ]
        token = response.json["token"]
        assert response.status_code == 200
        assert pretty(response.json) == pretty(
            {"token": token, "user": {**user_body(stored(User, ada.id), login=True), "teams": teams}}
        )
        assert anonymous.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200

    def test_an_admin_is_told_so(self, anonymous, admin, stored):
        response = anonymous.post("/api/auth/login", json=credentials(admin, extra="dropped"))

        expected = {**user_body(stored(User, admin.id), admin=True, login=True), "teams": []}
        assert pretty(response.json["user"]) == pretty(expected)

    def test_a_wrong_password_and_an_unknown_name_are_told_alike(self, anonymous, admin):
        wrong = anonymous.post("/api/auth/login", json=credentials(admin, password="not it"))
        unknown = anonymous.post("/api/auth/login", json=credentials(admin, username="nobody"))

        assert (wrong.status_code, wrong.json) == (401, WRONG)
        assert (unknown.status_code, unknown.json) == (401, WRONG)


class TestVerify:
    def test_it_tells_who_is_logged_in_flat(self, client_of, make_user, make_team, stored):
        ada = make_user("ada", role="view-only")
        team = make_team(make_user(), "Blue", member=ada)

        posted = client_of(ada).post("/api/auth/verify", json={})
        got = client_of(ada).get("/api/auth/verify")

        expected = {
            **user_body(stored(User, ada.id)),
            "teams": [{"id": str(team), "name": "Blue", "logoUrl": None}],
        }
        assert pretty(posted.json) == pretty(expected)
        assert pretty(got.json) == pretty(expected)

    def test_no_body_is_needed_and_a_broken_one_ignored(self, client_of, admin):
        client = client_of(admin)

        assert client.post("/api/auth/verify").status_code == 200
        assert client.post("/api/auth/verify", data="{broken").status_code == 200


class TestSingleSignOn:
    def test_it_gives_the_user_and_a_second_token(self, client_of, anonymous, admin, stored):
        response = client_of(admin).post("/api/auth/sso", json={})

        token = response.json["token"]
        expected = {"user": user_body(stored(User, admin.id), admin=True, login=True), "token": token}
        assert pretty(response.json) == pretty(expected)
        assert anonymous.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


class TestLogout:
    def test_it_ends_the_login_that_asks(self, client_of, admin):
        client = client_of(admin)

        response = client.post("/api/auth/logout")

        assert (response.status_code, response.json) == (200, OK)
        assert client.get("/api/me").json == UNAUTHORIZED

    @pytest.mark.parametrize("ended", ["logged out", "undefined", "no such token"])
    def test_a_session_that_has_ended_already_is_no_error(self, anonymous, token_of, admin, ended):
        token = token_of(admin) if ended == "logged out" else ended
        headers = {"Authorization": f"Bearer {token}"}
        anonymous.post("/api/auth/logout", headers=headers)

        response = anonymous.post("/api/auth/logout", headers=headers)

        assert (response.status_code, response.json) == (200, OK)

    def test_without_a_token_there_is_nothing_to_end(self, anonymous):
        response = anonymous.post("/api/auth/logout")

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)


class TestSubscription:
    def test_nothing_is_sold_and_nothing_is_limited(self, client_of, make_user):
        response = client_of(make_user()).get("/api/auth/subscription")

        assert pretty(response.json) == pretty(
            {
                "hasSubscription": False,
                "isBusiness": False,
                "isNoBilling": False,
                "isPro": False,
                "unlimitedWebsites": True,
            }
        )
