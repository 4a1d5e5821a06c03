"""Throttling of guesses, counted in the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Barrier

import bcrypt
import pytest
from sqlalchemy import select, update

from app.db import failed_attempts
from app.db.session import db, transaction
from app.domain.errors import Throttled
from app.models import FailedAttempt, utcnow
from app.runtime import runtime
from tests.http.test_statements import counting
from tests.racing import at_once
from tests.security.throttles import ATTEMPTS, ELSEWHERE, HOME, PER_ADDRESS, WINDOW, fail, make, refused


def rows() -> list[FailedAttempt]:
    with db.engine.connect() as connection:
        return connection.execute(select(FailedAttempt.__table__).order_by(FailedAttempt.expires_at)).all()


def attempt(app, throttle, account: str, address: str) -> bool:
    """Return whether a wrong guess was counted, and not rejected."""
    with app.app_context():
        try:
            throttle.count(account, address)
        except Throttled:
            return False
        return True


@pytest.mark.usefixtures("in_app")
class TestCounting:
    def test_as_many_failures_as_are_allowed_and_no_more(self):
        throttle = make()

        fail(throttle, "ada", HOME, ATTEMPTS - 1)
        before = refused(throttle, "ada", HOME)
        fail(throttle, "ada", HOME, 1)

        assert not before
        assert refused(throttle, "ada", HOME)

    def test_it_says_how_long_to_wait(self):
        throttle = make()
        fail(throttle, "ada", HOME)

        with pytest.raises(Throttled) as refusal:
            throttle.check("ada", HOME)

        assert WINDOW - 10 <= refusal.value.retry_after <= WINDOW

    def test_when_the_time_is_over_one_may_try_again(self, clock):
        throttle = make()
        fail(throttle, "ada", HOME)

        clock.turn(seconds=WINDOW - 2)
        before = refused(throttle, "ada", HOME)
        clock.turn(seconds=3)

        assert before
        assert not refused(throttle, "ada", HOME)

    def test_the_window_moves_with_each_failure(self, clock):
        throttle = make()
        fail(throttle, "ada", HOME, 1)
        clock.turn(seconds=WINDOW / 2)
        fail(throttle, "ada", HOME, ATTEMPTS - 1)

        clock.turn(seconds=WINDOW / 2 + 1)
        one_is_over = refused(throttle, "ada", HOME)
        fail(throttle, "ada", HOME, 1)

        assert not one_is_over
        assert refused(throttle, "ada", HOME)

    def test_a_stranger_does_not_lock_the_owner_out(self):
        throttle = make()

        fail(throttle, "ada", ELSEWHERE)

        assert refused(throttle, "ada", ELSEWHERE)
        assert not refused(throttle, "ada", HOME)

    def test_an_address_that_tries_many_accounts_is_refused_for_all(self):
        throttle = make()

        for number in range(PER_ADDRESS):
            fail(throttle, f"user{number}", HOME, 1)

        assert refused(throttle, "someone else", HOME)
        assert not refused(throttle, "someone else", ELSEWHERE)

    def test_success_forgives(self):
        throttle = make()
        fail(throttle, "ada", HOME, ATTEMPTS - 1)

        throttle.forgive("ada", HOME)
        fail(throttle, "ada", HOME, ATTEMPTS - 1)

        assert not refused(throttle, "ada", HOME)

    def test_success_with_one_account_does_not_free_the_address(self):
        throttle = make()
        fail(throttle, "ada", HOME, ATTEMPTS - 1)
        for number in range(PER_ADDRESS - ATTEMPTS):
            fail(throttle, f"user{number}", HOME, 1)

        throttle.forgive("ada", HOME)
        before = refused(throttle, "ada", HOME)
        fail(throttle, "someone else", HOME, 1)

        assert not before
        assert refused(throttle, "ada", HOME)

    def test_another_thing_to_guess_at_has_a_count_of_its_own(self):
        fail(make(name="password"), "ada", HOME)

        assert not refused(make(name="link"), "ada", HOME)

    def test_a_guess_that_is_too_many_is_not_counted(self):
        throttle = make()
        fail(throttle, "ada", HOME)

        with pytest.raises(Throttled) as refusal:
            throttle.count("ada", HOME)

        assert WINDOW - 10 <= refusal.value.retry_after <= WINDOW
        assert len(rows()) == ATTEMPTS

    def test_a_right_guess_is_refused_once_others_have_reached_the_limit(self):
        throttle = make()
        fail(throttle, "ada", HOME)

        with pytest.raises(Throttled):
            throttle.forgive("ada", HOME)

        assert refused(throttle, "ada", HOME)

    def test_a_right_guess_without_earlier_failures_writes_nothing(self, in_app):
        throttle = make()
        fail(throttle, "bob", HOME, 1)

        with counting(in_app) as statements:
            throttle.check("ada", HOME)
            throttle.forgive("ada", HOME)

        assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT"]


@pytest.mark.usefixtures("in_app")
class TestSharedThroughTheDatabase:
    def test_what_one_worker_counts_another_knows(self):
        one, other = make(), make()

        fail(one, "ada", HOME, 2)
        fail(other, "ada", HOME, 1)

        assert refused(one, "ada", HOME)
        assert refused(other, "ada", HOME)
        assert refused(make(), "ada", HOME)

    @pytest.mark.parametrize(("accounts", "limit"), [(1, ATTEMPTS), (20, PER_ADDRESS)], ids=["account", "address"])
    def test_of_many_guesses_at_once_exactly_as_many_count_as_are_allowed(self, in_app, accounts, limit):
        workers = [make() for _ in range(3)]

        counted = at_once(
            *[
                lambda number=number: attempt(in_app, workers[number % 3], f"ada{number % accounts}", HOME)
                for number in range(20)
            ]
        )

        assert counted.count(True) == len(rows()) == limit

    def test_inside_a_transaction_which_could_undo_it_nothing_is_counted(self):
        throttle = make()

        with transaction() as session:
            session.execute(select(FailedAttempt.id))
            with pytest.raises(RuntimeError):
                throttle.count("ada", HOME)

        assert rows() == []


@pytest.mark.usefixtures("in_app")
class TestRows:
    def test_they_hold_neither_names_nor_addresses_nor_hashes_that_could_be_guessed(self):
        fail(make(), "my password", HOME, 1)
        fail(make(secret="another"), "my password", HOME, 1)

        one, other = rows()

        assert (len(one.account_key), len(one.place_key)) == (32, 32)
        assert one.account_key != other.account_key
        assert one.place_key != other.place_key
        for text in ("my password", HOME):
            assert sha256(text.encode()).hexdigest()[:32] not in (one.account_key, one.place_key)

    def test_those_that_no_longer_count_are_pruned(self):
        fail(make(), "ada", HOME)
        with db.engine.begin() as connection:
            connection.execute(update(FailedAttempt).values(expires_at=utcnow() - timedelta(seconds=1)))

        fail(make(), "bob", ELSEWHERE, 1)

        assert len(rows()) == 1

    def test_there_are_never_many_more_than_are_allowed(self, monkeypatch):
        monkeypatch.setattr(failed_attempts, "TRIM_EVERY", 5)
        throttle = make(most_rows=10)

        for number in range(26):
            fail(throttle, "ada", f"192.0.2.{number}", 1)

        assert len(rows()) == 10
        fail(throttle, "ada", "192.0.2.25", ATTEMPTS - 1)
        assert refused(throttle, "ada", "192.0.2.25")  # the newest are kept


@pytest.mark.usefixtures("in_app")
class TestAddresses:
    SAME = {
        "neighbours in a /64": ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"),
        "spellings of an IPv6 address": ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"),
        "an IPv4 address in IPv6": ("192.0.2.7", "::ffff:192.0.2.7"),
        "with and without its interface": ("fe80::1", "fe80::1%eth0"),
    }
    DIFFERENT = {
        "two of IPv4": ("192.0.2.7", "192.0.2.8"),
        "two of IPv4 in IPv6": ("::ffff:192.0.2.7", "::ffff:192.0.2.8"),
        "the next /64": ("2001:db8::1", "2001:db8:0:1::1"),
        "none and one": ("", "192.0.2.7"),
    }

    @pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
    def test_these_count_as_one(self, one, other):
        throttle = make()

        fail(throttle, "ada", one)

        assert refused(throttle, "ada", other)

    @pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
    def test_these_do_not(self, one, other):
        throttle = make()

        fail(throttle, "ada", one)

        assert not refused(throttle, "ada", other)


class TestManyAtOnce:
    def test_a_hundred_guesses_make_hardly_more_comparisons_than_are_allowed(self, app, make_user, monkeypatch):
        ada, wrong = make_user("ada"), []
        compare, gun = bcrypt.checkpw, Barrier(100)

        def slow(password, hashed):
            time.sleep(0.02)  # so that all other guesses arrive meanwhile
            wrong.append(password)
            return compare(password, hashed)

        def guess(number):
            gun.wait(timeout=30)
            body = {"username": ada.username, "password": f"guess {number}"}
            return app.test_client().post("/api/auth/login", json=body).status_code

        monkeypatch.setattr(bcrypt, "checkpw", slow)
        with ThreadPoolExecutor(100) as threads:
            statuses = list(threads.map(guess, range(100)))

        with app.app_context():
            limit, cores = runtime().config.login_attempts, runtime().gate.slots
        assert set(statuses) <= {401, 429, 503}  # 503: the queue is full
        assert statuses.count(401) == limit
        assert limit <= len(wrong) < limit + cores  # guesses beyond the limit do not learn the result
