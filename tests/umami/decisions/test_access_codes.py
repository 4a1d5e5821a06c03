"""Access codes: visible only to users who can change them, and hard to guess."""

import random
import re

import pytest

from tests.umami.decisions.envelopes import bad_fields

CODE = re.compile(r"team_[0-9A-Za-z]{16}")
TOO_SHORT = bad_fields(accessCode="Too small: expected string to have >=8 characters")


@pytest.fixture
def people(make_user, admin):
    """A member in each role of the team."""
    roles = ("owner", "manager", "member", "view_only")
    return {role: make_user(role) for role in roles} | {"admin": admin}


@pytest.fixture
def team(make_team, people):
    others = {role: people[role] for role in ("manager", "member", "view_only")}
    return make_team(people["owner"], **others)


class TestWhoSeesThem:
    LISTS = ["/api/me/teams", "/api/teams", "/api/users/{id}/teams"]

    @pytest.mark.parametrize("role", ["owner", "manager", "admin"])
    def test_those_who_may_change_them_do(self, client_of, people, team, role):
        code = client_of(people[role]).get(f"/api/teams/{team}").json["accessCode"]

        assert CODE.fullmatch(code)

    @pytest.mark.parametrize("role", ["member", "view_only"])
    def test_other_members_see_null(self, client_of, people, team, role):
        answer = client_of(people[role]).get(f"/api/teams/{team}").json

        assert answer["id"] == str(team)
        assert answer["accessCode"] is None

    @pytest.mark.parametrize("path", LISTS)
    @pytest.mark.parametrize(
        ("role", "sees"), [("owner", True), ("manager", True), ("member", False), ("view_only", False)]
    )
    def test_lists_show_them_to_the_same(self, client_of, people, team, path, role, sees):
        answer = client_of(people[role]).get(path.format(id=people[role].id)).json

        assert [bool(row["accessCode"]) for row in answer["data"]] == [sees]

    @pytest.mark.parametrize("path", ["/api/admin/teams", "/api/admin/websites", "/api/users/{id}/teams"])
    def test_administrators_see_them_in_lists(self, client_of, people, team, make_website, path):
        make_website(team=team)

        (row,) = client_of(people["admin"]).get(path.format(id=people["member"].id)).json["data"]

        assert CODE.fullmatch((row.get("team") or row)["accessCode"])

    def test_whoever_joins_does_not_get_it_back(self, client_of, people, team, make_user):
        code = client_of(people["owner"]).get(f"/api/teams/{team}").json["accessCode"]
        joining = client_of(make_user())

        joined = joining.post("/api/teams/join", json={"accessCode": code})

        assert list(joined.json) == ["id", "teamId", "userId", "role", "createdAt", "updatedAt"]
        assert joining.get(f"/api/teams/{team}").json["accessCode"] is None


class TestWhatTheyAre:
    def test_the_generator_cannot_be_foretold(self, client_of, admin):
        client, codes = client_of(admin), set()

        for _ in range(3):
            random.seed(1)
            codes.add(client.post("/api/teams", json={"name": "Blue"}).json[0]["accessCode"])

        assert len(codes) == 3
        assert all(CODE.fullmatch(code) for code in codes)

    @pytest.mark.parametrize("code", ["", "a", "1234567"])
    def test_short_ones_are_refused(self, client_of, people, team, code):
        client = client_of(people["owner"])
        before = client.get(f"/api/teams/{team}").json

        response = client.post(f"/api/teams/{team}", json={"name": "Renamed", "accessCode": code})

        assert response.status_code == 400
        assert response.json == TOO_SHORT
        assert client.get(f"/api/teams/{team}").json == before

    def test_eight_characters_will_do(self, client_of, people, team, make_user):
        response = client_of(people["manager"]).post(f"/api/teams/{team}", json={"accessCode": "12345678"})

        assert response.status_code == 200
        assert response.json["accessCode"] == "12345678"
        assert client_of(make_user()).post("/api/teams/join", json={"accessCode": "12345678"}).status_code == 200

    def test_a_short_one_of_old_does_not_hinder_a_change_of_name(self, client_of, people, team, in_database):
        with in_database() as session:
            session.connection().exec_driver_sql("UPDATE team SET access_code = 'old'")

        response = client_of(people["owner"]).post(f"/api/teams/{team}", json={"name": "Blue", "accessCode": "old"})

        assert response.status_code == 200
        assert (response.json["name"], response.json["accessCode"]) == ("Blue", "old")

    def test_spaces_that_were_pasted_with_one_do_not_count(self, client_of, people, team, make_user):
        changed = client_of(people["owner"]).post(f"/api/teams/{team}", json={"accessCode": f"  {'c' * 50}\n"})

        joined = client_of(make_user()).post("/api/teams/join", json={"accessCode": f"\t{'c' * 50} "})

        assert (changed.status_code, changed.json["accessCode"]) == (200, "c" * 50)
        assert joined.status_code == 200

    def test_spaces_do_not_make_a_short_one_long(self, client_of, people, team):
        response = client_of(people["owner"]).post(f"/api/teams/{team}", json={"accessCode": " 1234567 "})

        assert (response.status_code, response.json) == (400, TOO_SHORT)

    def test_one_of_old_with_spaces_opens_as_it_is_and_stays(self, client_of, people, team, make_user, in_database):
        with in_database() as session:
            session.connection().exec_driver_sql("UPDATE team SET access_code = ' of old '")

        kept = client_of(people["owner"]).post(f"/api/teams/{team}", json={"accessCode": " of old "})
        joined = client_of(make_user()).post("/api/teams/join", json={"accessCode": " of old "})

        assert (kept.status_code, kept.json["accessCode"]) == (200, " of old ")
        assert joined.status_code == 200

    def test_a_changed_one_no_longer_opens(self, client_of, people, team, make_user):
        client = client_of(people["owner"])
        old = client.get(f"/api/teams/{team}").json["accessCode"]
        client.post(f"/api/teams/{team}", json={"accessCode": "team_brand_new"})

        response = client_of(make_user()).post("/api/teams/join", json={"accessCode": old})

        assert response.status_code == 404
