"""The deployment files match the settings and the code."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.server.intake import DRAIN_SECONDS
from app.settings import Config
from tests.live import ROOT, free_port
from tests.system.deployment import (
    ALL,
    COMPOSE,
    DOCKERFILE,
    ENV_EXAMPLE,
    OPERATING,
    SETTINGS,
    SOCKET,
    UNIT,
    instructions,
    settings_in,
)

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text())


class TestSettings:
    @pytest.mark.parametrize("file", ALL, ids=lambda file: file.name)
    def test_all_that_are_named_exist(self, file: Path):
        assert settings_in(file.read_text()) <= SETTINGS

    def test_some_are_named(self):
        assert len(settings_in(OPERATING.read_text())) > 5
        assert settings_in(UNIT.read_text()) == {"FRONTDESK_INSTANCE_PATH"}


class TestCompose:
    def test_every_service_has_an_image_of_a_stated_version_or_is_built_here(self, compose):
        built = [name for name, service in compose["services"].items() if "build" in service]
        images = [service["image"] for service in compose["services"].values() if "image" in service]

        assert built == ["frontdesk"]
        assert len(images) == 2
        assert all(re.fullmatch(r"[a-z]+:\d[\w.-]*", image) for image in images)

    def test_what_it_asks_of_the_environment_is_in_the_example_or_has_a_default(self):
        offered = {line.partition("=")[0] for line in ENV_EXAMPLE.read_text().splitlines() if line[:1] not in "#"}
        asked = {name: kind for name, kind, _ in VARIABLE.findall(COMPOSE.read_text())}

        assert {name for name, kind in asked.items() if kind != "-"} <= offered <= set(asked)

    def test_frontdesk_cannot_write_but_where_it_must(self, compose):
        service = compose["services"]["frontdesk"]

        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert service["volumes"] == ["frontdesk:/var/lib/frontdesk"]

    def test_it_waits_for_the_database_and_is_given_time_to_end(self, compose):
        service = compose["services"]["frontdesk"]

        assert service["depends_on"]["postgres"] == {"condition": "service_healthy"}
        assert "healthcheck" in compose["services"]["postgres"]
        assert int(service["stop_grace_period"].removesuffix("s")) > 30

    def test_every_volume_is_declared_and_used(self, compose):
        used = {
            volume.partition(":")[0]
            for service in compose["services"].values()
            for volume in service.get("volumes", [])
        }

        assert used == set(compose["volumes"])


class TestComposeBesideUmami:
    FOLDER = ROOT / "deploy" / "beside-umami"

    @pytest.fixture
    def services(self) -> dict:
        return yaml.safe_load((self.FOLDER / "docker-compose.yml").read_text())["services"]

    def test_all_come_through_the_proxy(self, services):
        assert [name for name, service in services.items() if "ports" in service] == ["nginx"]

    def test_the_proxy_finds_the_others_by_their_names(self, services):
        (script,) = services["nginx"]["command"][2:]
        replaced = dict(re.findall(r"s/([\d.:]+)/([\w:]+)/", script))
        site = (self.FOLDER / "nginx.conf").read_text()

        assert {name.partition(":")[0] for name in replaced.values()} <= set(services)
        assert all(site.count(f"server {address};") == 1 for address in replaced)
        assert len(replaced) == site.count("    server 127.0.0.1:") == 2

    def test_both_have_one_database_and_one_secret(self, services):
        umami, frontdesk = services["umami"]["environment"], services["frontdesk"]["environment"]

        assert umami["DATABASE_URL"] == frontdesk["DATABASE_URL"]
        assert umami["APP_SECRET"] == frontdesk["FRONTDESK_UMAMI_APP_SECRET"]

    def test_what_it_asks_of_the_environment_is_in_the_example(self):
        offered = {line.partition("=")[0] for line in (self.FOLDER / "env.example").read_text().splitlines()}
        asked = {name for name, _, _ in VARIABLE.findall((self.FOLDER / "docker-compose.yml").read_text())}

        assert asked == {name for name in offered if not name.startswith("#")}


class TestDockerfile:
    def test_what_it_copies_exists_and_is_not_ignored(self):
        copied = [
            source for line in instructions("COPY") if not line.startswith("--from") for source in line.split()[:-1]
        ]
        ignored = (ROOT / ".dockerignore").read_text().splitlines()

        assert {"app", "frontdesk.py", "pyproject.toml", "requirements.lock"} <= set(copied)
        assert all((ROOT / source).exists() for source in copied)
        assert ignored[0] == "*"
        assert {f"!{source}" for source in copied} == {line for line in ignored if line.startswith("!")}

    def test_bases_are_of_a_stated_version_and_the_last_stage_has_only_what_runs(self):
        bases = [line.split()[0] for line in instructions("FROM")]

        assert len(bases) == 2
        assert all(re.fullmatch(r"[a-z]+:\d[\w.-]*", base) for base in bases)
        assert "pip install" not in DOCKERFILE.read_text().rpartition("\nFROM ")[2]

    def test_it_runs_as_a_user_of_its_own(self):
        (user,) = instructions("USER")

        assert user not in ("root", "0")
        assert re.search(rf"useradd .*\b{user}\b", DOCKERFILE.read_text())

    def test_nothing_secret_is_in_it(self):
        assert not re.search(r"SECRET|PASSWORD|DATABASE_URL", DOCKERFILE.read_text())


class TestHealthCheck:
    @pytest.fixture
    def check(self):
        (line,) = instructions("HEALTHCHECK")
        command = yaml.safe_load(line.partition("CMD ")[2])
        assert command[0] == "python"

        def run(port: int) -> int:
            return subprocess.run(
                [sys.executable, *command[1:]], env={"FRONTDESK_PORT": str(port)}, capture_output=True, check=False
            ).returncode

        return run

    def test_it_tells_a_server_from_none(self, check, live_server):
        assert check(int(live_server.url.rpartition(":")[2])) == 0
        assert check(free_port()) != 0


class TestUnit:
    def test_systemd_understands_it(self, tmp_path: Path):
        if not shutil.which("systemd-analyze"):
            pytest.skip("systemd is not installed")
        unit = tmp_path / "frontdesk.service"
        shutil.copy(SOCKET, tmp_path)
        installed = str(Path(sys.executable).parent / "frontdesk")
        unit.write_text(UNIT.read_text().replace("/srv/frontdesk/.venv/bin/frontdesk", installed))

        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(unit), str(tmp_path / SOCKET.name)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stdout + done.stderr) == (0, "")

    def test_it_sets_up_serves_and_gives_time_to_end(self):
        lines = UNIT.read_text().splitlines()

        assert "ExecStartPre=/srv/frontdesk/.venv/bin/frontdesk setup" in lines
        assert "ExecStart=/srv/frontdesk/.venv/bin/frontdesk serve" in lines
        (stop,) = [int(line.partition("=")[2]) for line in lines if line.startswith("TimeoutStopSec=")]
        assert stop > 30 + DRAIN_SECONDS

    def test_its_socket_stays_open_while_it_restarts(self):
        assert "Requires=frontdesk.socket" in UNIT.read_text().splitlines()
        lines = SOCKET.read_text().splitlines()
        assert lines.count("ListenStream=127.0.0.1:8000") == Config().workers
        assert "ReusePort=yes" in lines
