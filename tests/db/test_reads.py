"""Reads on the driver itself answer as SQLAlchemy does, and leave to it what goes wrong."""

import pytest
from sqlalchemy import bindparam, column, func, select, text, values
from sqlalchemy.exc import OperationalError

from app.db.reads import MOST_STATEMENTS, Reads, Unsuitable, fetch_all, reader
from app.db.session import db
from app.domain.pagination import Window
from app.models import User, utcnow
from app.queries import memberships, sessions, shares, teams, users, websites
from app.queries.websites import ListScope
from app.security.tokens import hash_token


@pytest.fixture
def reads(app):
    with app.app_context():
        yield Reads(reader())


@pytest.fixture
def world(app, admin, make_user, make_team, make_website, make_share, token_of):
    """One of everything, and the values by which statements find it."""
    ada = make_user("Ada")
    team = make_team(ada, "Blue", manager=make_user("bob"))
    site = make_website("Site", owner=ada)
    make_website("Team site", team=team)
    make_share(site, "slug")
    return {
        "user_id": ada.id,
        "actor_id": ada.id,
        "team_id": team,
        "website_id": site,
        "slug": "slug",
        "username_key": "ada",
        "token_hash": hash_token(token_of(ada)),
        "now": utcnow(),
        "search": "%s%",
        "team_0": team,
        "team_1": team,
        **Window(0, 20).values,
        "probe": 1001,
    }


NEWEST = {"sort": "created_at", "descending": True, "capped": False}
STATEMENTS = {
    "a user": users.select_user,
    "credentials": users.select_credentials,
    "who bears a token": sessions.select_by_token,
    "a team": teams.select_team,
    "a website": websites.select_website,
    "a share": shares.select_share_by_slug,
    "a member": memberships.select_member,
    "users": users.select_users(match=None, few=False, **NEWEST),
    "users with few hits": users.select_users(match="pattern", few=True, **NEWEST),
    "teams of a user": teams.select_teams(of_user=True, match=None, few=False, **NEWEST),
    "members of teams": memberships.select_members_of(2),
    "everybody's websites": websites.select_websites(ListScope.EVERYBODY, match=None, few=False, **NEWEST),
    "a user's websites and those of teams": websites.select_websites(
        ListScope.USER_AND_TEAMS, match=None, few=False, **NEWEST
    ),
    "shares": shares.select_shares(one=False, capped=False),
    "logins": sessions.select_sessions(capped=False),
}


class TestTheSameRows:
    @pytest.mark.parametrize("name", STATEMENTS)
    def test_as_sqlalchemy_reads_them(self, reads, world, name):
        statement = STATEMENTS[name]
        with reader().connect() as connection:
            expected = connection.execute(statement, world).all()

        found = reads.fetch_all(statement, world)

        assert expected
        assert [tuple(row) for row in found] == [tuple(row) for row in expected]
        assert [row._asdict() for row in found] == [row._asdict() for row in expected]


class TestLeftToSqlalchemy:
    def test_what_is_no_select(self, reads):
        with pytest.raises(Unsuitable):
            reads.fetch_all(text("SELECT 1"), {})

    def test_lists_of_unknown_length(self, reads):
        some = select(User.id).where(User.id.in_(bindparam("ids", expanding=True)))

        with pytest.raises(Unsuitable):
            reads.fetch_all(some, {"ids": []})

    def test_statements_that_are_made_anew_each_time(self, reads):
        for number in range(MOST_STATEMENTS):
            reads._compiled[-number - 1] = (select(1), None)

        with pytest.raises(Unsuitable):
            reads.fetch_all(select(func.count()).select_from(User), {})
        reads._compiled.clear()
        assert reads.fetch_all(select(func.count()).select_from(User), {})[0][0] == 0

    def test_a_dead_connection_is_replaced_unnoticed(self, app, database, admin):
        with app.app_context():
            lent = reader().raw_connection()
            lent.dbapi_connection.close()
            lent.close()

            rows = fetch_all(users.select_user, user_id=admin.id)

        assert [row.username for row in rows] == ["admin"]

    def test_a_statement_that_fails_says_why(self, app):
        with app.app_context():
            wrong = select(column("nowhere")).select_from(values(column("x"), name="t").data([(1,)]))

            with pytest.raises(Exception) as failed:
                fetch_all(wrong)

            assert "nowhere" in str(failed.value.__cause__ or failed.value)

    def test_what_took_too_long_is_not_tried_again(self, app, database):
        if database == "sqlite":
            pytest.skip("SQLite has no time limit for statements")
        with app.app_context():
            asked = []
            engine = db.engines["reader"]
            with engine.connect() as connection:
                connection.execute(text("SET statement_timeout = 50"))
            asleep = select(func.pg_sleep(5))
            reads = Reads(engine)

            with pytest.raises(OperationalError, match="statement timeout"):
                asked.append(reads.fetch_all(asleep, {}))

            engine.dispose()
        assert asked == []
