"""Ids in paths are parsed, not compared as text."""

import pytest

from tests.umami.decisions.envelopes import NOT_FOUND, OK, UNAUTHORIZED, bad_request

MALFORMED = {
    "a word": "me-and-you",
    "a number": "1",
    "too short": "41e2b680-648e-4b09-bcd7-3e2b10c0626",
    "in braces": "{41e2b680-648e-4b09-bcd7-3e2b10c06264}",
    "without hyphens": "41e2b680648e4b09bcd73e2b10c06264",
    "a URN": "urn:uuid:41e2b680-648e-4b09-bcd7-3e2b10c06264",
    "NUL": "%00",
    "digits of another script": "٤1e2b680-648e-4b09-bcd7-3e2b10c06264",
}
PATHS = [
    "/api/users/{}",
    "/api/users/{}/websites",
    "/api/users/{}/teams",
    "/api/teams/{}",
    "/api/teams/{}/users",
    "/api/websites/{}",
    "/api/websites/{}/shares",
    "/api/share/id/{}",
]


class TestIds:
    @pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
    def test_a_malformed_id_is_not_found(self, client_of, admin, text):
        response = client_of(admin).get(f"/api/users/{text}")

        assert response.status_code == 404
        assert response.json == NOT_FOUND

    @pytest.mark.parametrize("path", PATHS)
    def test_a_malformed_id_is_not_found_wherever_it_stands(self, client_of, make_user, admin, path):
        clients = [client_of(admin), client_of(make_user())]

        responses = [client.get(path.format("nonsense")) for client in clients]

        assert [response.status_code for response in responses] == [404, 404]
        assert [response.json for response in responses] == [NOT_FOUND, NOT_FOUND]

    def test_without_a_login_a_malformed_id_is_not_even_read(self, anonymous):
        response = anonymous.get("/api/users/nonsense")

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_an_upper_case_copy_of_ones_own_id_is_oneself(self, client_of, make_user):
        ada = make_user("ada")

        response = client_of(ada).get(f"/api/users/{str(ada.id).upper()}")

        assert response.status_code == 200
        assert response.json["id"] == str(ada.id)

    def test_nobody_deletes_themselves_by_an_upper_case_copy_of_their_id(self, client_of, admin, make_user):
        make_user(role="admin")

        response = client_of(admin).delete(f"/api/users/{str(admin.id).upper()}")

        assert response.status_code == 400
        assert response.json == bad_request("You cannot delete yourself.")
        assert client_of(admin).get(f"/api/users/{admin.id}").json["username"] == "admin"

    def test_upper_case_ids_name_the_same_things(self, client_of, make_user, make_team):
        owner, member = make_user(), make_user()
        team = str(make_team(owner, member=member)).upper()

        response = client_of(owner).delete(f"/api/teams/{team}/users/{str(member.id).upper()}")

        assert response.status_code == 200
        assert response.json == OK
        assert client_of(owner).get(f"/api/teams/{team}/users").json["count"] == 1
