"""Queries return typed rows with the values that SQLAlchemy reads, check their parameters, and report failures."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from inspect import getmembers
from threading import Barrier
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    Integer,
    String,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.sql.compiler import SQLCompiler

from app.db.reads import Reads, fetch_all, fetch_list, fetch_one, fetch_window, reader
from app.db.session import note_caller, transaction
from app.db.sql.query import PageQuery, Query, Statement
from app.db.sql.search import Match, count_in_index
from app.domain.actor import Credential, CredentialKind
from app.domain.errors import DatabaseUnavailable, Unstorable
from app.domain.pagination import Window
from app.domain.roles import AccessFilter, SiteRole, Standing
from app.models import User, new_id, utcnow
from app.queries import (
    access,
    access_tokens,
    api_keys,
    grants,
    invitations,
    mail,
    memberships,
    password_resets,
    profiles,
    sessions,
    shares,
    teams,
    users,
    websites,
)
from app.queries.access import ListScope
from app.queries.matomo import people, preferences, reports, sites
from app.queries.matomo.sites import SiteFilter
from app.security.tokens import hash_token

MODULES = [
    access,
    access_tokens,
    api_keys,
    grants,
    invitations,
    mail,
    memberships,
    password_resets,
    people,
    preferences,
    profiles,
    reports,
    sessions,
    shares,
    sites,
    teams,
    users,
    websites,
]
NEWEST = {"sort": "created_at", "descending": True}
PLAIN = {"match": None, "few": False, "capped": False}
SEARCHED = {"match": Match.PATTERN, "few": True, "capped": False}
BUILT = {
    "rights": access.select_rank(),
    "all rights": access.select_rank(access.everything),
    "reasons of a user": access.select_details(ListScope.USER, 2),
    "reasons on a website": access.select_details(ListScope.WEBSITE, 2),
    "websites of a holder": access.select_websites(everything=False, **SEARCHED),
    "holders": access.select_users(**PLAIN),
    "invitations": invitations.select_invitations(own=True, **SEARCHED),
    "mails": mail.select_mails(capped=True),
    "members of teams": memberships.select_members_of(2),
    "members": memberships.select_team_users(**SEARCHED),
    "sessions": sessions.select_sessions(capped=False),
    "shares": shares.select_shares(one=False, capped=False),
    "one share": shares.select_shares(one=True, capped=True),
    "all teams": teams.select_teams(of_user=False, **NEWEST, **PLAIN),
    "teams of a user": teams.select_teams(of_user=True, **NEWEST, **SEARCHED),
    "users": users.select_users(**NEWEST, **PLAIN),
    "users with few hits": users.select_users(**NEWEST, **SEARCHED),
    "all websites": websites.select_all_websites(**NEWEST, **SEARCHED),
    "a user's websites": websites.select_websites_of_user(**NEWEST, **PLAIN),
    "a user's websites and those of teams": websites.select_websites_of_user_and_teams(**NEWEST, **SEARCHED),
    "a team's websites": websites.select_websites_of_team(**NEWEST, **PLAIN),
    "any website with a right": people.select_some_site(SiteRole.WRITE),
    "people": people.select_people(),
    "colleagues": people.select_people(
        colleagues=True, others_invited=False, searched=True, has=AccessFilter.SOMETHING
    ),
    "names of people": people.select_names(colleagues=True, standing=Standing.PENDING),
    "people on a website": people.select_people_on_site(named=True, has=AccessFilter.CAPABILITY),
    "websites with a role": reports.select_sites_with(SiteRole.VIEW),
    "websites with a capability": reports.select_sites_with(None),
    "websites of a user": reports.select_sites_of_user(own_only=True, searched=True, has=AccessFilter.CAPABILITY),
    "all sites": sites.select_sites(everything=True),
    "sites": sites.select_sites(everything=False, by=SiteFilter.PATTERN, excluding=True),
    "sites with an address": sites.select_sites(everything=True, by=SiteFilter.URL),
    "numbers": sites.select_site_numbers(everything=False),
}
NAMED = {
    f"{module.__name__.removeprefix('app.queries.')}.{name}": found
    for module in MODULES
    for name, found in getmembers(module, lambda member: isinstance(member, Statement))
}
ALL: dict[str, Query[Any] | PageQuery[Any]] = {**NAMED, **BUILT}
READS = {name: query for name, query in ALL.items() if not query.changes}


class Named(NamedTuple):
    """A row with two columns."""

    id: Any
    username: str


class Number(NamedTuple):
    """A row with a number."""

    number: int


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def reads():
    return Reads(reader())


@pytest.fixture
def world(admin, make_user, make_team, make_website, make_share, token_of):
    """One row of everything; returns values with which statements find these rows."""
    ada = make_user("Ada")
    team = make_team(ada, "Blue", manager=make_user("bob"))
    site = make_website("Site", owner=ada)
    make_website("Team site", team=team)
    make_share(site, "slug")
    texts = (
        "url_0",
        "url_1",
        "url_2",
        "url_3",
        "group",
        "capability",
        "name",
        "name_key",
        "display_name_key",
        "given_key",
        "external_id",
        "email_key",
    )
    keys = ("username_key", "account_key", "key")
    return {
        **dict.fromkeys(texts, "none"),
        **dict.fromkeys(keys, "ada"),
        **dict.fromkeys(("user_id", "actor_id", "inviter_id", "user_0", "user_1"), ada.id),
        **dict.fromkeys(("team_id", "team_0", "team_1"), team),
        **dict.fromkeys(("website_id", "website_0", "website_1"), site),
        **dict.fromkeys(("session_id", "token_id", "invitation_id", "share_id", "id"), new_id()),
        "slug": "slug",
        "access_code": "none",
        "token_hash": hash_token(token_of(ada)),
        "hash_of_token": hash_token("none"),
        "now": utcnow(),
        "today": utcnow(),
        "since": utcnow(),
        "search": "%s%",
        "names": '["ada"]',
        "numbers": "[1]",
        "ids": f'["{site.hex}"]',
        "excluded": "[7]",
        "number": 1,
        "least": 1,
        "most": 3,
        "website_ids": [site],
        "team_ids": [team],
        **Window(0, 20).values,
        "probe": 1001,
    }


def asked_of(query, world):
    return {name: world[name] for name in query.parameters}


class TestEveryQuery:
    @pytest.mark.parametrize("name", READS)
    def test_reads_what_sqlalchemy_reads(self, reads, world, name):
        query, asked = READS[name], asked_of(READS[name], world)
        with reader().connect() as connection:
            expected = [tuple(row) for row in connection.execute(query.statement, asked)]

        found = [tuple(line) for line in reads.lines(query, asked)]

        assert found == expected

    @pytest.mark.parametrize("name", ALL)
    def test_knows_the_parameters_that_its_text_has(self, name):
        compiled = ALL[name].statement.compile(dialect=reader().dialect)

        assert isinstance(compiled, SQLCompiler)
        assert ALL[name].parameters == {key for key, bind in compiled.binds.items() if bind.required}

    @pytest.mark.parametrize("name", ALL)
    def test_promises_values_of_the_columns_types(self, name):
        query = ALL[name]
        promised = get_type_hints(query.row)
        columns = {column.key: column for column in query.statement.exported_columns}

        wrong = {key: hint for key, hint in promised.items() if not fits(columns[key], hint)}

        assert wrong == {}

    def test_is_found_here(self):
        assert len(NAMED) > 50
        assert {type(query) for query in ALL.values()} == {Query, PageQuery}


def fits(found, hint):
    """Whether a field's type covers the values of its column, including None if the column is nullable."""
    kinds = {get_origin(kind) or kind for kind in (get_args(hint) if isinstance(hint, UnionType) else [hint])}
    given = getattr(found.type, "impl", found.type).python_type
    nullable = all(getattr(base, "nullable", False) for base in found.base_columns)
    right = bool(kinds & {dict, list}) if isinstance(found.type, JSON) else given is object or given in kinds
    return right and (NoneType in kinds or not nullable)


