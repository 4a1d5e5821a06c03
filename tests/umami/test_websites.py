"""Websites in Umami's API: whole bodies."""

from uuid import uuid4

import pytest

from app.models import Share, Website
from tests.umami.bodies import NOT_FOUND, OK, UNAUTHORIZED, bad_fields, bad_request, pretty, website_body

SITE = {"name": "Shop", "domain": "shop.example"}


@pytest.fixture
def ada(make_user):
    return make_user("ada")


class TestCreate:
    def test_it_is_ones_own(self, client_of, ada, stored):
        response = client_of(ada).post("/api/websites", json={**SITE, "createdBy": str(uuid4()), "userId": "x"})

        website = stored(Website, response.json["id"])
        assert response.status_code == 200
        assert pretty(response.json) == pretty(website_body(website))
        assert (website.name, website.domain) == ("Shop", "shop.example")
        assert (website.user_id, website.team_id, website.created_by) == (ada.id, None, ada.id)
        assert (website.replay_enabled, website.replay_config, website.reset_at) == (False, None, None)

    @pytest.mark.parametrize("path", ["/api/websites", "/api/teams/{}/websites"])
    def test_it_may_be_a_teams(self, client_of, ada, make_team, stored, path):
        team = make_team(ada)

        response = client_of(ada).post(path.format(team), json={**SITE, "teamId": str(team)})

        website = stored(Website, response.json["id"])
        assert pretty(response.json) == pretty(website_body(website))
        assert (website.user_id, website.team_id, website.created_by) == (None, team, ada.id)

    def test_a_first_public_link_comes_along(self, client_of, anonymous, ada, stored):
        response = client_of(ada).post("/api/websites", json={**SITE, "shareId": "look-here"})

        website = stored(Website, response.json["id"])
        shared = anonymous.get("/api/share/look-here").json
        share = stored(Share, shared["shareId"])
        assert pretty(response.json) == pretty(website_body(website, "look-here"))
        assert (share.entity_id, share.name, share.parameters) == (
            website.id,
            "Shop",
            {"overview": True, "events": True},
        )

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_no_link_is_no_link(self, client_of, ada, stored, nothing):
        response = client_of(ada).post("/api/websites", json={**SITE, "shareId": nothing, "teamId": None, "id": None})

        assert pretty(response.json) == pretty(website_body(stored(Website, response.json["id"])))

    def test_a_client_may_choose_the_id(self, client_of, ada):
        chosen = str(uuid4())

        response = client_of(ada).post("/api/websites", json={**SITE, "id": chosen.upper()})

        assert response.json["id"] == chosen

    def test_a_taken_id_or_link_is_refused(self, client_of, ada, make_website, make_share):
        site = make_website(owner=ada)
        slug = make_share(site)

        same_id = client_of(ada).post("/api/websites", json={**SITE, "id": str(site)})
        same_link = client_of(ada).post("/api/websites", json={**SITE, "shareId": slug})

        assert (same_id.status_code, same_id.json) == (400, bad_request("A website with this id already exists"))
        assert (same_link.status_code, same_link.json) == (400, bad_request("That share ID is already taken."))

    def test_an_admin_learns_that_a_team_does_not_exist(self, client_of, admin):
        response = client_of(admin).post("/api/websites", json={**SITE, "teamId": str(uuid4())})

        assert (response.status_code, response.json) == (400, bad_fields(teamId="Team not found"))


class TestRead:
    def test_it_bears_its_newest_link(self, client_of, ada, make_website, make_share, stored):
        site = make_website(owner=ada)
        make_share(site, "older")
        make_share(site, "newer")

        response = client_of(ada).get(f"/api/websites/{site}")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(website_body(stored(Website, site), "newer"))

    def test_a_share_may_look_at_it(self, share_client, ada, make_website, make_share, stored):
        site = make_website(owner=ada)

        response = share_client(make_share(site, "link")).get(f"/api/websites/{site}")

        assert pretty(response.json) == pretty(website_body(stored(Website, site), "link"))

    def test_a_share_without_its_context_may_not(self, share_client, ada, make_website, make_share):
        site = make_website(owner=ada)
        client = share_client(make_share(site))
        del client.environ_base["HTTP_X_UMAMI_SHARE_CONTEXT"]

        response = client.get(f"/api/websites/{site}")

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)

    def test_an_unknown_one_is_missing_to_an_admin_and_hidden_from_others(self, client_of, admin, ada):
        unknown = f"/api/websites/{uuid4()}"

        assert client_of(admin).get(unknown).json == NOT_FOUND
        assert client_of(ada).get(unknown).json == UNAUTHORIZED


class TestReset:
    def test_it_is_ok_and_dated(self, client_of, ada, make_website, stored):
        site = make_website(owner=ada)

        response = client_of(ada).post(f"/api/websites/{site}/reset", data="not even JSON")

        read = client_of(ada).get(f"/api/websites/{site}")
        assert (response.status_code, response.json) == (200, OK)
        assert stored(Website, site).reset_at is not None
        assert pretty(read.json) == pretty(website_body(stored(Website, site)))


class TestDelete:
    def test_its_links_go_with_it(self, client_of, anonymous, admin, ada, make_website, make_share):
        site = make_website(owner=ada)
        slug = make_share(site)

        response = client_of(ada).delete(f"/api/websites/{site}")

        assert (response.status_code, response.json) == (200, OK)
        assert client_of(admin).get(f"/api/websites/{site}").json == NOT_FOUND
        assert anonymous.get(f"/api/share/{slug}").json == NOT_FOUND

    def test_by_the_team_it_is_the_same(self, client_of, ada, make_team, make_website):
        team = make_team(ada)
        site = make_website(team=team)

        response = client_of(ada).delete(f"/api/teams/{team}/websites/{site}")

        assert (response.status_code, response.json) == (200, OK)
        assert client_of(ada).get(f"/api/websites/{site}").status_code == 401
