"""The directions of imports: arrows point inward (api, cli → services → queries → models; services → security)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT

APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
INNER = {"models", "queries", "security", "services"}
"""They know nothing of HTTP, nor of any wire."""
OUTSIDE = ("flask", "marshmallow", "werkzeug", "click", "apispec", "granian", "rich")
NO_WIRES = {"documents"}
WIRES = {path.parent.name for path in (APP / "api").glob("*/__init__.py")} - NO_WIRES
COMMON = {"__version__", "config", "errors", "models", "paging", "runtime", "security"}
MAY_IMPORT = {
    "models": {"models"},
    "queries": {"models", "queries"},
    "security": {"errors", "models.enums", "security"},
    "mail": {"config", "mail", "security.emails"},
    "services": COMMON | {"db", "mail", "queries", "services"},
    "api": COMMON | {"api", "db", "metrics", "migrate", "services"},
    "server": COMMON | {"api", "create_app", "logs", "migrate", "secret_key", "server", "services"},
    "cli": COMMON | {"cli", "create_app", "migrate", "secret_key", "server", "services"},
}
WIRE_MAY_NOT = {"db", "migrate"}
"""A wire asks services; probes and metrics, beside the wires, look at the database itself."""
READ_ENVIRONMENT = {"config", "server.listening"}
"""The settings, and what systemd says of the socket that it passes: that is no setting, but belongs to one process."""
EXECUTING = {"execute", "scalar", "scalars", "commit", "flush", "connect", "begin"}


def place(path: Path) -> str:
    """``app/api/umami/fields.py`` → ``api.umami.fields``."""
    return ".".join(path.relative_to(APP).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of everything imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def within(name: str, parents: set[str]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def wrong_imports(module: str, tree: ast.AST) -> list[str]:
    """What a module imports against the rules."""
    layer, *rest = module.split(".")
    inside_wire = layer == "api" and bool(rest) and rest[0] in WIRES
    barred = WIRE_MAY_NOT | {f"api.{other}" for other in WIRES - {rest[0]}} if inside_wire else set()

    def is_wrong(name: str) -> bool:
        if not name.startswith("app."):
            relative = name.startswith(".")
            return relative or (layer in INNER and name.split(".")[0].startswith(OUTSIDE))
        ours = name.removeprefix("app.")
        return within(ours, barred) or (layer in MAY_IMPORT and not within(ours, MAY_IMPORT[layer]))

    return [name for name in imported(tree) if is_wrong(name)]


def executions(tree: ast.AST) -> list[str]:
    """Calls that would run a statement."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in EXECUTING]


def environment_reads(tree: ast.AST) -> int:
    """How often the environment is read; to set a variable for child processes is no reading."""
    written = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")]
    reads = [
        node for node in names if isinstance(node.value, ast.Name) and node.value.id == "os" and id(node) not in written
    ]
    return len(reads) + sum(name in ("os.environ", "os.getenv") for name in imported(tree))


@pytest.mark.parametrize("path", FILES, ids=place)
class TestEveryModule:
    def test_its_imports_point_inward(self, path: Path):
        assert wrong_imports(place(path), ast.parse(path.read_text())) == []

    def test_only_the_settings_read_the_environment(self, path: Path):
        reads = environment_reads(ast.parse(path.read_text()))

        assert (reads > 0) == (place(path) in READ_ENVIRONMENT)


@pytest.mark.parametrize("path", [path for path in FILES if place(path).startswith("queries")], ids=place)
def test_queries_build_statements_and_run_none(path: Path):
    assert executions(ast.parse(path.read_text())) == []


class TestTheRulesThemselves:
    """A rule that nothing can break is none."""

    @pytest.mark.parametrize(
        ("module", "line"),
        [
            ("models.user", "from app.services import users"),
            ("models.user", "from app.config import load"),
            ("queries.users", "from app.db import fetch_all"),
            ("queries.users", "import app.services.users"),
            ("security.policy", "from app.models import User"),
            ("security.policy", "from app.queries import users"),
            ("services.users", "from flask import request"),
            ("services.users", "import marshmallow"),
            ("services.users", "from flask_sqlalchemy import SQLAlchemy"),
            ("services.users", "from app.api.http import request_id"),
            ("services.users", "def late():\n    from app.api import http"),
            ("services.users", "from . import teams"),
            ("api.umami.routes.users", "from app.queries import users"),
            ("api.umami.routes.users", "from app.db import transaction"),
            ("api.umami.routes.users", "from app.cli.output import show"),
            ("cli.users", "from app.api.umami import texts"),
            ("cli.users", "from app.db import db"),
        ],
    )
    def test_an_import_outward_is_found(self, module: str, line: str):
        assert len(wrong_imports(module, ast.parse(line))) == 1

    def test_a_wire_that_imports_another_is_found(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("tests.test_layers.WIRES", {"umami", "matomo"})

        assert wrong_imports("api.matomo.errors", ast.parse("from app.api.umami import texts")) == [
            "app.api.umami.texts"
        ]

    def test_a_statement_that_is_run_is_found(self):
        assert executions(ast.parse("db.session.scalars(select(User)).all()")) == ["scalars"]

    @pytest.mark.parametrize(
        ("code", "reads"),
        [
            ("os.environ['A']", 1),
            ("os.environ.get('A')", 1),
            ("os.getenv('A')", 1),
            ("from os import environ", 1),
            ("os.environ['A'] = 'b'", 0),
        ],
    )
    def test_a_read_of_the_environment_is_found(self, code: str, reads: int):
        assert environment_reads(ast.parse(code)) == reads
