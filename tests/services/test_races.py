"""Real races: threads, each with its own client, on every database."""

import pytest

from tests.racing import ROUNDS, assert_sound, at_once, statuses

ADA = {"username": "ada", "password": "correct horse", "role": "user"}
SITE = {"name": "Site", "domain": "site.example"}
MANY = 8


@pytest.fixture(autouse=True)
def _sound_afterwards(app, admin):
    yield
    assert_sound(app)


@pytest.fixture
def clients(client_of):
    """``clients(person)``: MANY clients of one user."""
    return lambda person, number=MANY: [client_of(person) for _ in range(number)]


def messages(answers):
    return [answer.json["error"]["message"] for answer in answers if answer.status_code != 200]


class TestTheLastAdministrator:
    @pytest.fixture
    def rivals(self, admin, client_of, make_user):
        """The only two administrators, and a client of each."""
        other = make_user("rival", role="admin")
        return (admin, client_of(admin)), (other, client_of(other))

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_who_demote_each_other(self, rivals, round_):
        (ada, as_ada), (bob, as_bob) = rivals

        answers = at_once(
            lambda: as_ada.post(f"/api/users/{bob.id}", json={"role": "user"}),
            lambda: as_bob.post(f"/api/users/{ada.id}", json={"role": "user"}),
        )

        assert statuses(answers) in ([200, 400], [200, 401])
        assert messages(answers) in (["The last administrator cannot be demoted."], ["Unauthorized"])

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_who_step_down(self, rivals, round_):
        (ada, as_ada), (bob, as_bob) = rivals

        answers = at_once(
            lambda: as_ada.post(f"/api/users/{ada.id}", json={"role": "user"}),
            lambda: as_bob.post(f"/api/users/{bob.id}", json={"role": "view-only"}),
        )

        assert statuses(answers) == [200, 400]
        assert messages(answers) == ["The last administrator cannot be demoted."]

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_who_delete_each_other(self, rivals, round_):
        (ada, as_ada), (bob, as_bob) = rivals

        answers = at_once(
            lambda: as_ada.delete(f"/api/users/{bob.id}"),
            lambda: as_bob.delete(f"/api/users/{ada.id}"),
        )

        assert statuses(answers) in ([200, 400], [200, 401])
        assert messages(answers) in (["The last administrator cannot be deleted."], ["Unauthorized"])

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_one_who_deletes_and_one_who_demotes(self, rivals, round_):
        (ada, as_ada), (bob, as_bob) = rivals

        answers = at_once(
            lambda: as_ada.delete(f"/api/users/{bob.id}"),
            lambda: as_bob.post(f"/api/users/{ada.id}", json={"role": "user"}),
        )

        assert statuses(answers) in ([200, 400], [200, 401], [200, 404])


class TestTheSameNameTwice:
    def test_a_username(self, clients, admin):
        answers = at_once(*[lambda c=client: c.post("/api/users", json=ADA) for client in clients(admin)])

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["User already exists"] * (MANY - 1)

    def test_a_username_in_different_case(self, clients, admin):
        names = ["ada", "Ada", "ADA", "aDa", " ada", "ada ", "adA", "AdA"]

        answers = at_once(
            *[
                lambda c=client, n=name: c.post("/api/users", json={**ADA, "username": n})
                for client, name in zip(clients(admin), names, strict=True)
            ]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["User already exists"] * (MANY - 1)

    def test_a_name_that_several_are_given(self, clients, admin, make_user):
        people = [make_user() for _ in range(MANY)]

        answers = at_once(
            *[
                lambda c=client, p=person: c.post(f"/api/users/{p.id}", json={"username": "ada"})
                for client, person in zip(clients(admin), people, strict=True)
            ]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["User already exists"] * (MANY - 1)

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_names_that_are_swapped(self, clients, admin, make_user, round_):
        ada, bob = make_user("ada"), make_user("bob")
        first, second = clients(admin, 2)

        answers = at_once(
            lambda: first.post(f"/api/users/{ada.id}", json={"username": "bob"}),
            lambda: second.post(f"/api/users/{bob.id}", json={"username": "ada"}),
        )

        assert statuses(answers) == [400, 400]

    def test_a_slug_of_new_websites(self, clients, admin):
        answers = at_once(
            *[lambda c=client: c.post("/api/websites", json={**SITE, "shareId": "a-slug"}) for client in clients(admin)]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["That share ID is already taken."] * (MANY - 1)
        assert clients(admin, 1)[0].get("/api/websites").json["count"] == 1

    def test_a_slug_of_new_shares(self, clients, admin, make_website):
        body = {"entityId": str(make_website(owner=admin)), "shareType": 1, "name": "Link", "slug": "a-slug"}

        answers = at_once(
            *[lambda c=client: c.post("/api/share", json={**body, "parameters": {}}) for client in clients(admin)]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["That share ID is already taken."] * (MANY - 1)

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_slugs_that_are_swapped(self, clients, admin, make_website, make_share, round_):
        website = make_website(owner=admin)
        slugs = [make_share(website, slug) for slug in ("first", "second")]
        first, second = clients(admin, 2)
        ids = [first.get(f"/api/share/{slug}").json["shareId"] for slug in slugs]
        link = {"name": "Link", "parameters": {}}

        answers = at_once(
            lambda: first.post(f"/api/share/id/{ids[0]}", json={**link, "slug": "second"}),
            lambda: second.post(f"/api/share/id/{ids[1]}", json={**link, "slug": "first"}),
        )

        assert statuses(answers) == [400, 400]

    def test_a_membership(self, clients, admin, make_user, make_team):
        newcomer, team = make_user(), make_team(make_user())
        body = {"userId": str(newcomer.id), "role": "team-member"}

        answers = at_once(
            *[lambda c=client: c.post(f"/api/teams/{team}/users", json=body) for client in clients(admin)]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["User is already a member of the Team."] * (MANY - 1)

    def test_a_place_in_a_team_by_its_code(self, client_of, clients, make_user, make_team):
        owner, newcomer = make_user(), make_user()
        team = make_team(owner)
        code = client_of(owner).get(f"/api/teams/{team}").json["accessCode"]

        answers = at_once(
            *[lambda c=client: c.post("/api/teams/join", json={"accessCode": code}) for client in clients(newcomer)]
        )

        assert statuses(answers) == [200] + [400] * (MANY - 1)
        assert messages(answers) == ["User is already a team member."] * (MANY - 1)
