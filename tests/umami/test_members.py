"""Members of a team in Umami's API: whole bodies."""

from uuid import uuid4

import pytest

from tests.umami.bodies import NOT_FOUND, OK, bad_fields, bad_request, membership_body, page_body, pretty, refusal

OWNERS_AND_MANAGERS = refusal(401, "You must be the owner/manager of this team.", "unauthorized")
MEMBERS = refusal(401, "You must be a member of this team.", "unauthorized")
NO_MEMBER = bad_request("The User does not exists on this team.")


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def team(ada, bob, make_team):
    """Ada's team, with Bob as a member."""
    return make_team(ada, "Blue", member=bob)


class TestList:
    def test_members_come_longest_standing_first_with_names(self, client_of, ada, bob, team, membership):
        response = client_of(bob).get(f"/api/teams/{team}/users")

        members = [
            {**membership_body(membership(team, person)), "user": {"id": str(person.id), "username": person.username}}
            for person in (ada, bob)
        ]
        assert response.status_code == 200
        assert pretty(response.json) == pretty(page_body(*members))

    def test_search_finds_a_part_of_the_name(self, client_of, bob, team):
        response = client_of(bob).get(f"/api/teams/{team}/users?search=DA")

        assert [member["user"]["username"] for member in response.json["data"]] == ["ada"]
        assert (response.json["count"], response.json["search"]) == (1, "DA")

    def test_an_outsider_reads_why_not(self, client_of, make_user, team):
        response = client_of(make_user()).get(f"/api/teams/{team}/users")

        assert (response.status_code, response.json) == (401, MEMBERS)


class TestAdd:
    def test_the_answer_is_the_membership(self, client_of, ada, team, make_user, membership):
        carol = make_user("carol")
        wanted = {"userId": str(carol.id).upper(), "role": "team-view-only", "teamId": str(uuid4())}

        response = client_of(ada).post(f"/api/teams/{team}/users", json=wanted)

        assert response.status_code == 200
        assert pretty(response.json) == pretty(membership_body(membership(team, carol)))
        assert response.json["role"] == "team-view-only"

    def test_who_is_in_is_refused(self, client_of, ada, bob, team):
        response = client_of(ada).post(f"/api/teams/{team}/users", json={"userId": str(bob.id), "role": "team-manager"})

        assert (response.status_code, response.json) == (400, bad_request("User is already a member of the Team."))

    def test_nobody_is_refused(self, client_of, ada, team):
        response = client_of(ada).post(f"/api/teams/{team}/users", json={"userId": str(uuid4()), "role": "team-member"})

        assert (response.status_code, response.json) == (400, bad_fields(userId="User not found"))

    def test_a_member_reads_why_not(self, client_of, bob, team, make_user):
        wanted = {"userId": str(make_user().id), "role": "team-member"}

        response = client_of(bob).post(f"/api/teams/{team}/users", json=wanted)

        assert (response.status_code, response.json) == (401, OWNERS_AND_MANAGERS)


class TestRead:
    def test_it_is_a_membership(self, client_of, ada, bob, team, membership):
        response = client_of(ada).get(f"/api/teams/{team}/users/{bob.id}")

        assert response.status_code == 200
        assert pretty(response.json) == pretty(membership_body(membership(team, bob)))

    def test_who_is_not_in_is_missing(self, client_of, ada, team, make_user):
        response = client_of(ada).get(f"/api/teams/{team}/users/{make_user().id}")

        assert (response.status_code, response.json) == (404, NOT_FOUND)


class TestUpdate:
    @pytest.mark.parametrize("role", ["team-manager", "team-view-only", "team-member"])
    def test_the_answer_is_the_membership_as_it_is_now(self, client_of, ada, bob, team, membership, role):
        response = client_of(ada).post(f"/api/teams/{team}/users/{bob.id}", json={"role": role})

        assert response.status_code == 200
        assert pretty(response.json) == pretty(membership_body(membership(team, bob)))
        assert response.json["role"] == role

    def test_who_is_not_in_is_refused(self, client_of, ada, team, make_user):
        response = client_of(ada).post(f"/api/teams/{team}/users/{make_user().id}", json={"role": "team-member"})

        assert (response.status_code, response.json) == (400, NO_MEMBER)


class TestRemove:
    def test_it_is_ok(self, client_of, ada, bob, team):
        response = client_of(ada).delete(f"/api/teams/{team}/users/{bob.id}")

        assert (response.status_code, response.json) == (200, OK)
        assert client_of(bob).get(f"/api/teams/{team}").status_code == 401

    def test_one_may_leave(self, client_of, bob, team):
        response = client_of(bob).delete(f"/api/teams/{team}/users/{str(bob.id).upper()}")

        assert (response.status_code, response.json) == (200, OK)

    def test_who_is_not_in_is_refused(self, client_of, ada, team, make_user):
        response = client_of(ada).delete(f"/api/teams/{team}/users/{make_user().id}")

        assert (response.status_code, response.json) == (400, NO_MEMBER)
