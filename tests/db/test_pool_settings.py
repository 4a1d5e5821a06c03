"""Settings of the connection pools."""

from tests.http.apps import other_app


def test_fractions_of_a_second_are_waited_for_too(database_url, tmp_path):
    with other_app(database_url, tmp_path, database_pool_timeout=0.25) as app, app.app_context():
        waits = {name: pool.timeout() for name, pool in app.extensions["frontdesk_pools"]}

    assert waits == {"writer": 0.25, "reader": 0.25}
