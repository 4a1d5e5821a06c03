"""Who may read /metrics."""

import pytest

from tests.http.apps import other_app
from tests.http.problems import is_problem

TOKEN = "a token for Prometheus"


@pytest.fixture
def metrics(app, database_url, tmp_path):
    """``metrics(address, authorization=…, forwarded=…, metrics_token=…)`` returns the response to a client."""

    def ask(address: str = "127.0.0.1", authorization: str | None = None, forwarded: str | None = None, **settings):
        headers = {"Authorization": authorization} if authorization else {}
        if forwarded:
            headers["X-Forwarded-For"] = forwarded
        with other_app(database_url, tmp_path, **settings) as other:
            return other.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    return ask


class TestWithoutToken:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_may(self, metrics, address):
        response = metrics(address)

        assert response.status_code == 200
        assert "frontdesk_requests_refused_total 0.0" in response.text

    @pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "10.0.0.1", "", "unix:"])
    def test_for_others_there_is_no_such_page(self, metrics, address):
        response = metrics(address)

        assert is_problem(response, 404)

    def test_whoever_comes_through_a_trusted_proxy_is_judged_by_the_own_address(self, metrics):
        through = metrics(forwarded="192.0.2.1", trusted_proxies=1)
        claimed = metrics("192.0.2.1", forwarded="127.0.0.1")

        assert (through.status_code, claimed.status_code) == (404, 404)


class TestWithToken:
    @pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
    def test_whoever_bears_it_may_from_anywhere(self, metrics, address):
        assert metrics(address, f"Bearer {TOKEN}", metrics_token=TOKEN).status_code == 200

    @pytest.mark.parametrize(
        "authorization", [None, "Bearer", "Bearer wrong", f"Bearer {TOKEN}!", f"Bearer {TOKEN[:-1]}", "Bearer \xff"]
    )
    def test_others_may_not_not_even_here(self, metrics, authorization):
        response = metrics("127.0.0.1", authorization, metrics_token=TOKEN)

        assert is_problem(response, 401)
