"""The package of Matomo's API has no rules, statements or transactions of its own."""

import ast
import re
from pathlib import Path

import pytest

from app.settings import ROOT

FOLDER = ROOT / "app" / "api" / "matomo"
FILES = sorted(FOLDER.rglob("*.py"))
MAY_IMPORT = ("app.api.matomo", "app.domain", "app.http", "app.models", "app.runtime", "app.settings")
MAY_IMPORT_TOO = ("app.security", "app.services")
STATEMENT = re.compile(
    r"\b(select|insert|update|delete|execute\w*|transaction|fetch_\w+)\("
    r"|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.*\bSET\b|\bDELETE FROM\b"
)


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
class TestEveryModule:
    def test_it_asks_services(self, path):
        ours = [name for name in imports(path) if name.startswith("app.")]

        assert [name for name in ours if not name.startswith(MAY_IMPORT + MAY_IMPORT_TOO)] == []

    def test_it_knows_no_database(self, path):
        known = {name for name in imports(path) if name.split(".")[0] in {"sqlalchemy", "flask_sqlalchemy"}}

        assert all(path.name == "errors.py" and name.startswith("sqlalchemy.exc.") for name in known)
        assert STATEMENT.findall(path.read_text()) == []


def test_there_is_something_to_look_at():
    assert {"dispatch.py", "api.py", "xml.py"} <= {path.name for path in FILES}
    assert all(map(STATEMENT.search, ["with transaction() as session:", "fetch_one(x)", '"UPDATE a SET b = 1"']))


def test_adding_a_method_is_adding_a_function(define, wire):
    def greet(user_login: str) -> str:
        return f"Hello, {user_login}"

    define(greet, "greet")

    assert wire.call("Test.greet", userLogin="ada").json == {"value": "Hello, ada"}
