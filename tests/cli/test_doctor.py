"""``frontdesk doctor``, ``completion`` and ``help``."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from app.cli import cli
from app.cli.examples import EXAMPLES, leaves
from app.db import migrations
from tests.cli.conftest import configured, invoke
from tests.conftest import SECRET
from tests.services.notifications.post_office import PostOffice, knows_ada, open_office


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

    def test_an_embedded_database_that_was_never_set_up_needs_setup_and_is_not_created(self, tmp_path):
        code, found = findings(create_app({"instance_path": str(tmp_path), "environment": "development"}))

        file = tmp_path / "frontdesk.db"
        assert code == 3
        assert found["database"] == ("problem", f"{file} does not exist", "Run: frontdesk setup")
        assert found["secret key"] == (
            "problem",
            "FRONTDESK_SECRET_KEY is not set",
            "Run frontdesk setup to generate one",
        )
        assert "migrations" not in found
        assert list(tmp_path.iterdir()) == []

    def test_an_empty_database_and_one_of_an_earlier_release_need_setup(self, empty_app):
        app, newest = empty_app(), migrations.head_revision()
        invoke(app, "db", "current")  # SQLite creates its file

        _, empty = findings(app)
        invoke(app, "db", "upgrade", "0001")
        code, earlier = findings(app)

        needs, advice = f"; this release needs {newest}", "Run: frontdesk setup"
        assert code == 3
        assert empty["migrations"] == ("problem", f"the database is empty{needs}", advice)
        assert earlier["migrations"] == ("problem", f"the database is at revision 0001{needs}", advice)

    def test_a_database_of_another_program_is_not_to_be_set_up(self, tmp_path):
        url = f"sqlite:///{tmp_path / 'umami.db'}"
        with create_engine(url).begin() as connection:
            for table in ("user", "website", "website_event"):
                connection.execute(text(f'CREATE TABLE "{table}" (id INTEGER)'))

        _, found = findings(create_app({"database_url": url, "instance_path": str(tmp_path), "secret_key": SECRET}))

        level, said, advice = found["database"]
        assert (level, advice) == ("problem", "To use it together with Umami, run: frontdesk adopt --check")
        assert said.endswith("umami.db has tables of Umami")
        assert "migrations" not in found

    def test_a_file_that_is_no_database_is_named(self, tmp_path):
        (tmp_path / "frontdesk.db").write_text("This is not a database, whatever its name says. " * 100)

        _, found = findings(create_app({"instance_path": str(tmp_path), "secret_key": SECRET}))

        assert found["database"][0] == "problem"
        assert found["database"][2].startswith(f"Check that {tmp_path / 'frontdesk.db'} is an SQLite database")

    def test_files_that_others_can_read_come_with_the_command_that_closes_them(self, tmp_path):
        folder = tmp_path / "with space"
        app = create_app({"instance_path": str(folder), "secret_key": SECRET})
        invoke(app, "setup")
        files = [folder / "secret_key", folder / "frontdesk.db"]
        files[0].write_text(SECRET)
        for file in files:
            file.chmod(0o644)

        level, said, advice = findings(app)[1]["files"]
        subprocess.run(advice.removeprefix("Run: "), shell=True, check=True)

        assert (level, said) == ("problem", f"others can read {files[0]}, {files[1]}")
        assert findings(app)[1]["files"] == ("ok", str(folder), "")

    @pytest.mark.filterwarnings("ignore:Requiring AUTH")
    @pytest.mark.parametrize(("password", "level"), [("secret", "ok"), ("wrong", "problem")])
    def test_mail_is_checked_as_for_a_mail_and_none_is_sent(self, app, password, level):
        office = PostOffice()
        settings = {
            "mail_host": "127.0.0.1",
            "mail_encryption": "none",
            "mail_from": "f@example.com",
            "mail_timeout": 1.0,
        }
        login = {"mail_username": "ada", "mail_password": password}
        options = {"authenticator": knows_ada, "auth_required": True, "auth_require_tls": False}
        with open_office(office, **options) as port, configured(app, mail_port=port, **settings, **login):
            _, found = findings(app)

        assert found["mail"][0] == level
        assert found["mail"][1].startswith(f"127.0.0.1:{port}")
        assert ("username and password" in found["mail"][2]) is (level == "problem")
        assert (office.sessions, office.mails) == (1, [])

    def test_mail_without_the_encryption_that_is_set_is_a_problem(self, app):
        office = PostOffice()
        settings = {"mail_host": "127.0.0.1", "mail_encryption": "starttls", "mail_from": "f@example.com"}
        with open_office(office) as port, configured(app, mail_port=port, **settings):
            code, found = findings(app)

        assert (code, found["mail"][0]) == (3, "problem")
        assert "STARTTLS" in found["mail"][1]
        assert "FRONTDESK_MAIL_ENCRYPTION" in found["mail"][2]

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
