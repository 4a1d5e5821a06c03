"""Real races: something is deleted while another user works with it, in threads, on every database."""

import pytest

from tests.racing import ROUNDS, assert_sound, at_once, statuses

SITE = {"name": "Site", "domain": "site.example"}

pytestmark = pytest.mark.parametrize("round_", range(ROUNDS))


@pytest.fixture(autouse=True)
def _sound_afterwards(app, admin):
    yield
    assert_sound(app)


class TestOwnersOfATeam:
    @pytest.fixture
    def owners(self, client_of, admin, make_user, make_team):
        """A team's two owners, a client of each, and the team."""
        ada, bob = make_user("ada"), make_user("bob")
        team = make_team(ada, member=[bob, make_user()])
        client_of(admin).post(f"/api/teams/{team}/users/{bob.id}", json={"role": "team-owner"})
        return (ada, client_of(ada)), (bob, client_of(bob)), f"/api/teams/{team}/users"

    def test_two_who_leave(self, owners, round_):
        (ada, as_ada), (bob, as_bob), members = owners

        answers = at_once(
            lambda: as_ada.delete(f"{members}/{ada.id}"),
            lambda: as_bob.delete(f"{members}/{bob.id}"),
        )

        assert statuses(answers) == [200, 400]

    def test_two_who_demote_each_other(self, owners, round_):
        (ada, as_ada), (bob, as_bob), members = owners

        answers = at_once(
            lambda: as_ada.post(f"{members}/{bob.id}", json={"role": "team-member"}),
            lambda: as_bob.post(f"{members}/{ada.id}", json={"role": "team-member"}),
        )

        assert statuses(answers) in ([200, 400], [200, 401])

    def test_one_who_leaves_and_one_who_is_deleted(self, owners, client_of, admin, round_):
        (ada, as_ada), (bob, _), members = owners
        as_admin = client_of(admin)

        answers = at_once(
            lambda: as_ada.delete(f"{members}/{ada.id}"),
            lambda: as_admin.delete(f"/api/users/{bob.id}"),
        )

        assert answers[1].status_code == 200
        assert statuses(answers) in ([200, 200], [200, 400])


class TestATeamThatGoes:
    @pytest.fixture
    def owner(self, make_user):
        return make_user()

    @pytest.fixture
    def team(self, make_team, make_website, owner, make_user):
        team = make_team(owner, manager=make_user("manager"))
        make_website(team=team)
        return f"/api/teams/{team}"

    @pytest.mark.parametrize("what", ["website", "member", "name", "role", "join"])
    def test_while_somebody_works_in_it(self, client_of, admin, owner, team, make_user, what, round_):
        going, working = client_of(owner), client_of(admin)
        newcomer = make_user()
        manager = working.get("/api/admin/users?search=manager").json["data"][0]["id"]
        joining, code = client_of(newcomer), going.get(team).json["accessCode"]
        work = {
            "website": lambda: working.post(f"{team}/websites", json=SITE),
            "member": lambda: working.post(f"{team}/users", json={"userId": str(newcomer.id), "role": "team-member"}),
            "name": lambda: working.post(team, json={"name": "Blue"}),
            "role": lambda: working.post(f"{team}/users/{manager}", json={"role": "team-owner"}),
            "join": lambda: joining.post("/api/teams/join", json={"accessCode": code}),
        }[what]

        answers = at_once(lambda: going.delete(team), work)

        assert answers[0].status_code == 200
        assert statuses(answers) in ([200, 200], [200, 400], [200, 404])

    def test_twice(self, client_of, owner, admin, team, round_):
        first, second = client_of(owner), client_of(admin)

        answers = at_once(lambda: first.delete(team), lambda: second.delete(team))

        assert statuses(answers) in ([200, 401], [200, 404])

    def test_while_its_owner_goes(self, client_of, owner, admin, team, round_):
        first, second = client_of(owner), client_of(admin)

        answers = at_once(lambda: first.delete(team), lambda: second.delete(f"/api/users/{owner.id}"))

        assert answers[1].status_code == 200
        assert statuses(answers) in ([200, 200], [200, 401], [200, 404])


