"""A database of Umami to import from."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from app.domain.actor import OPERATOR
from app.services.importing.run import Options
from app.services.importing.umami import Imported, import_umami
from tests.databases import fresh_database, postgresql_version
from tests.umami_schema import statements


class Source:
    """A database of Umami, and the SQL that fills it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *many: str) -> list[tuple[Any, ...]]:
        """Run statements, and return the rows of the last one."""
        with psycopg.connect(self.url) as connection:
            for one in many:
                found = connection.execute(one)
            return found.fetchall() if found.description else []


@pytest.fixture(scope="module")
def made_source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    if not postgresql_version():
        pytest.skip("Umami's database needs PostgreSQL, which is not reachable")
    with fresh_database("postgresql", tmp_path_factory.mktemp("umami")) as url:
        source = Source(url)
        source.run(*statements("3.4"))
        yield source


@pytest.fixture
def source(made_source: Source) -> Iterator[Source]:
    """A database of Umami 3.4, without rows."""
    yield made_source
    made_source.run('TRUNCATE "user", team, team_user, website, share, two_factor_auth CASCADE')


@pytest.fixture
def imported(app: Flask, source: Source) -> Callable[..., Imported]:
    """``imported(update=True)``: the report of an import from the source."""

    def run(**options: Any) -> Imported:
        with app.app_context():
            return import_umami(OPERATOR, source.url, Options(**options))

    return run
