"""``frontdesk invitations …``"""

import re

import pytest

from tests.cli.conftest import NO_ADDRESS, configured, unknown
from tests.conftest import PASSWORD

KEYS = ["id", "username", "email", "role", "state", "inviter_name", "expires_at"]
PATH = re.compile(r"/invitations/[0-9a-f]{32}")


def accepted(client, path: str):
    return client.post(path, data={"action": "accept", "password": PASSWORD, "repeat": PASSWORD})


class TestCreate:
    def test_the_printed_link_opens_the_account(self, printed, anonymous):
        made = printed("invitations", "create", "ada", "--role", "admin")

        assert list(made) == [*KEYS, "link", "path"]
        assert PATH.fullmatch(made["path"])
        assert (made["username"], made["role"], made["state"], made["inviter_name"]) == ("ada", "admin", "open", None)
        assert accepted(anonymous, made["path"]).status_code == 200
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
        assert login.json["user"]["role"] == "admin"

    def test_the_link_is_whole_where_the_settings_say_how_it_begins(self, app, run, printed, anonymous):
        with configured(app, public_url="https://stats.example.com"):
            made, done = printed("invitations", "create", "ada"), run("invitations", "create", "bob")

        assert made["link"] == f"https://stats.example.com{made['path']}"
        assert re.search(rf"^link +https://stats\.example\.com{PATH.pattern}$", done.stdout, re.MULTILINE)
        assert (done.stderr, "path " in done.stdout) == ("", False)
        assert accepted(anonymous, made["path"]).status_code == 200

    @pytest.mark.parametrize("command", ["create", "resend"])
    def test_elsewhere_its_path_is_printed_and_no_port_is_made_up(self, run, printed, command: str):
        if command == "resend":
            printed("invitations", "create", "ada")

        done = run("invitations", command, "ada")

        assert (done.exit_code, done.stderr) == (0, NO_ADDRESS)
        assert re.search(rf"^path +{PATH.pattern}$", done.stdout, re.MULTILINE)
        assert "link" not in done.stdout
        assert "8000" not in done.stdout
        assert printed("invitations", "resend", "ada")["link"] is None

    def test_websites_and_teams_go_by_name(self, printed, admin, make_website, make_team, anonymous, client_of):
        make_website("Shop", owner=admin)
        make_team(admin, "Blue")

        made = printed(
            *("invitations", "create", "--email", "ada@example.org", "--days", "2"),
            *("--website", "Shop", "write", "--team", "Blue", "team-member"),
        )

        assert (made["username"], made["email"]) == ("ada@example.org", "ada@example.org")
        page = anonymous.get(made["path"]).text
        assert "Shop" in page
        assert "Blue" in page

    @pytest.mark.parametrize(
        ("arguments", "code", "message"),
        [
            ([], 6, "Error: username: Enter a username or an e-mail address.\n"),
            (["admin"], 5, "Error: User already exists\n"),
            (["ada", "--website", "Nothing", "view"], 4, f"Error: {unknown('website')}\n"),
            (["ada", "--team", "Nothing", "team-member"], 4, f"Error: {unknown('team')}\n"),
            (["ada", "--website", "Nothing", "boss"], 2, "'boss' is not one of 'view', 'write', 'admin'.\n"),
            (["ada", "--days", "0"], 2, "0.0 is not in the range 0.01<=x<=365.0.\n"),
        ],
    )
    def test_refusals_are_one_line(self, run, admin, arguments, code, message):
        done = run("invitations", "create", *arguments)

        assert done.exit_code == code
        assert done.stderr.endswith(message)

    def test_whoever_has_been_invited_already_is_invited_again_by_another_command(self, run, printed):
        printed("invitations", "create", "--email", "ada@example.org")

        done = run("invitations", "create", "--email", "ada@example.org")

        again = "frontdesk invitations resend ada@example.org"
        assert (done.exit_code, done.stdout) == (5, "")
        assert done.stderr == f"Error: ada@example.org has been invited already. Send the invitation again: {again}\n"
        assert run(*again.split()[1:]).exit_code == 0


class TestList:
    def test_all_are_listed_newest_first_without_their_links(self, printed, anonymous):
        path = printed("invitations", "create", "ada")["path"]
        printed("invitations", "create", "bob")
        accepted(anonymous, path)

        found = printed("invitations", "list")

        assert [(row["username"], row["state"]) for row in found["data"]] == [("bob", "open"), ("ada", "accepted")]
        assert all(list(row) == KEYS for row in found["data"])
        assert printed("invitations", "list", "--search", "B")["count"] == 1


class TestShow:
    @pytest.mark.parametrize("by", ["id", "username", "email"])
    def test_by_any_name(self, printed, by: str):
        made = printed("invitations", "create", "ada", "--email", "ada@example.org")

        found = printed("invitations", "show", made[by])

        assert found == {name: value for name, value in made.items() if name not in ("link", "path")}


class TestResend:
    @pytest.mark.parametrize("by", ["id", "username", "email"])
    def test_the_new_link_is_good_and_the_old_one_dead(self, printed, anonymous, by):
        made = printed("invitations", "create", "ada", "--email", "ada@example.org")

        again = printed("invitations", "resend", made[by])

        assert anonymous.get(made["path"]).status_code == 404
        assert accepted(anonymous, again["path"]).status_code == 200

    def test_an_unknown_one_is_refused(self, run, admin):
        done = run("invitations", "resend", "admin")

        assert (done.exit_code, done.stderr) == (4, f"Error: {unknown('invitation')}\n")


class TestRevoke:
    def test_the_account_is_gone(self, printed, run, anonymous):
        made = printed("invitations", "create", "ada")

        assert printed("invitations", "revoke", "ada", "--yes") == {"ok": True, "id": made["id"]}

        assert anonymous.get(made["path"]).status_code == 404
        assert run("users", "show", "ada").exit_code == 4

    def test_it_asks_first(self, printed, run):
        printed("invitations", "create", "ada")

        done = run("invitations", "revoke", "ada", typed="n\n")

        assert done.exit_code == 1
        assert "Revoke the invitation of ada?" in done.stderr
        assert printed("invitations", "list")["count"] == 1
