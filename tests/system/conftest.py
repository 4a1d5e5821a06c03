"""A running server."""

from collections.abc import Iterator

import pytest

from tests.live import LiveServer
from tests.system.faults.conftest import postgresql, usernames
from tests.system.faults.servers import abandoned

__all__ = ["postgresql", "usernames"]


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server on SQLite."""
    folder = tmp_path_factory.mktemp("live")
    with abandoned(f"sqlite:///{folder / 'test.db'}", folder) as running:
        yield running
