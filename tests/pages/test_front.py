"""The front page, for browsers that open the server's address."""

from unittest.mock import patch

import pytest

from app.db import migrations
from app.domain.errors import DatabaseUnavailable, NotMigrated
from tests.http.test_errors import is_problem
from tests.pages.reading import read

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LINKS = ("/docs", "/api/openapi.json")


def test_a_browser_sees_what_this_is_and_where_to_go(anonymous):
    response = anonymous.get("/", headers=BROWSER)

    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert "Accept" in response.vary
    assert "Running, and the database is ready." in read(response, links=LINKS).said
    for link in LINKS:
        assert anonymous.get(link).status_code == 200


def test_it_names_no_version(anonymous):
    from app import __version__

    assert __version__ not in anonymous.get("/", headers=BROWSER).text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DatabaseUnavailable("password=secret"), "Not ready: The database is not available."),
        (
            NotMigrated("it is at revision 0001"),
            "Not ready: The database needs to be migrated. Run: frontdesk db upgrade",
        ),
    ],
)
def test_it_says_when_the_database_cannot_be_used(anonymous, error, said):
    with patch.object(migrations, "check_ready", side_effect=error):
        response = anonymous.get("/", headers=BROWSER)

    assert response.status_code == 503
    assert said in read(response, links=LINKS).said
    assert "secret" not in response.text


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_programs_get_problem_json(anonymous, accept):
    assert is_problem(anonymous.get("/", headers={"Accept": accept} if accept else {}), 404)


@pytest.mark.parametrize("path", ["/index.php", "/nowhere"])
def test_it_is_at_the_root_only(anonymous, path):
    assert anonymous.get(path, headers=BROWSER).status_code == 404


def test_matomos_api_stays_at_the_root(anonymous):
    response = anonymous.get("/?module=API&method=API.getMatomoVersion&format=json", headers=BROWSER)

    assert response.mimetype == "application/json"
