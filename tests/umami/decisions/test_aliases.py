"""Endpoints that clients expect but Umami lacks."""

import pytest

from tests.umami.decisions.envelopes import NOT_FOUND, OK, UNAUTHORIZED

SITE = {"name": "Site", "domain": "site.example"}


class TestAliases:
    @pytest.mark.parametrize("query", ["", "?page=2&pageSize=1", "?search=AD", "?orderBy=username&sortDescending=true"])
    def test_users_are_the_administrators_list(self, client_of, admin, make_user, query):
        make_user("ada")
        client = client_of(admin)

        response = client.get(f"/api/users{query}")

        assert response.status_code == 200
        assert response.json == client.get(f"/api/admin/users{query}").json
        assert response.json["data"][0]["username"] in ("ada", "admin", "user1")

    def test_and_nobody_elses(self, client_of, make_user):
        response = client_of(make_user()).get("/api/users")

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_verify_can_be_read(self, client_of, make_user, make_team):
        ada = make_user("ada")
        team = make_team(ada, "Blue")
        client = client_of(ada)

        read, posted = client.get("/api/auth/verify"), client.post("/api/auth/verify", json={})

        assert read.json == posted.json
        assert read.json == {
            "id": str(ada.id),
            "username": "ada",
            "role": "user",
            "createdAt": read.json["createdAt"],
            "twoFactorRequired": False,
            "isAdmin": False,
            "teams": [{"id": str(team), "name": "Blue", "logoUrl": None}],
        }

    def test_a_website_is_created_in_its_team(self, client_of, make_user, make_team):
        member = make_user()
        team = make_team(make_user(), member=member)
        client = client_of(member)

        response = client.post(f"/api/teams/{team}/websites", json={**SITE, "shareId": "first-link"})

        assert response.status_code == 200
        assert response.json == client.get(f"/api/websites/{response.json['id']}").json
        assert (response.json["teamId"], response.json["userId"]) == (str(team), None)
        assert (response.json["createdBy"], response.json["shareId"]) == (str(member.id), "first-link")

    def test_the_team_of_the_path_counts(self, client_of, make_user, make_team):
        owner = make_user()
        blue, green = make_team(owner, "Blue"), make_team(owner, "Green")

        response = client_of(owner).post(f"/api/teams/{blue}/websites", json={**SITE, "teamId": str(green)})

        assert response.json["teamId"] == str(blue)

    def test_a_website_is_deleted_from_its_team(self, client_of, make_user, make_team, make_website):
        member = make_user()
        team = make_team(make_user(), member=member)
        website = make_website(team=team)
        client = client_of(member)

        response = client.delete(f"/api/teams/{team}/websites/{website}")

        assert response.status_code == 200
        assert response.json == OK
        assert client.get(f"/api/teams/{team}/websites").json["count"] == 0

    def test_and_not_from_another(self, client_of, admin, make_user, make_team, make_website):
        owner = make_user()
        website = make_website(owner=owner)
        team = make_team(owner)

        response = client_of(admin).delete(f"/api/teams/{team}/websites/{website}")

        assert response.status_code == 404
        assert response.json == NOT_FOUND
        assert client_of(admin).get(f"/api/websites/{website}").status_code == 200

    def test_outsiders_do_neither(self, client_of, make_user, make_team, make_website):
        team = make_team(make_user())
        website = make_website(team=team)
        client = client_of(make_user())

        answers = [
            client.post(f"/api/teams/{team}/websites", json=SITE),
            client.delete(f"/api/teams/{team}/websites/{website}"),
        ]

        assert [answer.json for answer in answers] == [UNAUTHORIZED, UNAUTHORIZED]
