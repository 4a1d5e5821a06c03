"""Rows that an Umami database marks as deleted are missing everywhere."""

import pytest
from sqlalchemy import update

from app.models import Team, User, Website
from tests.umami.decisions.envelopes import EMPTY_PAGE, NOT_FOUND, TEAM_NOT_FOUND, UNAUTHORIZED, bad_fields, bad_request

NO_TEAM = {"error": {"message": "Team not found.", "code": "team-not-found", "status": 404}}
NO_MEMBER = bad_request("The User does not exists on this team.")


@pytest.fixture
def mark(in_database):
    """``mark(User, id)`` marks a row as deleted, as Umami Cloud does."""

    def set_deleted(model, identity):
        with in_database() as session:
            session.execute(update(model).where(model.id == identity).values(deleted_at=model.created_at))

    return set_deleted


@pytest.fixture
def gone(make_user):
    """A user whom tests mark as deleted."""
    return make_user("gone")


class TestDeletedUsers:
    @pytest.fixture
    def owner(self, make_user):
        return make_user("owner")

    @pytest.fixture
    def team(self, make_team, owner, gone):
        return make_team(owner, "Blue", manager=gone)

    def test_they_can_neither_log_in_nor_go_on(self, client_of, log_in, gone, mark):
        client = client_of(gone)

        mark(User, gone.id)

        assert log_in(gone).status_code == 401
        assert client.get("/api/me").json == UNAUTHORIZED

    @pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", {"role": "admin"}), ("DELETE", None)])
    def test_they_are_not_found(self, client_of, admin, gone, mark, method, body):
        mark(User, gone.id)

        response = client_of(admin).open(f"/api/users/{gone.id}", method=method, json=body)

        assert response.status_code == 404
        assert response.json == NOT_FOUND

    def test_they_are_in_no_list(self, client_of, admin, gone, mark, owner, team):
        mark(User, gone.id)
        client = client_of(admin)

        users, members = client.get("/api/admin/users").json, client.get(f"/api/teams/{team}/users").json
        (listed,) = client.get("/api/admin/teams").json["data"]
        found = client.get("/api/admin/users?search=gone").json

        assert [row["username"] for row in users["data"]] == ["owner", "admin"]
        assert (users["count"], members["count"], found["count"]) == (2, 1, 0)
        assert [row["userId"] for row in members["data"]] == [str(owner.id)]
        assert [row["userId"] for row in listed["members"]] == [str(owner.id)]
        assert listed["_count"] == {"websites": 0, "members": 1}

    def test_they_are_not_in_the_team(self, client_of, gone, mark, owner, team):
        mark(User, gone.id)
        client = client_of(owner)
        path = f"/api/teams/{team}/users/{gone.id}"

        answers = [client.get(path), client.post(path, json={"role": "team-member"}), client.delete(path)]

        assert [answer.json for answer in answers] == [NOT_FOUND, NO_MEMBER, NO_MEMBER]
        assert [row["userId"] for row in client.get(f"/api/teams/{team}").json["members"]] == [str(owner.id)]

    def test_they_are_not_named_as_owners_of_a_teams_website(
        self, client_of, admin, gone, mark, owner, team, make_website
    ):
        make_website(team=team)
        client_of(admin).post(f"/api/teams/{team}/users/{gone.id}", json={"role": "team-owner"})
        mark(User, gone.id)

        (listed,) = client_of(admin).get("/api/admin/websites").json["data"]

        assert [row["userId"] for row in listed["team"]["members"]] == [str(owner.id)]

    def test_they_are_given_nothing(self, client_of, admin, gone, mark, make_user, make_team):
        mark(User, gone.id)
        client, other, team = client_of(admin), make_user(), make_team(admin)

        answers = [
            client.post("/api/teams", json={"name": "Blue", "ownerId": str(gone.id)}),
            client.post(f"/api/teams/{team}/users", json={"userId": str(gone.id), "role": "team-member"}),
            client.delete(f"/api/users/{other.id}?transferTo={gone.id}"),
        ]

        assert [answer.status_code for answer in answers] == [400] * 3
        fields = ("ownerId", "userId", "transferTo")
        assert [answer.json for answer in answers] == [bad_fields(**{name: "User not found"}) for name in fields]

    def test_a_team_does_not_pass_to_them(self, client_of, admin, gone, mark, owner, team, make_user):
        member = make_user("member")
        client_of(admin).post(f"/api/teams/{team}/users", json={"userId": str(member.id), "role": "team-member"})
        mark(User, gone.id)

        client_of(admin).delete(f"/api/users/{owner.id}")

        members = client_of(admin).get(f"/api/teams/{team}/users").json["data"]
        assert [(row["userId"], row["role"]) for row in members] == [(str(member.id), "team-owner")]


