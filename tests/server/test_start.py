"""Starting the server: messages and errors."""

import json
import socket
import urllib.request
from pathlib import Path

import pytest

from app.server.listening import bound_sockets
from app.settings import Config, ConfigError
from app.settings.secret_key import make_secret
from tests.live import LiveServer, free_port, frontdesk, wait_for
from tests.server import raw
from tests.server.processes import eventually, listens, started

SECRET = "FRONTDESK_SECRET_KEY"


class TestReady:
    def test_a_fresh_server_is_healthy_and_ready(self, server):
        with urllib.request.urlopen(f"{server.url}/readyz") as response:
            assert json.load(response)["status"] == "ok"

    def test_a_database_that_is_not_migrated_is_not_ready_and_says_why(self, environment, tmp_path: Path):
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'other.db'}"
        port, log = free_port(), tmp_path / "log"

        with started("--port", str(port), environment=environment, log=log) as process:
            eventually(lambda: listens(port), "it listens")
            running = LiveServer(f"http://127.0.0.1:{port}", process, log, environment)
            status, body = raw.exchange(running, raw.request("GET", "/readyz"))

        assert status == 503
        assert json.loads(body)["detail"] == "The database needs to be migrated. Run: frontdesk db upgrade"


class TestAddress:
    def test_host_and_port_are_options_before_they_are_settings(self, environment, tmp_path: Path):
        port, log = free_port(), tmp_path / "log"
        environment |= {"FRONTDESK_HOST": "127.0.0.2", "FRONTDESK_PORT": "1"}

        with started("--host", "localhost", "--port", str(port), environment=environment, log=log) as process:
            wait_for(LiveServer(f"http://127.0.0.1:{port}", process, log, environment))

    def test_the_settings_hold_without_options(self, environment, tmp_path: Path):
        port, log = free_port(), tmp_path / "log"
        environment |= {"FRONTDESK_HOST": "127.0.0.2", "FRONTDESK_PORT": str(port)}

        with started(environment=environment, log=log) as process:
            wait_for(LiveServer(f"http://127.0.0.2:{port}", process, log, environment))

    def test_a_socket_that_was_passed_to_another_process_is_left_alone(self, environment):
        environment |= {"LISTEN_PID": "1", "LISTEN_FDS": "1"}

        done = frontdesk("serve", "--host", "192.0.2.1", environment=environment)

        assert done.stderr.startswith("Error: cannot listen on 192.0.2.1")

    def test_a_port_in_use_is_refused(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]

            with pytest.raises(ConfigError) as refused:
                bound_sockets("127.0.0.1", port, number=2)

        assert str(refused.value) == (
            f"cannot listen on 127.0.0.1 port {port}: Address already in use; "
            "choose another with --port or FRONTDESK_PORT"
        )

    def test_a_port_of_another_frontdesk_is_refused(self, server, environment):
        done = frontdesk("serve", "--port", server.url.rpartition(":")[2], environment=environment)

        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: cannot listen on 127.0.0.1 port")
        assert done.stderr.count("\n") == 1

    @pytest.mark.parametrize(
        ("host", "message"),
        [
            ("192.0.2.1", "cannot listen on 192.0.2.1 port 8000: Cannot assign requested address"),
            ("256.1.1.1", "cannot listen on 256.1.1.1: Name or service not known"),
        ],
        ids=["of another machine", "no address"],
    )
    def test_an_address_that_is_not_ours_is_refused(self, host: str, message: str):
        with pytest.raises(ConfigError) as refused:
            bound_sockets(host, 8000, number=2)

        assert str(refused.value) == message


class TestSecret:
    def test_production_does_not_start_without_one(self, environment):
        done = frontdesk("serve", environment=environment | {SECRET: ""})

        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            "Error: FRONTDESK_SECRET_KEY is not set; "
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
        )


class TestFirstStart:
    def test_the_embedded_database_is_set_up_even_if_another_command_created_its_file(
        self, environment, tmp_path: Path
    ):
        for name in ("DATABASE_URL", "FRONTDESK_ADMIN_PASSWORD", SECRET):
            del environment[name]
        folder, port, log = tmp_path / "data", free_port(), tmp_path / "log"
        folder.mkdir()
        environment |= {"FRONTDESK_INSTANCE_PATH": str(folder), "FRONTDESK_ENVIRONMENT": "production"}
        frontdesk("users", "list", environment=environment)
        assert (folder / "frontdesk.db").exists()

        said = []
        for _ in range(2):
            with started("--port", str(port), environment=environment, log=log) as process:
                wait_for(LiveServer(f"http://127.0.0.1:{port}", process, log, environment))
                said.append(log.read_text().splitlines())
            eventually(lambda: not listens(port), "it stops")

        first, second = ([line for line in lines if not line.startswith("{")] for lines in said)
        assert first[0] == "Created the first administrator: admin"
        assert first[1].startswith("Password (shown only once): ")
        assert first[2] == (
            f"Frontdesk is running on http://127.0.0.1:{port} (documentation: /docs). Press Ctrl-C to stop it."
        )
        assert second == []


class TestDevelopment:
    def test_with_the_secret_that_setup_makes_it_says_where_it_serves(self, environment, tmp_path: Path):
        del environment[SECRET]
        environment |= {"FRONTDESK_ENVIRONMENT": "development"}
        make_secret(Config(instance_path=str(tmp_path)))
        port, log = free_port(), tmp_path / "log"

        with started("--port", str(port), environment=environment, log=log) as process:
            wait_for(LiveServer(f"http://127.0.0.1:{port}", process, log, environment))

            assert log.read_text() == (
                f"Frontdesk is running on http://127.0.0.1:{port} (documentation: /docs). Press Ctrl-C to stop it.\n"
            )
