"""Public links: slugs that cannot be guessed, and tokens that end with their link."""

import random
import re

import pytest

from app.models import Share
from tests.umami.decisions.envelopes import NOT_FOUND, OK, UNAUTHORIZED

SLUG = re.compile(r"[0-9A-Za-z]{16}")


@pytest.fixture
def owner(make_user):
    return make_user("owner")


@pytest.fixture
def website(make_website, owner):
    return make_website("Shared", owner=owner)


class TestSlugs:
    def test_the_generator_cannot_be_foretold(self, client_of, owner, website):
        client, slugs = client_of(owner), set()

        for _ in range(3):
            random.seed(1)
            slugs.add(client.post(f"/api/websites/{website}/shares", json={"name": "Link"}).json["slug"])

        assert len(slugs) == 3
        assert all(SLUG.fullmatch(slug) for slug in slugs)

    def test_one_is_made_where_none_is_given(self, client_of, owner, website):
        body = {"entityId": str(website), "shareType": 1, "name": "Link", "parameters": {}}

        response = client_of(owner).post("/api/share", json=body)

        assert SLUG.fullmatch(response.json["slug"])

    def test_spaces_that_were_pasted_with_one_do_not_count(self, client_of, anonymous, owner, website):
        client = client_of(owner)
        body = {"entityId": str(website), "shareType": 1, "name": "Link", "parameters": {}, "slug": " made "}
        made = client.post("/api/share", json=body).json
        kept = client.post(f"/api/websites/{website}", json={"shareId": f" {'x' * 50}\n"}).json
        moved = client.post(f"/api/share/id/{made['id']}", json={"name": "L", "slug": "moved ", "parameters": {}}).json
        new = client.post("/api/websites", json={"name": "New", "domain": "n.example", "shareId": " new "}).json

        opened = [anonymous.get(f"/api/share/{slug}").status_code for slug in ("moved%20", "%20new", "x" * 50)]

        assert (made["slug"], moved["slug"], kept["shareId"], new["shareId"]) == ("made", "moved", "x" * 50, "new")
        assert opened == [200, 200, 200]

    def test_one_of_old_with_spaces_is_found_as_it_is(self, anonymous, website, in_database):
        with in_database() as session:
            session.add(Share(entity_id=website, name="Old", slug=" of old ", parameters={}))

        response = anonymous.get("/api/share/%20of%20old%20")

        assert (response.status_code, response.json["websiteId"]) == (200, str(website))


