"""What a request refers to must exist."""

import pytest

from tests.umami.decisions.envelopes import NOWHERE, UNAUTHORIZED, bad_fields

BLUE = {"name": "Blue"}


class TestDanglingReferences:
    def test_an_owner_whom_nobody_knows_is_refused(self, client_of, admin):
        client = client_of(admin)

        response = client.post("/api/teams", json={**BLUE, "ownerId": NOWHERE})

        assert response.status_code == 400
        assert response.json == bad_fields(ownerId="User not found")
        assert client.get("/api/admin/teams").json["count"] == 0

    def test_a_member_whom_nobody_knows_is_refused(self, client_of, make_user, make_team):
        owner = make_user()
        team = make_team(owner)

        response = client_of(owner).post(f"/api/teams/{team}/users", json={"userId": NOWHERE, "role": "team-member"})

        assert response.status_code == 400
        assert response.json == bad_fields(userId="User not found")
        assert client_of(owner).get(f"/api/teams/{team}/users").json["count"] == 1

    def test_a_team_that_nobody_knows_gets_no_website(self, client_of, admin):
        client = client_of(admin)

        response = client.post("/api/websites", json={"name": "A", "domain": "a.example", "teamId": NOWHERE})

        assert response.status_code == 400
        assert response.json == bad_fields(teamId="Team not found")
        assert client.get("/api/admin/websites").json["count"] == 0

    def test_an_administrator_names_somebody_else_as_owner(self, client_of, admin, make_user):
        ada = make_user()

        response = client_of(admin).post("/api/teams", json={**BLUE, "ownerId": str(ada.id)})

        team, membership = response.json
        assert response.status_code == 200
        assert (membership["userId"], membership["role"]) == (str(ada.id), "team-owner")
        assert client_of(ada).get(f"/api/teams/{team['id']}/users").json["count"] == 1

    @pytest.mark.parametrize("known", [True, False], ids=["somebody", "nobody"])
    def test_others_make_nobody_else_an_owner(self, client_of, admin, make_user, known):
        other = str(make_user().id) if known else NOWHERE

        response = client_of(make_user()).post("/api/teams", json={**BLUE, "ownerId": other})

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED
        assert client_of(admin).get("/api/admin/teams").json["count"] == 0

    def test_naming_oneself_is_allowed(self, client_of, make_user):
        ada = make_user()

        response = client_of(ada).post("/api/teams", json={**BLUE, "ownerId": str(ada.id)})

        assert response.status_code == 200
        assert response.json[1]["userId"] == str(ada.id)
