"""Waking the supervisor from a signal handler."""

import signal

from app.server.workers import Wakeup


def test_each_call_wakes_once_whatever_is_cleared_meanwhile():
    wakeup = Wakeup()
    for _ in range(3):
        wakeup.set()
        wakeup.clear()

    for _ in range(3):
        wakeup.wait()


def test_a_signal_that_arrives_while_it_waits_wakes_it():
    wakeup = Wakeup()
    before = signal.signal(signal.SIGALRM, lambda *_: wakeup.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        wakeup.wait()
    finally:
        signal.signal(signal.SIGALRM, before)
