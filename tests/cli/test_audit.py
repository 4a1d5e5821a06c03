"""``frontdesk audit …``"""

import csv

import orjson
import pytest
from sqlalchemy import text

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.services.users import accounts
from tests.conftest import PASSWORD

LISTED = [
    "number",
    "id",
    "created_at",
    "actor_id",
    "actor_name",
    "credential_kind",
    "credential_id",
    "protocol",
    "address",
    "request_id",
    "action",
    "target_kind",
    "target_id",
    "target_name",
    "before",
    "after",
    "hash",
    "key_id",
]


@pytest.fixture
def log(app):
    """Three accounts, made one after the other."""
    with app.app_context():
        for name in ("ada", "bob", "eve"):
            accounts.create_user(OPERATOR, username=name, password=PASSWORD)


@pytest.fixture
def change(app):
    def execute(statement):
        with app.app_context(), transaction() as session:
            session.execute(text(statement))

    return execute


@pytest.mark.usefixtures("log")
class TestList:
    def test_the_newest_comes_first(self, printed):
        page = printed("audit", "list")

        assert [row["target_name"] for row in page["data"]] == ["eve", "bob", "ada"]
        assert page["count"] == 3
        first = page["data"][-1]
        assert list(first) == LISTED
        assert (first["number"], first["actor_name"], first["credential_kind"], first["protocol"]) == (
            1,
            "operator",
            "operator",
            "cli",
        )
        assert (first["before"], first["after"]) == (None, {"role": "user"})

    def test_filters(self, printed):
        (bob,) = [row for row in printed("audit", "list")["data"] if row["target_name"] == "bob"]

        def names(*options):
            return [row["target_name"] for row in printed("audit", "list", *options)["data"]]

        assert names("--target", bob["target_id"]) == ["bob"]
        assert names("--target", "user", "--action", "user-created", "--actor", "operator") == ["eve", "bob", "ada"]
        assert names("--actor", "ada") == []
        assert names("--from", "2000-01-01", "--to", "2001-01-01") == []

    def test_pages(self, run):
        done = run("audit", "list", "--page", "2", "--page-size", "2", "--output", "csv", "-q")

        header, row = csv.reader(done.stdout.splitlines())
        assert (row[0], row[-2:]) == ("1", ["", '{"role":"user"}'])
        assert header == [
            "number",
            "created_at",
            "actor_name",
            "address",
            "action",
            "target_kind",
            "target_name",
            "before",
            "after",
        ]


@pytest.mark.usefixtures("log")
class TestExport:
    def test_each_line_is_an_event_with_its_hash(self, run, printed):
        done = run("audit", "export")

        lines = [orjson.loads(line) for line in done.stdout.splitlines()]
        assert lines == list(reversed(printed("audit", "list")["data"]))
        assert {len(line["hash"]) for line in lines} == {64}

    def test_it_goes_on_after_a_number(self, run):
        done = run("audit", "export", "--after", "2")

        assert [orjson.loads(line)["target_name"] for line in done.stdout.splitlines()] == ["eve"]


@pytest.mark.usefixtures("log")
class TestVerify:
    def test_a_log_as_it_was_written(self, run, printed):
        last = printed("audit", "list")["data"][0]

        assert printed("audit", "verify") == {"ok": True, "rows": 3, "first": 1, "last": 3, "hash": last["hash"]}
        assert run("audit", "verify").output == (
            f"3 events verified. The last is number 3, with the hash {last['hash']}.\n"
        )

    def test_one_that_was_changed(self, run, change):
        run("audit", "verify")
        change("UPDATE audit_event SET actor_name = 'mallory' WHERE number = 2")

        done = run("audit", "verify")

        assert done.exit_code == 1
        assert "The audit log does not verify: row 2 was changed, or is not in its place." in done.output


@pytest.mark.usefixtures("log")
class TestPrune:
    def test_what_is_left_can_be_verified(self, run, printed, change):
        change("UPDATE audit_event SET created_at = '2020-01-01 00:00:00' WHERE target_name <> 'eve'")

        done = run("audit", "prune", "--before", "2020-01-02", "--yes")

        assert (done.exit_code, done.output) == (0, "Deleted 2 events.\n")
        found = printed("audit", "verify")
        assert (found["rows"], found["first"], found["last"]) == (2, 3, 4)
        page = printed("audit", "list")["data"]
        assert [(row["number"], row["action"], row["after"]) for row in page] == [
            (4, "audit-pruned", {"lastNumber": 2}),
            (3, "user-created", {"role": "user"}),
        ]

    def test_all_of_them(self, printed, change):
        change("UPDATE audit_event SET created_at = '2020-01-01 00:00:00'")

        assert printed("audit", "prune", "--before", "2020-01-02", "--yes") == {"ok": True, "count": 3}
        assert printed("audit", "verify")["first"] == 4

    def test_a_row_that_is_not_old_keeps_those_after_it(self, printed, change):
        change("UPDATE audit_event SET created_at = '2020-01-01 00:00:00' WHERE target_name = 'eve'")

        assert printed("audit", "prune", "--before", "2020-01-02", "--yes") == {"ok": True, "count": 0}

    def test_rows_that_were_removed_otherwise_are_missed(self, run, printed, change):
        change("UPDATE audit_event SET created_at = '2020-01-01 00:00:00' WHERE target_name = 'ada'")
        printed("audit", "prune", "--before", "2020-01-02", "--yes")
        change("DELETE FROM audit_event WHERE number = 2")

        assert "row 2 is missing" in run("audit", "verify").output
