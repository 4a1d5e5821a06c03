"""Output: tables to read, whole lines for pipes, no control characters for a terminal."""

import pytest
from sqlalchemy import update

from app.cli.output import plain
from app.db.session import transaction
from app.models import Team


class TestTables:
    def test_columns_stand_below_each_other_and_the_count_is_aside(self, run, make_user):
        make_user("ada")
        make_user("administrator", role="admin")

        done = run("users", "list")
        header, *rows = done.stdout.splitlines()

        assert header.split() == ["id", "username", "role", "created_at", "website_count"]
        assert [row.split()[1] for row in rows] == ["administrator", "ada"]
        assert {row.index(name) for row, name in zip(rows, ["admin ", "user "], strict=True)} == {header.index("role")}
        assert all(line == line.rstrip() for line in done.stdout.splitlines())
        assert done.stderr == "2 of 2\n"

    def test_one_thing_is_a_list_of_its_values(self, run, make_user):
        ada = make_user("ada")

        lines = run("users", "show", "ada").stdout.splitlines()

        names = ["id", "username", "role", "created_at", "email", "display_name", "last_seen_at", "pending"]
        assert [line.split(maxsplit=1)[0] for line in lines] == names
        assert lines[0] == f"id            {ada.id}"
        assert lines[3].endswith("Z")

    def test_an_empty_list_has_its_header(self, run):
        done = run("teams", "list")

        assert done.stdout.split() == ["id", "name", "access_code", "created_at", "website_count", "member_count"]
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
