"""Errors of drivers are translated into errors of the domain, except those that indicate bugs."""

from typing import NamedTuple

import pytest
from sqlalchemy import bindparam, cast, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.types import Integer, String

from app.db.errors import reason_of
from app.db.reads import fetch_all
from app.db.session import db, retried, transaction
from app.db.sql.query import Query
from app.domain.errors import AccessCodeTaken, DatabaseUnavailable, DeletedMeanwhile, NotMigrated, Unstorable
from app.models import Membership, Team, User
from app.queries import users
from tests.databases import fresh_database
from tests.http.apps import other_app


class Number(NamedTuple):
    number: int


NUMBER_OF_TEAMS = Query(select(func.count(Team.id).label("number")), Number)
NOWHERE = "postgresql://postgres@127.0.0.1:1/postgres"


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


@pytest.fixture
def only_postgresql(database):
    if database == "sqlite":
        pytest.skip("SQLite allows this")


class TestUnavailable:
    def test_a_server_that_does_not_answer(self, tmp_path):
        with other_app(NOWHERE, tmp_path) as app, app.app_context():
            with pytest.raises(DatabaseUnavailable) as of_read:
                fetch_all(users.select_any_admin)
            with pytest.raises(DatabaseUnavailable) as of_write, transaction() as session:
                session.execute(users.select_any_admin.statement)

        for failed in (of_read.value, of_write.value):
            assert "Connection refused" in failed.reason
            assert isinstance(failed.__cause__, OperationalError)

    def test_a_pool_without_a_free_connection(self, app, database_url, tmp_path):
        settings = {"database_pool_size": 1, "database_pool_timeout": 0.05}
        with other_app(database_url, tmp_path, **settings) as small, small.app_context():
            taken = [engine.connect() for engine in db.engines.values()]
            with pytest.raises(DatabaseUnavailable, match="not available") as failed:
                fetch_all(users.select_any_admin)
            for connection in taken:
                connection.close()

        assert "QueuePool limit" in failed.value.reason

    @pytest.mark.usefixtures("only_postgresql")
    def test_a_server_that_may_only_be_read(self, context):
        write = text("SET TRANSACTION READ ONLY; DELETE FROM team")

        with pytest.raises(DatabaseUnavailable) as failed, transaction() as session:
            session.execute(write)

        assert "read-only transaction" in failed.value.reason

    def test_a_database_without_tables(self, database, tmp_path):
        with fresh_database(database, tmp_path) as url, other_app(url, tmp_path) as app, app.app_context():
            with pytest.raises(NotMigrated):
                fetch_all(users.select_any_admin)
            with pytest.raises(NotMigrated), transaction() as session:
                session.add(Team(name="Blue", access_code="team_blue"))


class TestUnstorable:
    @pytest.mark.usefixtures("only_postgresql")
    def test_a_value_that_the_database_does_not_take(self, context):
        with pytest.raises(Unstorable) as failed, transaction() as session:
            session.add(Team(name="Bl\0ue", access_code="team_blue"))

        assert "NUL" in failed.value.reason
        assert fetch_all(NUMBER_OF_TEAMS) == [Number(0)]

    @pytest.mark.usefixtures("only_postgresql")
    def test_nor_one_that_a_read_cannot_compute_with(self, context):
        number = Query(select(cast(cast(bindparam("given", type_=String), String), Integer).label("number")), Number)

        with pytest.raises(Unstorable):
            fetch_all(number, given="seven")


class TestFaultsOfOurs:
    @pytest.mark.usefixtures("only_postgresql")
    def test_a_wrong_statement_stays_as_it_is(self, context):
        wrong = select(func.there_is_no_such_function().label("number"))

        with pytest.raises(ProgrammingError):
            fetch_all(Query(wrong, Number))
        with pytest.raises(ProgrammingError), transaction() as session:
            session.execute(wrong)

    def test_so_does_a_constraint_that_no_service_names(self, context):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(insert(User).values(username=None))

    def test_the_driver_says_why_and_others_say_nothing(self, context):
        with pytest.raises(IntegrityError) as failed, transaction() as session:
            session.execute(insert(User).values(username=None))

        assert "constraint" in (reason_of(failed.value) or "").lower()
        assert reason_of(ValueError("x")) is None


class TestConflicts:
    def test_a_constraint_is_the_error_that_the_service_names(self, context):
        conflicts = {"uq_team_access_code": AccessCodeTaken}

        for _ in range(2):  # the second error must be a new instance, with its own cause
            with pytest.raises(AccessCodeTaken) as failed, transaction(conflicts) as session:
                session.add_all(Team(name=name, access_code="team_blue") for name in ("Blue", "Red"))
            assert isinstance(failed.value.__cause__, IntegrityError)

    def test_what_refers_to_nothing_was_deleted_meanwhile(self, context, admin):
        with pytest.raises(DeletedMeanwhile), transaction() as session:
            session.add(Membership(team_id=admin.id, user_id=admin.id, role="team-member"))


class Deadlock(Exception):
    """The driver's error in the transaction that PostgreSQL aborts to resolve a deadlock."""

    sqlstate = "40P01"


class TestRetried:
    @pytest.mark.parametrize(("reason", "times"), [(Deadlock(), 2), (Exception("disk full"), 1)])
    def test_only_a_broken_deadlock_is_worth_another_attempt(self, context, reason, times):
        attempts = []

        @retried
        def service():
            with transaction():
                attempts.append(len(attempts))
                if len(attempts) == 1:
                    raise OperationalError("UPDATE", {}, reason)
            return "done"

        try:
            outcome = service()
        except DatabaseUnavailable as error:
            outcome = error.reason

        assert (len(attempts), outcome) == (times, "done" if times == 2 else "disk full")

    def test_inside_of_another_unit_the_whole_is_tried_again(self, context):
        attempts = []

        @retried
        def inner():
            attempts.append("inner")
            with transaction():
                if len(attempts) < 4:
                    raise OperationalError("UPDATE", {}, Deadlock())

        @retried
        def outer():
            attempts.append("outer")
            with transaction():
                inner()

        outer()

        assert attempts == ["outer", "inner", "outer", "inner"]
