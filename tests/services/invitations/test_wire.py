"""The ``/api/invitations`` endpoints, with complete response bodies, and errors that clients can make."""

import re
from datetime import datetime, timedelta

import pytest

from app import create_app
from app.models import utcnow
from tests.conftest import settings_for
from tests.umami.bodies import bad_fields, pretty, refusal

LINK = re.compile(r"http://localhost/invitations/([0-9a-f]{32})")
NOBODY = "0190a0b0-c0d0-7abc-9def-001122334455"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def as_admin(admin, client_of):
    return client_of(admin)


def invited(client, **values):
    response = client.post("/api/invitations", json={"username": "ada", **values})
    assert response.status_code == 200, response.text
    return response.json


def without_times(body):
    """Check the format of the body's times, and return the body without them."""
    assert all(MOMENT.fullmatch(body[name]) for name in ("createdAt", "expiresAt"))
    return {key: value for key, value in body.items() if key not in ("createdAt", "expiresAt")}


class TestCreating:
    def test_the_answer_has_everything_and_the_link(self, as_admin, admin, make_website, make_team):
        site, team = str(make_website(owner=admin)), str(make_team(admin))

        made = invited(
            as_admin,
            email="Ada@Example.ORG",
            role="view-only",
            grants=[{"websiteId": site, "role": "write"}],
            teams=[{"teamId": team, "role": "team-member"}],
            days=2,
        )

        link = made.pop("link")
        assert LINK.fullmatch(link)
        until = datetime.fromisoformat(made["expiresAt"])
        assert abs(until - utcnow() - timedelta(days=2)) < timedelta(minutes=1)
        ids = {"id": made["id"], "userId": made["userId"]}
        assert pretty(without_times(made)) == pretty(
            {
                **ids,
                "username": "ada",
                "email": "Ada@example.org",
                "role": "view-only",
                "teams": [{"teamId": team, "role": "team-member"}],
                "grants": [{"websiteId": site, "role": "write"}],
                "inviter": {"id": str(admin.id), "username": "admin"},
                "state": "open",
                "acceptedAt": None,
            }
        )

    def test_the_link_begins_with_the_public_address_where_there_is_one(
        self, app, admin, token_of, database_url, tmp_path
    ):
        other = create_app(settings_for(database_url, tmp_path, public_url="https://people.example.org/desk/"))
        headers = {"Authorization": f"Bearer {token_of(admin)}"}

        made = other.test_client().post("/api/invitations", json={"username": "ada"}, headers=headers).json

        assert re.fullmatch(r"https://people\.example\.org/desk/invitations/[0-9a-f]{32}", made["link"])

    def test_the_account_to_be_is_listed_as_one_that_waits(self, as_admin):
        made = invited(as_admin)

        found = {user["username"]: user for user in as_admin.get("/api/users").json["data"]}

        assert found["ada"]["id"] == made["userId"]
        assert found["ada"]["pending"] is True

    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({"username": None}, "Enter a username or an e-mail address."),
            ({"username": 7}, "Invalid input: expected string, received number"),
            ({"role": "root"}, 'Invalid option: expected one of "admin"|"user"|"view-only"'),
            ({"days": 0}, "Too small: expected number to be >=0.01"),
            ({"days": 366}, "Too big: expected number to be <=365.0"),
            ({"days": "7"}, "Invalid input: expected number, received string"),
            ({"teams": "all"}, "Invalid input: expected array, received string"),
            ({"grants": None}, "Invalid input: expected array, received null"),
            ({"grants": [{}] * 101}, "Too big: expected array to have <=100 items"),
            (
                {"grants": [{"websiteId": NOBODY, "role": "view"}]},
                "Website not found",
            ),
            ({"teams": [{"teamId": NOBODY, "role": "team-member"}]}, "Team not found"),
        ],
        ids=lambda value: str(value)[:50],
    )
    def test_what_cannot_be_is_refused_by_its_field(self, as_admin, values, fault):
        response = as_admin.post("/api/invitations", json={"username": "ada", **values})

        assert response.status_code == 400
        assert response.json == bad_fields(**dict.fromkeys(values, fault))
        assert as_admin.get("/api/invitations").json["count"] == 0

    def test_faults_in_a_list_are_told_by_their_place(self, as_admin):
        good = {"websiteId": NOBODY, "role": "view"}

        response = as_admin.post("/api/invitations", json={"username": "ada", "grants": [good, {"role": "boss"}]})

        assert response.status_code == 400
        items = response.json["error"]["properties"]["grants"]["items"]
        assert items[0] is None
        assert sorted(items[1]["properties"]) == ["role", "websiteId"]

    @pytest.mark.parametrize(
        "email", ["nobody", "a b@example.org", "ada@example.org\r\nBcc: eve@example.org", "x" * 300]
    )
    def test_an_address_that_is_none_is_refused(self, as_admin, email):
        response = as_admin.post("/api/invitations", json={"email": email})

        assert response.status_code == 400
        assert list(response.json["error"]["properties"]) == ["email"]

    def test_a_taken_name_is_refused_as_elsewhere(self, as_admin):
        response = as_admin.post("/api/invitations", json={"username": "ADMIN"})

        assert (response.status_code, response.json) == (400, refusal(400, "User already exists", "bad-request"))


