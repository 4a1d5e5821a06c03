"""The command in a process of its own, run from a terminal and from a script."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import unknown
from tests.live import ROOT, environment_for, frontdesk

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation that has been set up."""
    folder = tmp_path_factory.mktemp("cli")
    made = environment_for(f"sqlite:///{folder / 'test.db'}", folder)
    assert frontdesk("setup", environment=made).returncode == 0
    return made


def typed(*arguments: str, environment: dict[str, str], answers: list[tuple[str, str]]) -> tuple[int, str]:
    """Run the command in a terminal and type an answer at each prompt; return the exit code and the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen, seen = "", 0
    with suppress(OSError):  # the terminal closes with the process
        while part := os.read(ours, 65_536):
            screen += part.decode()
            if answers and answers[0][0] in screen[seen:]:
                seen = len(screen)
                os.write(ours, f"{answers.pop(0)[1]}\n".encode())
    os.close(ours)
    return process.wait(timeout=60), screen


class TestPrompts:
    def test_a_password_is_asked_for_twice_and_never_echoed(self, environment):
        answers = [("Password: ", PASSWORD), ("Repeat for confirmation: ", PASSWORD)]

        code, screen = typed("users", "create", "ada", environment=environment, answers=answers)

        assert (code, answers) == (0, [])
        assert PASSWORD not in screen
        assert "ada" in screen

    def test_spaces_at_both_ends_belong_to_the_password(self, environment):
        spaced = "  two words  "
        answers = [("Password: ", spaced), ("Repeat for confirmation: ", "two words"), ("Password: ", spaced)]
        answers.append(("Repeat for confirmation: ", spaced))

        code, screen = typed("users", "create", "eve", environment=environment, answers=answers)

        assert (code, answers) == (0, [])
        assert "do not match" in screen

    def test_a_typing_error_is_noticed(self, environment):
        answers = [
            ("Password: ", PASSWORD),
            ("Repeat for confirmation: ", "correct hrose battery"),
            ("Password: ", PASSWORD),
            ("Repeat for confirmation: ", PASSWORD),
        ]

        code, screen = typed("users", "set-password", "admin", environment=environment, answers=answers)

        assert (code, answers) == (0, [])
        assert "do not match" in screen
        assert "correct" not in screen
        assert "Changed the password of admin." in screen

    def test_a_deletion_is_asked_for_at_the_terminal(self, environment):
        frontdesk("users", "create", "bob", "--generate", environment=environment)

        code, screen = typed("users", "delete", "bob", environment=environment, answers=[("[y/N]: ", "n")])

        assert code == 1
        assert "Aborted." in screen
        assert frontdesk("users", "show", "bob", environment=environment).returncode == 0


class TestTerminals:
    def test_tables_fit_a_narrow_one(self, environment):
        code, screen = typed("users", "list", environment=environment | {"COLUMNS": "60"}, answers=[])

        lines = [line.rstrip("\r") for line in screen.split("\n")]
        assert code == 0
        assert max(map(len, lines)) <= 60
        assert any(line.split()[1:] == ["admin"] for line in lines)

    @pytest.mark.parametrize(
        ("settings", "coloured"),
        [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
        ids=["terminal", "NO_COLOR", "dumb"],
    )
    @pytest.mark.parametrize("command", [("users", "list"), ("users", "show", "admin")], ids=" ".join)
    def test_colours(self, environment, command: tuple[str, ...], settings: dict[str, str], coloured: bool):
        _, screen = typed(*command, environment=environment | settings, answers=[])

        assert ("\x1b[" in screen) is coloured

    def test_without_one_there_are_no_colours_and_no_folds(self, environment):
        done = frontdesk("users", "list", environment=environment | {"COLUMNS": "60", "TERM": "xterm"})

        header, *_ = done.stdout.splitlines()
        assert header.split() == ["id", "username", "role", "created_at", "website_count", "disabled_at"]
        assert "\x1b" not in done.stdout


class TestScripts:
    def test_output_is_data_and_errors_are_aside(self, environment):
        done = frontdesk("users", "list", "--json", environment=environment)
        refused = frontdesk("users", "show", "nobody", environment=environment)

        assert (done.returncode, done.stderr) == (0, "")
        assert "admin" in [row["username"] for row in json.loads(done.stdout)["data"]]
        assert (refused.returncode, refused.stdout, refused.stderr) == (4, "", f"Error: {unknown('user')}\n")

    def test_what_is_logged_meanwhile_is_aside_as_well(self, environment):
        slow = environment | {"FRONTDESK_SLOW_STATEMENT_MS": "0.001"}

        done = frontdesk("users", "list", "--json", environment=slow)

        assert "admin" in [row["username"] for row in json.loads(done.stdout)["data"]]
        assert "slow statement" in done.stderr

    def test_nobody_waits_for_a_prompt_that_nobody_sees(self, environment):
        done = frontdesk("users", "create", "carl", environment=environment, stdin=subprocess.DEVNULL)

        assert done.returncode == 2
        assert done.stderr.endswith(
            "Error: Cannot prompt for a password without a terminal: use --password-stdin or --generate.\n"
        )

    def test_the_installed_command_is_the_same_one(self, environment):
        command = Path(sys.executable).parent / "frontdesk"
        if not command.exists():
            pytest.skip("the project is not installed beside this Python")

        done = subprocess.run([command, "db", "current", "--json"], env=environment, capture_output=True, check=True)

        assert json.loads(done.stdout)["current"] == json.loads(done.stdout)["head"]

    def test_a_reader_that_has_had_enough_gets_no_traceback(self, environment):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "config"],
            cwd=ROOT,
            env=environment,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(writer)

        assert "Traceback" not in done.stderr
