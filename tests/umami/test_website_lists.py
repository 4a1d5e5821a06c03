"""Lists of websites in Umami's API: whole bodies."""

from uuid import uuid4

import pytest

from app.models import Team, Website
from tests.umami.bodies import membership_body, page_body, pretty, team_body, website_body


@pytest.fixture
def ada(make_user):
    return make_user("ada")


def names(response):
    return [website["name"] for website in response.json["data"]]


class TestOnesOwn:
    @pytest.mark.parametrize("path", ["/api/me/websites", "/api/websites", "/api/users/{}/websites"])
    def test_they_come_by_name_with_their_owner(
        self, client_of, ada, make_website, make_share, make_user, stored, path
    ):
        shop, blog = make_website("Shop", owner=ada), make_website("Blog", owner=ada)
        make_website("Foreign", owner=make_user())
        make_share(blog, "blog-link")

        response = client_of(ada).get(path.format(ada.id))

        user = {"username": "ada", "id": str(ada.id)}
        items = (
            website_body(stored(Website, blog), "blog-link", user=user),
            website_body(stored(Website, shop), user=user),
        )
        assert response.status_code == 200
        assert pretty(response.json) == pretty(page_body(*items))

    @pytest.mark.parametrize("path", ["/api/me/websites", "/api/websites", "/api/users/{}/websites"])
    def test_with_teams_there_is_no_owner(self, client_of, ada, make_website, make_team, make_user, stored, path):
        own, of_team = make_website("Own", owner=ada), make_website("Blue", team=make_team(ada))
        make_website("Of a team that Ada does not manage", team=make_team(make_user(), member=ada))

        response = client_of(ada).get(path.format(ada.id) + "?includeTeams=true")

        items = website_body(stored(Website, of_team)), website_body(stored(Website, own))
        assert pretty(response.json) == pretty(page_body(*items))

    def test_search_finds_a_part_of_name_or_domain(self, client_of, ada, make_website):
        make_website("Shop", "one.example", owner=ada)
        make_website("Blog", "two.shopping.example", owner=ada)
        make_website("Wiki", "three.example", owner=ada)

        response = client_of(ada).get("/api/websites?search=SHOP")

        assert names(response) == ["Blog", "Shop"]
        assert (response.json["count"], response.json["search"]) == (2, "SHOP")

    def test_ones_own_page_knows_no_search(self, client_of, ada, make_website):
        make_website("Wiki", owner=ada)

        response = client_of(ada).get("/api/me/websites?search=shop")

        assert names(response) == ["Wiki"]
        assert "search" not in response.json

    def test_an_admins_own_list_is_of_own_websites(self, client_of, admin, ada, make_website):
        make_website("Ada's", owner=ada)

        assert client_of(admin).get("/api/websites").json == page_body()

    def test_nobody_has_an_empty_page(self, client_of, admin):
        response = client_of(admin).get(f"/api/users/{uuid4()}/websites?search=")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(page_body(search=""))


class TestOfATeam:
    def test_they_come_by_name_with_who_created_them(self, client_of, ada, make_team, make_website, stored):
        team = make_team(ada)
        made = client_of(ada).post(f"/api/teams/{team}/websites", json={"name": "Shop", "domain": "x"}).json["id"]
        imported = make_website("Blog", team=team)

        response = client_of(ada).get(f"/api/teams/{team}/websites")

        items = (
            website_body(stored(Website, imported), createUser=None),
            website_body(stored(Website, made), createUser={"id": str(ada.id), "username": "ada"}),
        )
        assert pretty(response.json) == pretty(page_body(*items))

    def test_search_finds_a_part_of_name_or_domain(self, client_of, ada, make_team, make_website):
        team = make_team(ada)
        make_website("Shop", "one.example", team=team)
        make_website("Wiki", "two.example", team=team)

        response = client_of(ada).get(f"/api/teams/{team}/websites?search=two")

        assert names(response) == ["Wiki"]


class TestAll:
    def test_they_come_newest_first_with_owner_or_team(
        self, client_of, admin, ada, make_team, make_user, make_website, stored, membership
    ):
        bob = make_user("bob")
        team = make_team(bob, "Blue", member=ada)
        own, of_team = make_website("Own", owner=ada), make_website("Team's", team=team)

        response = client_of(admin).get("/api/admin/websites")

        blue = {**team_body(stored(Team, team)), "members": [membership_body(membership(team, bob))]}
        items = (
            website_body(stored(Website, of_team), user=None, team=blue),
            website_body(stored(Website, own), user={"username": "ada", "id": str(ada.id)}, team=None),
        )
        assert pretty(response.json) == pretty(page_body(*items))

    def test_those_of_nobody_are_there_too(self, client_of, admin, make_website, ada, stored, change):
        orphan = make_website("Orphan", owner=ada)
        change(Website, orphan, user_id=None, domain=None)

        response = client_of(admin).get("/api/admin/websites?search=orphan")

        item = website_body(stored(Website, orphan), user=None, team=None)
        assert pretty(response.json) == pretty(page_body(item, search="orphan"))
