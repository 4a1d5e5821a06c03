"""Lists of teams in Umami's API: whole bodies."""

from uuid import uuid4

import pytest

from app.models import Team
from tests.umami.bodies import membership_body, page_body, pretty, team_body


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def blue(ada, bob, make_team, make_website):
    """Ada's team, with a member and two websites."""
    team = make_team(ada, "Blue", member=bob)
    make_website(team=team)
    make_website(team=team)
    return team


@pytest.fixture
def full(stored, membership):
    """Return a team as lists contain it."""

    def named(team, person):
        return {
            **membership_body(membership(team, person)),
            "user": {"id": str(person.id), "username": person.username},
        }

    def body(team, *people, websites=0, access_code=True):
        return {
            **team_body(stored(Team, team), access_code=access_code),
            "members": [named(team, person) for person in people],
            "_count": {"websites": websites, "members": len(people)},
        }

    return body


class TestOnesOwn:
    @pytest.mark.parametrize("path", ["/api/me/teams", "/api/teams", "/api/users/{}/teams"])
    def test_they_come_oldest_first_with_named_members(self, client_of, ada, bob, blue, make_team, full, path):
        green = make_team(bob, "Green", view_only=ada)
        make_team(bob, "Not Ada's")

        response = client_of(ada).get(path.format(ada.id))

        teams = full(blue, ada, bob, websites=2), full(green, bob, ada, access_code=False)
        assert pretty(response.json) == pretty(page_body(*teams))

    def test_search_is_not_known_here(self, client_of, ada, blue, full, bob):
        response = client_of(ada).get("/api/me/teams?search=green")

        assert pretty(response.json) == pretty(page_body(full(blue, ada, bob, websites=2)))

    def test_a_user_in_no_team_has_an_empty_page(self, client_of, ada):
        response = client_of(ada).get("/api/me/teams")

        assert pretty(response.json) == pretty(page_body())

    def test_nobody_has_an_empty_page(self, client_of, admin):
        response = client_of(admin).get(f"/api/users/{uuid4()}/teams")

        assert (response.status_code, response.json) == (200, page_body())


class TestAll:
    def test_they_come_newest_first(self, client_of, admin, ada, bob, blue, make_team, full):
        green = make_team(ada, "Green")

        response = client_of(admin).get("/api/admin/teams")

        assert pretty(response.json) == pretty(page_body(full(green, ada), full(blue, ada, bob, websites=2)))

    def test_search_finds_a_part_of_the_name(self, client_of, admin, ada, blue, make_team, full):
        green = make_team(ada, "Evergreen")

        response = client_of(admin).get("/api/admin/teams?search=GREEN")

        assert pretty(response.json) == pretty(page_body(full(green, ada), search="GREEN"))


class TestWhatIsNotKept:
    @pytest.mark.parametrize("things", ["links", "pixels", "boards"])
    def test_the_page_is_empty(self, client_of, make_user, make_team, things):
        ada = make_user("ada")
        team = make_team(ada)

        response = client_of(ada).get(f"/api/teams/{team}/{things}?search=x&pageSize=5")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(page_body(size=5, search="x"))
