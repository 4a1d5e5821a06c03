"""Threads of a worker process beside requests."""

import pytest
from flask import Flask

from app.server.background import Background


def test_a_thread_without_work_of_its_own_cannot_be_made():
    class Idle(Background):
        name = "idle"
        goodbye_seconds = 0.0

    with pytest.raises(TypeError, match="_run"):
        Idle(Flask(__name__))
