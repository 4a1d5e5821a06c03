"""The list parameters of Umami 3.3, and ``includeTeams``."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from app.models import Team, User, Website, utcnow
from tests.umami.decisions.envelopes import bad_fields


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def names(client):
    """Return the names in a list."""

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

    SORTED = (
        "/api/users",
        "/api/admin/users",
        "/api/admin/teams",
        "/api/admin/websites",
        "/api/me/teams",
        "/api/teams",
        "/api/me/websites",
        "/api/websites",
        "/api/users/{user}/teams",
        "/api/users/{user}/websites",
        "/api/teams/{team}/websites",
    )

    @pytest.mark.parametrize("way", ["desc", "TRUE", "1", ""])
    @pytest.mark.parametrize("path", SORTED)
    def test_directions_other_than_true_and_false_are_refused(self, client, admin, make_team, path, way):
        url = path.format(user=admin.id, team=make_team(admin))

        response = client.get(url, query_string={"sortDescending": way})

        assert response.status_code == 400
        assert response.json == bad_fields(sortDescending='Invalid option: expected one of "true"|"false"')

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


class TestOneOrderForNames:
    NAMES = ("ärmel", "b", "Ärger", "B", "a", "Zoë", "C", "äste", "zebra")
    SORTED = ("a", "B", "b", "C", "zebra", "Zoë", "Ärger", "ärmel", "äste")

    @pytest.fixture
    def users(self, make_user):
        for number, name in enumerate(("beta", "Alpha", "Gamma", "alpine", "Ärger", "ärmel", "äste", "Zoë")):
            make_user(name, role="user" if number % 2 else "view-only")

    @pytest.fixture
    def everything_named(self, admin, make_team, make_website):
        team = make_team(admin, "the team")
        for name in self.NAMES:
            make_team(admin, name)
            make_website(name, owner=admin)
            make_website(name, team=team)
        return team

    LISTS = (
        "/api/admin/teams?orderBy=name",
        "/api/me/teams?orderBy=name",
        "/api/me/websites",
        "/api/websites?orderBy=name",
        "/api/teams/{team}/websites",
        "/api/admin/websites?orderBy=name",
    )

    @pytest.mark.parametrize("path", LISTS)
    def test_teams_and_websites_come_without_regard_to_case_then_exact(self, names, everything_named, path):
        found = names(path.format(team=everything_named))

        assert [name for name in dict.fromkeys(found) if name != "the team"] == list(self.SORTED)

    def test_the_other_way_round_is_the_other_way_round(self, names, everything_named):
        assert names("/api/me/websites?orderBy=name&sortDescending=true") == [*reversed(self.SORTED)]

    def test_usernames_come_so_too(self, names, users):
        order = ["admin", "Alpha", "alpine", "beta", "Gamma", "Zoë", "Ärger", "ärmel", "äste"]

        assert names("/api/admin/users?orderBy=username") == order
        assert names("/api/admin/users?orderBy=username&sortDescending=true") == order[::-1]

    def test_the_access_of_a_user_and_on_a_website_comes_so_too(self, client, admin, everything_named, users):
        site = client.get("/api/me/websites").json["data"][0]["id"]
        for user in client.get("/api/users?search=a").json["data"]:
            if user["id"] != str(admin.id):
                client.put(f"/api/websites/{site}/access/{user['id']}", json={"role": "view"})

        of_user = [row["website"]["name"] for row in client.get(f"/api/users/{admin.id}/access").json["data"]]
        on_site = [row["user"]["username"] for row in client.get(f"/api/websites/{site}/access").json["data"]]

        assert list(dict.fromkeys(of_user)) == list(self.SORTED)
        assert on_site == ["admin", "Alpha", "alpine", "beta", "Gamma"]

    def test_a_name_that_another_program_wrote_or_changed_is_sorted_as_well(self, names, in_database, admin, client):
        with in_database() as session:
            session.execute(insert(Website), [{"name": name, "user_id": admin.id} for name in ("B", "a", "C")])
            session.execute(insert(Team), [{"name": name} for name in ("B", "a", "C")])
        with in_database() as session:
            session.connection().exec_driver_sql("UPDATE website SET name = 'Bc' WHERE name = 'a'")

        assert names("/api/admin/websites?orderBy=name") == ["B", "Bc", "C"]
        assert names("/api/admin/teams?orderBy=name") == ["a", "B", "C"]

    def test_without_a_domain_is_before_all_domains(self, client, admin, in_database, make_website):
        make_website("with", "a.example", owner=admin)
        with in_database() as session:
            session.add(Website(name="without", user_id=admin.id))

        def names(way):
            path = f"/api/websites?orderBy=domain&sortDescending={way}"
            return [row["name"] for row in client.get(path).json["data"]]

        assert (names("false"), names("true")) == (["without", "with"], ["with", "without"])


class TestUsersNarrowed:
    @pytest.fixture(autouse=True)
    def crowd(self, make_user, client, in_database):
        for name, role in (("ada", "user"), ("bob", "view-only"), ("root", "admin"), ("carl", "user")):
            make_user(name, role=role)
        client.post(f"/api/users/{make_user('dora').id}/disable")
        client.post("/api/invitations", json={"username": "eve", "email": "eve@example.org"})
        with in_database() as session:
            for name, hours in (("ada", 2), ("bob", 1), ("root", 3)):
                session.query(User).filter_by(username=name).one().last_seen_at = utcnow() - timedelta(hours=hours)

    NARROWED = {
        "role=admin": {"admin", "root"},
        "role=user": {"ada", "carl", "dora"},
        "role=view-only": {"bob", "eve"},
        "state=pending": {"eve"},
        "state=active": {"ada", "admin", "bob", "carl", "root"},
        "state=disabled": {"dora"},
        "role=view-only&state=pending": {"eve"},
        "role=admin&state=pending": set(),
        "role=user&search=ad": {"ada"},
    }

    @pytest.mark.parametrize("path", ["/api/admin/users", "/api/users"])
    @pytest.mark.parametrize(("query", "found"), NARROWED.items(), ids=NARROWED)
    def test_by_role_and_state(self, client, path, query, found):
        answer = client.get(f"{path}?{query}").json

        assert {row["username"] for row in answer["data"]} == found
        assert answer["count"] == len(found)

    def test_many_are_counted_and_paged_as_few(self, client, monkeypatch, names):
        monkeypatch.setattr("app.db.reads.FEW", 1)

        answer = client.get("/api/users?role=user&orderBy=username&pageSize=1&page=2").json

        assert (answer["count"], [row["username"] for row in answer["data"]]) == (3, ["carl"])

    REFUSED = {
        "role": ("owner", 'Invalid option: expected one of "admin"|"user"|"view-only"'),
        "state": ("deleted", 'Invalid option: expected one of "active"|"pending"|"disabled"'),
    }

    @pytest.mark.parametrize(
        ("name", "value", "text"), [(name, *given) for name, given in REFUSED.items()], ids=REFUSED
    )
    def test_a_value_that_is_none_is_refused(self, client, name, value, text):
        responses = [client.get("/api/admin/users", query_string={name: given}) for given in (value, "")]

        assert [response.status_code for response in responses] == [400, 400]
        assert [response.json for response in responses] == [bad_fields(**{name: text})] * 2

    def test_who_was_never_seen_was_seen_before_anyone_else(self, client):
        def seen(way):
            found = client.get(f"/api/users?orderBy=lastSeenAt&sortDescending={way}").json
            assert (found["orderBy"], found["count"]) == ("lastSeenAt", 7)
            return [row["username"] for row in found["data"]]

        forth, back = seen("false"), seen("true")

        assert (set(forth[:4]), forth[4:]) == ({"admin", "carl", "dora", "eve"}, ["root", "ada", "bob"])
        assert (back[:3], set(back[3:])) == (["bob", "ada", "root"], {"admin", "carl", "dora", "eve"})


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

        told = {"count": 5, "page": 1, "pageSize": 2}
        assert answer == {"data": answer["data"], **told, "nextCursor": answer["nextCursor"]}


class TestIncludeTeams:
    @pytest.fixture
    def ada(self, make_user, make_team, make_website, admin):
        """A user with a website, and every role in a team with one."""
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
