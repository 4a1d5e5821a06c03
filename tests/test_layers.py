"""The directions of imports: inward only (api, pages, cli → services → queries → models)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT

APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
INNER = {"db", "domain", "models", "queries", "security", "services", "settings", "telemetry"}
"""These packages do not import HTTP code or an API."""
OUTSIDE = ("marshmallow", "werkzeug", "click", "apispec", "granian", "rich")
FLASK = ("flask", "flask_sqlalchemy")
"""Only the database layer may use Flask's context, which holds the unit of work."""
SQL = ("alembic", "sqlalchemy")
NO_APIS = {"openapi"}
APIS = {path.parent.name for path in (APP / "api").glob("*/__init__.py")} - NO_APIS
VALUES = {"domain", "models", "runtime", "settings"}
MAY_IMPORT = {
    "settings": {"settings", "domain"},
    "domain": {"domain"},
    "models": {"models", "domain"},
    "telemetry": {"telemetry", "settings"},
    "security": {"security", "domain", "telemetry.log"},
    "db": VALUES | {"db", "telemetry.log"},
    "queries": {"db.sql", "domain", "models", "queries"},
    "services": VALUES | {"db", "queries", "security", "services", "telemetry.log"},
    "http": VALUES | {"db", "http"},
    "api": VALUES | {"__version__", "api", "http", "services"},
    "pages": VALUES | {"http", "pages", "services"},
    "cli": VALUES
    | {"__version__", "cli", "create_core", "db.errors", "db.migrations", "security", "server", "services"},
}
DOORS = ("api", "cli", "http", "pages")
"""Packages that receive calls from outside, and must pass an actor to services."""
READ_ENVIRONMENT = {
    "cli.remote.target",
    "cli.secrets",
    "cli.tables",
    "server.listening",
    "settings.files",
    "settings.sources",
}
"""
The settings. systemd's variables about passed sockets, those about the terminal, those that a state file names for its
secrets, and those that name another server to work on, are no settings: they belong to one process.
"""
EXECUTING = {"execute", "scalar", "scalars", "commit", "flush", "connect", "begin"}


def place(path: Path) -> str:
    """Return the name of a module: ``app/api/umami/fields.py`` → ``api.umami.fields``."""
    return ".".join(path.relative_to(APP).with_suffix("").parts).removesuffix(".__init__")