class TestRows:
    def test_are_of_the_querys_type(self, make_user):
        ada = make_user("Ada")

        row = fetch_one(users.select_user, user_id=ada.id)

        assert type(row) is users.UserRecord
        assert row == users.UserRecord(
            ada.id, "Ada", "user", row.created_at, None, None, None, False, False, None, False, False, None
        )
        assert row.created_at.utcoffset().total_seconds() == 0

    def test_are_so_in_a_unit_of_work_and_show_what_it_wrote(self, make_user):
        ada = make_user("Ada")

        with transaction() as session:
            session.execute(update(User).where(User.id == ada.id).values(display_name="Ada L."))
            inside = fetch_one(users.select_user, user_id=ada.id)

        assert type(inside) is users.UserRecord
        assert inside == fetch_one(users.select_user, user_id=ada.id)
        assert inside.display_name == "Ada L."

    def test_of_a_page_come_without_the_total(self, make_user):
        ada = make_user("Ada")
        query = users.select_users(sort="username", descending=False, **PLAIN)

        page, beyond = fetch_window(query, Window(0, 1)), fetch_window(query, Window(5, 1))

        assert [type(row) for row in page.rows] == [users.UserListed]
        assert (page.rows[0].id, page.total, page.capped) == (ada.id, 1, False)
        assert (beyond.rows, beyond.total) == ([], 1)

    def test_of_an_id_nobody_has_are_none(self):
        assert fetch_one(users.select_user, user_id=new_id()) is None

    def test_are_found_by_lists_of_any_length(self, make_website, make_user):
        ada = make_user("Ada")
        ids = [make_website(name, owner=ada) for name in ("A", "B")]

        found = [
            fetch_all(invitations.select_websites_to_give, website_ids=some, actor_id=ada.id) for some in (ids, [])
        ]

        assert {row.id for row in found[0]} == set(ids)
        assert found[1] == []

    def test_of_text_are_read_too(self, database):
        if database != "sqlite":
            pytest.skip("the index is SQLite's")

        assert fetch_all(count_in_index("search_user"), search='"nobody"', probe=5) == [(0,)]


