"""The envelope of every list: its keys, their order, and which parameters it repeats."""

import pytest

from tests.umami.bodies import bad_fields, page_body, pretty

LISTS = {
    "/api/admin/users": {"search": True, "order_by": "createdAt"},
    "/api/users": {"search": True, "order_by": "createdAt"},
    "/api/admin/teams": {"search": True},
    "/api/admin/websites": {"search": True},
    "/api/users/:user/websites": {"search": True},
    "/api/users/:user/teams": {"search": False},
    "/api/me/websites": {"search": False},
    "/api/me/teams": {"search": False},
    "/api/me/sessions": {"search": False},
    "/api/teams": {"search": False},
    "/api/teams/:team/users": {"search": True},
    "/api/teams/:team/websites": {"search": True},
    "/api/teams/:team/links": {"search": True},
    "/api/teams/:team/pixels": {"search": True},
    "/api/teams/:team/boards": {"search": True},
    "/api/websites": {"search": True},
    "/api/websites/:website/shares": {"search": False},
}
"""Whether a list has ``search``, and its ``orderBy`` if the request has none."""

each_list = pytest.mark.parametrize("path", LISTS)


@pytest.fixture
def ask(client_of, admin, make_team, make_website):
    """Request a list as an administrator."""
    team, website = make_team(admin), make_website(owner=admin)
    client = client_of(admin)

    def get(path, query=""):
        ids = {":user": admin.id, ":team": team, ":website": website}
        for word, value in ids.items():
            path = path.replace(word, str(value))
        return client.get(f"{path}?{query}")

    return get


def past_the_end(path, count, **others):
    named = {"orderBy": order} if (order := LISTS[path].get("order_by")) else {}
    return page_body(count=count, **others, **named)


@each_list
def test_a_page_past_the_end_is_empty_and_still_counts(ask, path):
    first = ask(path).json

    response = ask(path, "page=9007199254740991&pageSize=7")

    assert response.status_code == 200
    assert pretty(response.json) == pretty(past_the_end(path, first["count"], page=9007199254740991, size=7))


@each_list
def test_search_is_echoed_only_where_it_is_taken(ask, path):
    response = ask(path, "search=%25no%5C_such thing")

    echoed = {"search": "%no\\_such thing"} if LISTS[path]["search"] else {}
    count = 0 if echoed else ask(path).json["count"]
    without_rows = {**response.json, "data": []}
    assert response.status_code == 200
    assert pretty(without_rows) == pretty(past_the_end(path, count) | echoed)


@each_list
def test_an_empty_search_finds_all(ask, path):
    everything = ask(path).json

    response = ask(path, "search=")

    echoed = {"search": ""} if LISTS[path]["search"] else {}
    assert pretty(response.json) == pretty(everything | echoed)


@each_list
def test_an_unknown_filter_is_refused(ask, path):
    response = ask(path, "limit=1&q=x&__proto__=x&page[]=2&filter=%00&page=1")

    names = ("limit", "q", "__proto__", "page[]", "filter")
    assert response.status_code == 400
    assert pretty(response.json) == pretty(bad_fields(**dict.fromkeys(names, "Unknown filter")))


@each_list
def test_what_umamis_clients_send_to_other_lists_is_ignored_and_named(ask, path):
    response = ask(path, "userId=x&teamId=y")

    assert pretty(response.json) == pretty(ask(path).json)
    assert response.headers["Warning"] == '299 frontdesk "Unknown query parameter: userId, teamId"'


@each_list
def test_of_repeated_keys_the_last_counts(ask, path):
    response = ask(path, "page=x&page=2&pageSize=0&pageSize=3")

    assert response.status_code == 200
    assert (response.json["page"], response.json["pageSize"]) == (2, 3)


@each_list
def test_it_says_whether_it_was_cut(ask, path):
    response = ask(path, "maxResults=5")

    assert pretty(response.json) == pretty(ask(path).json | {"isCapped": False})


def test_all_keys_at_once_have_one_order(client_of, admin, make_user):
    make_user("ada"), make_user("amy"), make_user("alan")

    query = "maxResults=2&sortDescending=false&search=a&orderBy=username&pageSize=1"
    response = client_of(admin).get(f"/api/admin/users?{query}")

    assert list(response.json) == [
        "data",
        "count",
        "page",
        "pageSize",
        "orderBy",
        "search",
        "sortDescending",
        "isCapped",
    ]
    assert pretty({**response.json, "data": []}) == pretty(
        page_body(count=2, size=1, orderBy="username", search="a", sortDescending=False, isCapped=True)
    )
    assert [user["username"] for user in response.json["data"]] == ["ada"]


def test_unknown_columns_are_ignored(client_of, admin):
    response = client_of(admin).get("/api/admin/users?orderBy=password")

    assert pretty(response.json) == pretty(page_body(*response.json["data"], orderBy="createdAt"))
    assert response.json["count"] == 1


def test_two_pages_show_every_row_once(client_of, admin, make_user):
    for _ in range(4):
        make_user()

    pages = [client_of(admin).get(f"/api/users?pageSize=3&page={page}").json for page in (1, 2)]

    assert [len(page["data"]) for page in pages] == [3, 2]
    assert len({user["id"] for page in pages for user in page["data"]}) == 5
