"""The ``…/access`` endpoints, with complete response bodies."""

from uuid import uuid4

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.models import User

PUBLISH = "tagmanager_publish_live_container"


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def site(make_website, bob):
    """One of bob's websites."""
    return make_website("Shop", "shop.example", owner=bob)


def path(site, person):
    return f"/api/websites/{site}/access/{getattr(person, 'id', person)}"


def user_of(person):
    return {"id": str(person.id), "username": person.username, "pending": False}


@pytest.fixture
def website_of(stored_number):
    """``website_of(id, name, domain)``: the website as the responses show it."""

    def shown(site, name="Shop", domain="shop.example"):
        return {"id": str(site), "name": name, "domain": domain, "number": stored_number(site)}

    return shown


NOTHING = {"granted": [], "implied": []}
EVERYTHING = {
    "granted": [],
    "implied": ["tagmanager_write", "tagmanager_publish_live_container", "tagmanager_use_custom_templates"],
}


def by(source, right, team=None, *, granter=None):
    shown = None if granter is None else {"id": str(granter.id), "username": granter.username}
    return {"source": source, "right": right, "team": team, "grantedBy": shown}


def refused(response):
    return response.status_code, response.json["error"]["message"]


class TestPut:
    def test_it_answers_with_what_the_user_may_and_why(self, client_of, bob, ada, site, website_of):
        response = client_of(bob).put(path(site, ada), json={"role": "write", "capabilities": [PUBLISH]})

        assert response.status_code == 200, response.text
        assert response.json == {
            "user": user_of(ada),
            "website": website_of(site),
            "right": "write",
            "capabilities": {"granted": [PUBLISH], "implied": ["tagmanager_write"]},
            "reasons": [by("grant", "write", granter=bob)],
        }

    def test_the_same_again_changes_nothing(self, client_of, bob, ada, site, stored_grants):
        body = {"role": "write", "capabilities": [PUBLISH]}
        first = client_of(bob).put(path(site, ada), json=body)

        again = client_of(bob).put(path(site, ada), json=body)

        assert again.json == first.json
        assert stored_grants(ada) == {site: ("write", bob.id, {PUBLISH})}

    def test_capabilities_that_are_not_named_stay(self, client_of, bob, ada, site):
        client_of(bob).put(path(site, ada), json={"role": "view", "capabilities": [PUBLISH, "tagmanager_write"]})

        response = client_of(bob).put(path(site, ada), json={"role": "write"})

        assert response.json["capabilities"] == {"granted": [PUBLISH], "implied": ["tagmanager_write"]}

    def test_whoever_lowers_their_own_right_is_told_what_is_left(self, client_of, bob, ada, site, grant):
        grant(ada, site, "admin")

        response = client_of(ada).put(path(site, ada), json={"role": "view"})

        assert (response.status_code, response.json["right"]) == (200, "view")
        assert client_of(ada).put(path(site, ada), json={"role": "admin"}).status_code == 401

    def test_an_administrator_needs_none(self, client_of, admin, bob, site):
        response = client_of(bob).put(path(site, admin), json={"role": "view"})

        assert refused(response) == (400, "admin is an administrator and already has full access to every website.")

    def test_what_a_program_sends_back_whole_is_understood(self, client_of, bob, ada, site):
        answer = client_of(bob).put(path(site, ada), json={"role": "view", "right": "admin", "reasons": []})

        assert answer.json["right"] == "view"

    def test_browsers_may_send_it(self, anonymous, site, ada):
        response = anonymous.options(
            path(site, ada), headers={"Origin": "https://x.example", "Access-Control-Request-Method": "PUT"}
        )

        assert response.status_code == 204
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]
        assert response.headers["Allow"] == "DELETE, OPTIONS, PUT"


class TestDelete:
    def test_it_takes_role_and_capabilities_away_and_says_so_also_when_there_were_none(
        self, client_of, bob, ada, site, grant, stored_grants
    ):
        grant(ada, site, "view", capabilities=[PUBLISH])

        answers = [client_of(bob).delete(path(site, ada)) for _ in range(2)]

        assert [(answer.status_code, answer.json) for answer in answers] == [(200, {"ok": True})] * 2
        assert stored_grants(ada) == {}

    def test_a_right_by_a_team_stays(self, client_of, admin, ada, make_team, make_website, grant):
        site = make_website(team=make_team(admin, member=ada))
        grant(ada, site, "admin")

        client_of(admin).delete(path(site, ada))

        assert client_of(ada).get(f"/api/websites/{site}").status_code == 200
        assert client_of(ada).get(f"/api/websites/{site}/access").status_code == 401


