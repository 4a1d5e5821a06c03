"""``--help`` works and is readable for every command, without settings or a database."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli import COMMANDS, cli
from tests.cli.conftest import invoke
from tests.live import environment_for, frontdesk

INTERNAL = re.compile(r"\b(as_json|OPERATOR|None|Window|Unusable|list_|show_|_[a-z]+)\b|``|:param|:raises")


cli.load()


def commands(command: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))


ALL = list(commands())
NO_OPTION = {("audit", "export"), ("completion",), ("export",), ("help",), ("serve",)}
"""Commands that print text only, and those with formats of their own."""
LEAVES = [path for path in ALL if not any(other[: len(path)] == path and other != path for other in ALL)]


@pytest.fixture(autouse=True)
def unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings with which no application can be created."""
    monkeypatch.setenv("DATABASE_URL", "mysql://nowhere/at-all")


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "frontdesk")
def test_every_command_explains_itself(path: tuple[str, ...]):
    done = invoke(None, *path, "--help")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: frontdesk {' '.join(path)}".rstrip())
    assert not INTERNAL.search(done.stdout)
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "frontdesk")
def test_its_first_sentence_is_whole_where_it_is_listed(path: tuple[str, ...]):
    listing = invoke(None, *path[:-1], "--help").stdout

    assert not re.search(rf"^  {path[-1] if path else 'x'} .*\.\.\.$", listing, re.MULTILINE)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]):
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]

    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", [path for path in LEAVES if path not in NO_OPTION], ids=" ".join)
def test_what_prints_data_can_print_json(path: tuple[str, ...]):
    assert "--json" in invoke(None, *path, "--help").stdout


def test_the_version_is_told():
    done = invoke(None, "--version")

    assert done.exit_code == 0
    assert re.fullmatch(r"frontdesk, version \d+\.\d+\.\d+\n", done.stdout)


def test_summaries_are_the_first_sentences_of_the_commands():
    listed = {name: summary for name, (_, _, summary) in COMMANDS.items()}

    assert listed == {name: command.get_short_help_str(limit=60) for name, command in cli.commands.items()}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["users", "list"]])
def test_what_a_command_does_not_need_is_not_imported(arguments: list[str], tmp_path: Path):
    heavy = {"alembic", "apispec", "app.api", "app.pages", "app.server", "cryptography", "email_validator", "granian"}
    heavy |= {
        "limits",
        "marshmallow",
        "prometheus_client",
        "psycopg",
        "redis",
        "regex",
        "rich.console",
        "segno",
        "structlog",
    }
    heavy |= {"flask", "sqlalchemy", "orjson", "rich"} if arguments != ["users", "list"] else set()
    script = f"""if True:
        import sys
        from app.cli import COMMANDS, cli
        cli({arguments!r}, standalone_mode=False)
        print(*sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
    """
    environment = environment_for(f"sqlite:///{tmp_path / 'cli.db'}", tmp_path)
    assert frontdesk("setup", environment=environment).returncode == 0

    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert done.stderr.splitlines()[-1] == ""


@pytest.mark.parametrize(
    ("earlier", "present"),
    [
        (("teams", "members"), ("teams", "list-members")),
        (("teams", "set-member-role"), ("teams", "update-member")),
        (("grants", "remove"), ("grants", "delete")),
    ],
    ids=" ".join,
)
def test_earlier_names_stay_valid_and_are_not_listed(earlier: tuple[str, ...], present: tuple[str, ...]):
    listed = invoke(None, earlier[0], "--help").stdout

    assert (
        invoke(None, *earlier, "--help").stdout.splitlines()[2:]
        == invoke(None, *present, "--help").stdout.splitlines()[2:]
    )
    assert f"  {present[1]} " in listed
    assert f"  {earlier[1]} " not in listed


@pytest.mark.parametrize("name", ["set-username", "set-display-name", "set-email", "set-role"])
def test_what_update_replaces_is_not_listed(name: str):
    assert invoke(None, "users", name, "--help").exit_code == 0
    assert name not in invoke(None, "users", "--help").stdout