class TestDeletedTeams:
    @pytest.fixture
    def owner(self, make_user):
        return make_user()

    @pytest.fixture
    def team(self, make_team, owner):
        return make_team(owner, "Gone")

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "", None),
            ("POST", "", {"name": "Blue"}),
            ("DELETE", "", None),
            ("GET", "/users", None),
            ("GET", "/websites", None),
            ("POST", "/users", {"userId": "{user}", "role": "team-member"}),
        ],
    )
    def test_they_are_not_found(self, client_of, admin, team, mark, method, path, body):
        mark(Team, team)
        body = body and {key: value.replace("{user}", str(admin.id)) for key, value in body.items()}

        response = client_of(admin).open(f"/api/teams/{team}{path}", method=method, json=body)

        assert response.status_code == 404
        assert response.json == TEAM_NOT_FOUND

    def test_they_are_in_no_list(self, client_of, admin, log_in, owner, team, mark, make_website):
        make_website(team=team)
        mark(Team, team)
        client = client_of(owner)

        assert client_of(admin).get("/api/admin/teams").json == EMPTY_PAGE
        assert client.get("/api/me/teams").json == EMPTY_PAGE
        assert client.get("/api/me/websites?includeTeams=true").json == EMPTY_PAGE
        assert client.post("/api/auth/verify").json["teams"] == []
        assert log_in(owner).json["user"]["teams"] == []
        assert client_of(admin).get("/api/admin/websites").json["data"][0]["team"] is None

    def test_nobody_joins_them(self, client_of, owner, team, mark, make_user):
        code = client_of(owner).get(f"/api/teams/{team}").json["accessCode"]
        mark(Team, team)

        response = client_of(make_user()).post("/api/teams/join", json={"accessCode": code})

        assert response.status_code == 404
        assert response.json == NO_TEAM

    def test_membership_in_them_gives_no_rights(self, client_of, owner, team, mark, make_website):
        website = make_website(team=team)
        mark(Team, team)
        client = client_of(owner)

        answers = [
            client.get(f"/api/websites/{website}"),
            client.post(f"/api/websites/{website}", json={"name": "Blue"}),
            client.delete(f"/api/websites/{website}"),
            client.get(f"/api/websites/{website}/shares"),
            client.post(f"/api/websites/{website}/transfer", json={"userId": str(owner.id)}),
        ]

        assert [answer.json for answer in answers] == [UNAUTHORIZED] * 5

    def test_they_get_no_website(self, client_of, owner, team, mark, make_website):
        website = make_website(owner=owner)
        mark(Team, team)
        client = client_of(owner)

        answers = [
            client.post("/api/websites", json={"name": "A", "domain": "a.example", "teamId": str(team)}),
            client.post(f"/api/websites/{website}/transfer", json={"teamId": str(team)}),
        ]

        assert [answer.json for answer in answers] == [UNAUTHORIZED] * 2


class TestDeletedWebsites:
    @pytest.fixture
    def website(self, make_website, admin):
        return make_website("Gone", owner=admin)

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "", None),
            ("POST", "", {"name": "Blue"}),
            ("DELETE", "", None),
            ("POST", "/reset", None),
            ("GET", "/shares", None),
            ("POST", "/shares", {"name": "Link"}),
        ],
    )
    def test_they_are_not_found(self, client_of, admin, website, mark, method, path, body):
        mark(Website, website)

        response = client_of(admin).open(f"/api/websites/{website}{path}", method=method, json=body)

        assert response.status_code == 404
        assert response.json == NOT_FOUND

    def test_they_are_in_no_list_and_no_count(self, client_of, admin, website, mark):
        mark(Website, website)
        client = client_of(admin)

        assert client.get("/api/admin/websites").json == EMPTY_PAGE
        assert client.get("/api/me/websites").json == EMPTY_PAGE
        assert client.get("/api/admin/users").json["data"][0]["_count"] == {"websites": 0}

    def test_their_links_lead_nowhere(self, client_of, admin, anonymous, share_client, website, mark, make_share):
        slug = make_share(website)
        viewer, share = share_client(slug), anonymous.get(f"/api/share/{slug}").json["shareId"]

        mark(Website, website)

        assert anonymous.get(f"/api/share/{slug}").json == NOT_FOUND
        assert viewer.get(f"/api/websites/{website}").json == UNAUTHORIZED
        assert client_of(admin).get(f"/api/share/id/{share}").json == NOT_FOUND
