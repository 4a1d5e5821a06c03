"""What Umami 3.3 lets lists be asked, and ``includeTeams`` (W28)."""

import pytest


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def names(client):
    """The names in a list."""

    def read(path):
        return [row.get("username") or row["name"] for row in client.get(path).json["data"]]

    return read


class TestUmami33Sorting:
    @pytest.fixture(autouse=True)
    def things(self, make_user, make_team, make_website, admin):
        for name, role, domain in (
            ("b", "user", "y.example"),
            ("c", "view-only", "x.example"),
            ("a", "user", "z.example"),
        ):
            make_user(name, role=role)
            make_team(admin, name)
            make_website(name, domain, owner=admin)

    ORDERS = {
        "/api/admin/users?orderBy=username": ["a", "admin", "b", "c"],
        "/api/admin/users?orderBy=username&sortDescending=true": ["c", "b", "admin", "a"],
        "/api/admin/users?orderBy=role&pageSize=1": ["admin"],
        "/api/admin/users?orderBy=role&sortDescending=true&pageSize=1": ["c"],
        "/api/admin/users?orderBy=createdAt": ["admin", "b", "c", "a"],
        "/api/admin/users?orderBy=createdAt&sortDescending=true": ["a", "c", "b", "admin"],
        "/api/admin/teams?orderBy=name": ["a", "b", "c"],
        "/api/me/teams?orderBy=name&sortDescending=true": ["c", "b", "a"],
        "/api/me/teams?orderBy=createdAt&sortDescending=true": ["a", "c", "b"],
        "/api/me/websites?orderBy=domain": ["c", "b", "a"],
        "/api/websites?orderBy=domain&sortDescending=true": ["a", "b", "c"],
        "/api/admin/websites?orderBy=createdAt": ["b", "c", "a"],
        "/api/admin/websites?orderBy=name&sortDescending=true": ["c", "b", "a"],
    }

    @pytest.mark.parametrize(("path", "order"), ORDERS.items(), ids=ORDERS)
    def test_lists_are_sorted_as_asked(self, names, path, order):
        assert names(path) == order

    @pytest.mark.parametrize(
        "key", ["password", "password_hash", "username_key", "created_at", "user.role", "", "1; --"]
    )
    def test_columns_that_are_not_offered_are_ignored(self, client, key):
        plain = client.get("/api/admin/users").json

        assert client.get("/api/admin/users", query_string={"orderBy": key}).json == plain

    @pytest.mark.parametrize("way", ["desc", "TRUE", "1", ""])
    def test_directions_that_are_none_are_ignored(self, names, way):
        assert names(f"/api/admin/users?orderBy=username&sortDescending={way}") == ["a", "admin", "b", "c"]

    def test_a_direction_alone_turns_the_lists_own_order(self, names):
        assert names("/api/me/websites?sortDescending=true") == ["c", "b", "a"]

    def test_the_answer_says_how_it_was_sorted(self, client):
        answer = client.get("/api/me/teams?orderBy=name&sortDescending=true").json

        assert answer == {
            "data": answer["data"],
            "count": 3,
            "page": 1,
            "pageSize": 20,
            "orderBy": "name",
            "sortDescending": True,
        }


class TestUmami33MaxResults:
    @pytest.fixture(autouse=True)
    def teams(self, make_team, admin):
        for number in range(5):
            make_team(admin, f"Team {number}")

    @pytest.mark.parametrize(
        ("most", "shown", "count", "capped"), [(3, 3, 3, True), (4, 4, 4, True), (5, 5, 5, False), (9, 5, 5, False)]
    )
    def test_it_counts_no_further_and_says_whether_there_are_more(self, client, most, shown, count, capped):
        answer = client.get(f"/api/me/teams?maxResults={most}").json

        assert len(answer["data"]) == shown
        assert answer == {"data": answer["data"], "count": count, "page": 1, "pageSize": 20, "isCapped": capped}

    def test_pages_end_where_it_says(self, names):
        pages = [names(f"/api/me/teams?maxResults=3&pageSize=2&page={page}") for page in (1, 2, 3)]

        assert pages == [["Team 0", "Team 1"], ["Team 2"], []]

    def test_beyond_the_end_it_is_still_capped(self, client):
        answer = client.get("/api/me/teams?maxResults=3&pageSize=2&page=9").json

        assert answer == {"data": [], "count": 3, "page": 9, "pageSize": 2, "isCapped": True}

    def test_without_it_the_count_is_whole_and_nothing_said(self, client):
        answer = client.get("/api/me/teams?pageSize=2").json

        assert answer == {"data": answer["data"], "count": 5, "page": 1, "pageSize": 2}


class TestW28IncludeTeams:
    @pytest.fixture
    def ada(self, make_user, make_team, make_website, admin):
        """Somebody with a website, and every role in a team with one."""
        ada = make_user("ada")
        make_website("own", owner=ada)
        make_website("owned", team=make_team(ada))
        for role in ("manager", "member", "view_only"):
            make_website(role, team=make_team(admin, **{role: ada}))
        return ada

    PATHS = ["/api/me/websites", "/api/websites", "/api/users/{}/websites"]

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("word", ["false", "FALSE", "0", "no", "No", "", " "])
    def test_no_means_no(self, client_of, ada, path, word):
        answer = client_of(ada).get(path.format(ada.id), query_string={"includeTeams": word}).json

        assert [row["name"] for row in answer["data"]] == ["own"]
        assert answer["data"][0]["user"] == {"username": "ada", "id": str(ada.id)}

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("word", ["true", "1", "yes", "anything"])
    def test_yes_means_the_teams_that_one_owns_or_manages(self, client_of, ada, path, word):
        answer = client_of(ada).get(path.format(ada.id), query_string={"includeTeams": word}).json

        assert [row["name"] for row in answer["data"]] == ["manager", "own", "owned"]
        assert not any("user" in row for row in answer["data"])
