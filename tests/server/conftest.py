"""A running server with a small body limit, and fixtures to start others."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveServer, environment_for, frontdesk, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("server")
    with serving(f"sqlite:///{folder / 'test.db'}", folder, workers="2", max_body_bytes="4096") as running:
        yield running


@pytest.fixture(scope="session")
def ready_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ready") / "ready.db"
    done = frontdesk("setup", environment=environment_for(f"sqlite:///{file}", file.parent))
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture
def environment(ready_database: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a server that is set up and not yet started."""
    file = shutil.copy(ready_database, tmp_path / "test.db")
    return environment_for(f"sqlite:///{file}", tmp_path, workers="2")