TREES = {place(path): ast.parse(path.read_text()) for path in FILES}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of all imports, anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def within(name: str, parents: set[str]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def foreign_to(layer: str) -> set[str]:
    """Return the packages that a layer must not import."""
    if layer not in INNER:
        return {"sqlalchemy", "flask_sqlalchemy"}  # nothing above the services imports SQLAlchemy
    return {*OUTSIDE, *(() if layer == "db" else FLASK), *(SQL if layer in {"domain", "telemetry"} else ())}


def wrong_imports(module: str, tree: ast.AST) -> list[str]:
    """Return the imports of a module that break the rules."""
    layer, *rest = module.split(".")
    inside_api = layer == "api" and bool(rest) and rest[0] in APIS
    barred = {f"api.{other}" for other in APIS - {rest[0]}} if inside_api else set()
    foreign = foreign_to(layer)

    def is_wrong(name: str) -> bool:
        if not name.startswith("app."):
            relative = name.startswith(".")
            return relative or name.split(".")[0] in foreign
        ours = name.removeprefix("app.")
        return within(ours, barred) or (layer in MAY_IMPORT and not within(ours, MAY_IMPORT[layer]))

    return [name for name in imported(tree) if is_wrong(name)]


def executions(tree: ast.AST) -> list[str]:
    """Return the calls that would run a statement."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in EXECUTING]


def environment_reads(tree: ast.AST) -> int:
    """Return how often the environment is read; setting a variable for child processes does not count."""
    written = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")]
    reads = [
        node for node in names if isinstance(node.value, ast.Name) and node.value.id == "os" and id(node) not in written
    ]
    return len(reads) + sum(name in ("os.environ", "os.getenv") for name in imported(tree))


def module_of(name: str, modules: set[str]) -> str | None:
    """Return the module that an import names, or that contains the imported name."""
    ours = name.removeprefix("app.")
    return next((found for found in (ours, ours.rpartition(".")[0]) if found in modules), None)


def cycles(arrows: dict[str, set[str]]) -> list[str]:
    """Return the modules that import each other, directly or indirectly."""
    left = {module: {target for target in targets if target in arrows} for module, targets in arrows.items()}
    while ends := {module for module, targets in left.items() if not targets - {module}}:
        left = {module: targets - ends for module, targets in left.items() if module not in ends}
    return sorted(left)


def arrows_of_modules() -> dict[str, set[str]]:
    arrows: dict[str, set[str]] = {}
    for module, tree in TREES.items():
        names = (name for name in imported(tree) if name.startswith("app."))
        arrows[module] = {found for name in names if (found := module_of(name, set(TREES)))}
    return arrows


def arrows_of_rooms() -> dict[str, set[str]]:
    """Return the imports between packages, without ``app/__init__.py``, which imports all of them."""
    arrows: dict[str, set[str]] = {}
    for module, targets in arrows_of_modules().items():
        room = module.partition(".")[0]
        arrows.setdefault(room, set()).update(target.partition(".")[0] for target in targets)
    del arrows["__init__"]
    return arrows


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the public functions of a module."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return {node.name: node for node in found}


def takes_actor_first(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    hint = arguments[0].annotation if arguments else None
    return isinstance(hint, ast.Name) and hint.id == "Actor"


def unchecked(tree: ast.AST, services: dict[str, dict[str, ast.FunctionDef]]) -> list[str]:
    """Return imports of service functions that take no actor, or of modules with such a function."""
    found = []
    for name in imported(tree):
        ours = name.removeprefix("app.")
        module, _, attribute = ours.rpartition(".")
        functions = services.get(ours)
        if functions is None:
            functions = {key: value for key, value in services.get(module, {}).items() if key == attribute}
        found += [f"{ours}: {key}" for key, function in functions.items() if not takes_actor_first(function)]
    return found


TOOLS = {"services.remote", "services.state.documents"}
"""What talks to other servers, and what parses state files. They need no actor: they read and change nothing here."""
SERVICES = {
    module: functions_of(tree)
    for module, tree in TREES.items()
    if module.startswith("services") and module not in TOOLS
}


def changes_unasked(tree: ast.Module) -> list[str]:
    """
    Return the public functions with an actor that open a transaction and do not recheck in it whether the actor's
    account and role are unchanged.
    """
    found = []
    for name, function in functions_of(tree).items():
        called = {
            node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and hasattr(node.func, "id")
        }
        if takes_actor_first(function) and "transaction" in called and not called & ASKING:
            found.append(name)
    return found


ASKING = {"recheck", "lock_user", "lock_users", "lock_admins", "_locked", "_locked_role", "lock_invitation"}
"""Functions that recheck the actor; the last three call one of the others."""
LEFT_TO_OTHERS = {
    "services.access.effective": {"put_access"},
    "services.authentication.credentials": {"open_session"},
    "services.authentication.login": {"single_sign_on"},
    "services.authentication.partial_logins": {"open_partial"},
    "services.authentication.password_resets": {"request"},
    "services.authentication.sessions": {"revoke_current"},
    "services.invitations.accept": {"decline"},
    "services.invitations.manage": {"revoke"},
    "services.matomo.site_editing": {"create_site", "delete_site", "update_site"},
    "services.websites.websites": {"remove_from_team"},
}
"""
Functions that recheck the actor through a service that they call in the same transaction, and those for which the
credential is enough: only the owner of a session can open or end it.
"""


class TestEveryModule:
    def test_its_imports_point_inward(self):
        wrong = {module: found for module, tree in TREES.items() if (found := wrong_imports(module, tree))}

        assert wrong == {}

    def test_only_the_settings_read_the_environment(self):
        reading = {module for module, tree in TREES.items() if environment_reads(tree)}

        assert reading == READ_ENVIRONMENT

    def test_queries_build_statements_and_run_none(self):
        running = {
            module: found
            for module, tree in TREES.items()
            if module.startswith("queries") and (found := executions(tree))
        }

        assert running == {}

    def test_what_others_may_call_of_services_takes_the_actor_first(self):
        calling = {
            module: found
            for module, tree in TREES.items()
            if module.split(".")[0] in DOORS and (found := unchecked(tree, SERVICES))
        }

        assert calling == {}

    def test_changes_ask_in_their_transaction_who_the_actor_is_by_now(self):
        not_asking = {
            module: set(found)
            for module, tree in TREES.items()
            if module.startswith("services") and (found := changes_unasked(tree))
        }

        assert not_asking == LEFT_TO_OTHERS


class TestTheWhole:
    def test_no_modules_import_each_other(self):
        assert cycles(arrows_of_modules()) == []

    def test_no_rooms_import_each_other(self):
        assert cycles(arrows_of_rooms()) == []


class TestTheDrawing:
    """The diagrams in ``docs/architecture.md`` match the tree."""

    DRAWING = "".join((ROOT / "docs" / "architecture.md").read_text().split("```")[1:4:2])

    def test_every_room_is_drawn_and_every_room_drawn_is_there(self):
        shown = {name.rstrip("/") for name in re.findall(r"app/[\w/.]+", self.DRAWING)}
        apis = {f"app/api/{path.parent.name}" for path in (APP / "api").glob("*/__init__.py")}
        rooms = {f"app/{path.parent.name}" for path in APP.glob("*/__init__.py")} - {"app/api"}

        assert shown == apis | rooms | {f"app/{path.name}" for path in APP.glob("*.py")}

    def test_every_noun_of_the_services_is_drawn(self):
        nouns = {f"{path.parent.name}/" for path in (APP / "services").glob("*/__init__.py")}

        assert nouns == set(re.findall(r"(?<![\w/])[a-z]+/(?= )", self.DRAWING))

    def test_the_root_holds_two_modules(self):
        assert {path.name for path in APP.glob("*.py")} == {"__init__.py", "runtime.py"}


class TestTheRulesThemselves:
    """Each rule detects what breaks it."""

    @pytest.mark.parametrize(
        ("module", "line"),
        [
            ("models.user", "from app.services.users import accounts"),
            ("models.user", "from app.settings import load"),
            ("domain.policy", "from app.models import User"),
            ("domain.policy", "from app.queries import users"),
            ("domain.pagination", "from sqlalchemy import Row"),
            ("queries.users", "from app.db.reads import fetch_all"),
            ("queries.users", "import app.services.users"),
            ("security.tokens", "from app.db.session import db"),
            ("services.users.accounts", "from flask import request"),
            ("services.users.accounts", "import marshmallow"),
            ("services.users.accounts", "from flask_sqlalchemy import SQLAlchemy"),
            ("services.users.accounts", "from app.http.request import request_id"),
            ("services.users.accounts", "def late():\n    from app.api import umami"),
            ("services.users.accounts", "from . import profiles"),
            ("api.umami.routes.users", "from app.queries import users"),
            ("api.umami.routes.users", "from app.db.session import transaction"),
            ("api.umami.routes.users", "from app.cli.output import show"),
            ("api.matomo.errors", "from app.api.umami import texts"),
            ("pages.errors", "from app.api.umami import texts"),
            ("cli.users", "from app.api.umami import texts"),
            ("cli.users", "from app.db.session import db"),
            ("http.health", "from app.api.umami.errors import envelope"),
            ("api.umami.errors", "from sqlalchemy.exc import OperationalError"),
            ("pages.resets", "from sqlalchemy import Row"),
            ("cli.guard", "import sqlalchemy.exc"),
            ("unknown", "from sqlalchemy.exc import SQLAlchemyError"),
        ],
    )
    def test_an_import_outward_is_found(self, module: str, line: str):
        assert len(wrong_imports(module, ast.parse(line))) == 1

    @pytest.mark.parametrize(
        "line",
        [
            "from app.services.authentication import credentials",
            "from app.services.authentication.credentials import find_bearer",
            "import app.services.users.closing",
        ],
    )
    def test_a_service_without_an_actor_is_found(self, line: str):
        assert unchecked(ast.parse(line), SERVICES) != []

    def test_a_constant_beside_such_a_service_may_be_imported(self):
        assert unchecked(ast.parse("from app.services.authentication.credentials import SESSIONS"), SERVICES) == []

    @pytest.mark.parametrize(
        ("body", "found"),
        [("transaction()", ["f"]), ("transaction(), recheck(1, actor)", []), ("recheck(1, actor)", [])],
    )
    def test_a_change_that_does_not_ask_is_found(self, body: str, found: list[str]):
        assert changes_unasked(ast.parse(f"def f(actor: Actor): {body}")) == found

    def test_a_statement_that_is_run_is_found(self):
        assert executions(ast.parse("db.session.scalars(select(User)).all()")) == ["scalars"]

    def test_modules_that_import_each_other_are_found(self):
        assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["a", "b", "c", "d"]

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
