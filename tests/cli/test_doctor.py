"""``frontdesk doctor``, ``completion`` and ``help``."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest

from app import create_app
from app.cli import cli
from app.cli.examples import EXAMPLES, leaves
from tests.cli.conftest import invoke
from tests.conftest import SECRET


def findings(app):
    """The exit code, and level, text and advice by check."""
    done = invoke(app, "doctor", "--json")
    rows = json.loads(done.stdout)["data"]
    return done.exit_code, {row["check"]: (row["level"], row["text"], row["advice"]) for row in rows}


class TestDoctor:
    def test_an_installation_in_order_has_no_problem(self, app):
        code, found = findings(app)

        assert code == 0
        assert list(found) == ["Python", "database", "migrations", "secret key", "mail", "Redis", "proxy", "files"]
        assert {level for level, _, _ in found.values()} <= {"ok", "warning"}
        assert found["migrations"][1].startswith("revision ")

    def test_text_has_a_line_for_each_check_and_one_for_what_to_do(self, app):
        done = invoke(app, "doctor")

        assert done.exit_code == 0
        assert "warning  proxy       no public address is set" in done.stdout
        assert "-> Set FRONTDESK_PUBLIC_URL to the address that users open; links need it." in done.stdout

    def test_it_says_what_is_wrong_and_what_to_do(self, tmp_path):
        app = create_app(
            {
                "database_url": f"sqlite:///{tmp_path / 'no' / 'folder.db'}",
                "instance_path": str(tmp_path),
                "secret_key": "short",
                "mail_host": "127.0.0.1",
                "mail_port": 1,
                "mail_from": "f@example.com",
                "public_url": "https://example.com",
                "redis_url": "redis://127.0.0.1:1/0",
            }
        )
        (tmp_path / "secret_key").write_text(SECRET)
        (tmp_path / "secret_key").chmod(0o644)

        code, found = findings(app)

        assert code == 3
        assert {check: level for check, (level, _, _) in found.items()} == {
            "Python": "ok",
            "database": "problem",
            "secret key": "problem",
            "mail": "problem",
            "Redis": "warning",
            "proxy": "warning",
            "files": "problem",
        }
        assert all(advice for level, _, advice in found.values() if level != "ok")

    def test_a_database_that_was_never_set_up_needs_setup(self, tmp_path):
        app = create_app({"instance_path": str(tmp_path), "secret_key": SECRET})

        code, found = findings(app)

        assert code == 3
        assert found["migrations"][2] == "Run: frontdesk setup"

    def test_a_misspelt_setting_is_named(self, app, monkeypatch):
        monkeypatch.setenv("FRONTDESK_SESION_DAYS", "3")

        _, found = findings(app)

        text = "FRONTDESK_SESION_DAYS is not a setting"
        assert found["settings"] == ("warning", text, "Did you mean FRONTDESK_SESSION_DAYS?")
        assert f"{text}; did you mean FRONTDESK_SESSION_DAYS?" in invoke(app, "config").stderr


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_script_is_one_that_the_shell_reads(self, shell):
        script = invoke(None, "completion", shell).stdout

        assert "_FRONTDESK_COMPLETE" in script
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script, text=True, check=True)

    def test_it_completes_commands(self):
        done = subprocess.run(
            [sys.executable, "-m", "app.cli"],
            env={"_FRONTDESK_COMPLETE": "bash_complete", "COMP_WORDS": "frontdesk user", "COMP_CWORD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.stdout == "plain,users\n"


class TestHelp:
    def test_every_command_has_an_example(self):
        assert set(EXAMPLES) == {name for name, _ in leaves(cli)}

    @pytest.mark.parametrize("example", EXAMPLES.values())
    def test_every_example_is_valid(self, example):
        words = shlex.split(example.removeprefix('eval "$(').removesuffix(')"'))[1:]
        command, context = cli, None
        while hasattr(command, "commands"):
            name = words.pop(0)
            command = command.commands[name]
        with command.make_context("x", words, parent=context, resilient_parsing=False):
            pass

    def test_all_are_listed(self):
        listed = invoke(None, "help").stdout

        assert all(example in listed for example in EXAMPLES.values())

    def test_one_is_explained(self):
        assert invoke(None, "help", "users", "create").stdout.startswith("Usage: frontdesk users create")

    def test_an_unknown_one_is_refused(self):
        done = invoke(None, "help", "users", "fly")

        assert done.exit_code == 2
        assert "No such command: frontdesk users fly. Run: frontdesk help" in done.stderr
