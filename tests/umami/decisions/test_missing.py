"""Missing objects: 404 for callers who may know that, 401 for outsiders."""

import pytest

from tests.umami.decisions.envelopes import (
    EMPTY_PAGE,
    NOT_FOUND,
    NOT_IN_CHARGE,
    NOWHERE,
    TEAM_NOT_FOUND,
    UNAUTHORIZED,
    bad_fields,
    bad_request,
    unauthorized,
)

MEMBERS_ONLY = unauthorized("You must be a member of this team.")
NO_MEMBER = bad_request("The User does not exists on this team.")
SITE = {"name": "Site", "domain": "site.example"}
LINK = {"name": "Link", "slug": "some-slug", "parameters": {}}
USER, TEAM, WEBSITE, SHARE = (f"/api/{kind}/{NOWHERE}" for kind in ("users", "teams", "websites", "share/id"))

CALLS = {
    "a user": ("GET", USER, None, NOT_FOUND, UNAUTHORIZED),
    "a user to change": ("POST", USER, {"role": "user"}, NOT_FOUND, UNAUTHORIZED),
    "a user to rename": ("POST", USER, {"username": "ada"}, NOT_FOUND, UNAUTHORIZED),
    "a user to delete": ("DELETE", USER, None, NOT_FOUND, UNAUTHORIZED),
    "a user's websites": ("GET", f"{USER}/websites", None, EMPTY_PAGE, UNAUTHORIZED),
    "a user's teams": ("GET", f"{USER}/teams", None, EMPTY_PAGE, UNAUTHORIZED),
    "a team": ("GET", TEAM, None, TEAM_NOT_FOUND, UNAUTHORIZED),
    "a team to change": ("POST", TEAM, {"name": "Blue"}, TEAM_NOT_FOUND, NOT_IN_CHARGE),
    "a team to delete": ("DELETE", TEAM, None, TEAM_NOT_FOUND, NOT_IN_CHARGE),
    "a team's members": ("GET", f"{TEAM}/users", None, TEAM_NOT_FOUND, MEMBERS_ONLY),
    "a team's websites": ("GET", f"{TEAM}/websites", None, TEAM_NOT_FOUND, UNAUTHORIZED),
    "a team's links": ("GET", f"{TEAM}/links", None, TEAM_NOT_FOUND, UNAUTHORIZED),
    "a team for a member": (
        "POST",
        f"{TEAM}/users",
        {"userId": NOWHERE, "role": "team-member"},
        TEAM_NOT_FOUND,
        NOT_IN_CHARGE,
    ),
    "a membership": ("GET", f"{TEAM}/users/{NOWHERE}", None, TEAM_NOT_FOUND, NOT_IN_CHARGE),
    "a membership to change": (
        "POST",
        f"{TEAM}/users/{NOWHERE}",
        {"role": "team-member"},
        TEAM_NOT_FOUND,
        NOT_IN_CHARGE,
    ),
    "a membership to end": ("DELETE", f"{TEAM}/users/{NOWHERE}", None, TEAM_NOT_FOUND, NOT_IN_CHARGE),
    "a team for a website": ("POST", f"{TEAM}/websites", SITE, bad_fields(teamId="Team not found"), UNAUTHORIZED),
    "a team's website": ("DELETE", f"{TEAM}/websites/{NOWHERE}", None, NOT_FOUND, UNAUTHORIZED),
    "a website": ("GET", WEBSITE, None, NOT_FOUND, UNAUTHORIZED),
    "a website to change": ("POST", WEBSITE, {"name": "Blue"}, NOT_FOUND, UNAUTHORIZED),
    "a website to delete": ("DELETE", WEBSITE, None, NOT_FOUND, UNAUTHORIZED),
    "a website to reset": ("POST", f"{WEBSITE}/reset", None, NOT_FOUND, UNAUTHORIZED),
    "a website to transfer": ("POST", f"{WEBSITE}/transfer", {"teamId": NOWHERE}, UNAUTHORIZED, UNAUTHORIZED),
    "a website's shares": ("GET", f"{WEBSITE}/shares", None, NOT_FOUND, UNAUTHORIZED),
    "a website to share": ("POST", f"{WEBSITE}/shares", {"name": "Link"}, NOT_FOUND, UNAUTHORIZED),
    "an entity to share": (
        "POST",
        "/api/share",
        {"entityId": NOWHERE, "shareType": 1, **LINK},
        NOT_FOUND,
        UNAUTHORIZED,
    ),
    "a share": ("GET", SHARE, None, NOT_FOUND, UNAUTHORIZED),
    "a share to change": ("POST", SHARE, LINK, NOT_FOUND, UNAUTHORIZED),
    "a share to delete": ("DELETE", SHARE, None, NOT_FOUND, UNAUTHORIZED),
}


def of_call(position):
    return [(*call[:3], call[position]) for call in CALLS.values()]


class TestMissingObjects:
    @pytest.mark.parametrize(("method", "path", "body", "answer"), of_call(3), ids=CALLS)
    def test_an_administrator_learns_that_there_is_none(self, client_of, admin, method, path, body, answer):
        response = client_of(admin).open(path, method=method, json=body)

        assert response.json == answer
        assert response.status_code == answer.get("error", {"status": 200})["status"]

    @pytest.mark.parametrize(("method", "path", "body", "answer"), of_call(4), ids=CALLS)
    def test_an_outsider_does_not(self, client_of, make_user, method, path, body, answer):
        response = client_of(make_user()).open(path, method=method, json=body)

        assert response.status_code == 401
        assert response.json == answer

    def test_an_outsider_who_leaves_learns_nothing_of_the_team(self, client_of, make_user, make_team):
        outsider = make_user()
        teams = [make_team(make_user()), NOWHERE]

        responses = [client_of(outsider).delete(f"/api/teams/{team}/users/{outsider.id}") for team in teams]

        assert [response.status_code for response in responses] == [400, 400]
        assert [response.json for response in responses] == [NO_MEMBER, NO_MEMBER]

    @pytest.mark.parametrize(
        ("method", "body", "answer"),
        [("GET", None, NOT_FOUND), ("POST", {"role": "team-member"}, NO_MEMBER), ("DELETE", None, NO_MEMBER)],
    )
    def test_somebody_who_is_not_in_the_team(self, client_of, make_user, make_team, method, body, answer):
        owner, outsider = make_user(), make_user()
        team = make_team(owner)

        response = client_of(owner).open(f"/api/teams/{team}/users/{outsider.id}", method=method, json=body)

        assert response.status_code == answer["error"]["status"]
        assert response.json == answer

    def test_a_website_of_another_team(self, client_of, make_user, make_team, make_website):
        owner = make_user()
        blue, green = make_team(owner, "Blue"), make_team(owner, "Green")
        website = make_website(team=blue)

        response = client_of(owner).delete(f"/api/teams/{green}/websites/{website}")

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED
        assert client_of(owner).get(f"/api/websites/{website}").status_code == 200

    @pytest.mark.parametrize("slug", ["nobodys", "a b", "%2e%2e", "x" * 200])
    def test_a_slug_that_leads_nowhere(self, anonymous, slug):
        response = anonymous.get(f"/api/share/{slug}")

        assert response.status_code == 404
        assert response.json == NOT_FOUND

    def test_an_access_code_that_no_team_has(self, client_of, make_user):
        response = client_of(make_user()).post("/api/teams/join", json={"accessCode": "team_nobodys"})

        assert response.status_code == 404
        assert response.json == {"error": {"message": "Team not found.", "code": "team-not-found", "status": 404}}