class TestTokens:
    def test_one_tells_no_slug_of_another_link(self, share_client, client_of, make_share, owner, website):
        viewer = share_client(make_share(website, "the-first"))
        newer = client_of(owner).post(f"/api/websites/{website}/shares", json={"name": "Newer"}).json["slug"]

        seen = viewer.get(f"/api/websites/{website}").json
        own = client_of(owner).get(f"/api/websites/{website}").json

        assert own["shareId"] == newer
        assert seen == {**own, "shareId": "the-first"}

    def test_one_shows_its_website_and_no_other(self, share_client, make_share, make_website, owner, website):
        viewer, other = share_client(make_share(website)), make_website("Other", owner=owner)

        answers = [viewer.get(f"/api/websites/{identity}") for identity in (website, other)]

        assert [answer.status_code for answer in answers] == [200, 401]
        assert answers[0].json["name"] == "Shared"
        assert answers[1].json == UNAUTHORIZED

    def test_it_names_its_share(self, share_client, anonymous, make_share, website):
        slug = make_share(website)
        share = anonymous.get(f"/api/share/{slug}").json["shareId"]

        me = share_client(slug).get("/api/me").json

        assert me == {
            "shareToken": {"shareId": share, "shareType": 1, "parameters": {}, "websiteId": str(website)},
            "user": None,
            "authType": "share",
        }

    def test_it_lives_a_day(self, share_client, make_share, website, clock):
        viewer = share_client(make_share(website))

        clock.turn(seconds=86_390)
        before = viewer.get(f"/api/websites/{website}")
        clock.turn(seconds=20)
        after = viewer.get(f"/api/websites/{website}")

        assert before.status_code == 200
        assert after.status_code == 401
        assert after.json == UNAUTHORIZED

    def test_it_dies_with_its_share_and_no_other_does(
        self, client_of, owner, anonymous, share_client, make_share, website
    ):
        slug = make_share(website)
        viewer, other = share_client(slug), share_client(make_share(website))
        share = anonymous.get(f"/api/share/{slug}").json["shareId"]

        response = client_of(owner).delete(f"/api/share/id/{share}")

        assert response.json == OK
        assert viewer.get(f"/api/websites/{website}").json == UNAUTHORIZED
        assert other.get(f"/api/websites/{website}").status_code == 200
        assert anonymous.get(f"/api/share/{slug}").json == NOT_FOUND

    def test_it_dies_when_all_links_are_taken_away(self, client_of, owner, share_client, make_share, website):
        viewer = share_client(make_share(website))

        client_of(owner).post(f"/api/websites/{website}", json={"shareId": None})

        assert viewer.get(f"/api/websites/{website}").json == UNAUTHORIZED

    def test_it_dies_with_its_website(self, client_of, owner, share_client, make_share, website):
        viewer = share_client(make_share(website))

        client_of(owner).delete(f"/api/websites/{website}")

        assert viewer.get(f"/api/websites/{website}").json == UNAUTHORIZED

    def test_a_new_slug_does_not_end_it(self, client_of, owner, anonymous, share_client, make_share, website):
        slug = make_share(website)
        viewer = share_client(slug)
        share = anonymous.get(f"/api/share/{slug}").json["shareId"]

        client_of(owner).post(f"/api/share/id/{share}", json={"name": "Link", "slug": "other", "parameters": {}})

        assert viewer.get(f"/api/websites/{website}").status_code == 200

    def test_its_bearer_sees_no_other_links(self, anonymous, share_client, make_share, website):
        slug = make_share(website)
        make_share(website)

        listed = share_client(slug).get(f"/api/websites/{website}/shares").json

        assert listed["count"] == 1
        assert [row["slug"] for row in listed["data"]] == [slug]

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_its_bearer_changes_nothing(self, client_of, owner, share_client, make_share, website, method):
        response = share_client(make_share(website)).open(
            f"/api/websites/{website}", method=method, json={"name": "Mine"}
        )

        assert response.status_code == 401
        assert client_of(owner).get(f"/api/websites/{website}").json["name"] == "Shared"

    @pytest.mark.parametrize(
        "forge",
        [
            lambda token: token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:],
            lambda token: token.partition(".")[0],
            lambda _: "x",
        ],
        ids=["another signature", "no signature", "nonsense"],
    )
    def test_a_forged_one_shows_nothing(self, anonymous, make_share, website, forge):
        token = anonymous.get(f"/api/share/{make_share(website)}").json["token"]
        headers = {"X-Umami-Share-Context": "1", "X-Umami-Share-Token": forge(token)}

        response = anonymous.get(f"/api/websites/{website}", headers=headers)

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_without_its_context_it_shows_nothing(self, anonymous, make_share, website):
        token = anonymous.get(f"/api/share/{make_share(website)}").json["token"]

        response = anonymous.get(f"/api/websites/{website}", headers={"X-Umami-Share-Token": token})

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_beside_a_login_it_adds_to_ones_rights(self, client_of, make_user, anonymous, make_share, website):
        token = anonymous.get(f"/api/share/{make_share(website)}").json["token"]
        outsider = client_of(make_user())

        answers = [
            outsider.get(f"/api/websites/{website}", headers=headers)
            for headers in ({}, {"X-Umami-Share-Token": token})
        ]

        assert [answer.status_code for answer in answers] == [401, 200]
