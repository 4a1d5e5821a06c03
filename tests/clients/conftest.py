"""A server for the clients, one for each test module."""

from collections.abc import Iterator

import pytest

from tests.conftest import DATABASES
from tests.databases import fresh_database
from tests.live import LiveServer, serving


@pytest.fixture(scope="session")
def database() -> str:
    """The last of the databases alone: clients cannot tell which one answers."""
    return DATABASES[-1]


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp(f"clients-{database}")
    with fresh_database(database, folder) as url, serving(url, folder) as running:
        yield running
