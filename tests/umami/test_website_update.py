"""Changing and transferring websites: whole bodies."""

import pytest

from app.models import Share, Website
from tests.umami.bodies import (
    OK,
    UNAUTHORIZED,
    bad_request,
    bare_website_body,
    page_body,
    pretty,
    refusal,
    website_body,
)

RECORDED = {"sampleRate": 0.25, "maskLevel": "strict", "maxDuration": 600, "blockSelector": ".private"}


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def site(make_website, ada):
    return make_website("Shop", "shop.example", owner=ada)


@pytest.fixture
def update(client_of, ada, site):
    """Send a change as the owner."""
    client = client_of(ada)
    return lambda **body: client.post(f"/api/websites/{site}", json=body)


class TestUpdate:
    def test_the_answer_is_the_website_as_it_is_now(self, update, client_of, ada, site, stored):
        whole = client_of(ada).get(f"/api/websites/{site}").json
        before = stored(Website, site).updated_at
        del whole["shareId"]  # as the dashboard does

        response = update(**whole | {"name": "Café", "domain": "café.example"})

        website = stored(Website, site)
        assert response.status_code == 200
        assert pretty(response.json) == pretty(website_body(website))
        assert (website.name, website.domain) == ("Café", "café.example")
        assert website.updated_at > before

    def test_nothing_given_changes_nothing(self, update, site, stored):
        before = stored(Website, site)

        response = update()

        assert pretty(response.json) == pretty(website_body(before))

    def test_ownership_and_dates_are_not_the_clients_to_set(self, update, admin, site, stored):
        before = stored(Website, site)

        update(userId=str(admin.id), teamId=None, createdBy=str(admin.id), resetAt="2026-01-01", deletedAt="2026-01-01")

        assert pretty(bare_website_body(stored(Website, site))) == pretty(bare_website_body(before))


class TestShareId:
    def test_a_slug_adds_a_link_and_older_ones_stay(self, update, anonymous, site, make_share, stored):
        make_share(site, "older")
        before = stored(Website, site)

        response = update(shareId="newer")

        assert pretty(response.json) == pretty(website_body(before, "newer"))
        share = stored(Share, anonymous.get("/api/share/newer").json["shareId"])
        assert (share.name, share.parameters) == ("Shop", {"overview": True, "events": True})
        assert anonymous.get("/api/share/older").status_code == 200

    def test_null_takes_all_links_away(self, update, anonymous, site, make_share, stored):
        slugs = [make_share(site), make_share(site)]
        before = stored(Website, site)

        response = update(shareId=None)

        assert pretty(response.json) == pretty(website_body(before, None))
        assert [anonymous.get(f"/api/share/{slug}").status_code for slug in slugs] == [404, 404]

    @pytest.mark.parametrize("body", [{"shareId": ""}, {}], ids=["empty", "absent"])
    def test_empty_and_absent_change_nothing(self, update, site, make_share, stored, body):
        make_share(site, "older")
        before = stored(Website, site)

        response = update(**body)

        assert pretty(response.json) == pretty(website_body(before, "older"))

    def test_a_taken_one_is_refused_be_it_the_own(self, update, site, make_share, stored):
        make_share(site, "own-link")
        before = stored(Website, site)

        response = update(shareId="own-link", name="Not written")

        assert (response.status_code, response.json) == (400, bad_request("That share ID is already taken."))
        assert stored(Website, site).name == before.name


class TestReplay:
    def test_it_is_kept_as_it_was_sent(self, update, client_of, ada, site):
        response = update(replayEnabled=True, replayConfig={**RECORDED, "unknown": "dropped"})

        assert response.status_code == 200
        assert response.json["replayConfig"] == RECORDED
        assert (response.json["replayEnabled"], response.json["recorderEnabled"]) == (True, True)
        assert pretty(client_of(ada).get(f"/api/websites/{site}").json) == pretty(response.json)

    def test_all_of_it_is_optional(self, update):
        assert update(replayConfig={}).json["replayConfig"] == {}
        assert update(replayConfig={"sampleRate": 1}).json["replayConfig"] == {"sampleRate": 1}

    def test_null_takes_it_away(self, update):
        update(replayConfig=RECORDED)

        assert update(replayConfig=None).json["replayConfig"] is None

    def test_the_newer_name_of_the_flag_is_known(self, update):
        on, off = update(recorderEnabled=True).json, update(recorderEnabled=False).json

        assert [answer["replayEnabled"] for answer in (on, off)] == [True, False]

    @pytest.mark.parametrize(
        ("field", "value", "text"),
        [
            ("sampleRate", 1.01, "Too big: expected number to be <=1"),
            ("sampleRate", -0.01, "Too small: expected number to be >=0"),
            ("sampleRate", "1", "Invalid input: expected number, received string"),
            ("maskLevel", "none", 'Invalid option: expected one of "strict"|"moderate"'),
            ("maxDuration", 0, "Too small: expected number to be >0"),
            ("maxDuration", 1.5, "Invalid input: expected int, received number"),
            ("blockSelector", None, "Invalid input: expected string, received null"),
        ],
    )
    def test_its_parts_have_bounds(self, update, field, value, text):
        response = update(replayConfig={**RECORDED, field: value})

        tree = {"replayConfig": {"errors": [], "properties": {field: {"errors": [text]}}}}
        assert pretty(response.json) == pretty(refusal(400, "Bad request", "bad-request", errors=[], properties=tree))

    def test_it_is_an_object(self, update):
        response = update(replayConfig=[])

        text = "Invalid input: expected object, received array"
        assert response.json["error"]["properties"] == {"replayConfig": {"errors": [text]}}


class TestTransfer:
    def test_ones_own_goes_into_a_team(self, client_of, ada, site, make_team, make_share, stored):
        team = make_team(ada)
        make_share(site, "link")

        response = client_of(ada).post(
            f"/api/websites/{site}/transfer", json={"teamId": str(team), "websiteId": str(site)}
        )

        website = stored(Website, site)
        assert response.status_code == 200
        assert pretty(response.json) == pretty(bare_website_body(website))
        assert (website.user_id, website.team_id) == (None, team)

    def test_a_teams_goes_to_its_owner_who_is_named_first(self, client_of, ada, make_team, make_website, stored):
        team = make_team(ada)
        site = make_website(team=team)

        response = client_of(ada).post(
            f"/api/websites/{site}/transfer", json={"teamId": str(team), "userId": str(ada.id)}
        )

        website = stored(Website, site)
        assert pretty(response.json) == pretty(bare_website_body(website))
        assert (website.user_id, website.team_id) == (ada.id, None)

    def test_somebody_must_be_named(self, client_of, ada, site):
        response = client_of(ada).post(f"/api/websites/{site}/transfer", json={})

        assert (response.status_code, response.json) == (400, bad_request("Bad request"))

    def test_an_admin_has_no_bypass(self, client_of, admin, site, make_team):
        response = client_of(admin).post(f"/api/websites/{site}/transfer", json={"teamId": str(make_team(admin))})

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)


def test_links_of_a_website_can_all_be_listed_after_each_change(update, client_of, ada, site):
    update(shareId="one")
    update(shareId="two")

    response = client_of(ada).get(f"/api/websites/{site}/shares")

    slugs = [share["slug"] for share in response.json["data"]]
    assert slugs == ["two", "one"]
    assert pretty(response.json) == pretty(page_body(*response.json["data"]))
    assert client_of(ada).delete(f"/api/websites/{site}").json == OK
