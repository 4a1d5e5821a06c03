"""Sessions are listed, and ended one by one or all at once."""

import pytest

from tests.umami.decisions.envelopes import EMPTY_PAGE, NOT_FOUND, NOWHERE, OK, UNAUTHORIZED


@pytest.fixture
def ada(make_user):
    return make_user("ada")


class TestListOfLogins:
    def test_it_tells_when_and_from_where(self, anonymous, client_with, ada):
        answer = anonymous.post(
            "/api/auth/login",
            json={"username": ada.username, "password": ada.password},
            headers={"User-Agent": "Analytical Engine/1"},
            environ_overrides={"REMOTE_ADDR": "2001:db8::7"},
        )

        listed = client_with(answer.json["token"]).get("/api/me/sessions").json

        one = listed["data"][0]
        assert listed == {"data": [one], "count": 1, "page": 1, "pageSize": 20}
        assert one == {
            "id": one["id"],
            "createdAt": one["createdAt"],
            "lastUsedAt": one["createdAt"],
            "expiresAt": one["expiresAt"],
            "address": "2001:db8::7",
            "userAgent": "Analytical Engine/1",
            "current": True,
        }

    def test_it_marks_the_one_that_asks(self, client_of, ada):
        client_of(ada)
        asking = client_of(ada)
        client_of(ada)

        listed = asking.get("/api/me/sessions").json

        assert [row["current"] for row in listed["data"]] == [False, True, False]

    def test_it_shows_nobody_elses(self, client_of, ada, admin):
        client_of(ada)

        listed = client_of(admin).get("/api/me/sessions").json

        assert [row["current"] for row in listed["data"]] == [True]

    def test_ended_ones_are_not_listed(self, client_of, ada, clock):
        client_of(ada)
        clock.turn(days=31)

        listed = client_of(ada).get("/api/me/sessions").json

        assert listed["count"] == 1
        assert [row["current"] for row in listed["data"]] == [True]

    def test_it_comes_in_pages(self, client_of, ada):
        clients = [client_of(ada) for _ in range(3)]

        listed = clients[0].get("/api/me/sessions?page=2&pageSize=2").json

        assert listed == {"data": listed["data"], "count": 3, "page": 2, "pageSize": 2}
        assert [row["current"] for row in listed["data"]] == [True]


class TestEndingLogins:
    def test_one_is_ended_by_its_id(self, client_of, ada):
        lost, asking = client_of(ada), client_of(ada)
        (theirs,) = [row["id"] for row in asking.get("/api/me/sessions").json["data"] if not row["current"]]

        response = asking.delete(f"/api/me/sessions/{theirs}")

        assert response.status_code == 200
        assert response.json == OK
        assert lost.get("/api/me").json == UNAUTHORIZED
        assert asking.get("/api/me/sessions").json["count"] == 1

    def test_all_others_are_ended_at_once(self, client_of, ada, admin):
        lost, asking, foreign = [client_of(ada), client_of(ada)], client_of(ada), client_of(admin)

        response = asking.delete("/api/me/sessions")

        assert response.status_code == 200
        assert response.json == OK
        assert [client.get("/api/me").status_code for client in [*lost, asking, foreign]] == [401, 401, 200, 200]

    def test_somebody_elses_cannot_be_ended(self, client_of, ada, admin):
        foreign = client_of(admin)
        theirs = foreign.get("/api/me/sessions").json["data"][0]["id"]

        response = client_of(ada).delete(f"/api/me/sessions/{theirs}")

        assert response.status_code == 404
        assert response.json == NOT_FOUND
        assert foreign.get("/api/me").status_code == 200

    def test_one_that_is_not_there_is_not_found(self, client_of, ada):
        response = client_of(ada).delete(f"/api/me/sessions/{NOWHERE}")

        assert response.status_code == 404
        assert response.json == NOT_FOUND


class TestAdministrators:
    def test_they_see_a_users_sessions_as_the_user_does(self, administration, client_of, ada):
        own = client_of(ada).get("/api/me/sessions").json

        seen = administration.get(f"/api/users/{ada.id}/sessions")

        assert seen.status_code == 200
        assert seen.json == {**own, "data": [{**own["data"][0], "current": False}]}

    def test_they_end_one(self, administration, client_of, ada):
        stolen, kept = client_of(ada), client_of(ada)
        session_id = next(row["id"] for row in stolen.get("/api/me/sessions").json["data"] if row["current"])

        answer = administration.delete(f"/api/users/{ada.id}/sessions/{session_id}")

        assert (answer.status_code, answer.json) == (200, OK)
        assert (stolen.get("/api/me").status_code, kept.get("/api/me").status_code) == (401, 200)

    def test_they_end_all(self, administration, client_of, ada):
        first, second = client_of(ada), client_of(ada)

        answer = administration.delete(f"/api/users/{ada.id}/sessions")

        assert (answer.status_code, answer.json) == (200, OK)
        assert (first.get("/api/me").status_code, second.get("/api/me").status_code) == (401, 401)
        assert administration.get("/api/me").status_code == 200

    def test_a_session_of_another_user_is_not_found(self, administration, client_of, ada, admin):
        own_id = administration.get("/api/me/sessions").json["data"][0]["id"]

        answer = administration.delete(f"/api/users/{ada.id}/sessions/{own_id}")

        assert (answer.status_code, answer.json) == (404, NOT_FOUND)
        assert administration.get("/api/me").status_code == 200

    def test_a_user_without_sessions_has_an_empty_page(self, administration, ada):
        assert administration.get(f"/api/users/{ada.id}/sessions").json == EMPTY_PAGE

    def test_others_may_not(self, client_of, ada, make_user):
        client = client_of(make_user("bob"))

        for answer in (client.get(f"/api/users/{ada.id}/sessions"), client.delete(f"/api/users/{ada.id}/sessions")):
            assert (answer.status_code, answer.json) == (401, UNAUTHORIZED)
