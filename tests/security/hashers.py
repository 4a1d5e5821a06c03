"""Processes that share one gate, as workers do."""

import time
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

from app.security.hashing_slots import Gate

SPAWNED: Any = get_context("spawn")
HASH_SECONDS = 0.003


def started(target: Any, *arguments: Any) -> BaseProcess:
    process: BaseProcess = SPAWNED.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def take_turns(folder: Path, slots: int, threads: int, turns: int, inside: Any, most: Any, done: Any) -> None:
    """Pass the gate in many threads, and record how many were inside at once, over all processes."""
    gate = Gate(slots=slots, most_waiting=threads, folder=folder)

    def work() -> None:
        for _ in range(turns):
            with gate.turn():
                with inside.get_lock():
                    inside.value += 1
                    most.value = max(most.value, inside.value)
                time.sleep(HASH_SECONDS)
                with inside.get_lock():
                    inside.value -= 1
                    done.value += 1

    workers = [Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def hold(folder: Path, slots: int, held: Any) -> None:
    """Take a turn and keep it."""
    with Gate(slots=slots, folder=folder).turn():
        held.set()
        time.sleep(600)