class TestAWebsitesList:
    def test_everybody_is_in_it_by_name_with_every_reason(
        self, client_of, admin, ada, bob, make_user, make_team, make_website, grant, website_of, app
    ):
        carl, dora, _outsider = make_user("Carl"), make_user("dora"), make_user("zoe")
        team = make_team(bob, "Blue", member=[ada], view_only=[carl])
        site = make_website("Shop", "shop.example", team=team)
        grant(dora, site, "view", capabilities=["tagmanager_write"])
        grant(ada, site, "admin")

        response = client_of(bob).get(f"/api/websites/{site}/access?pageSize=50")

        def blue(role):
            return {"id": str(team), "name": "Blue", "role": role}

        shown = website_of(site)
        rows = [
            (admin, "admin", EVERYTHING, [by("admin", "admin")]),
            (ada, "admin", EVERYTHING, [by("grant", "admin"), by("team", "write", blue("team-member"))]),
            (bob, "admin", EVERYTHING, [by("team", "admin", blue("team-owner"))]),
            (carl, "view", NOTHING, [by("team", "view", blue("team-view-only"))]),
            (dora, "view", {"granted": ["tagmanager_write"], "implied": []}, [by("grant", "view")]),
        ]
        assert response.json["count"] == 5
        assert {key: value for key, value in response.json.items() if key != "data"} == {
            "count": 5,
            "page": 1,
            "pageSize": 50,
        }
        found = {row["user"]["username"]: row for row in response.json["data"]}
        assert found == {
            person.username: {
                "user": user_of(person),
                "website": shown,
                "right": right,
                "capabilities": capabilities,
                "reasons": reasons,
            }
            for person, right, capabilities, reasons in rows
        }

    def test_it_comes_in_pages_and_is_searched_by_name(self, client_of, bob, make_user, site, grant):
        for number in range(5):
            grant(make_user(f"Guest{number}"), site, "view")
        client = client_of(bob)

        pages = [
            client.get(f"/api/websites/{site}/access?search=GUEST&pageSize=2&page={page}") for page in (1, 2, 3, 4)
        ]
        nobody = client.get(f"/api/websites/{site}/access", query_string={"search": "%"})

        names = [[row["user"]["username"] for row in page.json["data"]] for page in pages]
        assert names == [["Guest0", "Guest1"], ["Guest2", "Guest3"], ["Guest4"], []]
        assert {page.json["count"] for page in pages} == {5}
        assert nobody.json == {"data": [], "count": 0, "page": 1, "pageSize": 20, "search": "%"}

    def test_invited_accounts_are_marked(self, client_of, bob, ada, site, grant, app):
        grant(ada, site, "view")
        with app.app_context(), transaction() as session:
            session.execute(update(User).where(User.id == ada.id).values(pending=True))

        rows = client_of(bob).get(f"/api/websites/{site}/access").json["data"]

        assert {row["user"]["username"]: row["user"]["pending"] for row in rows} == {"ada": True, "bob": False}


class TestAUsersList:
    def test_every_website_is_in_it_by_name(self, client_of, ada, bob, make_team, make_website, grant, website_of):
        own = make_website("Alpha", "alpha.example", owner=ada)
        shared = make_website("Beta", "beta.example", owner=bob)
        team = make_team(bob, "Blue", manager=[ada])
        of_team = make_website("Gamma", "gamma.example", team=team)
        make_website("Delta", owner=bob)
        grant(ada, shared, "view")

        response = client_of(ada).get(f"/api/users/{ada.id}/access")

        def row(website, right, capabilities, reason):
            shown = {"user": user_of(ada), "website": website, "right": right}
            return {**shown, "capabilities": capabilities, "reasons": [reason]}

        blue = {"id": str(team), "name": "Blue", "role": "team-manager"}
        assert response.json == {
            "data": [
                row(website_of(own, "Alpha", "alpha.example"), "admin", EVERYTHING, by("owner", "admin")),
                row(website_of(shared, "Beta", "beta.example"), "view", NOTHING, by("grant", "view")),
                row(website_of(of_team, "Gamma", "gamma.example"), "admin", EVERYTHING, by("team", "admin", blue)),
            ],
            "count": 3,
            "page": 1,
            "pageSize": 20,
        }

    def test_an_administrators_has_all_websites(self, client_of, admin, bob, make_website):
        make_website("One", owner=bob)
        make_website("Two", owner=admin)

        rows = client_of(admin).get(f"/api/users/{admin.id}/access").json["data"]

        assert [(row["website"]["name"], row["reasons"]) for row in rows] == [
            ("One", [by("admin", "admin")]),
            ("Two", [by("admin", "admin"), by("owner", "admin")]),
        ]

    @pytest.mark.parametrize("search", ["shop", "SHOP.EX", "op.e"])
    @pytest.mark.parametrize("whose", ["admin", "bob"])
    def test_it_is_searched_by_name_and_domain(self, client_of, admin, bob, site, make_website, search, whose):
        make_website("Other", "other.org", owner=bob)
        person = {"admin": admin, "bob": bob}[whose]

        response = client_of(admin).get(f"/api/users/{person.id}/access", query_string={"search": search})

        assert [row["website"]["name"] for row in response.json["data"]] == ["Shop"]
        assert (response.json["count"], response.json["search"]) == (1, search)