class TestInvitingTwice:
    """Users who can resend the existing invitation are told so; others do not learn of it."""

    AGAIN = {
        "ada@example.org": {"email": "ada@example.org"},
        "ADA@example.org": {"email": " ADA@example.org "},
        "Ada@Example.org": {"username": "Ada@Example.org"},
        "other": {"username": "other", "email": "ada@example.org"},
    }

    @pytest.fixture
    def inviters(self, make_user, make_website, client_of):
        """Two users who each administer a website: a client of each, and the grants for inviting."""
        people = [make_user(name) for name in ("owner", "another")]
        grants = [[{"websiteId": str(make_website(owner=person)), "role": "view"}] for person in people]
        return list(zip(map(client_of, people), grants, strict=True))

    @pytest.mark.parametrize(("name", "body"), AGAIN.items(), ids=AGAIN)
    def test_the_inviter_and_administrators_are_told_how_to_send_it_again(self, as_admin, inviters, name, body):
        owner, grants = inviters[0]
        made = invited(owner, username=None, email="ada@example.org", grants=grants)

        by_inviter = owner.post("/api/invitations", json={**body, "grants": grants})
        by_admin = as_admin.post("/api/invitations", json=body)

        known = "ada@example.org" if name == "other" else name
        path = f"/api/invitations/{made['id']}/resend"
        told = refusal(400, f"{known} has been invited already. Send the invitation again: POST {path}", "bad-request")
        assert [(response.status_code, response.json) for response in (by_inviter, by_admin)] == [(400, told)] * 2
        assert as_admin.post(path).status_code == 200

    def test_a_username_that_has_been_invited_is_told_too(self, as_admin):
        made = invited(as_admin)

        response = as_admin.post("/api/invitations", json={"username": "ADA"})

        message = f"ADA has been invited already. Send the invitation again: POST /api/invitations/{made['id']}/resend"
        assert (response.status_code, response.json) == (400, refusal(400, message, "bad-request"))

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({"email": "ada@example.org"}, "This username is another user's e-mail address"),
            ({"username": "other", "email": "ada@example.org"}, "A user with this e-mail address already exists"),
        ],
        ids=["by the address", "with a name"],
    )
    def test_others_learn_no_more_than_of_any_account(self, inviters, body, text):
        owner, grants = inviters[0]
        invited(owner, username="ada", email="ada@example.org", grants=grants)
        another, own_grants = inviters[1]

        response = another.post("/api/invitations", json={**body, "grants": own_grants})

        assert (response.status_code, response.json) == (400, refusal(400, text, "bad-request"))

    def test_of_an_account_that_has_accepted_it_is_said_what_is_taken(self, as_admin, anonymous):
        link = invited(as_admin, email="ada@example.org")["link"]
        form = {"action": "accept", "password": "a horse of my own", "repeat": "a horse of my own"}
        assert anonymous.post(link.removeprefix("http://localhost"), data=form).status_code == 200

        response = as_admin.post("/api/invitations", json={"username": "ada"})

        assert response.json == refusal(400, "User already exists", "bad-request")


