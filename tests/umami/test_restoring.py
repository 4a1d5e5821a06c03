"""Deleted accounts can be restored for some time: ``POST /api/users/:id/restore``."""

import pyotp
import pytest
from sqlalchemy import func, select

from app.db.session import db
from app.models import User, Website
from app.services.users import accounts
from tests.cli.conftest import configured
from tests.conftest import PASSWORD
from tests.racing import ROUNDS, assert_sound, at_once, statuses
from tests.umami.decisions.envelopes import EMPTY_PAGE, NOT_FOUND, OK, bad_request


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def restore(administration):
    return lambda person: administration.post(f"/api/users/{person.id}/restore")


@pytest.fixture
def delete(administration):
    def ask(person, **query):
        answer = administration.delete(f"/api/users/{person.id}", query_string=query)
        assert answer.json == OK

    return ask


@pytest.fixture
def log_in(anonymous):
    return lambda name: anonymous.post("/api/auth/login", json={"username": name, "password": PASSWORD})


class TestWhatComesBack:
    def test_the_account_as_it_was(self, administration, ada, delete, restore, log_in):
        administration.post(f"/api/users/{ada.id}", json={"email": "ada@example.com", "displayName": "Ada L."})
        record = administration.get(f"/api/users/{ada.id}").json
        delete(ada)

        answer = restore(ada)

        assert (answer.status_code, answer.json) == (200, record)
        assert administration.get(f"/api/users/{ada.id}").json == record
        assert log_in("Ada").status_code == log_in("ADA@example.com").status_code == 200

    def test_their_websites_with_shares_and_numbers(
        self, administration, ada, delete, restore, make_website, make_share, anonymous
    ):
        site = make_website(owner=ada)
        make_share(site, "a-slug")
        record = administration.get(f"/api/websites/{site}").json
        delete(ada)
        gone = administration.get(f"/api/websites/{site}").status_code, anonymous.get("/api/share/a-slug").status_code

        restore(ada)

        assert gone == (404, 404)
        back = administration.get(f"/api/websites/{site}").json
        assert {**back, "updatedAt": None} == {**record, "updatedAt": None}
        assert anonymous.get("/api/share/a-slug").json["websiteId"] == str(site)

    def test_grants_and_the_second_factor(
        self, administration, ada, client_of, delete, restore, make_website, make_user, log_in
    ):
        site = make_website(owner=make_user())
        administration.put(f"/api/websites/{site}/access/{ada.id}", json={"role": "write"})
        client = client_of(ada)
        secret = client.post("/api/2fa/setup/initiate").json["manualKey"]
        client.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()})
        delete(ada)
        listed = [row["user"]["username"] for row in administration.get(f"/api/websites/{site}/access").json["data"]]

        restore(ada)

        assert "ada" not in listed
        assert client_of(ada).get(f"/api/websites/{site}").status_code == 200
        assert list(log_in("ada").json) == ["requiresTwoFactor", "partialToken"]


class TestWhatDoesNot:
    def test_sessions(self, ada, client_of, delete, restore):
        client = client_of(ada)
        delete(ada)

        restore(ada)

        assert client.get("/api/me").status_code == 401

    def test_memberships_and_grants_on_the_teams_websites(
        self, administration, ada, client_of, make_user, make_team, make_website, delete, restore
    ):
        team = make_team(make_user("owner"), member=ada)
        site = make_website(team=team)
        administration.put(f"/api/websites/{site}/access/{ada.id}", json={"role": "admin"})
        delete(ada)

        restore(ada)

        client = client_of(ada)
        assert client.get("/api/me/teams").json == EMPTY_PAGE
        assert client.get(f"/api/websites/{site}").status_code == 401

    def test_websites_that_passed_to_another_user(self, administration, ada, make_user, make_website, delete, restore):
        heir, site = make_user("heir"), make_website(owner=ada)
        delete(ada, transferTo=str(heir.id))

        restore(ada)

        assert administration.get(f"/api/websites/{site}").json["userId"] == str(heir.id)
        assert administration.get(f"/api/users/{ada.id}/websites").json == EMPTY_PAGE

    def test_websites_deleted_before(self, administration, ada, client_of, make_website, delete, restore):
        site = make_website(owner=ada)
        client_of(ada).delete(f"/api/websites/{site}")
        delete(ada)

        restore(ada)

        assert administration.get(f"/api/websites/{site}").status_code == 404


class TestMeanwhile:
    def test_the_names_are_free(self, administration, ada, delete, make_user):
        administration.post(f"/api/users/{ada.id}", json={"email": "ada@example.com"})
        delete(ada)

        body = {"username": "Ada", "password": PASSWORD, "role": "user", "email": "ADA@example.com"}
        assert administration.post("/api/users", json=body).status_code == 200

    def test_a_name_that_is_taken_prevents_it(self, administration, ada, delete, make_user, restore):
        delete(ada)
        make_user("ADA")

        answer = restore(ada)

        assert (answer.status_code, answer.json) == (400, bad_request("User already exists"))
        assert administration.get(f"/api/users/{ada.id}").json == NOT_FOUND

    def test_so_does_an_e_mail_address(self, administration, ada, delete, make_user, restore):
        administration.post(f"/api/users/{ada.id}", json={"email": "ada@example.com"})
        delete(ada)
        administration.post(f"/api/users/{make_user('bob').id}", json={"email": "ADA@example.com"})

        answer = restore(ada)

        assert (answer.status_code, answer.json) == (400, bad_request("A user with this e-mail address already exists"))

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_of_a_new_account_and_the_old_one_only_one_gets_the_name(
        self, app, administration, admin, client_of, ada, delete, round_
    ):
        delete(ada)
        other = client_of(admin)

        answers = at_once(
            lambda: administration.post(f"/api/users/{ada.id}/restore"),
            lambda: other.post("/api/users", json={"username": "ada", "password": PASSWORD, "role": "user"}),
        )

        assert statuses(answers) == [200, 400]
        assert_sound(app)


class TestTooLate:
    def test_after_the_time_it_is_not_found(self, ada, administration, delete, restore, clock):
        delete(ada)
        clock.turn(days=29)
        in_time = restore(ada).status_code
        delete(ada)
        clock.turn(days=29)
        administration.get("/api/me")  # so that the session does not expire
        clock.turn(days=2)

        answer = restore(ada)

        assert in_time == 200
        assert (answer.status_code, answer.json) == (404, NOT_FOUND)

    def test_with_no_time_the_account_is_deleted_at_once(self, app, ada, make_website, admin, restore):
        make_website(owner=ada)
        with configured(app, restore_days=0), app.app_context():
            accounts.delete_user(admin.actor, ada.id)

        assert restore(ada).json == NOT_FOUND
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(User)) == 1
            assert db.session.scalar(select(func.count()).select_from(Website)) == 0

    def test_a_living_account_is_not_found(self, ada, restore):
        answer = restore(ada)

        assert (answer.status_code, answer.json) == (404, NOT_FOUND)


def test_a_deleted_administrator_is_none(administration, admin, make_user, delete, restore):
    bob = make_user("bob", role="admin")
    delete(bob)

    assert administration.post(f"/api/users/{admin.id}", json={"role": "user"}).json == bad_request(
        "The last administrator cannot be demoted."
    )
    assert restore(bob).json["role"] == "admin"
    assert administration.post(f"/api/users/{admin.id}", json={"role": "user"}).status_code == 200
