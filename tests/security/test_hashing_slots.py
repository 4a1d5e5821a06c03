"""The gate that limits concurrent bcrypt hashes, across threads and processes."""

from pathlib import Path
from threading import Event, Thread

import pytest

from app.domain.errors import Unavailable
from app.security.hashing_slots import Gate
from tests.security.hashers import SPAWNED, hold, started, take_turns
from tests.system.faults.cluster import until

PATIENCE = 90


class TestProcesses:
    def test_together_they_never_hash_more_at_once_than_there_are_slots(self, tmp_path: Path):
        slots, threads, turns = 2, 4, 15
        inside, most, done = (SPAWNED.Value("i", 0) for _ in range(3))

        workers = [started(take_turns, tmp_path, slots, threads, turns, inside, most, done) for _ in range(2)]
        for worker in workers:
            worker.join(PATIENCE)

        assert [worker.exitcode for worker in workers] == [0, 0]
        assert done.value == len(workers) * threads * turns
        assert 1 <= most.value <= slots

    def test_one_that_is_killed_gives_its_slot_back(self, tmp_path: Path):
        held, entered = SPAWNED.Event(), Event()
        holder = started(hold, tmp_path, 1, held)
        assert held.wait(PATIENCE)
        gate = Gate(slots=1, folder=tmp_path)

        def enter() -> None:
            with gate.turn():
                entered.set()

        waiting = Thread(target=enter, daemon=True)
        waiting.start()
        too_early = entered.wait(0.3)
        holder.kill()

        assert not too_early
        assert entered.wait(PATIENCE)
        waiting.join(PATIENCE)

    def test_without_the_folder_each_counts_for_itself(self, tmp_path: Path):
        folder = tmp_path / "tidied away"
        gate = Gate(slots=1, folder=folder)

        with gate.turn():
            pass

        assert gate.waiting == 0
        assert not folder.exists()


@pytest.mark.parametrize("shared", [True, False], ids=["with other workers", "alone"])
class TestQueue:
    def test_who_comes_when_enough_wait_is_refused_at_once(self, tmp_path: Path, shared: bool):
        gate, seen = Gate(slots=1, most_waiting=1, folder=tmp_path if shared else None), []
        gate.on_waiting = seen.append

        def enter() -> None:
            with gate.turn():
                pass

        with gate.turn():
            waiting = Thread(target=enter, daemon=True)
            waiting.start()
            until(lambda: gate.waiting == 1, what="a waiting hash")
            with pytest.raises(Unavailable, match="Too many logins at once"):
                enter()
        waiting.join(PATIENCE)
        enter()

        assert gate.waiting == 0
        assert seen == [1, 0, 1, 0, 1, 0]

    def test_a_turn_that_fails_is_given_back(self, tmp_path: Path, shared: bool):
        gate = Gate(slots=1, folder=tmp_path if shared else None)

        for _ in range(3):
            with pytest.raises(ValueError, match="no hash"), gate.turn():
                raise ValueError("no hash")

        assert gate.waiting == 0
