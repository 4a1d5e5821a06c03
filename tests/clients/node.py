"""Runs packages from npm and the TypeScript compiler with node."""

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.live import LiveServer

FOLDER = Path(__file__).parent / "umami_js"
MODULES = FOLDER / "node_modules"
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED")
OUTPUT_TYPES = {
    # The package's type has the password hash, the hashes of API keys and the two-factor secrets, which Frontdesk never
    # returns. Only what clients show of a user is checked.
    "getUser": "Pick<OperationOutput<'getUser'>, 'id' | 'username' | 'role' | 'createdAt'>",
}
COMPILER_OPTIONS = {
    "strict": True,
    "strictNullChecks": False,  # the package's generated types lack nulls
    "noEmit": True,
    "skipLibCheck": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": [],
}
HEADER = """\
import type { OperationOutput } from '@umami/api-client';
declare function accepts<T>(): <V extends T>(value: V) => void;
declare function explains<T>(): <V>(value: V & T) => void;
"""


def install(folder: Path = FOLDER) -> None:
    """Install a folder's locked packages. Skips the test if node is missing or the registry cannot be reached."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are needed to run the npm package")
    with (folder / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes may run in parallel, and only one can install
        stamp, wanted = folder / "node_modules" / ".installed", (folder / "package-lock.json").read_text()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        done = run("npm", "ci", *QUIETLY, folder=folder)
        if done.returncode and UNREACHABLE.search(done.stderr):
            pytest.skip(f"npm cannot reach its registry: {UNREACHABLE.search(done.stderr)[0]}")
        assert done.returncode == 0, done.stderr
        stamp.write_text(wanted)


def run(*command: str, folder: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, timeout=300, check=False)


def converse(server: LiveServer) -> dict[str, Any]:
    """Run the conversation script; returns the package's operations, the responses and the errors."""
    done = run("node", "conversation.mjs", f"{server.url}/api", "admin", server.PASSWORD)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def output_type(operation: str) -> str:
    return OUTPUT_TYPES.get(operation, f"OperationOutput<'{operation}'>")


def complaints(answers: Iterable[tuple[str, Any]], folder: Path) -> list[tuple[str, str]]:
    """
    The operations whose responses do not match the package's types, each with the compiler's message.

    Additional keys are allowed; missing keys and wrong types are not.
    """
    answers = list(answers)
    # The first call decides. If it fails, the second one, which is a little less strict, gives a clearer message.
    calls = "accepts<{0}>()({1});\nexplains<{0}>()({1});\n"
    lines = [calls.format(output_type(operation), json.dumps(answer)) for operation, answer in answers]
    (folder / "answers.ts").write_text(HEADER + "".join(lines))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER_OPTIONS, "files": ["answers.ts"]}))
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(MODULES)
    done = run("node", str(MODULES / "typescript" / "bin" / "tsc"), "--pretty", "false", folder=folder)
    found = re.findall(r"^answers\.ts\((\d+),\d+\): error (.*(?:\n .*)*)", done.stdout, re.MULTILINE)
    assert bool(found) == bool(done.returncode), done.stdout
    texts = {int(line) - 1 - HEADER.count("\n"): text for line, text in found}
    return [
        (operation, texts.get(2 * number + 1) or texts[2 * number])
        for number, (operation, _) in enumerate(answers)
        if texts.keys() & {2 * number, 2 * number + 1}
    ]
