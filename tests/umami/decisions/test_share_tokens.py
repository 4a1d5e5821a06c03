"""A share token where a user is required: always 401, so that it opens nothing but its website."""

import pytest

from tests.umami.decisions.endpoints import endpoints
from tests.umami.decisions.envelopes import UNAUTHORIZED


@pytest.fixture
def shared(share_client, make_share, make_website, make_user, make_team):
    """A client that sends only a share token, on a server with users, teams and websites."""
    owner = make_user()
    make_team(owner, "Blue")
    make_website(owner=owner)
    return share_client(make_share(make_website("Shared", owner=owner)))


class TestNoUserNeverMeansNoFilter:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_verify_tells_the_bearer_of_a_share_no_teams(self, shared, method):
        response = shared.open("/api/auth/verify", method=method)

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    @pytest.mark.parametrize("path", ["/api/me/teams", "/api/teams", "/api/me/websites", "/api/websites"])
    def test_the_bearer_of_a_share_has_no_lists(self, shared, path):
        response = shared.get(path)

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED


class TestShareTokenWhereAUserIsNeeded:
    def test_every_endpoint_that_needs_a_user_answers_401(self, app, shared):
        answers = {
            (method, path): shared.open(path, method=method, json={}) for method, path in endpoints(app, "share")
        }

        assert len(answers) > 40
        assert {call: answer.status_code for call, answer in answers.items()} == dict.fromkeys(answers, 401)
        assert {call: answer.json for call, answer in answers.items()} == dict.fromkeys(answers, UNAUTHORIZED)

    def test_joining_does_not_tell_whether_an_access_code_exists(self, shared, in_database):
        with in_database() as session:
            code = session.connection().exec_driver_sql("SELECT access_code FROM team").scalar_one()

        responses = [shared.post("/api/teams/join", json={"accessCode": given}) for given in (code, "team_nobodys")]

        assert [response.status_code for response in responses] == [401, 401]
        assert [response.json for response in responses] == [UNAUTHORIZED, UNAUTHORIZED]

    def test_a_broken_login_beside_a_share_token_is_no_user(self, shared):
        response = shared.get("/api/me/teams", headers={"Authorization": "Bearer undefined"})

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED
