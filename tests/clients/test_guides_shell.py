"""The pages that need no server, copied into a shell block by block."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.shell import FOLDER, blocks
from tests.databases import fresh_database
from tests.live import ROOT, environment_for, frontdesk

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


def test_the_page_on_export_and_import_can_be_copied_from_top_to_bottom(database: str, tmp_path: Path):
    command, page = tmp_path / "frontdesk", [text for kind, text in blocks("docs/export-import.md") if kind == "sh"]
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m app.cli "$@"\n')
    command.chmod(0o755)
    with fresh_database(database, tmp_path) as url:
        environment = environment_for(url, tmp_path) | {"PYTHONPATH": str(ROOT)}
        frontdesk("db", "upgrade", environment=environment)

        script = "\n".join(page).replace(FOLDER, str(tmp_path))
        shell = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(shell, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, "Nothing was written.\n")
    tried, made, again = re.split(r"^kind .*\n", done.stdout, flags=re.MULTILINE)[1:]
    created = [dict(re.findall(r"^([a-z]+) +(\d+)", part, re.MULTILINE)) for part in (tried, made, again)]
    numbers = {"users": "2", "teams": "1", "memberships": "2", "websites": "1"}
    assert created == [numbers, numbers, dict.fromkeys(numbers, "0")]
    assert "Added 145 rows." in done.stdout
    assert len((tmp_path / "everything.jsonl").read_text().splitlines()) == 6
    assert len((tmp_path / "users.csv").read_text().splitlines()) == 3
