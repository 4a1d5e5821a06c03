"""Throttling of guesses, counted in memory (W11)."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import bcrypt
import pytest

from app.domain.errors import Throttled
from app.runtime import runtime
from tests.security.throttles import ATTEMPTS, ELSEWHERE, HOME, PER_ADDRESS, WINDOW, fail, make, refused


class TestInMemory:
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

    def test_when_the_time_is_over_one_may_try_again(self):
        throttle = make(window=2)
        fail(throttle, "ada", HOME)

        before = refused(throttle, "ada", HOME)
        time.sleep(2.05)

        assert before
        assert not refused(throttle, "ada", HOME)

    def test_a_stranger_does_not_lock_the_owner_out(self):
        throttle = make()

        fail(throttle, "ada", ELSEWHERE)

        assert refused(throttle, "ada", ELSEWHERE)
        assert not refused(throttle, "ada", HOME)

    def test_an_address_that_tries_many_accounts_is_refused_for_all(self):
        throttle = make()

        for number in range(PER_ADDRESS):
            fail(throttle, f"user{number}", HOME, 1)

        assert refused(throttle, "somebody else", HOME)
        assert not refused(throttle, "somebody else", ELSEWHERE)

    def test_success_forgives(self):
        throttle = make()
        fail(throttle, "ada", HOME, ATTEMPTS - 1)

        throttle.succeeded("ada", HOME)
        fail(throttle, "ada", HOME, ATTEMPTS - 1)

        assert not refused(throttle, "ada", HOME)

    def test_success_with_one_account_does_not_free_the_address(self):
        throttle = make()
        for number in range(PER_ADDRESS):
            fail(throttle, f"user{number}", HOME, 1)

        throttle.succeeded("ada", HOME)

        assert refused(throttle, "ada", HOME)


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
            time.sleep(0.005)  # so that all the others arrive meanwhile
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
        assert set(statuses) <= {401, 429, 503}  # 503: more wait than there is room for
        assert statuses.count(401) == len(wrong)
        assert limit <= len(wrong) <= limit + cores
