"""Whatever a client sends, the server never fails, and the body can always be parsed."""

import json
from itertools import count
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.matomo import methods
from app.api.matomo.registry import METHODS
from app.domain.roles import Role
from tests.conftest import PASSWORD

LOGINS = ["ada", "admin", "anonymous", "12", "a b", "]]>", "<b>&amp;", "\x01", "user@x.org", "o'brien+x@y.org"]
WORDS = [
    "0",
    "1",
    "-1",
    "all",
    "view",
    "admin",
    "noaccess",
    "true",
    "maybe",
    "1.5",
    "1e2",
    "9" * 19,
    "1,2,x",
    "yes",
    "",
]
TEXTS = st.one_of(
    st.sampled_from(LOGINS + WORDS),
    st.text(max_size=12),
    st.sampled_from(["x" * 300, "\ud7ff\ufffe\uffff", "\0", "%", "'", '"', "../..", "2026-01-01", PASSWORD]),
)
VALUES = st.one_of(
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.dictionaries(st.sampled_from(["0", "a", "", "x][y", "1"]), TEXTS, max_size=2),
)
FORMS = st.sampled_from(["xml", "xml", "json", "json", "csv", "tsv", "html", "XML", "", "<b>"])
COMMON = [
    "filter_limit",
    "filter_offset",
    "filter_column",
    "filter_pattern",
    "showColumns",
    "hideColumns",
    "callback",
    "convertToUnicode",
    "force_api_session",
    "idSite",
    "action",
]
methods.load()
NAMES = sorted({f"{module}.{name}" for module, found in METHODS.items() for name in found})
ALLOWED = {200, 400, 401, 404, 405, 413, 429}


@st.composite
def calls(draw: Any) -> dict[str, Any]:
    """Parameters of a call, mostly of an existing method."""
    name = draw(st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES), TEXTS))
    module, _, local = name.partition(".")
    method = METHODS.get(module, {}).get(local)
    own = [parameter.sent for parameter in method.parameters] if method else []
    sent: dict[str, Any] = {"module": "API", "method": name, "format": draw(FORMS)}
    for parameter in own:
        if draw(st.integers(0, 9)):
            sent |= as_form(parameter, draw(VALUES))
    for parameter in draw(st.lists(st.sampled_from(COMMON), max_size=2)):
        sent |= as_form(parameter, draw(VALUES))
    return sent


def as_form(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"{name}[{key}]": item for key, item in value.items()}
    return {f"{name}[]" if isinstance(value, list) else name: value}


def assert_readable(response: Any) -> None:
    kind = response.content_type.partition(";")[0]
    if kind == "text/xml":
        ElementTree.fromstring(response.data)
    elif kind == "application/json":
        json.loads(response.data)
    elif kind == "application/javascript":
        json.loads(response.text.partition("(")[2].removesuffix(")"))
    else:
        assert kind in {"application/vnd.ms-excel", "text/html", "text/plain"}


FUZZED = settings(
    max_examples=700,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def superuser(make_user, token_of):
    """The token of a superuser, who is replaced from time to time: calls may demote or delete them."""
    tokens = (token for _ in count() for token in [token_of(make_user(role=Role.ADMIN))] * 20)
    return lambda: next(tokens)


@pytest.fixture
def world(make_user, make_website):
    ada, _ = make_user("ada"), make_user("12")
    make_website("]]>\"'<b>", owner=ada)


class TestFuzz:
    @FUZZED
    @given(sent=calls())
    def test_by_a_superuser(self, app, world, superuser, sent):
        response = app.test_client().post("/index.php", data={**sent, "token_auth": superuser()})

        assert response.status_code in ALLOWED, (sent, response.text)
        assert_readable(response)

    @FUZZED
    @given(sent=calls(), verb=st.sampled_from(["GET", "POST"]))
    def test_by_nobody(self, app, world, sent, verb):
        where = {"query_string": sent} if verb == "GET" else {"data": sent}

        response = app.test_client().open("/", method=verb, **where)

        assert response.status_code in ALLOWED, (sent, response.text)
        assert_readable(response)

    @FUZZED
    @given(raw=st.text(st.sampled_from("abx0&=[]%+;?.#\u00fc\U0001f600 2F5Bfor"), max_size=60), part=st.booleans())
    def test_with_any_query(self, app, raw, part):
        query = raw.encode().decode("latin-1")
        prefix = "module=API&method=API.getMatomoVersion&format=json&" if part else "module=API&"

        response = app.test_client().get("/", environ_overrides={"QUERY_STRING": prefix + query})

        assert response.status_code in ALLOWED, response.text
        assert_readable(response)