class TestColumns:
    def test_that_a_row_lacks_are_named(self):
        with pytest.raises(
            TypeError, match="Named has the fields id, username; its statement selects id, username, role"
        ):
            Query(select(User.id.label("id"), User.username, User.role), Named)

    def test_that_a_statement_lacks_are_named(self):
        with pytest.raises(TypeError, match=r"its statement selects id$"):
            Query(select(User.id.label("id")), Named)

    def test_in_another_order_do_not_fit(self):
        with pytest.raises(TypeError, match="its statement selects username, id"):
            Query(select(User.username, User.id.label("id")), Named)

    def test_of_a_page_begin_with_the_total(self):
        with pytest.raises(TypeError, match="has the fields total, id, username"):
            PageQuery(select(User.id.label("id"), User.username), Named)


@pytest.fixture(params=["autocommit", "a unit of work"])
def mode(request):
    if request.param == "autocommit":
        yield
        return
    with transaction():
        yield


@pytest.mark.usefixtures("mode")
class TestParameters:
    def test_that_are_missing_are_named(self):
        with pytest.raises(TypeError, match=r"the query for RoleInTeam: actor_id is missing$"):
            fetch_one(memberships.select_role, team_id=new_id())

    def test_that_are_unknown_are_named(self):
        with pytest.raises(TypeError, match=r"the query for UserRecord: id is unknown$"):
            fetch_one(users.select_user, user_id=new_id(), id=new_id())

    def test_that_are_misspelt_are_both(self):
        with pytest.raises(TypeError, match=r"UserRecord: user_id is missing, userid is unknown$"):
            fetch_all(users.select_user, userid=new_id())

    def test_of_lists_and_pages_are_checked_too(self):
        with pytest.raises(TypeError, match="id is unknown"):
            fetch_list(users.select_user, user_id=new_id(), id=1)
        with pytest.raises(TypeError, match="ShareRecord: website_id is missing"):
            fetch_window(shares.select_shares(one=False, capped=False), Window())

    def test_with_a_value_of_their_own_need_none(self):
        query = Query(select(bindparam("number", 7, type_=Integer()).label("number")), Number)

        assert fetch_all(query) == [(7,)]


