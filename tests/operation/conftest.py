"""Servers to be operated."""

from collections.abc import Iterator

import pytest

from tests.faults.conftest import postgresql, usernames
from tests.faults.servers import abandoned
from tests.live import LiveServer

__all__ = ["postgresql", "usernames"]


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server on SQLite."""
    folder = tmp_path_factory.mktemp("live")
    with abandoned(f"sqlite:///{folder / 'test.db'}", folder) as running:
        yield running
