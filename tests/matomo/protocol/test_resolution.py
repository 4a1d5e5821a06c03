"""Which method is called, with which HTTP methods, and in which format."""

import pytest

from app.api.matomo.errors import ApiError
from app.runtime import runtime
from tests.matomo.conftest import SUCCESS, XML_HEAD, failure

PLUGIN = "The plugin {} is not enabled. You can activate the plugin on Settings &gt; Plugins page in Matomo."
METHOD = "The method '{}' does not exist or is not available in the module '\\Piwik\\Plugins\\API\\API'."
NAME = "The method name is invalid. Expected 'module.methodName'"
NONE = "The parameter 'method' isn't set in the Request, and a default value wasn't provided."
CASES = {
    "": (400, NONE),
    "getMatomoVersion": (400, NAME),
    "API.get.MatomoVersion": (400, NAME),
    ".getMatomoVersion": (400, NAME),
    "API.": (400, NAME),
    "CoreHome.get": (404, PLUGIN.format("CoreHome")),
    "api.getMatomoVersion": (404, PLUGIN.format("api")),
    "<b>.get": (404, PLUGIN.format("&lt;b&gt;")),
    "API.foo": (400, METHOD.format("foo")),
    "API.getmatomoversion": (400, METHOD.format("getmatomoversion")),
    'API."': (400, METHOD.format("&quot;")),
}


@pytest.mark.parametrize(("name", "status", "text"), [(name, *told) for name, told in CASES.items()])
class TestNames:
    def test_in_json(self, wire, name, status, text):
        response = wire.call(name)

        assert (response.status_code, response.json) == (status, failure(text))

    def test_in_xml(self, wire, name, status, text):
        response = wire.call(name, format="xml")

        assert response.status_code == status
        assert response.text == f'{XML_HEAD}<result>\n\t<error message="{text}" />\n</result>'


@pytest.mark.parametrize("name", ["method", "method[]"])
def test_no_method_is_missing(wire, name):
    response = wire.client.get("/index.php", query_string={"module": "API", "format": "json", name: ""})

    assert (response.status_code, response.json) == (400, failure(NONE if name == "method" else NAME))


class TestVerbs:
    @pytest.fixture(autouse=True)
    def methods(self, define):
        define(lambda: None, "read")
        define(lambda: None, "write", writes=True)

    @pytest.mark.parametrize("verb", ["GET", "POST"])
    def test_reading_takes_both(self, wire, verb):
        assert wire.call("Test.read", verb=verb).json == SUCCESS

    def test_writing_takes_post(self, wire):
        assert wire.call("Test.write").json == SUCCESS

    def test_writing_takes_no_get(self, wire):
        response = wire.call("Test.write", verb="GET")

        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
        assert response.json == failure("The method 'write' changes data, so it must be called with POST.")

    def test_nor_head(self, wire):
        response = wire.call("Test.write", verb="HEAD")

        assert (response.status_code, response.data) == (405, b"")

    def test_unless_the_settings_let_it(self, wire, monkeypatch):
        with wire.client.application.app_context():
            config = runtime().config
        monkeypatch.setitem(vars(config), "matomo_allow_get_writes", True)

        assert wire.call("Test.write", verb="GET").json == SUCCESS

    @pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH"])
    @pytest.mark.parametrize("path", ["/", "/index.php"])
    def test_other_verbs_are_refused_in_the_format_asked_for(self, wire, verb, path):
        response = wire.client.open(f"{path}?module=API&method=Test.read&format=json", method=verb)

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
        assert response.json == failure("The request method is not allowed: use GET or POST.")

    def test_also_with_more_parameters_than_are_read(self, wire):
        response = wire.client.put(f"/index.php?module=API&format=json{'&a[]=1' * 2000}")

        assert (response.status_code, response.json["result"]) == (405, "error")


TYPES = {
    "xml": "text/xml; charset=utf-8",
    "XML": "text/xml; charset=utf-8",
    "": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "Json": "application/json; charset=utf-8",
    "csv": "application/vnd.ms-excel",
    "tsv": "application/vnd.ms-excel",
}


class TestFormats:
    @pytest.mark.parametrize(("form", "content_type"), TYPES.items())
    def test_each_has_its_type(self, define, wire, form, content_type):
        define(lambda: ["a"])

        assert wire.call("Test.method", format=form).content_type == content_type

    def test_the_default_is_xml(self, define, wire):
        define(lambda: "a")

        response = wire.client.get("/?module=API&method=Test.method")

        assert response.text == f"{XML_HEAD}<result>a</result>"

    @pytest.mark.parametrize("form", ["html", "rss", "original", "console", "php", "foo", "<b>"])
    def test_others_are_not_there(self, define, wire, form):
        calls = []
        define(lambda: calls.append(1))

        response = wire.call("Test.method", format=form)

        told = form.replace("<b>", "&lt;b&gt;")
        assert (response.status_code, response.content_type) == (400, "text/plain; charset=utf-8")
        assert response.text == (
            f"Error: Renderer format '{told}' not valid. Try any of the following instead: csv, json, tsv, xml."
        )
        assert calls == []


class TestJsonp:
    @pytest.fixture(autouse=True)
    def method(self, define):
        define(lambda: None)

    @pytest.mark.parametrize(
        ("parameters", "name"),
        [
            ({"callback": "a.b_1"}, "a.b_1"),
            ({"jsoncallback": "f"}, "f"),
            ({"callback": "f", "jsoncallback": "g"}, "f"),
            ({"callback": "", "jsoncallback": "g"}, "g"),
        ],
    )
    def test_a_decent_name_is_called(self, wire, parameters, name):
        response = wire.call("Test.method", **parameters)

        assert response.content_type == "application/javascript; charset=utf-8"
        assert response.text == f'{name}({{"result":"success","message":"ok"}})'

    @pytest.mark.parametrize("name", ["", "a b", "alert(1)", "ä", "a-b", "a\nb"])
    def test_another_is_not(self, wire, name):
        response = wire.call("Test.method", callback=name)

        assert response.content_type == "application/json; charset=utf-8"
        assert response.json == SUCCESS

    def test_an_array_is_no_name(self, wire):
        assert wire.call("Test.method", callback=["f"]).json == SUCCESS

    def test_errors_go_there_too(self, wire):
        response = wire.call("API.foo", callback="f")

        assert response.status_code == 400
        assert response.text.startswith('f({"result":"error",')


class TestErrorTexts:
    TEXT = 'The value "<x>" & it\'s\nover'

    @pytest.fixture(autouse=True)
    def method(self, define):
        def refuse() -> None:
            raise ApiError(self.TEXT)

        define(refuse)

    def test_in_json_they_are_escaped_on_one_line(self, wire):
        assert wire.call("Test.method").json == failure("The value &quot;&lt;x&gt;&quot; &amp; it's over")

    def test_in_xml_they_are_escaped_once(self, wire):
        assert wire.xml("Test.method") == (
            '<result>\n\t<error message="The value &quot;&lt;x&gt;&quot; &amp; it\'s\nover" />\n</result>'
        )
