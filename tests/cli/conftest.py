"""Runs the command line in this process, on the application under test."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import create_app
from app.cli import cli
from app.db.session import db
from app.runtime import Runtime
from app.settings.base import OF_COMMAND_LINE
from tests.conftest import settings_for
from tests.databases import fresh_database


class Terminal(BytesIO):
    """Standard input at which a user types."""

    def isatty(self) -> bool:
        return True


def invoke(
    app: Flask | None, *arguments: object, stdin: str | bytes | None = None, typed: str | bytes | None = None
) -> Result:
    """
    Run a command to its end; unexpected exceptions are raised.

    :param stdin: what a program pipes to the command
    :param typed: what a user types in a terminal
    """
    keys = typed.encode() if isinstance(typed, str) else typed
    return CliRunner().invoke(
        cli,
        [str(part) for part in arguments],
        input=stdin if keys is None else Terminal(keys),
        obj=app,
        prog_name="frontdesk",
        catch_exceptions=False,
    )


def unknown(thing: str) -> str:
    """Return the message for a name that nothing has."""
    return f"There is no such {thing}. See: frontdesk {thing}s list"


NO_ADDRESS = "Warning: FRONTDESK_PUBLIC_URL is not set; put the address of this server in front of the path.\n"


@contextmanager
def configured(app: Flask, **settings: Any) -> Iterator[None]:
    """Change settings of the application under test during the block."""
    before: Runtime = app.extensions["frontdesk"]
    app.extensions["frontdesk"] = replace(before, config=replace(before.config, **settings))
    yield
    app.extensions["frontdesk"] = before


def error_of(done: Result) -> dict[str, Any]:
    """Return the error of a command that was run with ``--json``."""
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    told = json.loads(line)
    assert list(told) == ["error"]
    return dict(told["error"])


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user who runs the tests may have profiles, or variables that name a server."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-profiles"))
    for name in OF_COMMAND_LINE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """``run("users", "list")``: exit code, output and errors."""
    return lambda *arguments, stdin=None, typed=None: invoke(app, *arguments, stdin=stdin, typed=typed)


@pytest.fixture
def printed(run: Callable[..., Result]) -> Callable[..., Any]:
    """``printed("users", "list")``: the parsed output of the command with ``--json``."""

    def parsed(*arguments: object, stdin: str | None = None) -> Any:
        done = run(*arguments, "--json", stdin=stdin)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        return json.loads(done.stdout)

    return parsed


@pytest.fixture
def empty_app(database: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """``empty_app(admin_password="…")``: an application on a database without tables, the same one at every call."""
    with fresh_database(database, tmp_path) as url:
        made: list[Flask] = []

        def make(**settings: Any) -> Flask:
            made.append(create_app(settings_for(url, tmp_path, **settings)))
            return made[-1]

        yield make
        for app in made:
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()
