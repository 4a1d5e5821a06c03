"""Throttling of guesses, shared through Redis, and while Redis is away (W11)."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from app import create_app
from app.db import migrations
from app.domain.actor import OPERATOR
from app.security import throttle as module
from app.services.users import accounts
from tests.conftest import settings_for
from tests.databases import REDIS, redis_version
from tests.security.cable import Cable
from tests.security.throttles import ATTEMPTS, HOME, PER_ADDRESS, fail, make, refused

pytestmark = pytest.mark.skipif(redis_version() is None, reason="Redis is not reachable")


@pytest.fixture
def ada() -> str:
    """An account that no other test counts anything of, be it in the same Redis."""
    return f"ada-{uuid4()}"


@pytest.fixture
def network() -> Callable[[int], str]:
    """``network(1)``: an address in a network that no other test comes from."""
    prefix = uuid4().hex
    return lambda host: f"2001:db8:{prefix[:4]}:{prefix[4:8]}::{host:x}"


class TestSharedThroughRedis:
    def test_what_one_worker_counts_another_knows(self, ada, network):
        one, other = make(REDIS), make(REDIS)

        fail(one, ada, network(1), 2)
        fail(other, ada, network(2), 1)

        assert refused(one, ada, network(3))
        assert refused(other, ada, network(4))

    def test_many_accounts_from_one_address_as_well(self, ada, network):
        one, other = make(REDIS), make(REDIS)

        for number in range(PER_ADDRESS):
            fail(one, f"{ada}{number}", network(number), 1)

        assert refused(other, ada, network(9))

    def test_a_worker_that_starts_later_knows_it_too(self, ada, network):
        fail(make(REDIS), ada, network(1))

        assert refused(make(REDIS), ada, network(1))

    def test_success_at_one_worker_is_known_to_new_ones(self, ada, network):
        one, other = make(REDIS), make(REDIS)
        fail(one, ada, network(1), ATTEMPTS - 1)

        other.succeeded(ada, network(1))
        fail(other, ada, network(1), ATTEMPTS - 1)

        assert not refused(make(REDIS), ada, network(1))

    def test_without_redis_workers_count_for_themselves(self, ada, network):
        fail(make(), ada, network(1))

        assert not refused(make(), ada, network(1))


class TestRedisGoesAway:
    @pytest.fixture
    def cable(self):
        with Cable(REDIS) as cable:
            yield cable

    @pytest.fixture(params=["cut", "hang"])
    def lose(self, request, cable):
        """How Redis is lost: it refuses, or it does not answer."""
        return getattr(cable, request.param)

    def test_what_was_counted_before_still_counts(self, cable, lose, ada, network):
        throttle = make(cable.url)
        fail(throttle, ada, network(1))

        lose()

        assert refused(throttle, ada, network(1))

    def test_counting_goes_on(self, cable, lose, ada, network):
        throttle = make(cable.url)
        fail(throttle, ada, network(1), ATTEMPTS - 1)

        lose()
        before = refused(throttle, ada, network(1))
        fail(throttle, ada, network(1), 1)

        assert not before
        assert refused(throttle, ada, network(1))

    def test_others_go_on(self, cable, lose, ada, network):
        throttle = make(cable.url)
        fail(throttle, ada, network(1))

        lose()
        throttle.succeeded("bob", HOME)

        assert not refused(throttle, "bob", HOME)

    def test_after_a_loss_it_is_left_alone_for_a_while(self, cable, ada, network):
        throttle = make(cable.url)
        cable.cut()
        fail(throttle, ada, network(1), 1)

        cable.mend()
        fail(throttle, ada, network(1))

        assert refused(throttle, ada, network(1))
        assert not refused(make(REDIS), ada, network(1))

    def test_when_it_is_back_counts_are_shared_again(self, cable, ada, network, monkeypatch):
        monkeypatch.setattr(module, "REDIS_PAUSE", 0)
        throttle = make(cable.url)
        cable.cut()
        fail(throttle, ada, network(1), ATTEMPTS)

        cable.mend()
        fail(throttle, f"{ada}2", network(1), ATTEMPTS)

        assert refused(throttle, ada, network(1))
        assert refused(make(REDIS), f"{ada}2", network(1))

    def test_logins_are_neither_stopped_nor_unlimited(self, cable, lose, ada, network, tmp_path):
        app = create_app(settings_for(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, redis_url=cable.url))
        with app.app_context():
            migrations.upgrade()
            accounts.create_user(OPERATOR, username=ada, password="correct horse")
        client = app.test_client()

        def log_in(password: str) -> int:
            return client.post(
                "/api/auth/login",
                json={"username": ada, "password": password},
                environ_overrides={"REMOTE_ADDR": network(1)},
            ).status_code

        before = [log_in("correct horse"), *[log_in("wrong") for _ in range(9)]]
        lose()
        after = [log_in("correct horse"), *[log_in("wrong") for _ in range(10)], log_in("correct horse")]

        assert before == [200] + [401] * 9
        assert after == [200] + [401] * 10 + [429]
