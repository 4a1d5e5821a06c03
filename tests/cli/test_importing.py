"""``frontdesk import``: what it prints. What it writes is tested with the service."""

import json
from uuid import UUID

import pytest

from tests.cli.conftest import error_of
from tests.cli.test_guides import commands
from tests.clients.shell import blocks
from tests.services.importing.conftest import made_source, mailing, matomo, source  # noqa: F401 (fixtures)
from tests.services.importing.fake_matomo import TOKEN
from tests.services.importing.fake_matomo import site as matomo_site
from tests.services.importing.fake_matomo import user as matomo_user
from tests.services.importing.test_umami import ADA, BOB, user, website

DUPLICATE = {
    "kind": "users",
    "id": str(BOB),
    "name": "ADA",
    "outcome": "skipped",
    "code": "username-taken",
    "reason": "User already exists",
}


def counts(**some: int) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "matched", "kept", "skipped", "adjusted")
    return dict.fromkeys(names, 0) | some


class TestUmami:
    def test_json_has_counts_and_the_rows_that_were_not_taken(self, run, source):  # noqa: F811
        source.run(user(ADA, "ada"), user(BOB, "ADA"))

        done = run("import", "umami", "--from", source.url, "--json")

        assert (done.exit_code, done.stderr) == (0, "")
        assert json.loads(done.stdout) == {
            "source": "Umami 3.4",
            "counts": {"users": counts(created=1, skipped=1)},
            "rows": [DUPLICATE],
        }

    def test_csv_has_the_rows_only(self, run, source):  # noqa: F811
        source.run(user(ADA, "ada"), user(BOB, "ADA"))

        done = run("import", "umami", "--from", source.url, "--output", "csv", "--quiet")

        assert done.stdout.splitlines() == [",".join(DUPLICATE), ",".join(DUPLICATE.values())]

    def test_a_table_of_counts_is_printed_to_read_and_no_bar_in_a_pipe(self, run, source):  # noqa: F811
        source.run(user(ADA, "ada"))

        done = run("import", "umami", "--from", source.url)

        header, row = (line.split() for line in done.stdout.splitlines())
        assert header == ["kind", *counts()]
        assert row == ["users", "1", "0", "0", "0", "0", "0", "0"]
        assert done.stderr == ""

    def test_websites_of_no_one_go_to_the_owner(self, printed, source, make_user):  # noqa: F811
        make_user("grace")
        source.run(website(UUID(int=9)))

        told = printed("import", "umami", "--from", source.url, "--owner", "grace")

        assert told["counts"] == {"websites": counts(created=1)}
        assert printed("websites", "show", "Site")["id"] == str(UUID(int=9))

    def test_a_source_that_cannot_be_reached_is_exit_code_3(self, run):
        done = run("import", "umami", "--from", "postgresql://umami@127.0.0.1:1/umami", "--json")

        assert done.exit_code == 3
        error = error_of(done)
        assert error["code"] == "source"
        assert "Connection refused" in error["message"]


SHOWN = ("kind", "name", "outcome", "code")
SENT = ("import", "matomo", "--url")


