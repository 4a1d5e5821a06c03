"""The production server responds like a real Umami 3.1.0, whose responses are recorded."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import fresh_database
from tests.live import LiveServer, serving
from tests.recordings.runner import Playing, differences


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("conformance")
    with fresh_database(database, folder) as url, serving(url, folder) as live:
        yield live


@pytest.mark.parametrize("scenario", ["users", "teams", "websites"])
def test_every_step_agrees_with_umami(server, scenario):
    def send(method: str, path: str, *, query: Any = None, headers: Any = None, body: str | None = None) -> Any:
        url = f"{server.url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = body.encode() if body is not None else None
        request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    problems = list(Playing(scenario, send, ("admin", server.PASSWORD)).problems())

    assert not problems, "\n".join(problems)


def test_the_comparison_notices_what_differs():
    recorded = {"id": "1", "items": [{"a": 1}], "none": None}

    assert not list(differences(recorded, {"id": "1", "items": [{"a": 1}], "none": None, "more": 1}, exact=True))
    assert list(differences(recorded, {"id": "2", "items": [{"a": 1}], "none": None}, exact=True))
    assert list(differences(recorded, {"items": [{"a": 1}], "id": "1", "none": None}, exact=True))
    assert list(differences(recorded, {"id": "1", "items": [], "none": None}, exact=True))
    assert list(differences(recorded, {"id": "1", "items": [{}], "none": None}, exact=False))