class TestAUserWhoGoes:
    @pytest.fixture
    def ada(self, make_user):
        return make_user("ada")

    @pytest.fixture
    def team(self, make_team, make_user, ada):
        """A team of ada's with another member."""
        return make_team(make_user(), member=ada)

    @pytest.mark.parametrize("what", ["website", "website of a team", "team", "team by another", "member", "login"])
    def test_while_something_is_made_for_them(self, client_of, anonymous, admin, ada, team, make_user, what, round_):
        going, working, own = client_of(admin), client_of(admin), client_of(ada)
        another = working.post("/api/teams", json={"name": "Another"}).json[0]["id"]
        work = {
            "website": lambda: own.post("/api/websites", json=SITE),
            "website of a team": lambda: own.post(f"/api/teams/{team}/websites", json=SITE),
            "team": lambda: own.post("/api/teams", json={"name": "Blue"}),
            "team by another": lambda: working.post("/api/teams", json={"name": "Blue", "ownerId": str(ada.id)}),
            "member": lambda: working.post(
                f"/api/teams/{another}/users", json={"userId": str(ada.id), "role": "team-member"}
            ),
            "login": lambda: anonymous.post(
                "/api/auth/login", json={"username": ada.username, "password": ada.password}
            ),
        }[what]

        answers = at_once(lambda: going.delete(f"/api/users/{ada.id}"), work)

        assert answers[0].status_code == 200
        assert statuses(answers) in ([200, 200], [200, 400], [200, 401])

    def test_while_they_hand_a_website_to_a_team(
        self, client_of, admin, make_team, make_website, ada, make_user, round_
    ):
        team = make_team(ada, manager=make_user())
        website = make_website(owner=ada)
        going, own = client_of(admin), client_of(ada)

        answers = at_once(
            lambda: going.delete(f"/api/users/{ada.id}"),
            lambda: own.post(f"/api/websites/{website}/transfer", json={"teamId": str(team)}),
        )

        assert answers[0].status_code == 200
        assert statuses(answers) in ([200, 200], [200, 401])

    def test_two_who_shall_inherit_from_each_other(
        self, client_of, admin, make_user, make_team, make_website, ada, round_
    ):
        bob = make_user("bob")
        for person in (ada, bob):
            make_team(person, "Alone")
            make_website(owner=person)
        make_team(ada, "Both", member=bob)
        first, second = client_of(admin), client_of(admin)

        answers = at_once(
            lambda: first.delete(f"/api/users/{ada.id}?transferTo={bob.id}"),
            lambda: second.delete(f"/api/users/{bob.id}?transferTo={ada.id}"),
        )

        assert statuses(answers) == [200, 400]
        assert client_of(admin).get("/api/admin/websites").json["count"] == 2
        assert client_of(admin).get("/api/admin/teams").json["count"] == 3

    def test_twice(self, client_of, admin, ada, round_):
        first, second = client_of(admin), client_of(admin)

        answers = at_once(*[lambda c=client: c.delete(f"/api/users/{ada.id}") for client in (first, second)])

        assert statuses(answers) == [200, 404]


class TestAWebsiteThatGoes:
    @pytest.mark.parametrize("what", ["change", "reset", "links", "link", "transfer", "again"])
    def test_while_somebody_works_with_it(
        self, client_of, make_user, make_team, make_website, make_share, what, round_
    ):
        owner = make_user()
        website, team = make_website(owner=owner), make_team(owner)
        for _ in range(3):
            make_share(website)
        going, working, path = client_of(owner), client_of(owner), f"/api/websites/{website}"
        work = {
            "change": lambda: working.post(path, json={"name": "Blue"}),
            "reset": lambda: working.post(f"{path}/reset"),
            "links": lambda: working.post(path, json={"shareId": None}),
            "link": lambda: working.post(f"{path}/shares", json={"name": "Link"}),
            "transfer": lambda: working.post(f"{path}/transfer", json={"teamId": str(team)}),
            "again": lambda: working.delete(path),
        }[what]

        answers = at_once(lambda: going.delete(path), work)

        assert 200 in statuses(answers)
        assert set(statuses(answers)) <= {200, 400, 401}
        assert going.get(path).status_code == 401
