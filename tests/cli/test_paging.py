"""Lists are printed page by page."""

import csv
import io
import json
import sys

import click
import pytest
from click.testing import CliRunner

from app.cli import cli
from app.cli.output import json_option, show_list
from app.cli.paging import MOST, Paging, page_options
from app.domain.pagination import Page, Window
from tests.conftest import Person

EVERYTHING = Paging(1, 100, everything=True)


@pytest.fixture
def three_users(make_user) -> list[Person]:
    return [make_user(name) for name in ("ada", "bob", "eve")]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two rows with ``--all``."""
    cli.load()  # options read the limit when a command is imported
    monkeypatch.setattr("app.cli.paging.MOST", 2)


class TestPages:
    def test_one_by_default(self):
        asked = []

        list(Paging(3, 50, everything=False).pages(lambda window: asked.append(window) or Page([], 500)))

        assert asked == [Window(100, 50)]

    @pytest.mark.parametrize("total", [0, 1, MOST, MOST + 1, 3 * MOST])
    def test_all_rows_once_and_no_page_in_vain(self, total: int):
        asked = []

        def fetch(window: Window) -> Page[int]:
            asked.append(window.offset)
            return Page(range(window.offset, min(total, window.offset + window.limit)), total)

        rows = [row for page in EVERYTHING.pages(fetch) for row in page.rows]

        assert rows == list(range(total))
        assert asked == list(range(0, max(total, 1), MOST))

    def test_a_list_that_shrinks_meanwhile_comes_to_an_end(self):
        pages = EVERYTHING.pages(lambda window: Page([1] if window.offset == 0 else [], 5))

        assert [len(page.rows) for page in pages] == [1, 0]


class TestStreaming:
    @pytest.mark.parametrize("output", ["table", "json", "csv"])
    def test_a_page_is_printed_before_the_next_is_read(self, output: str):
        printed_before = []
        rows = 10_000

        @click.command
        @page_options
        @json_option
        def numbers(paging: Paging, as_json: bool) -> None:
            def fetch(window: Window) -> Page[dict[str, int]]:
                printed_before.append(len(sys.stdout.buffer.getvalue()))
                return Page([{"number": window.offset + n} for n in range(window.limit)], rows)

            show_list(paging.pages(fetch), ("number",), as_json=as_json)

        done = CliRunner().invoke(numbers, ["--all", "--output", output], catch_exceptions=False)

        assert len(printed_before) == rows // MOST
        assert printed_before == sorted(set(printed_before))
        assert str(rows - 1) in done.stdout


@pytest.mark.usefixtures("three_users", "small_pages")
class TestAll:
    def test_a_table_has_one_header(self, run):
        done = run("users", "list", "--all")

        header, *rows = done.stdout.splitlines()
        assert header.startswith("id ")
        assert [row.split()[1] for row in rows] == ["eve", "bob", "ada"]
        assert done.stderr == "3 of 3\n"

    def test_csv_has_one_header(self, run):
        header, *rows = csv.reader(io.StringIO(run("users", "list", "--all", "--output", "csv").stdout, newline=""))

        assert header[0] == "id"
        assert [row[1] for row in rows] == ["eve", "bob", "ada"]

    def test_json_is_the_same_as_that_of_a_single_page(self, run):
        assert run("users", "list", "--all", "--json").stdout == run("users", "list", "--json").stdout

    @pytest.mark.parametrize(
        "arguments", [["users", "list"], ["users", "list", "--search", "nothing-like-it"]], ids=" ".join
    )
    def test_json_is_laid_out_as_ever(self, run, arguments: list[str]):
        text = run(*arguments, "--json").stdout

        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"

    def test_an_error_leaves_no_half_output(self, run):
        done = run("sessions", "list", "nobody", "--all", "--json")

        assert (done.exit_code, done.stdout) == (4, "")
