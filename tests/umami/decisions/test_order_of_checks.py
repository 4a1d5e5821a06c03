"""Authentication, then validation, then permission, then existence; 401 for missing permission, as in Umami."""

import pytest

from tests.umami.decisions.endpoints import endpoints
from tests.umami.decisions.envelopes import (
    BROKEN_JSON,
    NOT_IN_CHARGE,
    NOWHERE,
    TEAM_NOT_FOUND,
    UNAUTHORIZED,
    bad_fields,
    unauthorized,
)

NO_TEXT = "Invalid input: expected string, received number"
MISSHAPEN = {
    "a user to be opened": ("/api/users", {"username": 5, "password": "correct horse", "role": "user"}, "username"),
    "a user": (f"/api/users/{NOWHERE}", {"username": 5}, "username"),
    "a team": (f"/api/teams/{NOWHERE}", {"name": 5}, "name"),
    "a membership": (f"/api/teams/{NOWHERE}/users", {"userId": 5, "role": "team-member"}, "userId"),
    "a team's website": (f"/api/teams/{NOWHERE}/websites", {"name": 5, "domain": "a.example"}, "name"),
    "a website": (f"/api/websites/{NOWHERE}", {"name": 5}, "name"),
    "a transfer": (f"/api/websites/{NOWHERE}/transfer", {"userId": 5}, "userId"),
    "a website's share": (f"/api/websites/{NOWHERE}/shares", {"name": 5}, "name"),
    "a share": (f"/api/share/id/{NOWHERE}", {"name": 5, "slug": "a", "parameters": {}}, "name"),
}


class TestOrderOfChecks:
    def test_without_a_login_nobody_learns_what_a_body_should_look_like(self, app, anonymous):
        wrong = {"data": b"{broken", "query_string": {"page": "zero"}}

        answers = {
            (method, path): anonymous.open(path, method=method, **wrong) for method, path in endpoints(app, "anonymous")
        }

        assert len(answers) > 40
        assert {call: answer.json for call, answer in answers.items()} == dict.fromkeys(answers, UNAUTHORIZED)

    @pytest.mark.parametrize(("path", "body", "field"), MISSHAPEN.values(), ids=MISSHAPEN)
    def test_a_wrong_shape_is_told_before_permission_is_asked(self, client_of, make_user, path, body, field):
        outsider = client_of(make_user())

        response = outsider.post(path, json=body)

        assert response.status_code == 400
        assert response.json == bad_fields(**{field: NO_TEXT})

    def test_a_wrong_query_is_told_before_permission_is_asked(self, client_of, make_user):
        outsider = client_of(make_user())

        response = outsider.get("/api/admin/users?page=0")

        assert response.status_code == 400
        assert response.json == bad_fields(page="Too small: expected number to be >0")

    def test_broken_json_is_told_before_permission_is_asked(self, client_of, make_user):
        outsider = client_of(make_user())

        response = outsider.post("/api/users", data=b"{broken")

        assert response.status_code == 400
        assert response.json == BROKEN_JSON

    def test_permission_is_asked_before_existence(self, client_of, admin, make_user):
        outsider = client_of(make_user())

        responses = [
            client.post(f"/api/teams/{NOWHERE}", json={"name": "Blue"}) for client in (outsider, client_of(admin))
        ]

        assert [response.status_code for response in responses] == [401, 404]
        assert [response.json for response in responses] == [NOT_IN_CHARGE, TEAM_NOT_FOUND]


class TestNotAllowed:
    def test_what_one_may_not_do_is_answered_as_if_one_were_not_logged_in(self, client_of, make_user):
        user = client_of(make_user())

        response = user.get("/api/admin/users")

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_reasons_that_umami_gives_are_given(self, client_of, make_user, make_team):
        team = make_team(make_user())

        response = client_of(make_user()).get(f"/api/teams/{team}/users")

        assert response.status_code == 401
        assert response.json == unauthorized("You must be a member of this team.")
