"""Every kind of result in XML and JSON, with whole bodies."""

import pytest

USER = {"login": "ada", "email": "a@x.org", "superuser_access": 1, "date": None, "on": True, "off": False}
KINDS = {
    "nothing": (None, '<result>\n\t<success message="ok" />\n</result>', '{"result":"success","message":"ok"}'),
    "true": (True, "<result>1</result>", '{"value":true}'),
    "false": (False, "<result>0</result>", '{"value":false}'),
    "text": ("abc", "<result>abc</result>", '{"value":"abc"}'),
    "a number": (12, "<result>12</result>", '{"value":12}'),
    "zero": (0, "<result>0</result>", '{"value":0}'),
    "empty text": ("", "<result />", '{"value":""}'),
    "an empty list": ([], "<result />", "[]"),
    "an empty dict": ({}, "<result />", "[]"),
    "one record": (
        USER,
        "<result>\n\t<row>\n\t\t<login>ada</login>\n\t\t<email>a@x.org</email>\n"
        "\t\t<superuser_access>1</superuser_access>\n\t\t<date />\n\t\t<on>1</on>\n\t\t<off>0</off>\n"
        "\t</row>\n</result>",
        '{"login":"ada","email":"a@x.org","superuser_access":1,"date":null,"on":true,"off":false}',
    ),
    "a record of one value": (
        {"login2": "admin"},
        "<result>\n\t<row>\n\t\t<login2>admin</login2>\n\t</row>\n</result>",
        '{"login2":"admin"}',
    ),
    "records": (
        [{"a": 1, "b": ""}, {"a": 2, "b": "x"}],
        "<result>\n\t<row>\n\t\t<a>1</a>\n\t\t<b />\n\t</row>\n"
        "\t<row>\n\t\t<a>2</a>\n\t\t<b>x</b>\n\t</row>\n</result>",
        '[{"a":1,"b":""},{"a":2,"b":"x"}]',
    ),
    "texts": (
        ["a", "b", ""],
        "<result>\n\t<row>a</row>\n\t<row>b</row>\n\t<row/>\n</result>",
        '["a","b",""]',
    ),
    "lists by name": (
        {"login2": [1, 2], "login3": []},
        "<result>\n\t<login2>\n\t\t<row>1</row>\n\t\t<row>2</row>\n\t</login2>\n\t<login3>\n\t</login3>\n</result>",
        '{"login2":[1,2],"login3":[]}',
    ),
    "records with lists": (
        [{"login": "ada", "capabilities": ["x", "y"], "none": []}],
        "<result>\n\t<row>\n\t\t<login>ada</login>\n\t\t<capabilities>\n\t\t\t<row>x</row>\n\t\t\t<row>y</row>\n"
        "\t\t</capabilities>\n\t\t<none>\n\t\t</none>\n\t</row>\n</result>",
        '[{"login":"ada","capabilities":["x","y"],"none":[]}]',
    ),
    "a list in a list": ([[]], "<result>\n\t<row>\n\t</row>\n</result>", "[[]]"),
    "numbers from zero": (
        {0: "a", 1: "b"},
        "<result>\n\t<row>a</row>\n\t<row>b</row>\n</result>",
        '["a","b"]',
    ),
    "records by number": (
        {1: {"a": 1}, 3: {"a": 2}},
        '<result>\n\t<row key="1">\n\t\t<a>1</a>\n\t</row>\n\t<row key="3">\n\t\t<a>2</a>\n\t</row>\n</result>',
        '{"1":{"a":1},"3":{"a":2}}',
    ),
    "a number among names": (
        {"a": "x", 0: "y", 1: None},
        '<result>\n\t<row>\n\t\t<a>x</a>\n\t\t<row key="0">y</row>\n\t\t<row key="1"/>\n\t</row>\n</result>',
        '{"a":"x","0":"y","1":null}',
    ),
}


@pytest.mark.parametrize(("value", "xml", "json"), KINDS.values(), ids=KINDS)
class TestKinds:
    def test_in_xml(self, drawn, value, xml, json):
        assert drawn(value, "xml", filter_limit=-1) == xml

    def test_in_json(self, drawn, value, xml, json):
        assert drawn(value, "json", filter_limit=-1) == json


TAGS = {
    "ada": "<ada>view</ada>",
    "ä": "<ä>view</ä>",
    "a-b.c_d1": "<a-b.c_d1>view</a-b.c_d1>",
    "user@x.org": '<row key="user@x.org">view</row>',
    "a+b": '<row key="a+b">view</row>',
    "000p": '<row key="000p">view</row>',
    "12": '<row key="12">view</row>',
    "-a": '<row key="-a">view</row>',
    ".a": '<row key=".a">view</row>',
    "a b": '<row key="a b">view</row>',
    "a:b": '<row key="a:b">view</row>',
    'a"<&>': '<row key="a&quot;&lt;&amp;&gt;">view</row>',
    "a\x01": '<row key="a\ufffd">view</row>',
    "": '<row key="">view</row>',
}


@pytest.mark.parametrize(("name", "line"), TAGS.items(), ids=repr)
def test_a_name_is_a_tag_only_where_xml_takes_it(drawn, name, line):
    assert drawn({name: "view"}, "xml") == f"<result>\n\t<row>\n\t\t{line}\n\t</row>\n</result>"


def test_a_map_of_many_is_as_one_of_few(drawn):
    people = {f"login{number}": [number] if number % 2 else [] for number in range(100)}
    people["12"] = [1]

    lines = drawn(people, "xml").splitlines()

    assert len(lines) == 2 + 2 * 101 + 51
    assert lines[1:6] == ["\t<login0>", "\t</login0>", "\t<login1>", "\t\t<row>1</row>", "\t</login1>"]
    assert lines[-4:] == ['\t<row key="12">', "\t\t<row>1</row>", "\t</row>", "</result>"]


TEXTS = {
    "<b>&\"'": ("&lt;b&gt;&amp;&quot;'", '"<b>&\\"\'"'),
    "&amp;": ("&amp;amp;", '"&amp;"'),
    "]]>": ("]]&gt;", '"]]>"'),
    "a\x00\x08\x1fb": ("a\ufffd\ufffd\ufffdb", '"a\\u0000\\b\\u001fb"'),
    "\ufffe\uffff": ("\ufffd\ufffd", '"\\ufffe\\uffff"'),
    "\ud800": ("\ufffd", '"\\ud800"'),
    "a\tb\nc": ("a\tb\nc", '"a\\tb\\nc"'),
    "Ü😀": ("Ü😀", '"\\u00dc\\ud83d\\ude00"'),
    "http://x/y": ("http://x/y", '"http:\\/\\/x\\/y"'),
    "Ü/": ("Ü/", '"\\u00dc\\/"'),
}


@pytest.mark.parametrize(
    ("text", "xml", "json"), [(text, *both) for text, both in TEXTS.items()], ids=map(ascii, TEXTS)
)
class TestTexts:
    """Unusual characters neither break a body nor change, except for those that XML cannot represent."""

    def test_in_xml(self, drawn, text, xml, json):
        assert drawn([text], "xml") == f"<result>\n\t<row>{xml}</row>\n</result>"

    def test_in_json(self, drawn, text, xml, json):
        assert drawn([text], "json") == f"[{json}]"


@pytest.mark.parametrize("form", ["xml", "json"])
def test_what_is_no_data_is_refused(define, wire, form):
    define(lambda: {"a": object()})

    response = wire.call("Test.method", format=form)

    assert response.status_code == 500
    assert "The API cannot handle this data structure." in response.text
