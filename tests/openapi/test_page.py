"""The page for reading and trying out the API: everything comes from this server, and nothing is inline."""

import re

import pytest

from app.api.openapi.assets import STATIC
from tests.http.problems import is_problem

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
LINKS = re.compile(r'(?:src|href|data-document)="([^"]*)"')


@pytest.fixture
def page(anonymous):
    return anonymous.get("/docs")


@pytest.fixture
def assets(anonymous, page):
    """The files that the page loads, by name."""
    paths = [path for path in LINKS.findall(page.text) if path.startswith("/docs/")]
    return {path.rpartition("/")[2]: anonymous.get(path) for path in paths}


class TestPage:
    def test_it_may_load_nothing_from_elsewhere(self, page):
        assert page.status_code == 200
        assert page.content_type == "text/html; charset=utf-8"
        assert page.headers.getlist("Content-Security-Policy") == [POLICY]
        assert page.headers["Cache-Control"] == "no-cache"
        assert "<title>Frontdesk API</title>" in page.text

    def test_it_names_no_other_origin(self, page, assets):
        ours = page.text + assets["page.js"].text + assets["page.css"].text

        assert "//" not in re.sub(r"^//.*$", "", ours, flags=re.MULTILINE)
        assert all(path.startswith("/") for path in LINKS.findall(page.text))
        assert "validatorUrl: null" in assets["page.js"].text

    def test_it_has_no_script_and_no_style_in_it(self, page):
        assert re.findall(r"<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=", page.text) == []
        assert page.text.count("<script src=") == 2

    def test_it_finds_its_parts_behind_a_proxy_with_a_prefix(self, anonymous):
        page = anonymous.get("/docs", base_url="https://example.org/desk")

        assert page.status_code == 200
        assert all(path.startswith("/desk/") for path in LINKS.findall(page.text))

    def test_it_is_sent_once_only(self, anonymous, page):
        again = anonymous.get("/docs", headers={"If-None-Match": page.headers["ETag"]})

        assert (again.status_code, again.data) == (304, b"")


class TestAssets:
    def test_all_are_served_and_may_be_kept_for_good(self, assets):
        assert {name: (asset.status_code, asset.mimetype) for name, asset in assets.items()} == {
            "favicon-32x32.png": (200, "image/png"),
            "swagger-ui.css": (200, "text/css"),
            "page.css": (200, "text/css"),
            "swagger-ui-bundle.js": (200, "text/javascript"),
            "page.js": (200, "text/javascript"),
        }
        assert {asset.headers["Cache-Control"] for asset in assets.values()} == {"public, max-age=31536000, immutable"}
        assert all(asset.data == (STATIC / name).read_bytes() for name, asset in assets.items())

    def test_none_asks_for_a_source_map(self, assets):
        assert [name for name, asset in assets.items() if b"sourceMappingURL" in asset.data] == []

    def test_one_is_sent_once_only(self, anonymous, assets):
        asset = assets["swagger-ui-bundle.js"]

        again = anonymous.get(asset.request.path, headers={"If-None-Match": asset.headers["ETag"]})

        assert (again.status_code, again.data) == (304, b"")

    def test_one_of_another_release_is_not_kept(self, anonymous, assets):
        asset = anonymous.get("/docs/another/page.js")

        assert asset.status_code == 200
        assert asset.data == assets["page.js"].data
        assert asset.headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("name", ["LICENSE", "README.md", "nothing.js", "..%2f__init__.py"])
    def test_nothing_else_is_served(self, anonymous, name):
        response = anonymous.get(f"/docs/any/{name}")

        assert is_problem(response, 404)
