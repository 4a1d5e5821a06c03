"""Public links in Umami's API: whole bodies."""

from uuid import uuid4

import pytest

from app.models import Share
from tests.umami.bodies import NOT_FOUND, OK, UNAUTHORIZED, bad_fields, bad_request, page_body, pretty, share_body

SHOWN = {"events": False, "nested": {"list": [1, 2.5, None, "é"]}, "overview": True}
"""In the order in which PostgreSQL stores keys: shorter ones first."""


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def site(make_website, ada):
    return make_website(owner=ada)


@pytest.fixture
def share(client_of, ada, site):
    """The response to creating a share of Ada's website."""
    return client_of(ada).post(f"/api/websites/{site}/shares", json={"name": "Press", "parameters": SHOWN}).json


class TestOfAWebsite:
    def test_a_new_one_has_a_random_slug(self, client_of, ada, site, stored):
        response = client_of(ada).post(f"/api/websites/{site}/shares", json={"name": "Press"})

        made = stored(Share, response.json["id"])
        assert response.status_code == 200
        assert pretty(response.json) == pretty(share_body(made))
        assert (made.name, made.share_type, made.entity_id, made.parameters) == ("Press", 1, site, {})
        assert (len(made.slug), made.slug.isalnum()) == (16, True)

    def test_they_come_newest_first(self, client_of, ada, site, share, stored):
        newer = client_of(ada).post(f"/api/websites/{site}/shares", json={"name": "Blog"}).json

        response = client_of(ada).get(f"/api/websites/{site}/shares?search=dropped")

        items = (share_body(stored(Share, item["id"])) for item in (newer, share))
        assert pretty(response.json) == pretty(page_body(*items))

    def test_the_bearer_of_a_share_sees_that_one_alone(self, share_client, site, make_share, share, stored):
        make_share(site)

        response = share_client(share["slug"]).get(f"/api/websites/{site}/shares")

        assert pretty(response.json) == pretty(page_body(share_body(stored(Share, share["id"]))))


class TestOpen:
    def test_it_shows_what_it_is_for_with_a_token(self, anonymous, site, share):
        response = anonymous.get(f"/api/share/{share['slug']}")

        shown = {"shareId": share["id"], "shareType": 1, "parameters": SHOWN, "websiteId": str(site)}
        assert response.status_code == 200
        assert pretty(response.json) == pretty({**shown, "token": response.json["token"]})

    def test_an_unknown_slug_is_missing(self, anonymous, share):
        response = anonymous.get(f"/api/share/{share['slug'].swapcase()}")

        assert (response.status_code, response.json) == (404, NOT_FOUND)


class TestCreate:
    @pytest.mark.parametrize("kind", [1, "1", 1.0])
    def test_the_answer_is_the_share(self, client_of, ada, site, stored, kind):
        wanted = {"entityId": str(site), "shareType": kind, "name": "Press", "slug": "press", "parameters": SHOWN}

        response = client_of(ada).post("/api/share", json=wanted)

        assert response.status_code == 200
        assert pretty(response.json) == pretty(share_body(stored(Share, response.json["id"])))
        assert (response.json["slug"], response.json["shareType"], response.json["parameters"]) == ("press", 1, SHOWN)

    def test_without_a_slug_it_gets_one(self, client_of, ada, site):
        wanted = {"entityId": str(site), "shareType": 1, "name": "Press", "parameters": {}}

        response = client_of(ada).post("/api/share", json=wanted)

        assert len(response.json["slug"]) == 16

    def test_a_taken_slug_is_refused(self, client_of, ada, site, share):
        wanted = {"entityId": str(site), "shareType": 1, "name": "Press", "slug": share["slug"], "parameters": {}}

        response = client_of(ada).post("/api/share", json=wanted)

        assert (response.status_code, response.json) == (400, bad_request("That share ID is already taken."))

    def test_other_things_than_websites_are_not_shared_here(self, client_of, ada, site):
        wanted = {"entityId": str(site), "shareType": 2, "name": "Press", "parameters": {}}

        response = client_of(ada).post("/api/share", json=wanted)

        assert (response.status_code, response.json) == (400, bad_fields(shareType="Invalid input: expected 1"))

    def test_an_unknown_website_is_missing_to_an_admin(self, client_of, admin):
        wanted = {"entityId": str(uuid4()), "shareType": 1, "name": "Press", "parameters": {}}

        response = client_of(admin).post("/api/share", json=wanted)

        assert (response.status_code, response.json) == (404, NOT_FOUND)


class TestOne:
    def test_it_can_be_read(self, client_of, ada, share, stored):
        response = client_of(ada).get(f"/api/share/id/{share['id']}")

        assert pretty(response.json) == pretty(share_body(stored(Share, share["id"])))
        assert response.json == share

    def test_it_can_be_changed(self, client_of, anonymous, ada, share, stored):
        wanted = {"name": "Blog", "slug": "blog", "parameters": {"overview": False}}

        response = client_of(ada).post(f"/api/share/id/{share['id']}", json={**wanted, "shareType": 2, "entityId": "x"})

        assert pretty(response.json) == pretty(share_body(stored(Share, share["id"])))
        assert {name: response.json[name] for name in wanted} == wanted
        assert anonymous.get("/api/share/blog").status_code == 200
        assert anonymous.get(f"/api/share/{share['slug']}").status_code == 404

    def test_its_own_slug_is_not_taken_but_anothers_is(self, client_of, ada, site, share, make_share):
        taken = make_share(site)
        url, rest = f"/api/share/id/{share['id']}", {"name": "Blog", "parameters": {}}

        own = client_of(ada).post(url, json={**rest, "slug": share["slug"]})
        other = client_of(ada).post(url, json={**rest, "slug": taken})

        assert own.status_code == 200
        assert (other.status_code, other.json) == (400, bad_request("That share ID is already taken."))

    def test_it_can_be_taken_away(self, client_of, share_client, ada, share):
        visitor = share_client(share["slug"])

        response = client_of(ada).delete(f"/api/share/id/{share['id']}")

        assert (response.status_code, response.json) == (200, OK)
        assert visitor.get("/api/me").json == UNAUTHORIZED

    def test_an_unknown_one_is_missing_to_an_admin(self, client_of, admin):
        url = f"/api/share/id/{uuid4()}"
        wanted = {"name": "Blog", "slug": "blog", "parameters": {}}

        sent = {"GET": None, "POST": wanted, "DELETE": None}
        answers = [client_of(admin).open(url, method=method, json=body) for method, body in sent.items()]

        assert [(answer.status_code, answer.json) for answer in answers] == [(404, NOT_FOUND)] * 3
