"""The commands of the README and of ``docs/command-line.md``, run in order."""

import re
import shlex

import pytest

from app.cli.failures import DATABASE, KINDS, OF_OTHER_SERVERS, OTHER, Kind
from app.settings import ROOT, ConfigError
from tests.cli.conftest import invoke
from tests.clients.shell import blocks

EVERYDAY = next(text for _, text in blocks("README.md") if text.startswith("# Invite a user"))
GUIDE = "docs/command-line.md"
OF_DATABASES = [
    Kind(KINDS[ConfigError].exit_code, found.code)
    for found in ConfigError.__subclasses__()
    if found.code != ConfigError.code
]
SCRIPT = next(text for kind, text in blocks(GUIDE) if "--json" in text and kind == "sh")


def commands(block: str) -> list[tuple[list[str], str | None]]:
    """Return the arguments of each ``frontdesk`` command in a block, and what ``printf`` passes to it."""
    found = [line for line in block.splitlines() if line and not line.startswith("#")]
    lines = [re.fullmatch(r"(?:printf '(.*)' \| )?frontdesk (.*)", line) for line in found]
    assert None not in lines, block
    return [(shlex.split(line[2]), line[1]) for line in lines if line]


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("block", [EVERYDAY, SCRIPT], ids=["README", "scripts"])
def test_the_commands_work_one_after_the_other(app, block: str):
    done = [(arguments, invoke(app, *arguments, stdin=stdin)) for arguments, stdin in commands(block)]

    assert [(arguments, each.stderr) for arguments, each in done if each.exit_code] == []


def test_every_error_code_is_in_the_guide_beside_its_exit_code():
    rows = re.findall(r"^\| (\d) \| (`.*) \|$", (ROOT / GUIDE).read_text(), re.MULTILINE)

    assert {(int(code), name) for code, names in rows for name in re.findall(r"`(.+?)`", names)} == {
        (kind.exit_code, kind.code) for kind in (OTHER, DATABASE, *KINDS.values(), *OF_OTHER_SERVERS, *OF_DATABASES)
    }
