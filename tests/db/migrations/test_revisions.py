"""Conventions for the files of the migrations."""

import ast
import re
from pathlib import Path

import pytest

from app.db.migrations import MIGRATIONS
from tests.db.migrations.conftest import all_revisions

FILES = sorted((MIGRATIONS / "versions").glob("*.py"))


def names(path: Path) -> str:
    return path.stem


def test_they_are_one_line_of_numbers():
    scripts = list(all_revisions())[::-1]

    assert [script.revision for script in scripts] == [f"{number:04}" for number in range(1, len(scripts) + 1)]
    assert [script.down_revision for script in scripts] == [None, *[script.revision for script in scripts[:-1]]]


@pytest.mark.parametrize("path", FILES, ids=names)
class TestEach:
    def test_its_name_says_what_it_does(self, path: Path):
        assert re.fullmatch(r"\d{4}(_[a-z]+)+", path.stem)

    def test_it_explains_itself(self, path: Path):
        docstring = ast.get_docstring(ast.parse(path.read_text()))

        assert docstring is not None
        assert docstring.partition("\n\n")[0].endswith(".")

    def test_it_leads_both_ways(self, path: Path):
        functions = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}

        assert {"upgrade", "downgrade"} <= functions.keys()
        assert not any(isinstance(node, ast.Pass) for name in functions for node in ast.walk(functions[name]))
