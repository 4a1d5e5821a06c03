"""``docs/configuration.md``: the tables that are generated from the settings."""

import re
from dataclasses import Field, fields

import pytest

from app.settings import PREFIX, Config
from app.settings.documentation import MARKER, PAGE, updated

ROW = re.compile(r"^\| `FRONTDESK_([A-Z_]+)` \| (.*?) \| (.*?) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text()


@pytest.fixture(scope="module")
def rows(page) -> dict[str, tuple[str, str, str]]:
    """Default, values and description by the name of the setting."""
    return {name: (default, values, text) for name, default, values, text in ROW.findall(page)}


def test_the_page_is_what_make_docs_writes(page):
    assert page.count(MARKER) == 1
    assert page == updated(page), "run `make docs`"


def test_it_has_every_setting_in_the_order_of_the_class(rows):
    assert list(rows) == [field.name.upper() for field in fields(Config)]


@pytest.mark.parametrize("field", fields(Config), ids=lambda field: PREFIX + field.name.upper())
def test_each_has_the_description_of_the_class(rows, field: Field):
    assert rows[field.name.upper()][2] == field.metadata["text"]


@pytest.mark.parametrize(
    ("name", "default", "values"),
    [
        ("LOG_LEVEL", "`info`", "`debug`, `info`, `warning`, `error`"),
        ("SECRET_KEY", "unset", "text"),
        ("INSTANCE_PATH", "[see above](#data-folder)", "text"),
        ("BCRYPT_COST", "`10`", "whole number, 4 to 16"),
        ("LOGIN_WINDOW", "`900`", "whole number, at least 1"),
        ("REPLICA_MAX_LAG", "`30`", "number, at least 0"),
        ("FORCE_SSL", "`false`", "`true` or `false`"),
        ("CORS_ORIGINS", "`*`", "text"),
    ],
)
def test_defaults_and_values_are_written_for_readers(rows, name: str, default: str, values: str):
    assert rows[name][:2] == (default, values)


def test_the_text_above_the_marker_is_kept(page):
    assert updated(f"By hand.\n\n{MARKER}\nold tables\n") == "By hand.\n\n" + page[page.index(MARKER) :]
