"""``frontdesk db …``"""

import json

import pytest

from app.db import migrations
from tests.cli.conftest import invoke

HEAD = migrations.head_revision()


class TestCurrent:
    def test_an_empty_database_has_none(self, empty):
        assert json.loads(invoke(empty, "db", "current", "--json").stdout) == {"current": None, "head": HEAD}

    def test_the_table_says_the_same(self, empty):
        invoke(empty, "db", "upgrade")

        assert invoke(empty, "db", "current").stdout.split() == ["current", HEAD, "head", HEAD]


class TestUpgrade:
    def test_to_the_newest(self, empty):
        done = invoke(empty, "db", "upgrade")

        assert (done.exit_code, done.output) == (0, f"The database is at revision {HEAD}.\n")

    def test_to_a_revision(self, empty):
        done = invoke(empty, "db", "upgrade", "0001", "--json")

        assert (done.exit_code, json.loads(done.stdout)) == (0, {"ok": True, "revision": "0001"})


class TestDowngrade:
    @pytest.mark.parametrize(("answer", "code", "revision"), [("n", 1, HEAD), ("y", 0, None)], ids=["no", "yes"])
    def test_it_asks_first(self, empty, answer: str, code: int, revision: str | None):
        invoke(empty, "db", "upgrade")

        done = invoke(empty, "db", "downgrade", "base", typed=f"{answer}\n")

        assert done.exit_code == code
        assert done.stderr.startswith("Revert to base? Data of later revisions is lost. [y/N]: ")
        assert migrations.current_revision() == revision

    def test_without_being_asked(self, empty):
        invoke(empty, "db", "upgrade")

        done = invoke(empty, "db", "downgrade", "base", "--yes")

        assert (done.exit_code, done.output) == (0, "The database is empty.\n")
