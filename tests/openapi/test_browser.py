"""The page in a real browser, on the real server."""

import json
import re
import shutil
import subprocess
import urllib.request

import pytest

from tests.live import serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with serving(f"sqlite:///{folder / 'docs.db'}", folder) as running:
        yield running


def opened(url, folder):
    """Return the page's elements after its scripts have run, and what the browser has logged."""
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder}", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_every_operation_is_on_the_page(server, tmp_path):
    elements, complaints = opened(f"{server.url}/docs", tmp_path)

    with urllib.request.urlopen(f"{server.url}/api/openapi.json") as answer:
        document = json.load(answer)
    shown = re.findall(r'id="operations-(?!tag-)\w+-(\w+)"', elements)
    assert sorted(shown) == sorted(
        operation["operationId"] for item in document["paths"].values() for operation in item.values()
    )
    assert complaints == []
