"""The global role view-only prevents creating things, and takes nothing away."""

import pytest

from tests.umami.decisions.envelopes import OK, UNAUTHORIZED

SITE = {"name": "Site", "domain": "site.example"}


@pytest.fixture
def ada(make_user):
    return make_user("ada", role="view-only")


class TestViewOnly:
    @pytest.mark.parametrize(("path", "body"), [("/api/websites", SITE), ("/api/teams", {"name": "Blue"})])
    def test_nothing_is_created(self, client_of, admin, ada, path, body):
        response = client_of(ada).post(path, json=body)

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED
        assert client_of(admin).get("/api/admin/websites").json["count"] == 0
        assert client_of(admin).get("/api/admin/teams").json["count"] == 0

    @pytest.mark.parametrize("role", ["manager", "member"])
    def test_not_even_for_a_team_where_one_might(self, client_of, make_user, make_team, ada, role):
        team = make_team(make_user(), **{role: ada})
        client = client_of(ada)

        responses = [
            client.post("/api/websites", json={**SITE, "teamId": str(team)}),
            client.post(f"/api/teams/{team}/websites", json=SITE),
        ]

        assert [response.status_code for response in responses] == [401, 401]
        assert [response.json for response in responses] == [UNAUTHORIZED, UNAUTHORIZED]

    def test_what_one_owns_stays_ones_own(self, client_of, ada, make_website):
        website = make_website(owner=ada)
        client = client_of(ada)

        changed = client.post(f"/api/websites/{website}", json={"name": "Blue"})
        shared = client.post(f"/api/websites/{website}/shares", json={"name": "Link"})
        reset = client.post(f"/api/websites/{website}/reset")
        deleted = client.delete(f"/api/websites/{website}")

        assert [answer.status_code for answer in (changed, shared)] == [200, 200]
        assert changed.json["name"] == "Blue"
        assert [reset.json, deleted.json] == [OK, OK]

    def test_what_a_team_role_gives_stays_given(self, client_of, make_user, make_team, make_website, ada):
        team = make_team(make_user(), member=ada)
        website = make_website(team=team)
        client = client_of(ada)

        changed = client.post(f"/api/websites/{website}", json={"name": "Blue"})
        deleted = client.delete(f"/api/websites/{website}")

        assert changed.json["name"] == "Blue"
        assert deleted.json == OK

    def test_a_manager_goes_on_managing(self, client_of, make_user, make_team, ada):
        team = make_team(make_user(), manager=ada)
        newcomer = make_user()
        client = client_of(ada)

        renamed = client.post(f"/api/teams/{team}", json={"name": "Blue"})
        added = client.post(f"/api/teams/{team}/users", json={"userId": str(newcomer.id), "role": "team-member"})

        assert renamed.json["name"] == "Blue"
        assert added.json["userId"] == str(newcomer.id)

    def test_joining_a_team_is_no_creating(self, client_of, make_user, make_team, ada):
        owner = make_user()
        team = make_team(owner)
        code = client_of(owner).get(f"/api/teams/{team}").json["accessCode"]

        response = client_of(ada).post("/api/teams/join", json={"accessCode": code})

        assert response.status_code == 200
        assert response.json["role"] == "team-member"

    def test_a_demoted_owner_may_still_hand_a_website_to_the_team(
        self, client_of, admin, make_user, make_team, make_website
    ):
        owner = make_user()
        team, website = make_team(owner), make_website(owner=owner)
        client_of(admin).post(f"/api/users/{owner.id}", json={"role": "view-only"})

        response = client_of(owner).post(f"/api/websites/{website}/transfer", json={"teamId": str(team)})

        assert response.status_code == 200
        assert (response.json["teamId"], response.json["userId"]) == (str(team), None)

    def test_the_team_role_view_only_changes_nothing(self, client_of, make_user, make_team, make_website):
        viewer = make_user()
        website = make_website(team=make_team(make_user(), view_only=viewer))
        client = client_of(viewer)

        assert client.get(f"/api/websites/{website}").status_code == 200
        assert client.post(f"/api/websites/{website}", json={"name": "Blue"}).json == UNAUTHORIZED
        assert client.delete(f"/api/websites/{website}").json == UNAUTHORIZED
