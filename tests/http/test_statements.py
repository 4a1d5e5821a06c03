"""How many SQL statements a request needs: few, and no more for a long list than for a short one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.db.reads import CURSOR
from app.db.session import db

LONG = 20


@contextmanager
def counting(app) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database, on all connections."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    class NotingCursor:
        """The cursor for reads, which do not go through SQLAlchemy."""

        def __init__(self, cursor):
            self.cursor = cursor

        def execute(self, statement, parameters):
            statements.append(statement)
            return self.cursor.execute(statement, parameters)

        def fetchall(self):
            return self.cursor.fetchall()

    def checkout(_connection, record, _proxy):
        record.info[CURSOR] = NotingCursor(_connection.cursor())

    def checkin(_connection, record):
        record.info.pop(CURSOR, None)

    with app.app_context():
        engines = list(db.engines.values())
    hooks = [("before_cursor_execute", note), ("checkout", checkout), ("checkin", checkin)]
    for engine in engines:
        for name, hook in hooks:
            event.listen(engine, name, hook)
    try:
        yield statements
    finally:
        for engine in engines:
            for name, hook in hooks:
                event.remove(engine, name, hook)


@pytest.fixture
def count(app):
    """``count(client, path)`` returns how many statements a GET needs; it must succeed."""

    def ask(client, path, rows=None):
        with counting(app) as statements:
            response = client.get(path)
        assert response.status_code == 200, response.text
        if rows is not None:
            assert len(response.json["data"]) == rows
        return len(statements)

    return ask


class TestOneThing:
    def test_a_user_takes_two(self, count, client_of, admin, make_user):
        ada = make_user("ada")

        assert count(client_of(admin), f"/api/users/{ada.id}") <= 2
        assert count(client_of(ada), f"/api/users/{ada.id}") <= 2

    def test_who_asks_takes_one(self, count, client_of, admin):
        assert count(client_of(admin), "/api/me") == 1

    def test_a_website_takes_two(self, count, client_of, make_user, make_website, make_share):
        ada = make_user("ada")
        site = make_website(owner=ada)
        make_share(site)

        assert count(client_of(ada), f"/api/websites/{site}") <= 2

    def test_a_team_takes_three_however_many_are_in_it(self, count, client_of, make_user, make_team):
        ada = make_user("ada")
        team = make_team(ada, member=[make_user() for _ in range(LONG)])

        assert count(client_of(ada), f"/api/teams/{team}") <= 3

    def test_setting_access_takes_as_many_as_it_has_steps(self, app, client_of, admin, make_user, make_website):
        ada, site, client = make_user("ada"), make_website(owner=admin), client_of(admin)
        path, body = f"/api/websites/{site}/access/{ada.id}", {"role": "write"}

        with counting(app) as statements:
            assert client.put(path, json=body).status_code == 200

        # Caller; BEGIN on SQLite; lock user and website, read what there was, set role, delete implied capabilities;
        # audit log; read all three again.
        assert len(statements) <= 11

    def test_a_put_that_changes_nothing_takes_as_many_as_a_get(
        self, app, count, client_of, admin, make_user, make_team, make_website
    ):
        ada, client = make_user("ada"), client_of(admin)
        things = {
            f"/api/users/{ada.id}": {"username": "ada", "role": "user"},
            f"/api/teams/{make_team(ada)}": {"name": "Team", "ownerId": str(ada.id)},
            f"/api/websites/{make_website(owner=ada)}": {"name": "Site", "domain": "site.example"},
        }

        for path, body in things.items():
            with counting(app) as statements:
                assert client.put(path, json=body).status_code == 200
            assert len(statements) == count(client, path), path

    def test_a_heartbeat_takes_none(self, count, anonymous):
        assert count(anonymous, "/api/heartbeat") == 0
        assert count(anonymous, "/api/config") == 0


class TestLists:
    """Each list needs the same number of statements for one item and for twenty, and four at most."""

    @pytest.fixture
    def same(self, count):
        """Return whether a list needs as many statements before and after ``grow`` has added items to it."""

        def compare(client, path, grow, first=1):
            short = count(client, path, rows=first)
            for _ in range(LONG - first):
                grow()
            long = count(client, path, rows=LONG)
            return short == long <= 4

        return compare

    @pytest.mark.parametrize("path", ["/api/admin/users", "/api/users?search=&orderBy=username"])
    def test_users(self, same, client_of, admin, make_user, make_website, path):
        assert same(client_of(admin), path, lambda: make_website(owner=make_user()))

    @pytest.mark.parametrize("path", ["/api/me/teams", "/api/admin/teams", "/api/admin/teams?search=e&maxResults=50"])
    def test_teams(self, same, client_of, admin, make_user, make_team, make_website, path):
        def grow():
            make_website(team=make_team(admin, member=[make_user(), make_user()]))

        grow()

        assert same(client_of(admin), path, grow)

    @pytest.mark.parametrize("path", ["/api/websites", "/api/me/websites?includeTeams=true", "/api/admin/websites"])
    def test_websites(self, same, client_of, admin, make_website, make_share, path):
        def grow():
            make_share(make_website(owner=admin))

        grow()

        assert same(client_of(admin), path, grow)

    @pytest.mark.parametrize("path", ["/api/admin/websites", "/api/teams/{team}/websites"])
    def test_websites_of_teams(self, same, client_of, admin, make_team, make_website, make_share, path):
        team = make_team(admin)

        def grow():
            make_share(make_website(team=team))

        grow()

        assert same(client_of(admin), path.format(team=team), grow)

    def test_websites_of_many_teams(self, same, client_of, admin, make_team, make_website):
        def grow():
            make_website(team=make_team(admin))

        grow()

        assert same(client_of(admin), "/api/admin/websites", grow)

    def test_members(self, same, client_of, admin, make_user, make_team):
        team = make_team(admin)
        client = client_of(admin)

        def grow():
            person = {"userId": str(make_user().id), "role": "team-member"}
            assert client.post(f"/api/teams/{team}/users", json=person).status_code == 200

        assert same(client, f"/api/teams/{team}/users", grow)

    def test_shares(self, same, client_of, admin, make_website, make_share):
        site = make_website(owner=admin)
        make_share(site)

        assert same(client_of(admin), f"/api/websites/{site}/shares", lambda: make_share(site))

    def test_access_to_a_website(self, same, client_of, admin, make_user, make_website, make_team):
        site = make_website(team=make_team(admin))
        client = client_of(admin)

        def grow():
            body = {"role": "view", "capabilities": ["tagmanager_write"]}
            assert client.put(f"/api/websites/{site}/access/{make_user().id}", json=body).status_code == 200

        assert same(client, f"/api/websites/{site}/access", grow)

    @pytest.mark.parametrize("who", ["admin", "ada"])
    def test_access_of_a_user(self, same, client_of, admin, make_user, make_website, make_team, who):
        person = {"admin": admin, "ada": make_user("ada")}[who]

        def grow():
            make_website(team=make_team(admin, member=[person] if person is not admin else []))

        grow()

        assert same(client_of(admin), f"/api/users/{person.id}/access", grow)

    def test_sessions(self, same, client_of, admin, token_of):
        assert same(client_of(admin), "/api/me/sessions", lambda: token_of(admin))
