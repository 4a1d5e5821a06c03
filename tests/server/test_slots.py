"""A limited number of jobs runs at once, in order of arrival; a job that steps aside lets others run."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock

import pytest

from app.server.slots import Slots

PATIENCE = 60


class Crew:
    """Jobs that wait until they are released, and a record of what they did."""

    def __init__(self, number: int) -> None:
        self.slots, self.running, self.most, self.order, self._counting = Slots(number), 0, 0, [], Lock()

    def submit(self, name: str, work: Callable[[], object] = lambda: None) -> Event:
        """Submit a job, and return an event that is set when it has ended."""
        ended = Event()

        def job() -> None:
            with self._counting:
                self.running += 1
                self.most = max(self.most, self.running)
                self.order.append(name)
            work()
            with self._counting:
                self.running -= 1
            ended.set()

        self.slots.submit(job)
        return ended


def test_jobs_run_in_the_order_in_which_they_came():
    crew, held = Crew(1), Event()
    crew.submit("first", lambda: held.wait(PATIENCE))
    ended = [crew.submit(str(number)) for number in range(20)]
    held.set()

    assert all(each.wait(PATIENCE) for each in ended)
    assert crew.order == ["first", *map(str, range(20))]


@pytest.mark.parametrize("number", [1, 3])
def test_no_more_run_at_once_than_there_are_slots(number: int):
    crew, full, held = Crew(number), Event(), Event()

    def work() -> None:
        if crew.running == number:
            full.set()
        held.wait(PATIENCE)

    ended = [crew.submit(str(each), work) for each in range(4 * number)]
    assert full.wait(PATIENCE)
    held.set()

    assert all(each.wait(PATIENCE) for each in ended)
    assert crew.most == number


def test_a_job_that_steps_aside_gives_its_slot_up_and_waits_for_another():
    slots, aside, back, order = Slots(1), Event(), Event(), []
    ended = [Event() for _ in range(3)]

    def hashes() -> None:
        with slots.aside():
            aside.set()
            back.wait(PATIENCE)
        order.append("back")
        ended[0].set()

    slots.submit(hashes)
    assert aside.wait(PATIENCE)
    slots.submit(lambda: (order.append("meanwhile"), ended[1].set()))
    assert ended[1].wait(PATIENCE)
    back.set()

    assert ended[0].wait(PATIENCE)
    slots.submit(lambda: (order.append("after"), ended[2].set()))
    assert ended[2].wait(PATIENCE)
    assert order == ["meanwhile", "back", "after"]


def test_what_steps_aside_again_and_again_leaves_neither_more_slots_nor_fewer():
    crew, held = Crew(2), Event()

    def step_aside() -> None:
        with crew.slots.aside():
            pass

    for number in range(50):
        assert crew.submit(str(number), step_aside).wait(PATIENCE)
    crew.most = 0
    ended = [crew.submit("hold", lambda: held.wait(PATIENCE)) for _ in range(6)]
    while crew.running < 2:
        pass
    held.set()

    assert all(each.wait(PATIENCE) for each in ended)
    assert crew.most == 2


def test_an_error_while_it_is_aside_gives_the_slot_back_all_the_same():
    slots, told, ended = Slots(1), Event(), Event()

    def fails() -> None:
        with suppress(ValueError), slots.aside():
            raise ValueError
        told.set()

    slots.submit(fails)
    assert told.wait(PATIENCE)
    slots.submit(ended.set)

    assert ended.wait(PATIENCE)
