"""Responses to requests that are not run, in the error format of the requested API."""

import json
from http import HTTPStatus
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from app import create_app
from app.http.request import with_common_headers
from app.server.unserved import Unserved
from app.settings import Config
from tests.conftest import settings_for

MESSAGE = "The server is busy. Please try again."
API = "module=API&method=UsersManager.getUsers"


@pytest.fixture
def client(tmp_path: Path) -> Client:
    create_app(settings_for("", tmp_path))  # registers the APIs
    busy = Unserved(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After="1")
    return Client(with_common_headers(busy, Config()))


def assert_busy(response: Response, content_type: str) -> None:
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert response.headers["X-Request-Id"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.content_type == content_type


def test_umamis_envelope_below_api(client):
    response = client.get("/api/users")

    assert_busy(response, "application/json")
    error = {"message": MESSAGE, "code": "server-error", "status": 503, "requestId": response.headers["X-Request-Id"]}
    assert response.json == {"error": error}


@pytest.mark.parametrize("path", ["/nowhere", "/"])
def test_problem_json_where_no_api_is_asked(client, path: str):
    response = client.get(path)

    assert_busy(response, "application/problem+json")
    assert response.json["detail"] == MESSAGE


@pytest.mark.parametrize("path", ["/invitations/x", "/reset-password/x"])
def test_pages_for_browsers(client, path: str):
    response = client.get(path)

    assert_busy(response, "text/html; charset=utf-8")
    assert MESSAGE in response.text


@pytest.mark.parametrize("path", ["/", "/index.php"])
@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [
        ("xml", "text/xml; charset=utf-8", "<?xml"),
        ("json", "application/json; charset=utf-8", '{"result":"error"'),
        ("csv", "application/vnd.ms-excel", "Error: "),
    ],
)
class TestMatomo:
    def test_the_format_of_the_query(self, client, path, form, content_type, start):
        response = client.get(f"{path}?{API}&format={form}")

        assert response.status_code == 503
        assert response.text.lstrip("\ufeff").startswith(start)
        assert MESSAGE in response.text

    def test_the_format_of_the_form(self, client, path, form, content_type, start):
        kind = "application/x-www-form-urlencoded"

        response = client.post(path, data=f"{API}&format={form}", content_type=kind)

        assert response.status_code == 503
        assert response.text.lstrip("\ufeff").startswith(start)


def test_matomos_default_is_xml(client):
    assert client.get(f"/?{API}").text.startswith("<?xml")


def test_json_is_json(client):
    response = client.get(f"/?{API}&format=json")

    assert_busy(response, "application/json; charset=utf-8")
    assert json.loads(response.text) == {"result": "error", "message": MESSAGE}
