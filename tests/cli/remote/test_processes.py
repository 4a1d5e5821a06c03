"""The command as a process of its own: what it needs, how fast it starts, and that a real server delivers."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import ROOT, LiveServer, environment_for, frontdesk, serving
from tests.services.webhooks.conftest import SETTINGS
from tests.services.webhooks.receiver import receiving, status

CPU_SECONDS = 0.6
"""Several times what it takes on an idle machine: it must not import what takes long."""
HEAVY = ("sqlalchemy", "flask", "alembic", "granian", "marshmallow", "psycopg", "redis", "jinja2", "cryptography")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("server")
    settings = {name: str(value) for name, value in {**SETTINGS, "webhook_timeout": 10}.items()}
    with serving(f"sqlite:///{folder / 'test.db'}", folder, **settings) as found:
        yield found


@pytest.fixture(scope="module")
def away(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine that has a key and nothing else."""
    made = frontdesk("keys", "create", "admin", "all", "--scope", "admin", environment=server.environment)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FRONTDESK_", "DATABASE_URL"))}
    home = str(tmp_path_factory.mktemp("home"))
    key = made.stdout.strip()
    return kept | {"HOME": home, "XDG_CONFIG_HOME": home, "FRONTDESK_SERVER": server.url, "FRONTDESK_API_KEY": key}


def test_nothing_heavy_is_imported(away: dict[str, str], tmp_path: Path):
    script = f"""
import sys
from app.cli import cli
sys.argv[1:] = ["users", "list"]
try:
    cli()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=away | {"PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert "admin" in done.stdout
    assert done.stderr.splitlines()[-1] == "[]"
    assert list(tmp_path.iterdir()) == []


def test_it_starts_fast(away: dict[str, str]):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    done = frontdesk("users", "list", environment=away)

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < CPU_SECONDS


def test_a_test_message_is_sent_by_the_server(away: dict[str, str]):
    with receiving() as receiver:
        made = json.loads(
            frontdesk("webhooks", "create", receiver.url, "--event", "server", "--json", environment=away).stdout
        )
        sent = frontdesk("webhooks", "test", made["id"], "--json", environment=away)
        receiver.respond = status(500)
        refused = frontdesk("webhooks", "test", made["id"], environment=away)

    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["state"] == "delivered"
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The receiver did not accept the message:")


def test_the_key_is_in_no_output_and_no_log(away: dict[str, str], server: LiveServer):
    done = frontdesk("config", "--json", environment=away)

    assert json.loads(done.stdout)["server"] == server.url
    assert away["FRONTDESK_API_KEY"] not in done.stdout + server.log.read_text()


def test_a_server_without_settings_of_ours_can_still_be_started_here(away: dict[str, str], tmp_path: Path):
    environment = environment_for(f"sqlite:///{tmp_path / 'own.db'}", tmp_path) | {
        name: away[name] for name in ("FRONTDESK_SERVER", "FRONTDESK_API_KEY")
    }

    done = frontdesk("setup", environment=environment)

    assert (done.returncode, done.stderr) == (0, "")
