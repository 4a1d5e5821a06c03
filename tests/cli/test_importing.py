"""``frontdesk import``: what it prints. What it writes is tested with the service."""

import json
from uuid import UUID

from tests.cli.conftest import error_of
from tests.services.importing.conftest import made_source, source  # noqa: F401 (fixtures)
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
