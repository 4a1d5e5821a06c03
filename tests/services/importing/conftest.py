"""A database of Umami and a Matomo to import from."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from app.domain.actor import OPERATOR
from app.services.importing.matomo import Imported as MatomoImported
from app.services.importing.matomo import Invitations, import_matomo
from app.services.importing.run import Options
from app.services.importing.umami import Imported, import_umami
from tests.cli.conftest import configured
from tests.databases import fresh_database, postgresql_version
from tests.services.importing.fake_matomo import TOKEN, FakeMatomo, faking
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


@pytest.fixture
def matomo() -> Iterator[FakeMatomo]:
    """A Matomo without users and sites."""
    with faking() as found:
        yield found


@pytest.fixture
def mailing(app: Flask) -> Iterator[Flask]:
    """The application, with a mail server that is not there: mails wait in the outbox."""
    with configured(app, mail_host="127.0.0.1", mail_port=1, mail_from="f@example.com", public_url="https://f.example"):
        yield app


@pytest.fixture
def taken(app: Flask, matomo: FakeMatomo) -> Callable[..., MatomoImported]:
    """``taken(mail=False, update=True)``: what an import from the Matomo did."""

    def run(*, dry_run: bool = False, mail: bool = True, superusers: bool = False, **options: Any) -> MatomoImported:
        with app.app_context():
            invitations = Invitations(mail=mail, superusers=superusers)
            return import_matomo(OPERATOR, matomo.url, TOKEN, Options(**options), invitations, dry_run=dry_run)

    return run
