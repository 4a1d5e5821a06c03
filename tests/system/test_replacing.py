"""SIGHUP at bad moments, and releases that do not start: whoever served goes on serving."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from app.db import migrations
from tests.live import LiveServer, environment_for, free_port, frontdesk, wait_for
from tests.server.processes import children, eventually, is_alive, listens, started
from tests.system.faults.callers import Answer, Caller, crowd, login, reads, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned, make_ready
from tests.system.releases import Release

LONG = 120.0


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    installed = Release(tmp_path / "release")
    with patch("tests.live.ROOT", installed.folder):
        yield installed


@pytest.fixture
def server(release: Release, tmp_path: Path) -> Iterator[LiveServer]:
    with abandoned(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, workers="2") as running:
        yield running


def hang_up(server: LiveServer) -> None:
    server.process.send_signal(signal.SIGHUP)


def workers_of(server: LiveServer) -> list[int]:
    """Its children but for those that only try out a command."""
    return [pid for pid in children(server.process.pid) if b"--check" not in command_line(pid)]


def command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def reload(server: LiveServer) -> None:
    """Have all workers replaced."""
    before, said = workers_of(server), server.log.read_text().count('"reloaded"')
    hang_up(server)
    until(lambda: not any(map(is_alive, before)), seconds=LONG, what="the end of the old workers")
    until(lambda: server.log.read_text().count('"reloaded"') > said, seconds=LONG, what="a word in the log")
    assert len(workers_of(server)) == 2


def assert_it_goes_on(server: LiveServer, workers: list[int], reason: str) -> None:
    """The old workers serve, and the log says why."""
    until(lambda: "not reloaded" in server.log.read_text(), seconds=LONG, what="a word in the log")
    (line,) = [line for line in server.log.read_text().splitlines() if "not reloaded" in line]
    assert reason in line
    assert workers_of(server) == workers
    assert Caller(server.url).get("/readyz").status == 200


class TestRefused:
    def test_a_setting_that_cannot_be_used_is_not_taken(self, server, tmp_path: Path):
        workers = workers_of(server)
        (tmp_path / "config.py").write_text('MAX_PAGE_SIZE = "many"')

        hang_up(server)

        assert_it_goes_on(server, workers, "FRONTDESK_MAX_PAGE_SIZE must be a whole number")

    def test_a_release_whose_migrations_were_forgotten_is_not_taken(self, server, release):
        workers = workers_of(server)
        release.install_next(migrations.head_revision())

        hang_up(server)

        assert_it_goes_on(server, workers, "the database needs migrating: frontdesk db upgrade")

    def test_an_address_that_is_not_ours_is_not_taken(self, server, tmp_path: Path):
        workers = workers_of(server)
        (tmp_path / "config.py").write_text('HOST = "192.0.2.1"')

        hang_up(server)

        assert_it_goes_on(server, workers, "cannot listen on 192.0.2.1")

    def test_one_may_ask_before(self, server, release):
        port = server.url.rpartition(":")[2]
        well = frontdesk("serve", "--port", port, "--check", environment=server.environment)
        release.break_it()
        badly = frontdesk("serve", "--port", port, "--check", environment=server.environment)

        assert (well.returncode, well.stdout, well.stderr) == (0, "It would start.\n", "")
        assert badly.returncode == 1
        assert "no_such_name" in badly.stderr


class TestWorkersThatDoNotStart:
    def test_the_old_ones_go_on_until_a_better_release_comes(self, server, release):
        workers = workers_of(server)

        with crowd(server, "", reads("/healthz"), pause=0.01) as calls:
            release.break_workers()
            hang_up(server)
            # Granian by itself gives up at the second time.
            until(lambda: server.log.read_text().count("Unexpected exit") >= 5, seconds=LONG, what="five attempts")
            alive = [worker for worker in workers if is_alive(worker)]
            release.repair_workers()
            hang_up(server)
            until(lambda: not any(map(is_alive, workers)), seconds=LONG, what="the end of the old workers")
            until(lambda: len(workers_of(server)) == 2, seconds=LONG, what="the end of those that did not start")

        assert alive == workers
        assert "the new workers do not start; the old ones go on" in server.log.read_text()
        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}

    def test_who_ends_the_server_then_leaves_nobody_behind(self, server, release):
        release.break_workers()
        hang_up(server)
        until(lambda: "Unexpected exit" in server.log.read_text(), seconds=LONG, what="an attempt")
        everybody = children(server.process.pid)
        server.process.terminate()

        assert server.process.wait(timeout=LONG) == 0
        eventually(lambda: not any(map(is_alive, everybody)), "all are gone")


class TestBadMoments:
    def test_a_release_that_hangs_does_not_keep_the_server_from_ending(self, server, release, tmp_path: Path):
        release.hang()
        hang_up(server)
        until(lambda: len(children(server.process.pid)) == 3, seconds=LONG, what="an attempt")
        everybody = children(server.process.pid)
        server.process.terminate()

        assert server.process.wait(timeout=30) == 0
        assert [pid for pid in everybody if is_alive(pid)] == []
        assert list(tmp_path.glob("frontdesk-*")) == []

    @pytest.mark.parametrize("moment", ["at once", "while it tries", "while it begins anew", "while workers start"])
    def test_whoever_is_told_to_end_meanwhile_ends_well(self, server, tmp_path: Path, moment: str):
        (folder,) = tmp_path.glob("frontdesk-*")
        old = workers_of(server)
        happens = {
            "at once": lambda: True,
            "while it tries": lambda: len(children(server.process.pid)) > 2,
            "while it begins anew": lambda: (folder / "predecessors").exists(),
            "while workers start": lambda: bool({*workers_of(server)} - {*old}),
        }[moment]
        hang_up(server)
        eventually(happens, moment)
        server.process.terminate()

        assert server.process.wait(timeout=LONG) == 0
        assert [pid for pid in old if is_alive(pid)] == []
        assert not folder.exists()
        assert not listens(int(server.url.rpartition(":")[2]))

    def test_many_hangups_are_as_one_and_nobody_notices(self, server):
        admin, workers = login(server), workers_of(server)

        with crowd(server, token_of(admin), *[reads("/api/me")] * 3, pause=0.01) as calls:
            for _ in range(40):
                hang_up(server)
                before = len(calls.answers)
                until(lambda: len(calls.answers) > before + 2, what="three answers")  # noqa: B023 (called at once)
            until(lambda: not any(map(is_alive, workers)), seconds=LONG, what="the end of the old workers")
            until(lambda: '"reloaded"' in server.log.read_text(), seconds=LONG, what="a word in the log")
            until(lambda: len(workers_of(server)) == 2, seconds=LONG, what="the last replacement")

        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}
        assert server.process.poll() is None

    def test_a_worker_that_dies_meanwhile_is_no_hindrance(self, server, tmp_path: Path):
        (folder,) = tmp_path.glob("frontdesk-*")
        victim, other = workers_of(server)

        hang_up(server)
        eventually((folder / "predecessors").exists, "it begins anew")
        os.kill(victim, signal.SIGKILL)
        until(lambda: not is_alive(other), seconds=LONG, what="the end of the old workers")
        until(lambda: '"reloaded"' in server.log.read_text(), seconds=LONG, what="a word in the log")

        assert len(workers_of(server)) == 2
        assert Caller(server.url).get("/readyz").status == 200


class TestNothingIsLeft:
    def test_replacing_again_and_again_costs_nothing(self, server, tmp_path: Path):
        reload(server)
        before = descriptors(server.process.pid), descriptors(workers_of(server)[0])
        for _ in range(2):
            reload(server)
        after = descriptors(server.process.pid), descriptors(workers_of(server)[0])

        assert after == before
        assert len(list(tmp_path.glob("frontdesk-*"))) == 1

    def test_workers_end_with_whoever_started_them(self, server):
        reload(server)
        workers = workers_of(server)

        server.process.kill()
        server.process.wait()

        eventually(lambda: not any(map(is_alive, workers)), "the end of the workers")
        assert not listens(int(server.url.rpartition(":")[2]))

    def test_a_folder_that_was_tidied_away_is_made_again(self, server, tmp_path: Path):
        (folder,) = tmp_path.glob("frontdesk-*")
        shutil.rmtree(folder)

        first, second = workers_of(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: not is_alive(first) and len(workers_of(server)) == 2, seconds=LONG, what="a new worker")
        until(lambda: any(folder.glob("ready-*")), seconds=LONG, what="its being ready")
        shutil.rmtree(folder)
        scraped = Caller(server.url).get("/metrics")
        shutil.rmtree(folder)
        reload(server)

        assert scraped.status == 200
        assert not is_alive(second)
        assert Caller(server.url).get("/readyz").status == 200


class TestElsewhere:
    def test_where_the_kernel_takes_no_programs_workers_are_replaced_all_the_same(self, server, release):
        release.forbid_programs()
        reload(server)
        reload(server)

        assert Caller(server.url).get("/readyz").status == 200

    def test_on_ipv6_nobody_notices_either(self, tmp_path: Path):
        if not has_ipv6():
            pytest.skip("there is no IPv6 here")
        make_ready(tmp_path / "test.db")
        port, log = free_port(), tmp_path / "server.log"
        environment = environment_for(f"sqlite:///{tmp_path / 'test.db'}", tmp_path)

        with started("--host", "::1", "--port", str(port), environment=environment, log=log) as process:
            server = LiveServer(f"http://[::1]:{port}", process, log, environment)
            wait_for(server)
            with crowd(server, "", newcomers, newcomers, pause=0.01) as calls:
                reload(server)

        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}


def newcomers(caller: Caller) -> Answer:
    """Asks on a connection of its own each time."""
    caller.close()
    return caller.get("/healthz")


def has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False
