"""Throttling with a copy of the counts in Redis, also while Redis is unavailable."""

from collections.abc import Callable
from uuid import uuid4

import pytest
import redis
from sqlalchemy import delete

from app.db.session import db
from app.domain.errors import Throttled
from app.models import FailedAttempt
from app.security import counters
from tests.conftest import PASSWORD
from tests.databases import REDIS, redis_version
from tests.http.apps import other_app
from tests.http.test_statements import counting
from tests.security.cable import Cable
from tests.security.throttles import ATTEMPTS, HOME, PER_ADDRESS, fail, make, refused

pytestmark = pytest.mark.skipif(redis_version() is None, reason="Redis is not reachable")


@pytest.fixture
def ada() -> str:
    """An account that no other test uses, even with the same Redis."""
    return f"ada-{uuid4()}"


@pytest.fixture
def network() -> Callable[[int], str]:
    """``network(1)``: an address in a network that no other test uses."""
    prefix = uuid4().hex
    return lambda host: f"2001:db8:{prefix[:4]}:{prefix[4:8]}::{host:x}"


@pytest.fixture
def empty_database() -> Callable[[], None]:
    """Delete all counts from the database."""

    def empty() -> None:
        with db.engine.begin() as connection:
            connection.execute(delete(FailedAttempt))

    return empty


@pytest.mark.usefixtures("in_app")
class TestCopyInRedis:
    def test_what_one_worker_counts_another_knows(self, ada, network, empty_database):
        one, other = make(REDIS), make(REDIS)

        fail(one, ada, network(1), 2)
        fail(other, ada, network(2), 1)
        empty_database()

        assert refused(one, ada, network(3))
        assert refused(other, ada, network(4))

    def test_many_accounts_from_one_address_as_well(self, ada, network, empty_database):
        one, other = make(REDIS), make(REDIS)

        for number in range(PER_ADDRESS):
            fail(one, f"{ada}{number}", network(number), 1)
        empty_database()

        assert refused(other, ada, network(9))

    def test_whoever_is_refused_costs_the_database_nothing(self, in_app, ada, network):
        throttle = make(REDIS)
        fail(throttle, ada, network(1))

        with counting(in_app) as statements:
            assert refused(throttle, ada, network(1))

        assert statements == []

    def test_success_at_one_worker_is_known_to_others(self, ada, network):
        one, other = make(REDIS), make(REDIS)
        fail(one, ada, network(1), ATTEMPTS - 1)

        other.forgive(ada, network(1))
        fail(other, ada, network(1), ATTEMPTS - 1)

        assert not refused(make(REDIS), ada, network(1))

    def test_a_copy_that_lacks_what_was_counted_opens_no_door(self, ada, network):
        fail(make(), ada, network(1))
        throttle = make(REDIS)

        with pytest.raises(Throttled):
            throttle.count(ada, network(1))
        with pytest.raises(Throttled):
            throttle.forgive(ada, network(1))

    def test_it_holds_neither_names_nor_addresses(self, ada, network):
        fail(make(REDIS), ada, network(1), 1)

        keys = [key.decode() for key in redis.Redis.from_url(REDIS).keys("LIMITS:frontdesk/*")]

        assert keys
        assert not any(ada in key or "2001:db8" in key for key in keys)


@pytest.mark.usefixtures("in_app")
class TestRedisGoesAway:
    @pytest.fixture
    def cable(self):
        with Cable(REDIS) as cable:
            yield cable

    @pytest.fixture(params=["cut", "hang"])
    def lose(self, request, cable):
        """The way in which Redis is lost: it refuses connections, or it does not respond."""
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
        throttle.forgive("bob", HOME)

        assert not refused(throttle, "bob", HOME)

    def test_after_a_loss_it_is_left_alone_for_a_while(self, cable, ada, network, empty_database):
        throttle = make(cable.url)
        cable.cut()
        fail(throttle, ada, network(1), 1)

        cable.mend()
        fail(throttle, ada, network(1), ATTEMPTS - 1)
        empty_database()

        assert not refused(make(REDIS), ada, network(1))  # nothing was written there

    def test_when_it_is_back_it_gets_copies_again(self, cable, ada, network, monkeypatch, empty_database):
        monkeypatch.setattr(counters, "REDIS_PAUSE", 0)
        throttle, elsewhere = make(cable.url), f"2001:db8:{uuid4().hex[:4]}::1"
        cable.cut()
        fail(throttle, ada, network(1))

        cable.mend()
        fail(throttle, ada, elsewhere)
        empty_database()

        assert not refused(make(REDIS), ada, network(1))
        assert refused(make(REDIS), ada, elsewhere)


class TestLoginsWhileRedisGoesAway:
    @pytest.mark.parametrize("way", ["cut", "hang"])
    def test_they_are_neither_stopped_nor_unlimited(self, app, database_url, make_user, ada, network, tmp_path, way):
        make_user(ada)

        with Cable(REDIS) as cable, other_app(database_url, tmp_path, redis_url=cable.url) as counted:

            def log_in(password: str) -> int:
                return (
                    counted.test_client()
                    .post(
                        "/api/auth/login",
                        json={"username": ada, "password": password},
                        environ_overrides={"REMOTE_ADDR": network(1)},
                    )
                    .status_code
                )

            before = [log_in(PASSWORD), *[log_in("wrong") for _ in range(9)]]
            getattr(cable, way)()
            after = [log_in("wrong"), log_in("wrong"), log_in(PASSWORD)]

        assert before == [200] + [401] * 9
        assert after == [401, 429, 429]
