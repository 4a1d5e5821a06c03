"""Runs the commands of the README and the guides as a reader would: copied into a shell, beside a running server."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from app.settings import ROOT
from tests.live import LiveServer

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESS, FOLDER = "http://127.0.0.1:8000", "$PWD/.venv/bin"
"""The server's address and the folder of the command, as the pages have them."""
END = "--- end of block"


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the code blocks of a page, with their languages."""
    return BLOCK.findall((ROOT / page).read_text())


def copied(commands: list[str], server: LiveServer, folder: Path, *, strict: bool = True) -> tuple[list[str], str]:
    """
    Run blocks of commands in one shell. Return the output of each block, and the standard error of all.

    :param folder: an empty folder, for the ``frontdesk`` command
    :param strict: stop at the first command that fails
    """
    command = folder / "frontdesk"
    command.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))}\nexec {sys.executable} -m app.cli "$@"\n')
    command.chmod(0o755)
    assert any(ADDRESS in text and f"PATH={FOLDER}:" in text for text in commands)
    script = f"\necho '{END}'\n".join([*commands, ""]).replace(ADDRESS, server.url).replace(FOLDER, str(folder))
    done = subprocess.run(
        ["bash", *(["-euo", "pipefail"] if strict else []), "-c", script],
        env=server.environment,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0 or not strict, done.stderr
    return done.stdout.split(f"{END}\n")[:-1], done.stderr
