"""Only the user of the service can read the database, the secret and their folder, whatever the umask."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.db.session import db
from app.settings import Config
from app.settings import files as settings_files
from app.settings.files import make_folder, protect
from tests.cli.conftest import invoke
from tests.conftest import settings_for
from tests.system.deployment import OPERATING, UNIT, instructions


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda mask: f"umask {mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def app_in() -> Iterator[Callable[..., Flask]]:
    """``app_in(folder)``: an app with this instance folder. Its connections are closed after the test."""
    made: list[Flask] = []

    def make(folder: Path, url: str = "", **settings: object) -> Flask:
        made.append(create_app(settings_for(url, folder, **settings)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: mode(path) for path in folder.iterdir()}


class TestMade:
    def test_setup_makes_folders_database_and_secret_for_their_owner_alone(
        self, umask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = tmp_path / "srv" / "frontdesk"
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("FRONTDESK_INSTANCE_PATH", str(folder))
        monkeypatch.setenv("FRONTDESK_ENVIRONMENT", "development")
        monkeypatch.setenv("FRONTDESK_SECRET_KEY", "")
        monkeypatch.setenv("FRONTDESK_BCRYPT_COST", "4")

        done = invoke(None, "setup")

        assert (done.exit_code, done.stderr) == (0, "")
        assert [mode(folder), mode(folder.parent)] == [0o700, 0o700]
        assert modes(folder) | {"frontdesk.db": 0o600, "secret_key": 0o600} == modes(folder)
        assert set(modes(folder).values()) == {0o600}

    def test_so_are_the_files_that_sqlite_keeps_beside_the_database(self, umask, tmp_path: Path, app_in):
        app = app_in(tmp_path)

        assert invoke(app, "setup").exit_code == 0

        assert modes(tmp_path) == {
            "frontdesk.db": 0o600,
            "frontdesk.db-wal": 0o600,
            "frontdesk.db-shm": 0o600,
            "frontdesk.db-migration-lock": 0o600,
        }

    @pytest.mark.parametrize(
        "url",
        ["sqlite:///desk.db", "sqlite:///{folder}/desk.db", "sqlite:///file:{folder}/desk.db?uri=true"],
        ids=["relative", "absolute", "uri"],
    )
    def test_a_database_by_any_spelling_of_its_url(self, umask, tmp_path: Path, app_in, url: str):
        app = app_in(tmp_path, url.format(folder=tmp_path))

        assert invoke(app, "db", "upgrade").exit_code == 0

        assert mode(tmp_path / "desk.db") == 0o600

    def test_the_folder_that_a_relative_url_needs(self, umask, tmp_path: Path, app_in):
        app_in(tmp_path / "made", "sqlite:///desk.db")

        assert mode(tmp_path / "made") == 0o700

    def test_folders_that_are_there_keep_their_mode(self, tmp_path: Path):
        tmp_path.chmod(0o755)

        make_folder(tmp_path / "new" / "folder")

        assert [mode(folder) for folder in (tmp_path, tmp_path / "new", tmp_path / "new" / "folder")] == [
            0o755,
            0o700,
            0o700,
        ]


class TestThere:
    """Files and folders that an earlier release created world-readable."""

    @pytest.fixture
    def left_open(self, tmp_path: Path, app_in) -> Path:
        app = app_in(tmp_path)
        assert invoke(app, "setup").exit_code == 0
        (tmp_path / "secret_key").write_text("x")
        for file in tmp_path.iterdir():
            file.chmod(0o644)
        tmp_path.chmod(0o755)
        return tmp_path

    def test_setup_closes_the_files_and_leaves_a_folder_of_others_alone(self, left_open: Path, app_in):
        done = invoke(app_in(left_open), "setup")

        assert (done.exit_code, done.stderr) == (0, "")
        assert set(modes(left_open).values()) == {0o600}
        assert mode(left_open) == 0o755

    def test_so_does_serving(self, left_open: Path, app_in):
        done = invoke(app_in(left_open), "serve", "--check")

        assert (done.exit_code, done.stderr) == (0, "")
        assert set(modes(left_open).values()) == {0o600}

    def test_the_folder_of_the_project_itself_is_closed_where_the_database_lies_in_it(
        self, left_open: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(settings_files, "default_folder", lambda _environ: left_open)

        assert protect(Config(instance_path=str(left_open), database_url="postgresql://db/frontdesk")) == []
        assert mode(left_open) == 0o755

        assert protect(Config(instance_path=str(left_open))) == []
        assert mode(left_open) == 0o700

    def test_files_of_another_user_are_reported_and_left_alone(
        self, left_open: Path, app_in, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(os, "geteuid", lambda: left_open.stat().st_uid + 1)

        done = invoke(app_in(left_open), "setup")

        assert done.exit_code == 0
        assert (
            f"Warning: others can read {left_open / 'frontdesk.db'}, which belongs to another user; fix its mode.\n"
            in done.stderr
        )
        assert mode(left_open / "frontdesk.db") == 0o644


class TestDeployment:
    def test_the_unit_of_systemd_makes_nothing_for_others(self):
        lines = UNIT.read_text().splitlines()

        assert "UMask=0077" in lines
        assert "StateDirectoryMode=0700" in lines

    def test_the_folder_of_the_image_is_closed(self):
        (made,) = [line for line in instructions("RUN") if "/var/lib/frontdesk" in line]

        assert "install -d -m 0700 -o frontdesk -g frontdesk /var/lib/frontdesk" in made

    def test_backups_by_the_handbook_are_closed(self):
        blocks = OPERATING.read_text().split("```sh\n")[1:]
        backups = [block.partition("```")[0] for block in blocks if "frontdesk.dump" in block or ".backup" in block]

        assert len(backups) == 2
        assert all(block.startswith("umask 077") for block in backups)