class TestListing:
    def test_a_page_has_all_but_the_links(self, as_admin):
        made = invited(as_admin)
        made.pop("link")

        page = as_admin.get("/api/invitations?search=AD").json

        assert pretty(page) == pretty({"data": [made], "count": 1, "page": 1, "pageSize": 20, "search": "AD"})

    def test_one_alone(self, as_admin):
        made = invited(as_admin)
        made.pop("link")

        assert as_admin.get(f"/api/invitations/{made['id']}").json == made

    def test_others_see_their_own(self, as_admin, make_user, client_of):
        invited(as_admin)

        assert client_of(make_user()).get("/api/invitations").json == {
            "data": [],
            "count": 0,
            "page": 1,
            "pageSize": 20,
        }

    def test_an_inviter_who_is_gone_is_null(self, as_admin, make_user, client_of):
        other = make_user(role="admin")
        made = invited(client_of(other))
        as_admin.delete(f"/api/users/{other.id}")

        assert as_admin.get(f"/api/invitations/{made['id']}").json["inviter"] is None


class TestResending:
    def test_the_new_link_is_good_and_the_old_one_dead(self, as_admin, anonymous):
        made = invited(as_admin)

        again = as_admin.post(f"/api/invitations/{made['id']}/resend", json={"days": 1}).json

        assert again["id"] == made["id"]
        assert again["expiresAt"] < made["expiresAt"]
        assert anonymous.get(made["link"]).status_code == 404
        assert anonymous.get(again["link"]).status_code == 200

    def test_it_takes_no_body(self, as_admin, anonymous):
        made = invited(as_admin)

        again = as_admin.post(f"/api/invitations/{made['id']}/resend")

        assert (again.status_code, again.json["id"]) == (200, made["id"])
        assert anonymous.get(again.json["link"]).status_code == 200

    def test_an_accepted_one_is_refused(self, as_admin, accept):
        made = invited(as_admin)
        accept(made["link"][-32:])

        for method, path in (("POST", "/resend"), ("DELETE", "")):
            response = as_admin.open(f"/api/invitations/{made['id']}{path}", method=method, json={})

            assert (response.status_code, response.json) == (
                400,
                refusal(400, "This invitation has already been accepted.", "bad-request"),
            )


class TestTakingBack:
    def test_the_account_goes_with_it(self, as_admin, anonymous):
        made = invited(as_admin)

        response = as_admin.delete(f"/api/invitations/{made['id']}")

        assert (response.status_code, response.json) == (200, {"ok": True})
        assert as_admin.get(f"/api/users/{made['userId']}").status_code == 404
        assert as_admin.get(f"/api/invitations/{made['id']}").status_code == 404
        assert anonymous.get(made["link"]).status_code == 404

    def test_deleting_the_account_takes_it_back(self, as_admin, anonymous):
        made = invited(as_admin)

        assert as_admin.delete(f"/api/users/{made['userId']}").status_code == 200

        assert as_admin.get("/api/invitations").json["count"] == 0
        assert anonymous.get(made["link"]).status_code == 404


def test_a_password_for_an_account_that_waits_is_refused(as_admin):
    made = invited(as_admin)

    response = as_admin.post(f"/api/users/{made['userId']}", json={"password": "correct horse"})

    assert (response.status_code, response.json) == (
        400,
        refusal(400, "The invitation to this account has not been accepted yet.", "bad-request"),
    )
