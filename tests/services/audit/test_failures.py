"""Failures in the audit log, and the limits that keep it from growing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import orjson
import pytest
import time_machine
from sqlalchemy import select

from app.db.session import db, transaction
from app.domain.errors import WrongCredentials, WrongPassword
from app.models import AuditEvent, AuditTally, utcnow
from app.services import events
from app.services.audit import chain, denials, failures
from app.services.authentication import login
from tests.actors import visitor_at
from tests.conftest import PASSWORD

HERE = "192.0.2.1"


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def rows(action):
    """Return who failed from where, and what the row says, of each row of an action."""
    found = db.session.execute(
        select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id), execution_options={}
    ).scalars()
    return [(row.address, row.target_name, row.after) for row in found.all()]


def fail(address=HERE, *, user=None, times=1):
    for _ in range(times):
        with transaction() as session:
            user_id, name = (None, None) if user is None else (user.id, user.username)
            events.record(session, events.LoginFailed(visitor_at(address), user_id, name))


class TestWhatIsAFailure:
    def test_a_wrong_password_names_the_account(self, make_user):
        ada = make_user("ada")
        with pytest.raises(WrongCredentials):
            login.login(visitor_at(HERE), "ADA", "wrong")

        (row,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "login-failed")).all()
        assert (row.target_id, row.target_name, row.actor_id, row.address) == (ada.id, "ada", None, HERE)

    def test_an_unknown_name_is_not_kept(self):
        with pytest.raises(WrongCredentials):
            login.login(visitor_at(HERE), "correct horse", "wrong")

        assert rows("login-failed") == [(HERE, "", None)]

    def test_a_wrong_password_that_should_confirm_something(self, make_user):
        ada = make_user("ada")
        with pytest.raises(WrongPassword):
            login.confirm_password(ada.actor, "wrong")

        assert rows("confirmation-failed") == [("", "ada", None)]

    def test_a_right_password_is_none(self, make_user):
        make_user("ada")
        login.login(visitor_at(HERE), "ada", PASSWORD)

        assert rows("login-failed") == []
        assert len(rows("session-opened")) == 1

    def test_a_denied_call_without_an_account_is_not_recorded(self):
        denials.note(visitor_at(HERE), "GET /api/users")

        assert rows("permission-denied") == []


class TestTheLimits:
    def test_only_the_first_from_an_address_for_an_account_are_rows(self, make_user):
        fail(user=make_user("ada"), times=failures.SHOWN + 7)

        assert rows("login-failed") == [(HERE, "ada", None)] * failures.SHOWN

    def test_another_account_and_another_address_have_their_own_limit(self, make_user):
        fail(user=make_user("ada"), times=failures.SHOWN + 1)
        fail(user=make_user("bob"))
        fail("192.0.2.2", times=1)

        assert len(rows("login-failed")) == failures.SHOWN + 2

    def test_addresses_of_one_network_share_theirs(self):
        for host in range(failures.SHOWN + 5):
            fail(f"2001:db8::{host}")

        assert len(rows("login-failed")) == failures.SHOWN

    def test_all_addresses_together_have_one_too(self, monkeypatch):
        monkeypatch.setattr(failures, "SHOWN_IN_ALL", 5)
        for host in range(20):
            fail(f"192.0.2.{host}")

        assert len(rows("login-failed")) == 5
        assert db.session.query(AuditTally).count() == 6

    def test_one_more_row_tells_how_many_were_left_out_when_the_window_has_ended(self, make_user):
        fail(user=make_user("ada"), times=failures.SHOWN + 7)

        with time_machine.travel(utcnow() + failures.WINDOW + timedelta(seconds=1)):
            chain.seal()
            last = rows("login-failed")[failures.SHOWN :]

        assert last == [(HERE, "ada", orjson.dumps({"leftOut": 7}).decode())]
        assert db.session.query(AuditTally).count() == 0

    def test_the_next_failure_begins_a_new_window_also_where_no_server_seals(self, make_user):
        ada = make_user("ada")
        fail(user=ada, times=failures.SHOWN + 7)

        with time_machine.travel(utcnow() + failures.WINDOW + timedelta(seconds=1)):
            fail(user=ada)

        assert [after for *_, after in rows("login-failed")[failures.SHOWN :]] == ['{"leftOut":7}', None]

    def test_the_rest_of_all_addresses_together_is_one_row(self, monkeypatch):
        monkeypatch.setattr(failures, "SHOWN_IN_ALL", 5)
        for host in range(20):
            fail(f"192.0.2.{host}")

        with time_machine.travel(utcnow() + failures.WINDOW + timedelta(seconds=1)):
            chain.seal()

        assert rows("login-failed")[5:] == [("", "", '{"leftOut":15}')]

    def test_a_window_in_which_nothing_was_left_out_adds_no_row(self):
        fail()

        with time_machine.travel(utcnow() + failures.WINDOW + timedelta(seconds=1)):
            chain.seal()

        assert len(rows("login-failed")) == 1

    def test_they_hold_for_many_at_once(self, app, make_user):
        ada = make_user("ada")

        def guess(_number):
            with app.app_context():
                fail(user=ada, times=5)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(guess, range(8)))

        assert len(rows("login-failed")) == failures.SHOWN
