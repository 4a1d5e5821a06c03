"""The database decides what is unique, and all endpoints respond in the same way."""

import pytest
from sqlalchemy import func, select

from app.models import Base
from tests.umami.decisions.envelopes import bad_request
from tests.umami.world import WRITTEN_BY_FAILURES

ADA = {"username": "ada", "password": "correct horse", "role": "user"}
SITE = {"name": "Site", "domain": "site.example"}
SLUG = "taken-slug"
SLUG_TAKEN = bad_request("That share ID is already taken.")


@pytest.fixture
def rows(in_database):
    """Return how many rows each table has."""

    def count():
        with in_database() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
                if table.name not in WRITTEN_BY_FAILURES
            }

    return count


@pytest.fixture
def refused(client_of, admin, rows):
    """``refused(path, body)`` returns the response to an administrator's call, which must change nothing."""

    def call(path, body, actor=admin):
        client = client_of(actor)
        before = rows()
        response = client.post(path, json=body)
        assert rows() == before
        assert response.status_code == 400
        return response.json

    return call


class TestTaken:
    @pytest.mark.parametrize("username", ["ada", "ADA", " ada ", "\uff21da"])
    def test_a_username_in_whatever_spelling(self, refused, make_user, username):
        make_user("ada")

        assert refused("/api/users", {**ADA, "username": username}) == bad_request("User already exists")

    def test_a_username_that_needs_folding(self, refused, make_user):
        make_user("Straße")

        assert refused("/api/users", {**ADA, "username": "STRASSE"}) == bad_request("User already exists")

    def test_a_username_that_somebody_shall_be_renamed_to(self, refused, make_user):
        make_user("ada")

        assert refused(f"/api/users/{make_user().id}", {"username": "Ada"}) == bad_request("User already exists")

    def test_the_username_of_a_closed_account(self, refused, make_user, in_database):
        make_user("ada")
        with in_database() as session:
            session.connection().exec_driver_sql('UPDATE "user" SET deleted_at = created_at')
            session.connection().exec_driver_sql("UPDATE \"user\" SET deleted_at = NULL WHERE username = 'admin'")

        assert refused("/api/users", ADA) == bad_request("User already exists")

    def test_ones_own_username_is_not_taken(self, client_of, admin, make_user):
        ada = make_user("ada")

        response = client_of(admin).post(f"/api/users/{ada.id}", json={"username": "Ada"})

        assert response.status_code == 200
        assert response.json["username"] == "Ada"

    def test_the_id_of_a_user(self, refused, make_user):
        taken = str(make_user().id).upper()

        assert refused("/api/users", {**ADA, "id": taken}) == bad_request("A user with this id already exists")

    def test_the_id_of_a_website(self, refused, make_user, make_website):
        taken = str(make_website(owner=make_user()))

        assert refused("/api/websites", {**SITE, "id": taken}) == bad_request("A website with this id already exists")

    def test_a_place_in_a_team(self, refused, make_user, make_team):
        member = make_user()
        team = make_team(make_user(), member=member)

        answer = refused(f"/api/teams/{team}/users", {"userId": str(member.id), "role": "team-manager"})

        assert answer == bad_request("User is already a member of the Team.")

    def test_a_place_in_a_team_that_one_joins(self, refused, client_of, make_user, make_team):
        owner = make_user()
        team = make_team(owner)
        code = client_of(owner).get(f"/api/teams/{team}").json["accessCode"]

        answer = refused("/api/teams/join", {"accessCode": code}, actor=owner)

        assert answer == bad_request("User is already a team member.")

    def test_the_access_code_of_another_team(self, refused, client_of, admin, make_user, make_team):
        owner = make_user()
        blue, green = make_team(owner, "Blue"), make_team(owner, "Green")
        code = client_of(admin).get(f"/api/teams/{blue}").json["accessCode"]

        answer = refused(f"/api/teams/{green}", {"name": "Red", "accessCode": code})

        assert answer == bad_request("That access code is already taken.")
        assert client_of(admin).get(f"/api/teams/{green}").json["name"] == "Green"


class TestTakenSlugs:
    @pytest.fixture
    def website(self, make_user, make_website, make_share):
        """A website without a share; the slug belongs to another website."""
        owner = make_user()
        make_share(make_website(owner=owner), slug=SLUG)
        return make_website("Other", owner=owner)

    def test_a_website_made_with_one_leaves_nothing_behind(self, refused, website):
        assert refused("/api/websites", {**SITE, "shareId": SLUG}) == SLUG_TAKEN

    def test_nor_does_one_made_for_a_team(self, refused, website, make_user, make_team):
        team = make_team(make_user())

        assert refused(f"/api/teams/{team}/websites", {**SITE, "shareId": SLUG}) == SLUG_TAKEN

    def test_a_website_changed_to_one_stays_as_it_was(self, refused, client_of, admin, website):
        answer = refused(f"/api/websites/{website}", {"name": "Renamed", "shareId": SLUG})

        assert answer == SLUG_TAKEN
        assert client_of(admin).get(f"/api/websites/{website}").json["name"] == "Other"

    def test_a_share_made_with_one(self, refused, website):
        body = {"entityId": str(website), "shareType": 1, "name": "Link", "slug": SLUG, "parameters": {}}

        assert refused("/api/share", body) == SLUG_TAKEN

    def test_a_share_changed_to_one(self, refused, client_of, admin, website, make_share):
        make_share(website, slug="free-slug")
        share = client_of(admin).get("/api/share/free-slug").json["shareId"]

        answer = refused(f"/api/share/id/{share}", {"name": "Link", "slug": SLUG, "parameters": {}})

        assert answer == SLUG_TAKEN
        assert client_of(admin).get("/api/share/free-slug").status_code == 200
