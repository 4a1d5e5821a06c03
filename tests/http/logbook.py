"""Reading what the app logs, configured as in a server."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import structlog
from flask import Flask

from app.runtime import runtime
from app.telemetry import logging as logs


class Logbook:
    """What the app has written to standard error."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines, parsed as JSON. :raises ValueError: a line is not JSON"""
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def logging_of(app: Flask) -> Iterator[Logbook]:
    """Configure logging as a server does, and restore the configuration afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    book = Logbook()
    structlog.contextvars.clear_contextvars()  # of the last request of an earlier test
    try:
        with app.app_context(), redirect_stderr(book.stream):
            logs.configure(runtime().config)
        yield book
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.configure(**before)
