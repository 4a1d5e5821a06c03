"""The wheel and the source distribution, installed and used as a stranger would, from an empty folder."""

import json
import os
import site
import stat
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from app import __version__
from tests.live import ROOT, free_port

NAME = f"frontdesk-{__version__}"


def run(*command, cwd, env=None, **others):
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, **others)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """A virtual environment with nothing but the wheel, and what it needs from the one of the tests."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python"]
    done = run(*pip, "install", "--no-index", "--no-deps", next(built.glob("*.whl")), cwd=folder)
    assert done.returncode == 0, done.stderr
    needed = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (site_packages(folder) / "needed.pth").write_text("\n".join(needed))
    return folder


def site_packages(folder: Path) -> Path:
    return folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def written(folder: Path) -> dict[Path, int]:
    """All files in a folder with the time of their last change, except compiled modules."""
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


@pytest.fixture
def stranger(installed, tmp_path):
    """``stranger("setup")``: the command run from an empty folder, by a user who has an empty home."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    foreign = ("FRONTDESK_", "DATABASE_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    state = tmp_path / "state"
    environment = {**kept, "HOME": str(home), "STATE_DIRECTORY": str(state), "FRONTDESK_BCRYPT_COST": "4"}
    command = installed / "bin" / "frontdesk"
    before = written(site_packages(installed))

    def call(*arguments, **others):
        return run(command, *arguments, cwd=here, env=environment, **others)

    call.environment, call.home, call.here, call.state = environment, home, here, state
    call.command, call.python = command, installed / "bin" / "python"
    yield call
    assert [*here.iterdir(), *home.iterdir()] == []
    assert written(site_packages(installed)) == before


def test_the_wheel_carries_what_it_needs_and_no_tests(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = set(archive.namelist())

    assert {
        "frontdesk.py",
        "app/db/alembic/env.py",
        "app/db/alembic/versions/0001_create_the_core_tables.py",
        "app/pages/static/pages.css",
        "app/pages/templates/pages/invitation.html",
        "app/api/openapi/static/swagger-ui-bundle.js",
        "app/api/openapi/templates/docs.html",
        f"{NAME}.dist-info/entry_points.txt",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or "__pycache__" in name]


def test_the_source_distribution_gives_the_same_wheel(built, tmp_path):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again", cwd=tmp_path / NAME)
    assert done.returncode == 0, done.stderr

    def contents(wheel):
        with zipfile.ZipFile(wheel) as archive:
            return {item.filename: item.CRC for item in archive.infolist() if not item.filename.endswith("RECORD")}

    assert contents(next((tmp_path / "again").glob("*.whl"))) == contents(next(built.glob("*.whl")))


def test_the_source_distribution_has_what_its_tests_read(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}

    assert {"Dockerfile", "Makefile", "deploy/frontdesk.service", "docs/operating.md", "requirements.lock"} <= names
    assert "tests/system/test_package.py" in names
    assert not [name for name in names if name.startswith(("instance/", ".venv")) or "__pycache__" in name]


def test_command_and_module_say_their_version(stranger):
    module = run(stranger.python, "-m", "frontdesk", "--version", cwd=stranger.here, env=stranger.environment)

    for done in (stranger("--version"), module):
        assert (done.returncode, done.stdout) == (0, f"frontdesk, version {__version__}\n")


def test_without_a_folder_of_systemd_the_users_data_folder_is_used(stranger):
    program = "import os; os.geteuid = lambda: 1000; from frontdesk import main; main()"
    environment = {name: value for name, value in stranger.environment.items() if name != "STATE_DIRECTORY"}
    environment.pop("XDG_DATA_HOME", None)
    done = run(stranger.python, "-c", program, "config", "--json", cwd=stranger.here, env=environment)

    assert json.loads(done.stdout)["instance_path"] == str(stranger.home / ".local" / "share" / "frontdesk")


def test_doctor_changes_nothing_and_is_content_after_setup(stranger):
    before = stranger("doctor", "--json")
    assert not stranger.state.exists()
    stranger("setup")
    after = stranger("doctor", "--json")

    levels = [{row["check"]: row["level"] for row in json.loads(done.stdout)["data"]} for done in (before, after)]
    assert (before.returncode, levels[0]["database"], levels[0]["secret key"]) == (3, "problem", "problem")
    assert after.returncode == 0, after.stdout
    assert "problem" not in levels[1].values()


def test_setup_and_a_first_session_from_an_empty_folder(stranger):
    made = stranger("setup", "--json")
    assert made.returncode == 0, made.stderr
    password = json.loads(made.stdout)["password"]
    port = free_port()
    command = [str(stranger.command), "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=stranger.here, env=stranger.environment, stderr=subprocess.DEVNULL) as server:
        try:
            token = ask(port, "/api/auth/login", {"username": "admin", "password": password})["token"]
            users = ask(port, "/api/admin/users", token=token)
        finally:
            server.terminate()
            server.wait(timeout=60)

    assert [user["username"] for user in users["data"]] == ["admin"]
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in stranger.state.iterdir()}
    assert {"frontdesk.db", "secret_key"} <= set(files)
    assert {mode & 0o077 for mode in files.values()} == {0}
    assert stat.S_IMODE(stranger.state.stat().st_mode) == 0o700


def test_serving_alone_is_enough_the_first_time(stranger):
    port = free_port()
    command = [str(stranger.python), "-m", "frontdesk", "serve", "--port", str(port)]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, cwd=stranger.here, env=stranger.environment, **output) as server:
        try:
            lines = [server.stdout.readline() for _ in range(3)]
            password = lines[1].split(": ")[1].strip()
            assert "token" in ask(port, "/api/auth/login", {"username": "admin", "password": password})
        finally:
            server.terminate()
            server.wait(timeout=60)

    assert lines[0] == "Created the first administrator: admin\n"
    assert f"http://127.0.0.1:{port} " in lines[2]


def ask(port, path, body=None, *, token=""):
    """The JSON response of the server, once it runs."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body and json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {token}")
    for _ in range(300):
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except ConnectionError:
            time.sleep(0.1)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.1)
    raise AssertionError("the server did not start")
