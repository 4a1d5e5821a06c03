"""``/api/admin/find``, lists of deleted and inactive users, and links for new passwords."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import User, utcnow
from app.services.invitations import manage
from app.services.users import accounts
from tests.cli.conftest import configured
from tests.umami.bodies import bad_fields, bad_request, page_body, refusal

FIND = "/api/admin/find"


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def ada(app, make_user):
    person = make_user("ada")
    with app.app_context():
        accounts.update_user(OPERATOR, person.id, email="ada@example.com", display_name="Ada L.")
    return person


class TestAUser:
    @pytest.mark.parametrize("name", ["ada", "ADA", " Ada@Example.com "])
    def test_is_found_by_name_and_address_in_any_case(self, client, ada, name):
        found = client.get(f"{FIND}/user", query_string={"name": name})

        assert (found.status_code, found.json) == (200, client.get(f"/api/users/{ada.id}").json)

    def test_is_found_by_id(self, client, ada):
        assert client.get(f"{FIND}/user?name={ada.id}").json["username"] == "ada"

    def test_is_found_by_display_name_only_if_that_is_asked(self, client, ada):
        assert client.get(f"{FIND}/user?name=Ada L.").status_code == 404
        assert client.get(f"{FIND}/user?name=Ada L.&displayName=true").json["username"] == "ada"

    def test_who_was_deleted_is_found_only_if_that_is_asked(self, app, client, ada):
        with app.app_context():
            accounts.delete_user(OPERATOR, ada.id)

        assert client.get(f"{FIND}/user?name=ada").status_code == 404
        assert client.get(f"{FIND}/user?name=ada&deleted=true").json["id"] == str(ada.id)

    @pytest.mark.parametrize(
        ("query", "errors"),
        [
            ("", {"name": "Invalid input: expected string, received undefined"}),
            ("name=ada&role=admin", {"role": "Unknown filter"}),
            ("name=ada&deleted=true&displayName=true", {"deleted": "Cannot be combined with displayName"}),
            ("name=ada&deleted=1", {"deleted": 'Invalid option: expected one of "true"|"false"'}),
        ],
    )
    def test_needs_a_name_and_no_more(self, client, query, errors):
        refused = client.get(f"{FIND}/user?{query}")

        assert (refused.status_code, refused.json) == (400, bad_fields(**errors))


class TestOthers:
    def test_a_team_by_name_or_id(self, client, ada, make_team):
        team = make_team(ada, "Blue / Green")

        by_name, by_id = (client.get(f"{FIND}/team", query_string={"name": name}) for name in ("Blue / Green", team))

        assert by_name.json == by_id.json
        assert (by_name.json["id"], by_name.json["name"]) == (str(team), "Blue / Green")

    def test_a_name_of_several_is_refused(self, client, ada, make_team):
        ids = sorted(str(make_team(ada, "Blue")) for _ in range(2))

        refused = client.get(f"{FIND}/team?name=Blue")

        message = f"More than one team has that name. Use the id instead: {', '.join(ids)}"
        assert refused.json == refusal(400, message, "bad-request", reason="ambiguous-name")

    def test_a_website_by_name_domain_or_id(self, client, ada, make_website):
        site = make_website("Shop", "shop.example", owner=ada)

        found = [client.get(f"{FIND}/website?name={name}").json for name in ("Shop", "shop.example", site)]

        assert found == [client.get(f"/api/websites/{site}").json] * 3

    def test_an_invitation_by_name_or_id(self, app, client):
        with app.app_context():
            invitation = manage.invite(OPERATOR, username="eve").id

        found = [client.get(f"{FIND}/invitation?name={name}").json for name in ("eve", invitation)]

        assert found == [client.get(f"/api/invitations/{invitation}").json] * 2

    @pytest.mark.parametrize("thing", ["user", "team", "website", "invitation"])
    def test_nothing_has_the_name(self, client, thing):
        refused = client.get(f"{FIND}/{thing}?name={uuid4()}")

        assert (refused.status_code, refused.json) == (404, refusal(404, f"There is no such {thing}.", "not-found"))


class TestLists:
    def test_deleted_users_can_be_restored_the_latest_first(self, app, client, make_user):
        people = [make_user(name) for name in ("ada", "bob")]
        with app.app_context():
            for person in people:
                accounts.delete_user(OPERATOR, person.id)

        found = client.get("/api/admin/users/deleted?pageSize=1")

        (row,) = found.json["data"]
        assert found.json == page_body(row, count=2, size=1)
        assert {**row, "createdAt": "", "deletedAt": ""} == {
            "id": str(people[1].id),
            "username": "bob",
            "role": "user",
            "createdAt": "",
            "deletedAt": "",
        }

    def test_inactive_users_were_not_there_since(self, app, client, make_user):
        ada = make_user("ada")
        make_user("bob")
        with app.app_context(), transaction() as session:
            session.execute(update(User).where(User.id == ada.id).values(created_at=utcnow() - timedelta(days=90)))

        found = client.get("/api/admin/users/inactive", query_string={"since": utcnow() - timedelta(days=30)})

        assert found.json == page_body(client.get(f"/api/users/{ada.id}").json)

    def test_inactive_users_need_a_time(self, client):
        refused = client.get("/api/admin/users/inactive")

        assert refused.json == bad_fields(since="Invalid input: expected string, received undefined")


class TestResetLinks:
    def test_set_a_new_password(self, app, client, ada, anonymous):
        with configured(app, public_url="https://people.example"):
            link = client.post(f"/api/users/{ada.id}/reset-link").json["link"]

        assert link.startswith("https://people.example/reset-password/")
        page = anonymous.get(link.removeprefix("https://people.example"))
        assert page.status_code == 200
        assert "ada" in page.text

    def test_without_a_public_address_have_the_one_that_was_called(self, client, ada):
        made = client.post(f"/api/users/{ada.id}/reset-link")

        assert made.json["link"].startswith("http://localhost/reset-password/")

    def test_are_not_made_for_service_accounts(self, app, client):
        with app.app_context():
            robot = accounts.create_user(OPERATOR, username="robot", password=None, service_account=True).id

        refused = client.post(f"/api/users/{robot}/reset-link")

        assert refused.json == bad_request("A service account has no password; it uses API keys.")

    def test_of_administrators_need_a_confirmed_password(self, client, make_user, clock):
        root = make_user("root", role="admin")
        clock.turn(minutes=16)

        refused = client.post(f"/api/users/{root.id}/reset-link")

        assert (refused.status_code, refused.json["error"]["reason"]) == (403, "password-confirmation-required")
