"""Output: tables to read, whole lines for pipes, no control characters for a terminal."""

import csv
import io
import json

import pytest
from sqlalchemy import update

from app.cli.output import plain
from app.db.session import transaction
from app.models import Team
from tests.cli.test_users import PROFILE


class TestTables:
    def test_columns_stand_below_each_other_and_the_count_is_aside(self, run, make_user):
        make_user("ada")
        make_user("administrator", role="admin")

        done = run("users", "list")
        header, *rows = done.stdout.splitlines()

        assert header.split() == ["id", "username", "role", "created_at", "website_count", "disabled_at"]
        assert [row.split()[1] for row in rows] == ["administrator", "ada"]
        assert {row.index(name) for row, name in zip(rows, ["admin ", "user "], strict=True)} == {header.index("role")}
        assert all(line == line.rstrip() for line in done.stdout.splitlines())
        assert done.stderr == "2 of 2\n"

    def test_one_thing_is_a_list_of_its_values(self, run, make_user):
        ada = make_user("ada")

        lines = run("users", "show", "ada").stdout.splitlines()

        assert [line.split(maxsplit=1)[0] for line in lines] == ["id", "username", "role", "created_at", *PROFILE]
        assert lines[0] == f"id                    {ada.id}"
        assert lines[3].endswith("Z")

    def test_an_empty_list_has_its_header(self, run):
        done = run("teams", "list")

        assert done.stdout.split() == ["id", "name", "created_at", "website_count", "member_count"]
        assert done.stderr == "0 of 0\n"

    def test_long_values_are_neither_cut_nor_wrapped(self, run, make_user, make_website):
        name, domain = "n" * 100, "d" * 500
        make_website(name, domain, owner=make_user("ada"))

        _, row = run("websites", "list").stdout.splitlines()

        assert name in row
        assert domain in row


class TestNames:
    @pytest.mark.parametrize("name", ["[bold]Blue[/bold]", "a [ b", r"\[x]", ":warning:", "Größe 東京 ☃"])
    def test_no_name_is_taken_for_markup(self, run, make_user, make_team, name: str):
        make_team(make_user("ada"), name)

        _, row = run("teams", "list").stdout.splitlines()

        assert name in row

    def test_control_characters_are_shown_and_not_sent(self, app, run, make_user, make_team):
        make_team(make_user("ada"))
        with app.app_context(), transaction() as session:
            session.execute(
                update(Team).values(name="\x1b[2Jgone\nnext\u202e")
            )  # a name from before such names were rejected

        listed = run("teams", "list").stdout
        deleted = run("teams", "delete", "\x1b[2Jgone\nnext\u202e", "--yes").stdout

        assert r"\x1b[2Jgone\nnext\u202e" in listed
        assert len(listed.splitlines()) == 2
        assert deleted == "Deleted the team \\x1b[2Jgone\\nnext\\u202e.\n"


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "text"), [(None, ""), (True, "true"), (0, "0"), ("a\tb", r"a\tb")], ids=["none", "true", "0", "tab"]
    )
    def test_values_as_text(self, value: object, text: str):
        assert plain(value) == text


class TestCsv:
    def test_a_list_has_a_header_and_a_row_for_each(self, run, make_user, make_website):
        make_website('Ada, "the" site', "ada.example", owner=make_user("ada"))

        done = run("websites", "list", "--output", "csv")

        header, row = csv.reader(io.StringIO(done.stdout, newline=""))
        assert header[:3] == ["id", "name", "domain"]
        assert row[1:3] == ['Ada, "the" site', "ada.example"]

    def test_one_thing_is_a_row(self, run, make_user):
        make_user("ada")

        header, row = csv.reader(io.StringIO(run("users", "show", "ada", "--output", "csv").stdout, newline=""))

        assert dict(zip(header, row, strict=True))["username"] == "ada"

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
    def test_what_a_spreadsheet_would_run_is_text(self, run, make_user, make_website, name):
        make_website(name, owner=make_user("ada"))

        _, row = csv.reader(io.StringIO(run("websites", "list", "--output", "csv").stdout, newline=""))

        assert row[1] == f"'{name}"


class TestOptions:
    def test_output_json_is_json(self, run, make_user):
        make_user("ada")

        assert run("users", "list", "--output", "json").stdout == run("users", "list", "--json").stdout

    @pytest.mark.parametrize("option", [["--output", "json"], ["--output=json"]])
    def test_errors_are_json_then_as_well(self, run, option):
        done = run("users", "show", "nobody", *option)

        assert json.loads(done.stderr)["error"]["code"] == "not-found"

    def test_quiet_leaves_data_alone(self, run, make_user):
        make_user("ada")

        listed, changed = run("users", "list", "-q"), run("users", "delete", "ada", "--yes", "--quiet")

        assert "ada" in listed.stdout
        assert listed.stderr == changed.output == ""
        assert changed.exit_code == 0

    def test_quiet_still_prints_what_the_command_was_run_for(self, run, make_user):
        make_user("ada")

        token, link = run("tokens", "create", "ada", "Reports", "-q"), run("users", "reset-link", "ada", "-q")

        assert len(token.stdout.strip()) >= 32
        assert link.stdout.startswith("/reset-password/")

    def test_changes_are_rows_in_csv(self, run, make_user):
        ada = make_user("ada")

        done = run("users", "delete", "ada", "--yes", "--output", "csv")

        assert done.stdout_bytes.decode() == f"id\r\n{ada.id}\r\n"


class TestConfirmation:
    """Commands that destroy something ask in a terminal, and need ``--yes`` elsewhere."""

    MESSAGE = "Cannot ask for confirmation without a terminal: use --yes."
    COMMANDS = (
        ("users", "delete", "ada"),
        ("users", "reset-2fa", "ada"),
        ("users", "disable", "ada"),
        ("teams", "delete", "Blue"),
        ("teams", "remove-member", "Blue", "ada"),
        ("websites", "delete", "Site"),
        ("grants", "delete", "ada", "Site"),
        ("tokens", "revoke", "ada", "--all"),
        ("sessions", "revoke", "ada", "--all"),
        ("invitations", "revoke", "eve"),
        ("db", "downgrade", "base"),
    )

    @pytest.fixture(autouse=True)
    def something(self, admin, make_user, make_team, make_website, printed):
        make_user("ada")
        make_team(admin, "Blue")
        make_website("Site", owner=admin)
        printed("teams", "add-member", "Blue", "ada")
        printed("grants", "set", "ada", "Site", "view")
        printed("invitations", "create", "eve")

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_without_a_terminal_yes_is_required(self, run, command: tuple[str, ...]):
        done = run(*command, stdin="y\n")

        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.endswith(f"Error: {self.MESSAGE}\n")
        assert json.loads(run(*command, "--json").stderr)["error"]["message"] == self.MESSAGE

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_in_a_terminal_the_answer_counts(self, run, command: tuple[str, ...]):
        done = run(*command, typed="n\n")

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.endswith("[y/N]: n\nAborted.\n")

    @pytest.mark.parametrize("command", COMMANDS[:-1], ids=" ".join)
    def test_yes_answers(self, run, command: tuple[str, ...]):
        done = run(*command, "--yes")

        assert (done.exit_code, done.stderr) == (0, "")