BAD_BODIES = {
    "no role": ({}, {"role"}),
    "null": ({"role": None}, {"role"}),
    "an unknown role": ({"role": "owner"}, {"role"}),
    "no access": ({"role": "noaccess"}, {"role"}),
    "a list of roles": ({"role": ["view"]}, {"role"}),
    "capabilities that are null": ({"role": "view", "capabilities": None}, {"capabilities"}),
    "capabilities that are text": ({"role": "view", "capabilities": PUBLISH}, {"capabilities"}),
    "capabilities that are no text": ({"role": "view", "capabilities": [1]}, {"capabilities"}),
    "a capability that is unknown": ({"role": "view", "capabilities": ["x"]}, {"capabilities"}),
    "a capability with NUL in it": ({"role": "view", "capabilities": ["\0"]}, {"capabilities"}),
    "a capability of great length": ({"role": "view", "capabilities": ["x" * 101]}, {"capabilities"}),
    "a great many capabilities": ({"role": "view", "capabilities": [PUBLISH] * 101}, {"capabilities"}),
}


class TestBadInput:
    @pytest.mark.parametrize(("body", "fields"), BAD_BODIES.values(), ids=BAD_BODIES)
    def test_a_bad_body_is_refused_and_nothing_is_written(self, client_of, bob, ada, site, body, fields, stored_grants):
        response = client_of(bob).put(path(site, ada), json=body)

        assert refused(response) == (400, "Bad request")
        assert set(response.json["error"]["properties"]) == fields
        assert stored_grants(ada) == {}

    def test_it_says_which_capability_is_wrong(self, client_of, bob, ada, site):
        response = client_of(bob).put(path(site, ada), json={"role": "view", "capabilities": [PUBLISH, 7]})

        wrong = {"errors": ["Invalid input: expected string, received number"]}
        assert response.json["error"]["properties"] == {"capabilities": {"errors": [], "items": [None, wrong]}}

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"view"', b"{"])
    def test_a_body_that_is_no_object_is_refused(self, client_of, bob, ada, site, body):
        assert client_of(bob).put(path(site, ada), data=body).status_code == 400

    @pytest.mark.parametrize("wrong", ["me", "1", "%00", "x" * 300])
    def test_ids_that_are_none_are_not_found(self, client_of, admin, ada, site, wrong):
        client = client_of(admin)
        for asked in (
            client.put(path(wrong, ada), json={"role": "view"}),
            client.put(path(site, wrong), json={"role": "view"}),
            client.delete(path(site, wrong)),
            client.get(f"/api/websites/{wrong}/access"),
            client.get(f"/api/users/{wrong}/access"),
        ):
            assert refused(asked) == (404, "Not found")

    def test_an_unknown_website_is_named_to_administrators_alone(self, client_of, admin, bob, ada):
        unknown = uuid4()
        body = {"role": "view"}

        told = client_of(admin).put(path(unknown, ada), json=body)
        hidden = client_of(bob).put(path(unknown, ada), json=body)

        assert refused(told) == (404, f"There is no website {unknown}.")
        assert refused(hidden) == (401, "Unauthorized")

    def test_an_unknown_user(self, client_of, admin, bob, site):
        told = client_of(admin).put(path(site, uuid4()), json={"role": "view"})
        blamed = client_of(bob).put(path(site, uuid4()), json={"role": "view"})

        assert refused(told) == (404, "There is no such user.")
        assert blamed.json["error"]["properties"] == {"userId": {"errors": ["User not found"]}}


class TestUmamisOwnEndpoints:
    """View, update and delete honour grants, from the moment they are made to the moment they are revoked."""

    @pytest.mark.parametrize(
        ("right", "sees", "updates", "deletes"),
        [(None, 401, 401, 401), ("view", 200, 401, 401), ("write", 200, 200, 401), ("admin", 200, 200, 200)],
    )
    def test_what_each_role_may(self, client_of, ada, site, make_share, grant, right, sees, updates, deletes):
        make_share(site)
        grant(ada, site, "admin")
        grant(ada, site, right)
        client, base = client_of(ada), f"/api/websites/{site}"

        assert client.get(base).status_code == sees
        assert client.get(f"{base}/shares").status_code == sees
        assert client.get(f"{base}/access").status_code == deletes
        assert client.post(base, json={"name": "Renamed"}).status_code == updates
        assert client.post(f"{base}/shares", json={"name": "Link"}).status_code == updates
        assert client.post(f"{base}/reset").status_code == updates
        assert client.post(f"{base}/transfer", json={"userId": str(ada.id)}).status_code == 401
        assert client.delete(base).status_code == deletes

    def test_a_view_only_user_updates_with_a_write_grant(self, client_of, make_user, site, grant):
        viewer = make_user(role="view-only")
        grant(viewer, site, "write")

        assert client_of(viewer).post(f"/api/websites/{site}", json={"name": "Renamed"}).status_code == 200

    def test_the_lists_keep_umamis_meaning(self, client_of, ada, site, grant):
        grant(ada, site, "admin")

        for path in ("/api/websites", "/api/me/websites?includeTeams=true", f"/api/users/{ada.id}/websites"):
            assert client_of(ada).get(path).json["data"] == []

    def test_a_grant_is_no_share_context(self, anonymous, site, ada, grant):
        grant(ada, site, "view")

        assert anonymous.get(f"/api/websites/{site}").status_code == 401
