"""Where messages go that are written without a server."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest
import structlog

from app.telemetry.log import log
from tests.cli.conftest import invoke


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


def test_a_message_goes_to_standard_error_as_it_is_at_that_moment(capfd):
    earlier = io.StringIO()
    with redirect_stderr(earlier):
        log.warning("one")

    log.warning("two")

    printed = capfd.readouterr()
    assert "one" in earlier.getvalue()
    assert "two" not in earlier.getvalue()
    assert printed.out == ""
    assert "two" in printed.err


def test_a_command_does_not_change_where_the_application_logs(app, anonymous, capfd):
    assert invoke(app, "users", "list").exit_code == 0

    anonymous.get("/api/config")

    assert "/api/config" in "".join(capfd.readouterr())