class TestMatomo:
    def test_the_commands_of_the_guide_try_create_and_mail(self, run, matomo, mailing, admin, tmp_path):  # noqa: F811
        matomo.users = [matomo_user("ada"), matomo_user("bob")]
        (tmp_path / "token").write_text(TOKEN)
        guide = next(text for _, text in blocks("docs/importing.md") if "import matomo" in text)
        values = {"https://matomo.example": matomo.url, "token": str(tmp_path / "token")}

        done = [run(*[values.get(word, word) for word in arguments], "--json") for arguments, _ in commands(guide)]

        told = [json.loads(each.stdout) for each in done]
        assert [(one["written"], one["mailed"], one["not_mailed"]) for one in told] == [
            (False, 2, 0),
            (True, 0, 2),
            (True, 2, 0),
        ]

    def test_json_has_counts_rows_and_how_many_are_mailed(self, run, matomo, mailing, admin, tmp_path):  # noqa: F811
        matomo.users = [matomo_user("ada"), matomo_user("bob", uses_2fa=True)]
        file = tmp_path / "token"
        file.write_text(f"{TOKEN}\n")

        done = run(*SENT, matomo.url, "--token-file", file, "--json")

        assert (done.exit_code, done.stderr) == (0, "")
        told = json.loads(done.stdout)
        (row,) = told.pop("rows")
        assert told == {
            "source": "Matomo 5.2.0",
            "written": True,
            "mailed": 2,
            "not_mailed": 0,
            "counts": {"users": counts(created=2, adjusted=1)},
        }
        assert [row[name] for name in SHOWN] == ["users", "bob", "adjusted", "second-factor"]

    def test_read_it_says_how_mails_go_out(self, run, matomo, mailing, admin):  # noqa: F811
        matomo.users = [matomo_user("ada")]

        done = run(*SENT, matomo.url, "--token", TOKEN)

        assert done.stdout.splitlines()[1].split()[:2] == ["users", "1"]
        assert done.stderr == "1 invitation will be mailed by the server, or with: frontdesk mail send\n"

    def test_without_mail_it_says_how_to_mail_later(self, run, matomo, app, admin):  # noqa: F811
        matomo.users = [matomo_user("ada"), matomo_user("bob")]

        done = run(*SENT, matomo.url, "--token", TOKEN, "--no-mail")

        said = "2 invitations not mailed. To mail them, run this again without --no-mail.\n"
        assert (done.exit_code, done.stderr) == (0, said)

    def test_a_dry_run_says_that_nothing_was_written(self, run, matomo, app, admin):  # noqa: F811
        matomo.users = [matomo_user("zoe")]

        done = run(*SENT, matomo.url, "--token", TOKEN, "--dry-run")

        assert (done.exit_code, done.stderr) == (0, "Nothing was written. 1 invitation would be mailed.\n")
        assert "zoe" not in run("users", "list").stdout

    def test_without_a_mail_server_it_names_the_settings_and_the_option(self, run, matomo, app, admin):  # noqa: F811
        done = run(*SENT, matomo.url, "--token", TOKEN)

        assert done.exit_code == 3
        assert done.stderr == (
            "Error: Mail is not configured: set FRONTDESK_MAIL_HOST, FRONTDESK_MAIL_FROM and FRONTDESK_PUBLIC_URL."
            " Or use --no-mail, and mail the invitations later.\n"
        )
        assert matomo.asked == []

    def test_changed_addresses_and_no_mail_cannot_be_combined(self, run, matomo, mailing):  # noqa: F811
        done = run(*SENT, matomo.url, "--token", TOKEN, "--no-mail", "--update")

        assert done.exit_code == 2
        assert "--update mails users whose address changed" in done.stderr

    def test_the_token_can_be_in_the_environment_or_typed_and_is_never_printed(
        self,
        run,
        matomo,  # noqa: F811
        app,
        admin,
        monkeypatch,
    ):
        typed = run(*SENT, matomo.url, "--no-mail", typed=f"{TOKEN}\n")
        monkeypatch.setenv("FRONTDESK_MATOMO_TOKEN", TOKEN)
        given = run(*SENT, matomo.url, "--no-mail")
        wrong = run(*SENT, matomo.url, "--no-mail", "--token", f"x{TOKEN}")

        assert (typed.exit_code, given.exit_code, wrong.exit_code) == (0, 0, 3)
        assert TOKEN not in typed.output + given.output + wrong.output

    def test_without_a_terminal_a_token_must_be_given(self, run, matomo, app):  # noqa: F811
        done = run(*SENT, matomo.url, "--no-mail")

        assert done.exit_code == 2
        assert "use --token-file or FRONTDESK_MATOMO_TOKEN" in done.stderr

    def test_a_matomo_that_moved_is_known_as_what_it_was(self, run, printed, matomo, app, admin):  # noqa: F811
        matomo.users = [matomo_user("ada")]
        run(*SENT, matomo.url, "--token", TOKEN, "--no-mail")

        told = printed(*SENT, f"{matomo.url}new", "--token", TOKEN, "--no-mail", "--known-as", matomo.url)

        assert told["counts"] == {"users": counts(unchanged=1)}

    def test_websites_go_to_the_owner(self, run, printed, matomo, app, admin, make_user):  # noqa: F811
        grace = make_user("grace")
        matomo.sites = [matomo_site(7)]

        run(*SENT, matomo.url, "--token", TOKEN, "--no-mail", "--owner", "grace")

        assert printed("websites", "show", "Site")["user_id"] == str(grace.id)

    def test_an_error_of_the_source_is_exit_code_3(self, run, matomo, app):  # noqa: F811
        matomo.superuser = False

        error = error_of(run(*SENT, matomo.url, "--token", TOKEN, "--no-mail", "--json"))

        assert error["code"] == "source"
        assert error["message"].endswith("the token must be one of a user with superuser access")

    @pytest.mark.parametrize(
        ("url", "warned"),
        [
            ("http://matomo.invalid", True),
            ("http://127.0.0.1:1", False),
            ("http://[::1]:1", False),
            ("http://localhost:1", False),
            ("https://matomo.invalid", False),
        ],
    )
    def test_a_token_that_others_can_read_on_the_way_is_a_warning(self, run, app, url, warned):
        done = run(*SENT, url, "--token", TOKEN, "--no-mail")

        assert done.exit_code == 3
        assert ("The token is sent without encryption" in done.stderr) == warned
