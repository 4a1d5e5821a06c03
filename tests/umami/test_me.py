"""The current user: whole bodies."""

import pytest

from app.models import Share, User
from tests.umami.bodies import NOT_FOUND, OK, UNAUTHORIZED, bad_request, iso, page_body, pretty, user_body

NEW = "another horse"


class TestMe:
    def test_a_user_sees_the_token_and_oneself(self, app, token_of, make_user, stored):
        ada = make_user("ada")
        token = token_of(ada)

        response = app.test_client().get("/api/me", headers={"Authorization": f"Bearer {token}"})

        expected = {"token": token, "shareToken": None, "user": user_body(stored(User, ada.id)), "authType": "session"}
        assert pretty(response.json) == pretty(expected)

    def test_the_scheme_does_not_matter(self, app, token_of, make_user):
        token = token_of(make_user())

        for scheme in ("bearer", "Foo"):
            response = app.test_client().get("/api/me", headers={"Authorization": f"{scheme} {token}"})
            assert response.json["token"] == token

    def test_a_share_shows_what_it_is_for_and_no_token(self, share_client, make_website, make_share, make_user):
        site = make_website(owner=make_user())
        client = share_client(make_share(site, "public"))

        response = client.get("/api/me")

        shared = {
            "shareId": response.json["shareToken"]["shareId"],
            "shareType": 1,
            "parameters": {},
            "websiteId": str(site),
        }
        assert pretty(response.json) == pretty({"shareToken": shared, "user": None, "authType": "share"})

    def test_a_user_may_bear_a_share_as_well(
        self, client_of, share_client, make_website, make_share, make_user, stored
    ):
        ada = make_user("ada")
        site = make_website(owner=make_user())
        share_token = share_client(make_share(site)).environ_base["HTTP_X_UMAMI_SHARE_TOKEN"]

        response = client_of(ada).get("/api/me", headers={"x-umami-share-token": share_token})

        share_id = response.json["shareToken"]["shareId"]
        assert list(response.json) == ["token", "shareToken", "user", "authType"]
        assert response.json["shareToken"]["websiteId"] == str(site)
        assert stored(Share, share_id).entity_id == site
        assert response.json["user"] == user_body(stored(User, ada.id))
        assert response.json["authType"] == "session"


class TestPassword:
    def test_the_new_one_counts_from_now_on(self, client_of, anonymous, make_user, stored):
        ada = make_user("ada")
        change = {"currentPassword": ada.password, "newPassword": NEW, "confirmPassword": NEW}

        response = client_of(ada).post("/api/me/password", json=change)

        user = stored(User, ada.id)
        summary = {"id": str(ada.id), "username": "ada", "role": "user", "createdAt": iso(user.created_at)}
        assert response.status_code == 200
        assert pretty(response.json) == pretty(summary)
        assert anonymous.post("/api/auth/login", json={"username": "ada", "password": NEW}).status_code == 200

    def test_a_wrong_current_one_is_refused(self, client_of, anonymous, make_user):
        ada = make_user("ada")

        response = client_of(ada).post("/api/me/password", json={"currentPassword": "no", "newPassword": NEW})

        assert (response.status_code, response.json) == (400, bad_request("Current password is incorrect"))
        assert anonymous.post("/api/auth/login", json={"username": "ada", "password": NEW}).status_code == 401


class TestSessions:
    def test_logins_are_listed_newest_first(self, app, anonymous, make_user, token_of):
        ada = make_user("ada")
        token_of(make_user())
        older, newer = (
            anonymous.post(
                "/api/auth/login",
                json={"username": "ada", "password": ada.password},
                headers={"User-Agent": agent},
            ).json["token"]
            for agent in ("Phone", "Laptop")
        )

        response = anonymous.get("/api/me/sessions", headers={"Authorization": f"Bearer {older}"})

        laptop, phone = response.json["data"]
        common = {"address": "127.0.0.1", "userAgent": "Phone", "current": True}
        times = {name: phone[name] for name in ("createdAt", "lastUsedAt", "expiresAt")}
        assert pretty(phone) == pretty({"id": phone["id"], **times, **common})
        assert (laptop["userAgent"], laptop["current"]) == ("Laptop", False)
        assert pretty(response.json) == pretty(page_body(laptop, phone))
        assert newer not in response.text
        assert older not in response.text

    def test_one_can_be_ended(self, client_of, make_user):
        ada = make_user("ada")
        phone, laptop = client_of(ada), client_of(ada)
        others = [row["id"] for row in laptop.get("/api/me/sessions").json["data"] if not row["current"]]

        response = laptop.delete(f"/api/me/sessions/{others[0]}")

        assert (response.status_code, response.json) == (200, OK)
        assert phone.get("/api/me").status_code == 401
        assert laptop.delete(f"/api/me/sessions/{others[0]}").json == NOT_FOUND

    def test_all_others_can_be_ended_at_once(self, client_of, make_user):
        ada, bob = make_user("ada"), make_user("bob")
        phone, laptop, stranger = client_of(ada), client_of(ada), client_of(bob)

        response = laptop.delete("/api/me/sessions")

        assert (response.status_code, response.json) == (200, OK)
        assert [client.get("/api/me").status_code for client in (phone, laptop, stranger)] == [401, 200, 200]


class TestWhatUmamisDashboardAsksFor:
    PATHS = ("/api/boards", "/api/links", "/api/pixels")

    @pytest.mark.parametrize("path", PATHS)
    def test_there_is_none_of_it(self, client_of, make_user, path):
        response = client_of(make_user()).get(path)

        assert response.status_code == 200
        assert pretty(response.json) == pretty({"data": [], "count": 0, "page": 1, "pageSize": 20})

    @pytest.mark.parametrize("path", PATHS)
    def test_the_envelope_says_what_was_asked(self, client_of, make_user, path):
        response = client_of(make_user()).get(f"{path}?page=3&pageSize=7&search=blue")

        assert pretty(response.json) == pretty(page_body(count=0, page=3, size=7, search="blue"))

    def test_there_is_no_board_to_start_on(self, client_of, make_user):
        response = client_of(make_user()).get("/api/dashboard")

        assert (response.status_code, response.text) == (200, "null")
        assert response.content_type == "application/json"

    @pytest.mark.parametrize("path", [*PATHS, "/api/dashboard"])
    def test_it_takes_a_login(self, anonymous, path):
        response = anonymous.get(path)

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)
