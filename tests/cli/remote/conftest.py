"""A server on the database of the application under test."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.cli.conftest import configured
from tests.cli.remote.world import KEY, build, empty
from tests.live import serving

ADDRESS = "https://here.example"


@pytest.fixture(scope="module")  # the server also works by itself, which would disturb the tests of other modules
def server_url(database_url: str, migrated_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the production server, in a process of its own."""
    with serving(database_url, tmp_path_factory.mktemp("server"), public_url=ADDRESS) as server:
        yield server.url


@pytest.fixture
def world(app: Flask, server_url: str) -> Iterator[Callable[[], Flask]]:
    """``world()``: the application, with a bit of everything and nothing else."""

    def make() -> Flask:
        empty(app)
        build(app)
        return app

    with configured(app, public_url=ADDRESS):
        yield make
    empty(app)


@pytest.fixture
def at_server(world: Callable[[], Flask], server_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the server, with the key in the environment."""
    world()
    monkeypatch.setenv("FRONTDESK_API_KEY", KEY)
    return server_url
