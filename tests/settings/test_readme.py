"""The table of settings in the README."""

import re
from dataclasses import MISSING, Field, fields
from pathlib import Path

import pytest

from app.settings import PREFIX, ROOT, Config

ROW = re.compile(r"^\| `FRONTDESK_([A-Z_]+)` \| (?:`(.*?)`)? *\| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    """Maps the name of each setting to its default and its description."""
    return {name: (default, text) for name, default, text in ROW.findall(Path(ROOT / "README.md").read_text())}


def written(field: Field) -> str:
    """A default as the table shows it."""
    assert field.default is not MISSING
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def test_it_names_every_setting_in_the_order_of_the_class(rows):
    assert list(rows) == [field.name.upper() for field in fields(Config)]


@pytest.mark.parametrize("field", fields(Config), ids=lambda field: PREFIX + field.name.upper())
def test_default_and_sentence_are_those_of_the_class(rows, field: Field):
    assert rows[field.name.upper()] == (written(field), field.metadata["text"])
