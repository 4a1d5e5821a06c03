"""The hash chain of the audit log: what it covers, and how tampering shows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.db.session import transaction
from app.domain.errors import ChainBroken
from app.security.chain_keys import ChainKeys
from app.services import events
from app.services.audit import chain
from tests.conftest import SECRET


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def log(app, admin):
    """A sealed log of eight rows."""
    chain.seal()
    with transaction() as session:
        session.execute(text("DELETE FROM audit_event"))
        session.execute(text("DELETE FROM audit_end"))
    write(admin, 8)
    assert chain.seal() == 8


def write(admin, number):
    for place in range(number):
        with transaction() as session:
            events.record(session, events.UserDeleted(admin.actor, admin.id, f"user{place}", None))


def change(statement):
    with transaction() as session:
        session.execute(text(statement))


def broken():
    """Return the row that ``verify`` names, and what it says of it."""
    with pytest.raises(ChainBroken) as caught:
        chain.verify()
    return caught.value.number, caught.value.reason


@pytest.mark.usefixtures("log")
class TestALogAsItWasWritten:
    def test_it_is_verified_to_its_last_row(self):
        found = chain.verify()

        assert (found.rows, found.first, found.last) == (8, 1, 8)
        assert len(found.hash) == 64

    def test_new_rows_are_sealed_first(self, admin):
        write(admin, 3)

        assert chain.verify().last == 11

    def test_a_log_without_rows_is_valid(self):
        change("DELETE FROM audit_event")
        change("DELETE FROM audit_end")

        assert chain.verify() == chain.Verified(0, 0, 0, "")

    def test_sealing_takes_as_many_transactions_as_it_needs(self, admin, monkeypatch):
        monkeypatch.setattr(chain, "SEALED_AT_ONCE", 2)
        monkeypatch.setattr(chain, "READ_AT_ONCE", 3)
        write(admin, 5)

        assert chain.seal() == 5
        assert chain.verify().last == 13


@pytest.mark.usefixtures("log")
class TestTampering:
    @pytest.mark.parametrize(
        "change_to",
        [
            "created_at = '2020-01-01 00:00:00'",
            "actor_id = NULL",
            "actor_name = 'mallory'",
            "credential_kind = 'session'",
            "credential_id = audit_event_id",
            "protocol = 'cli'",
            "address = '192.0.2.1'",
            "request_id = 'another'",
            "action = 'user-created'",
            "target_kind = 'team'",
            "target_id = NULL",
            "target_name = 'mallory'",
            "before = '{}'",
            "after = NULL",
            "after = '{}'",
            "hash = 'deadbeef'",
            "hash = NULL",
        ],
    )
    def test_a_row_with_another_value_is_named(self, change_to):
        if change_to == "after = NULL":
            change("UPDATE audit_event SET before = NULL WHERE number = 5")
        change(f"UPDATE audit_event SET {change_to} WHERE number = 5")

        assert broken() == (5, chain.CHANGED)

    @pytest.mark.parametrize("number", [1, 5, 8])
    def test_a_row_that_was_removed_is_named(self, number):
        change(f"DELETE FROM audit_event WHERE number = {number}")

        assert broken() == (number, chain.MISSING)

    def test_the_first_of_two_rows_that_changed_places_is_named(self):
        for old, new in ((3, 99), (6, 3), (99, 6)):
            change(f"UPDATE audit_event SET number = {new} WHERE number = {old}")

        assert broken() == (3, chain.CHANGED)

    def test_rows_removed_at_the_end_are_missed_also_when_others_follow(self, admin):
        change("DELETE FROM audit_event WHERE number > 6")
        write(admin, 1)

        assert broken() == (7, chain.MISSING)

    def test_rows_removed_together_with_the_end_are_missed(self, admin):
        change("DELETE FROM audit_event WHERE number > 6")
        change("DELETE FROM audit_end")

        assert broken() == (7, chain.MISSING)
        write(admin, 1)
        assert broken() == (7, chain.CHANGED)

    def test_rows_removed_at_the_end_are_missed_if_the_end_was_moved_there(self):
        change("DELETE FROM audit_event WHERE number > 6")
        change("UPDATE audit_end SET number = 6, hash = (SELECT hash FROM audit_event WHERE number = 6)")

        assert broken() == (6, chain.FORGED.format(name="end"))

    def test_rows_removed_at_the_start_are_missed_if_a_start_was_made_up(self):
        change("INSERT INTO audit_end SELECT 'start', number, hash, hash, key_id FROM audit_event WHERE number = 3")
        change("DELETE FROM audit_event WHERE number <= 3")

        assert broken() == (3, chain.FORGED.format(name="start"))

    def test_a_row_without_a_number_is_sealed_again_and_leaves_a_gap(self):
        change("UPDATE audit_event SET number = NULL WHERE number = 4")

        assert broken() == (4, chain.MISSING)

    def test_a_row_that_was_added_is_named(self):
        change("UPDATE audit_event SET number = 9 WHERE number = 8")
        change("UPDATE audit_event SET number = 8 WHERE number = 7")

        assert broken() == (7, chain.MISSING)


@pytest.mark.usefixtures("log")
class TestAfterTheSecretWasReplaced:
    def test_rows_sealed_before_are_still_verified(self, app, admin, monkeypatch):
        give_keys(app, monkeypatch, "another secret", SECRET)
        write(admin, 2)

        assert chain.verify().last == 10

    def test_without_the_former_secret_the_first_row_that_needs_it_is_named(self, app, admin, monkeypatch):
        give_keys(app, monkeypatch, "another secret")

        assert broken() == (8, chain.NO_KEY)

    @pytest.mark.parametrize("secrets", [(), ("another secret",)])
    def test_a_command_without_the_key_seals_nothing(self, app, admin, monkeypatch, secrets):
        write(admin, 2)
        with monkeypatch.context() as patch:
            give_keys(app, patch, *secrets)
            assert chain.seal() == 0

        assert chain.verify().last == 10

    def test_the_server_goes_on_with_its_new_key(self, app, admin, monkeypatch):
        write(admin, 2)
        give_keys(app, monkeypatch, "another secret")

        assert chain.seal(with_new_key=True) == 2
        assert broken() == (1, chain.NO_KEY)


def give_keys(app, monkeypatch, *secrets):
    runtime = replace(app.extensions["frontdesk"], chain_keys=ChainKeys(secrets))
    monkeypatch.setitem(app.extensions, "frontdesk", runtime)


def test_a_key_differs_by_secret_and_is_the_same_on_every_server():
    one, same, other = ChainKeys(["a"]), ChainKeys(["a", "b"]), ChainKeys(["b"])

    assert one.current == same.current != other.current
    assert one.mac(one.current, b"x") == same.mac(one.current, b"x") != other.mac(other.current, b"x")
    assert one.mac(other.current, b"x") is None


def test_many_who_write_and_seal_at_once_leave_a_valid_chain(app, admin):
    chain.seal()
    before = chain.verify().rows

    def work(_number):
        with app.app_context():
            for _round in range(5):
                write(admin, 2)
                chain.seal()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    found = chain.verify()
    assert (found.rows, found.last) == (before + 80, before + 80)
