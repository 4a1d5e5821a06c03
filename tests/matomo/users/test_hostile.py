"""Names that could break a format, and requests for too much: the response can always be parsed."""

import json
from xml.etree import ElementTree

import pytest

from app.db.session import transaction
from app.domain.roles import Role
from app.models import User, new_id
from tests.matomo.conftest import failure

NAMES = ["a]]>b", "<b>&amp;\"'", "-x", "1st", "007", "ü.x", "a\u2028b", "x" * 200, "a\ufffeb", "</result>"]
"""Names that Umami's API allows, so they can exist."""


@pytest.fixture
def named(app, root):
    """Accounts with each of the names, even with control characters, inserted directly into the table."""

    def make(*names):
        with app.app_context(), transaction() as session:
            for name in names:
                user = User(id=new_id(), username=name, password_hash="", role=Role.USER)
                user.email = f"{abs(hash(name))}@x.org"
                session.add(user)

    return make


@pytest.mark.parametrize("method", ["getUsers", "getUsersLogin"])
def test_lists_of_such_names(superuser, named, method):
    named(*NAMES)

    body = superuser.call(f"UsersManager.{method}", format="xml").data
    found = superuser.call(f"UsersManager.{method}").json

    assert len(ElementTree.fromstring(body)) == len(NAMES) + 1
    assert {row if isinstance(row, str) else row["login"] for row in found} >= {"a]]>b", "</result>", "007", "-x"}


def test_maps_by_such_names(superuser, named, sites, give):
    named(*NAMES)
    for name in ("a]]>b", "007", "</result>", "-x", "1st", "ü.x"):
        give(name, "view", sites[0])

    body = superuser.xml("UsersManager.getUsersAccessFromSite", idSite=sites[0])
    found = superuser.call("UsersManager.getUsersAccessFromSite", idSite=sites[0]).json

    assert found == dict.fromkeys(["-x", "007", "1st", "</result>", "a]]>b", "ü.x"], "view")
    ElementTree.fromstring(body)
    assert '<row key="007">view</row>' in body
    assert "<ü.x>view</ü.x>" in body


def test_logins_of_digits_keep_their_names(superuser, add, sites, give):
    """Matomo would renumber such keys."""
    for login in ("12", "bob"):
        add(login)
        give(login, "view", sites[0])

    body = superuser.call("UsersManager.getUsersAccessFromSite", idSite=sites[0]).text

    assert body == '{"12":"view","bob":"view"}'
    assert superuser.call("UsersManager.getUser", userLogin="12").json["login"] == "12"


@pytest.mark.parametrize("name", ["a]]>b", "<b>&amp;\"'", "\x01\x02", "\ud7ff", "' OR 1=1 --", "%", "_", "x" * 5000])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_unknown_users_of_such_names(superuser, name, form):
    response = superuser.call("UsersManager.getUser", format=form, userLogin=name)

    assert response.status_code == 200
    if form == "xml":
        assert ElementTree.fromstring(response.data)[0].tag == "error"
    if form == "json":
        assert json.loads(response.data)["result"] == "error"


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "[", "*", "x" * 3000])
def test_whatever_is_searched_for_means_itself(superuser, sites, add, text):
    add("ada")

    for method, given in (
        ("getUsersPlusRole", {"idSite": sites[0]}),
        ("getSitesAccessForUser", {"userLogin": "ada"}),
    ):
        response = superuser.call(f"UsersManager.{method}", filter_search=text, **given)
        assert (response.status_code, response.json) == (200, [])


@pytest.mark.parametrize(("limit", "offset"), [("0", "0"), ("-1", "-5"), ("999999999999999", "0"), ("2", "-1")])
def test_limits_at_the_edges(superuser, sites, limit, offset):
    for method, given in (
        ("getUsersPlusRole", {"idSite": sites[0]}),
        ("getSitesAccessForUser", {"userLogin": "anonymous"}),
    ):
        response = superuser.call(f"UsersManager.{method}", limit=limit, offset=offset, **given)
        assert response.status_code == 200
        assert len(response.json) > 0


def test_many_logins_at_once(superuser, root):
    names = ",".join(f"user{number}" for number in range(5000))

    assert superuser.call("UsersManager.getUsers", userLogins=names).json == []
    response = superuser.call("UsersManager.getUsers", userLogins=f"{names},more")
    assert (response.status_code, response.json) == (
        400,
        failure("The parameter 'userLogins' has more than 5000 values."),
    )


@pytest.mark.parametrize(
    "given",
    [
        {"idSite": ["1"]},
        {"idSite": "1 OR 1=1"},
        {"idSite": "9" * 40},
        {"idSite": "-1"},
        {"idSite": "1.5"},
        {"idSite": "\u0661"},
        {"idSite": "all"},
    ],
)
def test_sites_that_cannot_be(superuser, given, sites):
    for method in ("getUsersAccessFromSite", "getUsersPlusRole"):
        response = superuser.call(f"UsersManager.{method}", **given)

        assert response.status_code in (200, 400)
        assert response.json["result"] == "error"