class TestCompiling:
    @pytest.fixture
    def compilations(self, monkeypatch):
        """The statements that SQLAlchemy has compiled."""
        seen = []
        usual = SQLCompiler.__init__

        def counting(self, dialect, statement, *args, **kwargs):
            seen.append(statement)
            usual(self, dialect, statement, *args, **kwargs)  # codespell:ignore dialect

        monkeypatch.setattr(SQLCompiler, "__init__", counting)
        return seen

    def test_happens_once_whoever_asks_first(self, reads, compilations):
        query, start = Query(select(literal_column("7", Integer()).label("number")), Number), Barrier(4)

        def ask(_):
            start.wait()
            return [list(map(tuple, reads.lines(query, {}))) for _ in range(3)]

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(ask, range(4)))

        assert found == [[[(7,)]] * 3] * 4
        assert compilations == [query.statement]

    def test_waits_until_the_database_was_reached(self, own_engine):
        """SQLAlchemy reads the server's handling of backslashes when it connects."""
        like = User.username.ilike("%x\\_%", escape="\\")
        query = Query(select(User.id.label("id"), User.username).where(like), Named)

        assert Reads(own_engine).lines(query, {}) == []


NOWHERE = Query(select(column("nowhere").label("number")).select_from(User), Number)
INTERRUPTED = Query(select(literal_column("42", Integer()).label("number")), Number)


@pytest.fixture
def executed():
    """The SQL that ``own_engine`` has executed, in order and with repetitions."""
    return []


@pytest.fixture
def own_engine(database, executed):
    """An engine that has not connected yet."""

    class Watching:
        def execute(self, text, *args, **kwargs):
            executed.append(text)
            if text == "SELECT 42 AS number":
                raise KeyboardInterrupt
            return super().execute(text, *args, **kwargs)

    class OnSqlite(Watching, sqlite3.Cursor):
        pass

    class OnPostgresql(Watching, psycopg.Cursor):
        pass

    class Connection(sqlite3.Connection):
        def cursor(self, factory=OnSqlite):
            return super().cursor(factory)

    arguments = {"factory": Connection} if database == "sqlite" else {"cursor_factory": OnPostgresql}
    isolation = {} if database == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(reader().url, connect_args=arguments, pool_reset_on_return=None, pool_size=2, **isolation)
    yield engine
    engine.dispose()


