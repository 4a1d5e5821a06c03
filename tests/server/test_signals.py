"""When the supervisor hears signals."""

import signal
from collections.abc import Iterator
from threading import Thread, get_ident

import pytest

from app.supervisor import HEARD, Alarm, be_deaf


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    """One that SIGHUP sets; this thread, to which the tests send it, has its ears again afterwards."""
    before, made = signal.getsignal(signal.SIGHUP), Alarm()
    signal.signal(signal.SIGHUP, lambda *_: made.set())
    be_deaf()
    yield made
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    signal.signal(signal.SIGHUP, before)


class TestAlarm:
    def test_what_was_told_while_nobody_listened_is_heard_then(self, alarm):
        signal.pthread_kill(get_ident(), signal.SIGHUP)
        alarm.clear()
        before = signal.sigpending()

        alarm.wait()

        assert (before, signal.sigpending()) == ({signal.SIGHUP}, set())

    def test_each_ring_is_heard_whatever_is_cleared_meanwhile(self, alarm):
        for _ in range(3):
            alarm.set()
            alarm.clear()

        for _ in range(3):
            alarm.wait()

    def test_threads_stay_deaf_so_that_none_takes_a_signal_with_it(self, alarm):
        masks = []
        thread = Thread(target=lambda: masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
        thread.start()
        thread.join()

        assert masks[0] >= HEARD

    def test_signals_without_pause_do_no_harm(self, alarm):
        heard = []
        signal.signal(signal.SIGHUP, lambda *_: (heard.append(1), alarm.set()))

        for _ in range(2000):
            signal.pthread_kill(get_ident(), signal.SIGHUP)
            alarm.wait()

        assert len(heard) == 2000
