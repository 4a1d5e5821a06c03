"""``/api/admin/state``: planning and applying a state file, and the state as a file."""

import pytest
from sqlalchemy import func, select

from app.db.session import db
from app.db.turns import only_apply
from app.domain.errors import TeamIdTaken
from app.models import ApiKey, User
from app.services.teams import teams
from tests.umami.bodies import refusal

PATH = "/api/admin/state"
ADMIN = "users:\n  - {username: admin, role: admin}\n"
ADA = ADMIN + "  - {username: ada, password: {env: ADA}}\n"
SECRETS = [{"env": "ADA", "value": "correct horse battery"}]


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def count(app):
    """``count(User)``: the number of rows."""

    def counted(model):
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(model))

    return counted


@pytest.fixture
def applied(client):
    """``applied(content)``: the response to applying what was planned."""

    def apply(content, **more):
        planned = client.post(f"{PATH}/plan", json={"content": content, **more})
        assert planned.status_code == 200, planned.text
        sent = {"content": content, "fingerprint": planned.json["fingerprint"], **more}
        return client.post(f"{PATH}/apply", json=sent)

    return apply


class TestPlanning:
    def test_returns_what_would_be_changed(self, client, count):
        planned = client.post(f"{PATH}/plan", json={"content": ADA})

        found = planned.json
        assert len(found.pop("fingerprint")) == 64
        assert (planned.status_code, found) == (
            200,
            {
                "changes": [
                    {
                        "action": "create",
                        "kind": "user",
                        "name": "ada",
                        "fields": {
                            "role": {"old": None, "new": "user"},
                            "password": {"old": None, "new": "from env ADA"},
                        },
                    }
                ],
                "unlisted": {},
                "secrets": [{"env": "ADA"}],
            },
        )
        assert count(User) == 1

    def test_says_where_a_file_is_wrong(self, client):
        refused = client.post(f"{PATH}/plan", json={"content": ADMIN + "teams: 7", "name": "state.yaml"})

        assert refused.status_code == 400
        details = client.post(
            f"{PATH}/plan",
            json={"content": ADMIN + "teams: 7", "name": "state.yaml"},
            headers={"Accept": "application/problem+json"},
        )
        assert details.json["values"]["problems"] == ['state.yaml:3:1: "teams": must be a list.']

    @pytest.mark.parametrize(
        ("secrets", "problem"),
        [
            ([], "state:3:20: The environment variable ADA is not set, or is empty."),
            ([{"env": "ADA", "value": None}], "state:3:20: The environment variable ADA is not set, or is empty."),
            ([{"env": "ADA", "value": "short"}], "state:3:20: The password must have at least 8 characters."),
        ],
    )
    def test_checks_secrets_if_there_are_some(self, client, secrets, problem):
        refused = client.post(
            f"{PATH}/plan",
            json={"content": ADA, "secrets": secrets},
            headers={"Accept": "application/problem+json"},
        )

        assert [found.split(": ", 1)[1] for found in refused.json["values"]["problems"]] == [problem.split(": ", 1)[1]]

    def test_a_secret_has_one_source(self, client):
        refused = client.post(f"{PATH}/plan", json={"content": ADA, "secrets": [{"value": "x"}]})

        assert refused.status_code == 400


class TestApplying:
    def test_makes_the_changes_of_the_plan(self, client, applied):
        done = applied(ADA, secrets=SECRETS)

        assert done.status_code == 200
        assert [(change["action"], change["name"]) for change in done.json["changes"]] == [("create", "ada")]
        assert done.json["error"] is None
        assert client.get("/api/admin/find/user?name=ada").status_code == 200
        assert applied(ADA, secrets=SECRETS).json == {"changes": [], "error": None}

    def test_is_refused_if_the_plan_would_be_another_by_now(self, client, make_user):
        planned = client.post(f"{PATH}/plan", json={"content": ADA}).json
        make_user("ada")

        refused = client.post(
            f"{PATH}/apply", json={"content": ADA, "secrets": SECRETS, "fingerprint": planned["fingerprint"]}
        )

        message = "The database was changed while the plan was shown. Run the command again to see the new plan."
        assert refused.json == refusal(400, message, "bad-request", reason="state-changed")

    def test_needs_the_secrets(self, client, count):
        planned = client.post(f"{PATH}/plan", json={"content": ADA}).json

        refused = client.post(f"{PATH}/apply", json={"content": ADA, "fingerprint": planned["fingerprint"]})

        assert refused.status_code == 400
        assert "The environment variable ADA is not set, or is empty." in refused.json["error"]["message"]
        assert count(User) == 1

    def test_waits_for_no_other_one(self, app, client):
        with app.app_context(), only_apply():
            refused = client.post(f"{PATH}/apply", json={"content": ADMIN, "fingerprint": "x"})

        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")

    def test_makes_no_keys(self, client, count):
        content = ADMIN + "  - {username: robot, serviceAccount: true, keys: [{name: a, scopes: [users:read]}]}\n"

        planned = client.post(f"{PATH}/plan", json={"content": content})
        refused = client.post(
            f"{PATH}/apply", json={"content": content, "secrets": [], "fingerprint": planned.json["fingerprint"]}
        )

        assert planned.status_code == 200
        assert refused.json["error"]["message"].startswith("API keys are made and ended only on the server.")
        assert (count(User), count(ApiKey)) == (1, 0)

    def test_says_what_was_made_before_an_error(self, app, applied, monkeypatch):
        def fail(*_args, **_kwargs):
            raise TeamIdTaken

        monkeypatch.setattr(teams, "create_team", fail)

        done = applied(ADA + "teams: [{name: Blue, members: {ada: team-owner}}]", secrets=SECRETS)

        assert done.status_code == 200
        assert [change["name"] for change in done.json["changes"]] == ["ada"]
        assert done.json["error"] == {
            "type": "urn:frontdesk:error:team-id-taken",
            "detail": "A team with this id already exists",
            "values": {},
            "reason": "id-taken",
        }


def test_the_state_plans_to_no_change(client, make_user, make_team, admin):
    make_team(make_user("ada"), "Blue", member=admin)

    content = client.get(PATH).json["content"]

    assert "username: ada" in content
    assert client.post(f"{PATH}/plan", json={"content": content, "prune": True}).json["changes"] == []


def test_a_body_that_is_no_state_is_refused(client):
    assert client.post(f"{PATH}/plan", json={"content": 7}).status_code == 400
