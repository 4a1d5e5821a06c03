"""Stopping the server: requests in progress are finished, and no process is left."""

import json
import os
import signal
from pathlib import Path
from threading import Thread

import pytest

from tests.live import LiveServer, free_port, serving, wait_for
from tests.server import raw
from tests.server.processes import children, connections, eventually, is_alive, listens, started

SLOW_LOGIN = "12"
"""A bcrypt cost that leaves time to stop the server while it hashes."""
TOO_LONG = "600"
"""Seconds after which workers are killed, longer than any test waits."""


class TestRequestsUnderWay:
    @pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_they_are_answered_then_the_process_ends_well(self, tmp_path: Path, told: signal.Signals):
        url = f"sqlite:///{tmp_path / 'test.db'}"
        sent: list[int] = []
        answers: list[int] = []
        with serving(url, tmp_path, bcrypt_cost=SLOW_LOGIN, workers="2") as server:
            port = int(server.url.rpartition(":")[2])
            body = json.dumps({"username": "admin", "password": server.PASSWORD}).encode()
            login = raw.request("POST", "/api/auth/login", f"Content-Length: {len(body)}") + body
            workers = children(server.process.pid)

            def log_in() -> None:
                with raw.connect(server) as connection:
                    connection.sendall(login)
                    sent.append(1)
                    answers.append(raw.read(connection)[0])

            threads = [Thread(target=log_in) for _ in range(6)]
            for thread in threads:
                thread.start()
            eventually(lambda: len(sent) == 6, "all logins are sent")
            eventually(lambda: len(connections(port)) + len(answers) == 6, "all logins have begun")
            under_way = 6 - len(answers)
            server.process.send_signal(told)
            eventually(lambda: not listens(port), "new connections are refused")
            for thread in threads:
                thread.join()

            assert under_way > 0
            assert answers == [200] * 6
            assert server.process.wait(timeout=60) == 0
            assert [worker for worker in workers if is_alive(worker)] == []


class TestNothingToDo:
    def test_idle_connections_do_not_hold_it_up(self, environment, tmp_path: Path):
        port, log = free_port(), tmp_path / "log"
        environment |= {"FRONTDESK_SHUTDOWN_SECONDS": TOO_LONG}

        with started("--port", str(port), environment=environment, log=log) as process:
            server = LiveServer(f"http://127.0.0.1:{port}", process, log, environment)
            wait_for(server)
            idle = [raw.connect(server) for _ in range(4)]
            for connection in idle:
                connection.sendall(raw.request("GET", "/healthz", close=False))
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=60) == 0
            for connection in idle:
                connection.close()

    def test_ctrl_c_in_a_terminal_reaches_all_processes_and_ends_well(self, environment, tmp_path: Path):
        port, log = free_port(), tmp_path / "log"
        environment |= {"FRONTDESK_SHUTDOWN_SECONDS": TOO_LONG}

        with started("--port", str(port), environment=environment, log=log) as process:
            wait_for(LiveServer(f"http://127.0.0.1:{port}", process, log, environment))
            workers = children(process.pid)
            os.killpg(process.pid, signal.SIGINT)

            assert process.wait(timeout=60) == 0
            assert [worker for worker in workers if is_alive(worker)] == []
            assert "Unexpected exit" not in log.read_text()


class TestWhileStarting:
    @pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_all_processes_may_be_told_at_once(self, environment, tmp_path: Path, told: signal.Signals):
        environment |= {"FRONTDESK_SHUTDOWN_SECONDS": TOO_LONG}

        with started("--port", str(free_port()), environment=environment, log=tmp_path / "log") as process:
            eventually(lambda: bool(children(process.pid)), "the first worker is there")
            workers = children(process.pid)
            os.killpg(process.pid, told)

            assert process.wait(timeout=60) == 0
            assert [worker for worker in workers if is_alive(worker)] == []

    def test_it_leaves_no_folder_behind(self, environment, tmp_path: Path):
        environment |= {"TMPDIR": str(tmp_path / "tmp")}
        (tmp_path / "tmp").mkdir()

        with started("--port", str(free_port()), environment=environment, log=tmp_path / "log") as process:
            eventually(lambda: any((tmp_path / "tmp").iterdir()), "the workers' meeting place is there")
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=60) == 0
            assert list((tmp_path / "tmp").iterdir()) == []


class TestOtherEnds:
    def test_a_terminal_that_is_closed_ends_it_well(self, environment, tmp_path: Path):
        port = free_port()

        with started("--port", str(port), environment=environment, log=tmp_path / "log") as process:
            wait_for(LiveServer(f"http://127.0.0.1:{port}", process, tmp_path / "log", environment))
            process.send_signal(signal.SIGHUP)

            assert process.wait(timeout=60) == 0

    def test_workers_end_with_a_supervisor_that_is_killed(self, environment, tmp_path: Path):
        port = free_port()

        with started("--port", str(port), environment=environment, log=tmp_path / "log") as process:
            wait_for(LiveServer(f"http://127.0.0.1:{port}", process, tmp_path / "log", environment))
            workers = children(process.pid)
            process.kill()

            eventually(lambda: not any(map(is_alive, workers)), "the workers are gone")
            assert not listens(port)