class TestFailures:
    @pytest.fixture
    def reads(self, own_engine):
        return Reads(own_engine)

    @pytest.fixture
    def invalidated(self, own_engine):
        """The connections that have been invalidated."""
        seen = []
        event.listen(own_engine, "invalidate", lambda connection, *_: seen.append(connection))
        return seen

    def test_dead_connections_are_replaced_unnoticed(self, own_engine, reads, admin):
        lent = [own_engine.raw_connection() for _ in range(2)]
        for connection in lent:
            connection.dbapi_connection.close()
            connection.close()

        lines = reads.lines(users.select_user, {"user_id": admin.id})

        assert users.select_user.rows(lines)[0].username == "admin"

    def test_one_that_dies_again_is_not_replaced_for_ever(self, own_engine, reads):
        lent = []

        def kill(connection, *_):
            lent.append(connection)
            connection.close()

        reads.lines(users.select_any_admin, {})
        event.listen(own_engine, "checkout", kill)

        with pytest.raises(DBAPIError, match="closed") as caught:
            reads.lines(users.select_any_admin, {})

        assert caught.value.connection_invalidated
        assert len(lent) == 2

    def test_a_statement_that_fails_says_why_and_is_run_once(self, reads, executed):
        with pytest.raises(DBAPIError, match="nowhere") as caught:
            reads.lines(NOWHERE, {})

        assert not caught.value.connection_invalidated
        assert [text for text in executed if "nowhere" in text] == [caught.value.statement]

    def test_no_value_is_told(self, database_url):
        wrong = Query(NOWHERE.statement.where(User.username == bindparam("username")), Number)

        with pytest.raises(DatabaseUnavailable) as caught:
            fetch_all(wrong, username="A private matter")

        assert "private" not in f"{caught.value} {caught.value.reason} {caught.value.__cause__}"

    def test_the_connection_is_as_good_as_new_afterwards(self, reads, admin):
        with pytest.raises(DBAPIError):
            reads.lines(NOWHERE, {})

        assert len(reads.lines(users.select_user, {"user_id": admin.id})) == 1

    def test_values_that_cannot_be_leave_the_connection_alone(self, reads, database, executed, invalidated):
        if database == "sqlite":
            pytest.skip("SQLite takes any text")

        with pytest.raises(DataError, match="NUL"):
            reads.lines(users.select_credentials, {"account_key": "a\0b"})

        assert len([text for text in executed if "username_key" in text]) == 1
        assert invalidated == []

    def test_an_interrupted_statement_takes_its_connection_with_it(self, reads, invalidated, admin):
        with pytest.raises(KeyboardInterrupt):
            reads.lines(INTERRUPTED, {})

        assert len(invalidated) == 1
        assert len(reads.lines(users.select_user, {"user_id": admin.id})) == 1

    def test_what_took_too_long_is_not_tried_again(self, reads, own_engine, database, executed):
        if database == "sqlite":
            pytest.skip("SQLite has no time limit for statements")
        event.listen(own_engine, "connect", lambda connection, _: connection.execute("SET statement_timeout = 50"))
        asleep = Query(select(func.length(cast(func.pg_sleep(5), String())).label("number")), Number)

        with pytest.raises(OperationalError, match="statement timeout"):
            reads.lines(asleep, {})

        assert len([text for text in executed if "pg_sleep" in text]) == 1

    def test_a_database_that_cannot_be_reached_is_said_to_be_so(self, database, tmp_path):
        away = (
            f"sqlite:///{tmp_path / 'no' / 'where.db'}" if database == "sqlite" else "postgresql+psycopg://127.0.0.1:1/"
        )
        engine = create_engine(away)

        with pytest.raises(OperationalError):
            Reads(engine).lines(users.select_any_admin, {})


class TestReplica:
    """Lists are read from the replica; if it fails, they are read from the primary."""

    @pytest.fixture
    def replica(self, app, own_engine, monkeypatch):
        class Replica:
            asked = []
            losses = 0

            def may_answer(self, wrote_at):
                self.asked.append(wrote_at)
                return True

            def lost(self):
                self.losses += 1

        found = Replica()
        monkeypatch.setitem(app.extensions, "frontdesk_replica", found)
        monkeypatch.setitem(app.extensions["frontdesk_reads"], "replica", Reads(own_engine))
        return found

    def test_one_that_is_away_is_noted_and_the_primary_asked(self, replica, own_engine, admin):
        event.listen(own_engine, "checkout", lambda connection, *_: connection.close())

        assert [row.username for row in fetch_list(users.select_user, user_id=admin.id)] == ["admin"]
        assert replica.losses == 1

    def test_values_that_cannot_be_are_nobodys_fault_but_the_callers(self, replica, database, executed):
        if database == "sqlite":
            pytest.skip("SQLite takes any text")

        with pytest.raises(Unstorable):
            fetch_list(users.select_credentials, account_key="a\0b")

        assert replica.losses == 0

    def test_it_is_told_when_the_caller_wrote_last(self, replica, admin):
        wrote_at = utcnow()
        note_caller(Credential(CredentialKind.SESSION, new_id()), wrote_at=wrote_at)

        fetch_list(users.select_user, user_id=admin.id)
        with transaction():
            pass
        fetch_list(users.select_user, user_id=admin.id)
        note_caller(None)
        fetch_list(users.select_user, user_id=admin.id)

        first, after_a_write, of_nobody = replica.asked
        assert first == wrote_at
        assert after_a_write > wrote_at
        assert of_nobody is None

    def test_it_is_not_asked_in_a_unit_of_work(self, replica, admin):
        with transaction():
            fetch_list(users.select_user, user_id=admin.id)

        assert replica.asked == []
