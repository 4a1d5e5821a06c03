"""Teams in Umami's API: whole bodies."""

import re
from uuid import uuid4

import pytest

from app.models import Team
from tests.umami.bodies import (
    NOT_FOUND,
    OK,
    bad_request,
    membership_body,
    pretty,
    refusal,
    team_body,
)

NO_TEAM = refusal(404, "Team not found.", "not-found")
OWNERS_AND_MANAGERS = refusal(401, "You must be the owner/manager of this team.", "unauthorized")


class TestCreate:
    def test_the_answer_is_a_list_of_the_team_and_its_owner(self, client_of, make_user, stored, membership):
        ada = make_user("ada")

        response = client_of(ada).post("/api/teams", json={"name": "Blue", "domain": "dropped"})

        team = stored(Team, response.json[0]["id"])
        assert response.status_code == 200
        assert pretty(response.json) == pretty([team_body(team), membership_body(membership(team.id, ada))])
        assert (response.json[0]["name"], response.json[1]["role"]) == ("Blue", "team-owner")
        assert re.fullmatch(r"team_[0-9a-zA-Z]{16}", response.json[0]["accessCode"])

    def test_an_admin_may_name_another_owner(self, client_of, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).post("/api/teams", json={"name": "", "ownerId": str(ada.id).upper()})

        assert (response.json[0]["name"], response.json[1]["userId"]) == ("", str(ada.id))


class TestJoin:
    def test_the_answer_is_a_membership(self, client_of, make_user, make_team, stored, membership):
        ada = make_user("ada", role="view-only")
        team = stored(Team, make_team(make_user()))

        response = client_of(ada).post("/api/teams/join", json={"accessCode": team.access_code})

        assert response.status_code == 200
        assert pretty(response.json) == pretty(membership_body(membership(team.id, ada)))
        assert response.json["role"] == "team-member"

    def test_who_is_in_is_refused(self, client_of, make_user, make_team, stored):
        ada = make_user("ada")
        team = stored(Team, make_team(ada))

        response = client_of(ada).post("/api/teams/join", json={"accessCode": team.access_code})

        assert (response.status_code, response.json) == (400, bad_request("User is already a team member."))

    def test_a_wrong_code_finds_no_team(self, client_of, make_user):
        response = client_of(make_user()).post("/api/teams/join", json={"accessCode": "TEAM_nothing"})

        assert (response.status_code, response.json) == (404, refusal(404, "Team not found.", "team-not-found"))


class TestRead:
    def test_it_is_the_team_with_bare_members(self, client_of, make_user, make_team, stored, membership):
        ada, bob = make_user("ada"), make_user("bob")
        team = make_team(ada, "Blue", view_only=bob)

        response = client_of(ada).get(f"/api/teams/{team}")

        members = [membership_body(membership(team, person)) for person in (ada, bob)]
        assert pretty(response.json) == pretty({**team_body(stored(Team, team)), "members": members})

    @pytest.mark.parametrize(("role", "shown"), [("manager", True), ("member", False), ("view_only", False)])
    def test_the_access_code_is_for_those_who_may_change_it(self, client_of, make_user, make_team, stored, role, shown):
        bob = make_user("bob")
        team = make_team(make_user(), "Blue", **{role: bob})

        response = client_of(bob).get(f"/api/teams/{team}")

        assert response.json == {
            **team_body(stored(Team, team), access_code=shown),
            "members": response.json["members"],
        }

    def test_an_unknown_one_is_missing_to_an_admin(self, client_of, admin):
        response = client_of(admin).get(f"/api/teams/{uuid4()}")

        assert (response.status_code, response.json) == (404, NO_TEAM)


class TestUpdate:
    def test_the_answer_is_the_team_as_it_is_now(self, client_of, make_user, make_team, stored):
        ada = make_user("ada")
        team = make_team(ada, "Blue")
        whole = client_of(ada).get(f"/api/teams/{team}").json | {"name": "Green", "accessCode": "chosen by ada"}

        response = client_of(ada).post(f"/api/teams/{team}", json=whole)

        assert response.status_code == 200
        assert pretty(response.json) == pretty(team_body(stored(Team, team)))
        assert (response.json["name"], response.json["accessCode"]) == ("Green", "chosen by ada")

    def test_nothing_given_moves_the_time_of_change(self, client_of, make_user, make_team, stored):
        ada = make_user("ada")
        team = make_team(ada, "Blue")
        before = stored(Team, team)

        response = client_of(ada).post(f"/api/teams/{team}", json={})

        after = stored(Team, team)
        assert pretty(response.json) == pretty(team_body(after))
        assert (after.name, after.access_code) == ("Blue", before.access_code)
        assert after.updated_at > before.updated_at

    def test_a_taken_access_code_is_refused(self, client_of, make_user, make_team, stored):
        ada = make_user("ada")
        team, other = make_team(ada, "Blue"), stored(Team, make_team(ada, "Green"))

        response = client_of(ada).post(f"/api/teams/{team}", json={"accessCode": other.access_code})

        assert (response.status_code, response.json) == (400, bad_request("That access code is already taken."))

    def test_a_member_reads_why_not(self, client_of, make_user, make_team):
        bob = make_user("bob")
        team = make_team(make_user(), "Blue", member=bob)

        response = client_of(bob).post(f"/api/teams/{team}", json={"name": "Mine"})

        assert (response.status_code, response.json) == (401, OWNERS_AND_MANAGERS)


class TestDelete:
    def test_it_is_ok(self, client_of, admin, make_user, make_team):
        ada = make_user("ada")
        team = make_team(ada, "Blue")

        response = client_of(ada).delete(f"/api/teams/{team}")

        assert (response.status_code, response.json) == (200, OK)
        assert client_of(admin).delete(f"/api/teams/{team}").json == NO_TEAM

    def test_a_manager_reads_why_not(self, client_of, make_user, make_team):
        bob = make_user("bob")
        team = make_team(make_user(), "Blue", manager=bob)

        response = client_of(bob).delete(f"/api/teams/{team}")

        assert (response.status_code, response.json) == (401, OWNERS_AND_MANAGERS)


def test_a_team_without_an_id_is_missing(client_of, admin):
    response = client_of(admin).get("/api/teams/blue")

    assert (response.status_code, response.json) == (404, NOT_FOUND)
