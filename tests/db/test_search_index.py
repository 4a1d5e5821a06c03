"""SQLite's full-text index of trigrams: triggers maintain it, searches with few hits use it, and it is optional."""

import pytest
from sqlalchemy import text

from app.db import reads
from app.db.reads import fetch_all, has_table
from app.db.session import transaction
from app.db.sql.pagination import FEW
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.services.teams import teams
from app.services.users import accounts
from app.services.websites import websites


@pytest.fixture(autouse=True)
def _on_sqlite(app, database):
    if database != "sqlite":
        pytest.skip("the full-text index is SQLite's")
    with app.app_context():
        yield


@pytest.fixture
def names():
    """``names(search)``: the usernames that a search in the list of all users finds."""
    return lambda search: [row.username for row in accounts.list_users(OPERATOR, Window(0, 20), search=search).rows]


class TestTheIndex:
    def test_it_is_there(self):
        assert has_table("search_user")

    def test_a_new_name_is_found(self, make_user, names):
        make_user("Hildegard")

        assert names("DEGA") == ["Hildegard"]

    def test_a_changed_name_is_found_by_the_new_one_alone(self, make_user, names):
        ada = make_user("hildegard")
        accounts.update_user(OPERATOR, ada.id, username="roswitha")

        assert (names("degard"), names("witha")) == ([], ["roswitha"])

    def test_a_deleted_name_is_gone(self, admin, make_user, names):
        ada = make_user("hildegard")
        accounts.delete_user(OPERATOR, ada.id)
        found = names("degard")

        with transaction() as session:
            session.execute(text("DELETE FROM \"user\" WHERE username = 'hildegard'"))  # as purging does
            left = session.scalar(text("SELECT count(*) FROM search_user_key"))
        assert (found, left) == ([], 1)

    @pytest.mark.parametrize("term", ['a"b', "a*b", "a AND b", "(ab", "ab'c", "-abc", "abc:d"])
    def test_marks_of_its_language_mean_themselves(self, make_user, names, term):
        make_user(f"x{term}y")
        make_user("abcd")

        assert names(term) == [f"x{term}y"]

    def test_it_survives_vacuum(self, app, make_user, names):
        for name in ("first one", "second one", "third one"):
            make_user(name)
        with transaction() as session:
            session.execute(text("DELETE FROM \"user\" WHERE username = 'first one'"))
        with app.extensions["frontdesk_reader"].connect() as connection:
            connection.execute(text("VACUUM"))

        assert names("third") == ["third one"]

    def test_teams_and_websites_have_theirs(self, make_user, make_team, make_website):
        ada = make_user()
        make_team(ada, "Evergreen")
        make_website("Shop", "evergreen.example", owner=ada)

        found = teams.list_all_teams(OPERATOR, Window(0, 20), search="GREEN")
        sites = websites.list_all_websites(OPERATOR, Window(0, 20), search="green.ex")

        assert [view.name for view in found.rows] == ["Evergreen"]
        assert [view.website.name for view in sites.rows] == ["Shop"]


class TestManyHits:
    def test_they_are_counted_and_paged_as_without_it(self, monkeypatch, make_user):
        monkeypatch.setattr(reads, "FEW", 3)
        for number in range(7):
            make_user(f"person{number}")

        page = accounts.list_users(OPERATOR, Window(5, 5), search="person")

        assert (page.total, [row.username for row in page.rows]) == (7, ["person1", "person0"])

    def test_few_is_what_it_says(self):
        assert FEW == reads.FEW == 1000


class TestWithoutIt:
    def test_short_terms_are_found_all_the_same(self, make_user, names):
        make_user("hildegard")

        assert names("hi") == ["hildegard"]

    def test_a_database_without_it_searches_as_before(self, app, make_user, names):
        make_user("hildegard")
        known = set(app.extensions["frontdesk_tables"])
        app.extensions["frontdesk_tables"].clear()
        with transaction() as session:
            session.execute(text("ALTER TABLE search_user_key RENAME TO away_key"))
            session.execute(text("ALTER TABLE search_user RENAME TO away"))
        try:
            found = names("degard")
        finally:
            with transaction() as session:
                session.execute(text("ALTER TABLE away RENAME TO search_user"))
                session.execute(text("ALTER TABLE away_key RENAME TO search_user_key"))
            app.extensions["frontdesk_tables"].update(known)

        assert found == ["hildegard"]
        assert fetch_all(accounts.queries.select_any_admin) == []
