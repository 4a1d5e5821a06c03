"""``transferTo`` and ``keepGrants``: what survives a deletion. And users cannot grant anything to themselves."""

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import GrantedCapability
from app.services.access import grants
from tests.umami.test_deletions import wrong


@pytest.fixture
def ada(make_user):
    return make_user("ada")


class TestTransferTo:
    @pytest.fixture
    def site(self, ada, make_website):
        return make_website(owner=ada)

    @pytest.mark.parametrize("where", ["query", "body", "both"])
    def test_it_is_read_from_query_and_body(self, admin, client_of, ada, site, make_user, where):
        bob, client = make_user("bob"), client_of(admin)
        told = {"transferTo": str(bob.id)}

        response = client.delete(
            f"/api/users/{ada.id}",
            query_string=told if where != "body" else None,
            json=told if where != "query" else None,
        )

        assert (response.status_code, response.json) == (200, {"ok": True})
        assert client.get(f"/api/websites/{site}").json["userId"] == str(bob.id)

    def test_two_that_differ_are_refused(self, admin, client_of, ada, site, make_user):
        bob, eve, client = make_user("bob"), make_user("eve"), client_of(admin)

        answers = [
            client.delete(f"/api/users/{ada.id}?transferTo={bob.id}", json={"transferTo": str(eve.id)}),
            client.delete(f"/api/users/{ada.id}?transferTo={bob.id}&transferTo={eve.id}"),
        ]

        assert [(answer.status_code, answer.json) for answer in answers] == [
            (400, wrong("transferTo", "Given twice, with different values"))
        ] * 2
        assert client.get(f"/api/websites/{site}").json["userId"] == str(ada.id)

    @pytest.mark.parametrize("value", [None, "", "bob", 1])
    def test_what_is_no_id_is_refused(self, admin, client_of, ada, site, value):
        client = client_of(admin)

        response = client.delete(f"/api/users/{ada.id}", json={"transferTo": value})

        assert response.status_code == 400
        assert list(response.json["error"]["properties"]) == ["transferTo"]
        assert client.get(f"/api/users/{ada.id}").status_code == 200

    def test_permission_is_still_asked_before_that(self, client_of, make_user, ada):
        response = client_of(make_user("bob")).delete(f"/api/users/{ada.id}")

        assert response.status_code == 401


class TestLeavingATeam:
    """Grants on the team's websites end with the membership."""

    @pytest.fixture
    def world_of_blue(self, make_user, make_team, make_website, client_of, ada):
        owner = make_user("owner")
        team = make_team(owner, "Blue", manager=ada)
        sites = {"of the team": make_website(team=team), "another": make_website(owner=owner)}
        for site in sites.values():
            granted = client_of(owner).put(f"/api/websites/{site}/access/{ada.id}", json={"role": "admin"})
            assert granted.status_code == 200
        return owner, team, sites

    @pytest.fixture
    def reached(self, client_of, ada):
        """Return which of the websites she can still see."""

        def find(sites):
            client = client_of(ada)
            return {name for name, site in sites.items() if client.get(f"/api/websites/{site}").status_code == 200}

        return find

    @pytest.mark.parametrize("who", ["ada", "owner"])
    @pytest.mark.parametrize(
        ("query", "body", "kept"),
        [
            ({}, None, False),
            ({"keepGrants": "false"}, None, False),
            ({"keepGrants": "true"}, None, True),
            ({}, {"keepGrants": True}, True),
            ({}, {"keepGrants": False}, False),
            ({"keepGrants": "true"}, {"keepGrants": True}, True),
        ],
    )
    def test_unless_they_are_to_be_kept(self, client_of, ada, world_of_blue, reached, who, query, body, kept):
        owner, team, sites = world_of_blue
        client = client_of({"ada": ada, "owner": owner}[who])

        response = client.delete(f"/api/teams/{team}/users/{ada.id}", query_string=query, json=body)

        assert (response.status_code, response.json) == (200, {"ok": True})
        assert reached(sites) == ({*sites} if kept else {"another"})

    @pytest.mark.parametrize("value", ["yes", "1", "", "TRUE"])
    def test_other_words_are_refused(self, client_of, ada, world_of_blue, reached, value):
        _, team, sites = world_of_blue

        response = client_of(ada).delete(f"/api/teams/{team}/users/{ada.id}", query_string={"keepGrants": value})

        assert response.json == wrong("keepGrants", 'Invalid option: expected one of "true"|"false"')
        assert reached(sites) == {*sites}

    def test_capabilities_beside_the_place_in_the_team_end_as_well(
        self, client_of, ada, make_user, make_team, make_website, app
    ):
        team = make_team(make_user("owner"), "Green", member=ada)
        site = make_website(team=team)
        with app.app_context():
            grants.add_capabilities(OPERATOR, ada.id, [site], ["tagmanager_publish_live_container"])

        client_of(ada).delete(f"/api/teams/{team}/users/{ada.id}")

        with app.app_context(), transaction() as session:
            assert session.scalars(select(GrantedCapability.capability)).all() == []


class TestGrantingToOneself:
    def test_it_is_refused_with_a_reason(self, client_of, ada, make_user, make_team, make_website):
        site = make_website(team=make_team(make_user("owner"), manager=ada))

        response = client_of(ada).put(f"/api/websites/{site}/access/{ada.id}", json={"role": "admin"})

        assert (response.status_code, response.json) == (
            400,
            {
                "error": {
                    "message": "You cannot give yourself access to a website.",
                    "code": "bad-request",
                    "status": 400,
                    "reason": "own-grant",
                }
            },
        )

    def test_who_granted_is_shown(self, client_of, ada, make_user, make_website):
        bob = make_user("bob")
        site = make_website(owner=bob)

        made = client_of(bob).put(f"/api/websites/{site}/access/{ada.id}", json={"role": "view"})
        listed = client_of(ada).get(f"/api/users/{ada.id}/access")

        shown = {"source": "grant", "right": "view", "team": None}
        by_bob = [{**shown, "grantedBy": {"id": str(bob.id), "username": "bob"}}]
        assert made.json["reasons"] == by_bob
        assert listed.json["data"][0]["reasons"] == by_bob
