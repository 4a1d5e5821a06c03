"""What is deleted with a user or a team, and what passes to others."""

import pytest
from sqlalchemy import select

from app.models import Membership, Team, Website
from tests.umami.decisions.envelopes import NOWHERE, OK, TEAM_NOT_FOUND, UNAUTHORIZED, bad_fields


@pytest.fixture
def holders(in_database):
    """Return the owners of all websites by name: the user's id and the team's id."""

    def read():
        with in_database() as session:
            return {
                row.name: row.user_id or row.team_id
                for row in session.scalars(select(Website).where(Website.deleted_at.is_(None)))
            }

    return read


@pytest.fixture
def team_roles(in_database):
    """``team_roles(team)`` returns roles by user id, or None if the team has been deleted."""

    def read(team):
        with in_database() as session:
            if session.get(Team, team) is None:
                return None
            rows = session.scalars(select(Membership).where(Membership.team_id == team))
            return {row.user_id: row.role.removeprefix("team-") for row in rows}

    return read


@pytest.fixture
def delete(client_of, admin):
    """``delete(person, transferTo=…)`` deletes a user as an administrator."""
    return lambda person, **query: client_of(admin).delete(f"/api/users/{person.id}", query_string=query)


class TestDeletingATeam:
    def test_its_websites_pass_to_its_owner(self, client_of, make_user, make_team, make_website, holders, team_roles):
        owner = make_user()
        team = make_team(owner, manager=make_user())
        make_website("Blue", team=team)

        response = client_of(owner).delete(f"/api/teams/{team}")

        assert response.status_code == 200
        assert response.json == OK
        assert holders() == {"Blue": owner.id}
        assert team_roles(team) is None

    def test_to_the_oldest_of_several(self, client_of, admin, make_user, make_team, make_website, holders):
        oldest, second = make_user(), make_user()
        team = make_team(oldest, member=second)
        client_of(admin).post(f"/api/teams/{team}/users/{second.id}", json={"role": "team-owner"})
        make_website("Blue", team=team)

        client_of(second).delete(f"/api/teams/{team}")

        assert holders() == {"Blue": oldest.id}

    def test_their_public_links_go_on(self, client_of, anonymous, make_user, make_team, make_website, make_share):
        owner = make_user()
        team = make_team(owner)
        slug = make_share(make_website(team=team))

        client_of(owner).delete(f"/api/teams/{team}")

        assert anonymous.get(f"/api/share/{slug}").status_code == 200

    def test_former_members_are_outsiders(self, client_of, admin, make_user, make_team, make_website):
        owner, member = make_user(), make_user()
        team = make_team(owner, member=member)
        website = make_website(team=team)

        client_of(owner).delete(f"/api/teams/{team}")

        assert client_of(member).get(f"/api/websites/{website}").json == UNAUTHORIZED
        assert client_of(admin).get(f"/api/teams/{team}").json == TEAM_NOT_FOUND


class TestDeletingAUser:
    def test_websites_and_their_links_go_with_it(self, anonymous, delete, make_user, make_website, make_share, holders):
        ada, bob = make_user(), make_user()
        slug = make_share(make_website("Ada's", owner=ada))
        make_website("Bob's", owner=bob)

        response = delete(ada)

        assert response.status_code == 200
        assert response.json == OK
        assert holders() == {"Bob's": bob.id}
        assert anonymous.get(f"/api/share/{slug}").status_code == 404

    def test_memberships_end(self, delete, make_user, make_team, team_roles):
        owner, ada = make_user(), make_user()
        team = make_team(owner, member=ada)

        delete(ada)

        assert team_roles(team) == {owner.id: "owner"}

    def test_what_the_user_made_for_a_team_stays(self, client_of, delete, make_user, make_team, holders, in_database):
        owner, ada = make_user(), make_user()
        team = make_team(owner, member=ada)
        made = client_of(ada).post(
            "/api/websites", json={"name": "Blue", "domain": "blue.example", "teamId": str(team)}
        )

        delete(ada)

        assert made.json["createdBy"] == str(ada.id)
        assert holders() == {"Blue": team}
        with in_database() as session:
            assert session.scalars(select(Website.created_by)).all() == [None]


class TestTeamsOfADeletedUser:
    @pytest.mark.parametrize("standing", ["manager", "member", "view_only"])
    def test_a_team_passes_to_the_next_in_line(self, delete, make_user, make_team, make_website, team_roles, standing):
        owner, heir = make_user(), make_user()
        team = make_team(owner, **{standing: heir})
        make_website("Blue", team=team)

        delete(owner)

        assert team_roles(team) == {heir.id: "owner"}

    def test_managers_go_before_members_whoever_came_first(self, delete, make_user, make_team, team_roles):
        owner, member, first, second = (make_user() for _ in range(4))
        team = make_team(owner, member=member, manager=[first, second])

        delete(owner)

        assert team_roles(team) == {member.id: "member", first.id: "owner", second.id: "manager"}

    def test_co_owners_keep_the_team_as_it_is(self, client_of, admin, delete, make_user, make_team, team_roles):
        owner, other, manager = (make_user() for _ in range(3))
        team = make_team(owner, manager=[other, manager])
        client_of(admin).post(f"/api/teams/{team}/users/{other.id}", json={"role": "team-owner"})

        delete(owner)

        assert team_roles(team) == {other.id: "owner", manager.id: "manager"}

    def test_a_team_left_empty_goes_with_its_websites(
        self, delete, make_user, make_team, make_website, holders, team_roles
    ):
        owner = make_user()
        team = make_team(owner)
        make_website("Blue", team=team)

        delete(owner)

        assert team_roles(team) is None
        assert holders() == {}


class TestTransferTo:
    def test_the_heir_gets_websites_and_sole_ownerships(
        self, delete, make_user, make_team, make_website, holders, team_roles
    ):
        ada, heir, manager = (make_user() for _ in range(3))
        led, alone = make_team(ada, "Led", manager=manager), make_team(ada, "Alone")
        make_website("Ada's", owner=ada)
        make_website("Of the team", team=alone)

        response = delete(ada, transferTo=str(heir.id))

        assert response.status_code == 200
        assert response.json == OK
        assert holders() == {"Ada's": heir.id, "Of the team": alone}
        assert team_roles(led) == {manager.id: "manager", heir.id: "owner"}
        assert team_roles(alone) == {heir.id: "owner"}

    def test_an_heir_who_is_a_member_already_becomes_the_owner(self, delete, make_user, make_team, team_roles):
        ada, heir, manager = (make_user() for _ in range(3))
        team = make_team(ada, manager=manager, view_only=heir)

        delete(ada, transferTo=str(heir.id))

        assert team_roles(team) == {manager.id: "manager", heir.id: "owner"}

    def test_teams_with_another_owner_are_not_the_heirs(
        self, client_of, admin, delete, make_user, make_team, team_roles
    ):
        ada, heir, other = (make_user() for _ in range(3))
        team = make_team(ada, manager=other)
        client_of(admin).post(f"/api/teams/{team}/users/{other.id}", json={"role": "team-owner"})

        delete(ada, transferTo=str(heir.id))

        assert team_roles(team) == {other.id: "owner"}

    def test_an_heir_whom_nobody_knows_is_refused_and_nothing_deleted(
        self, client_of, admin, delete, make_user, make_website, holders
    ):
        ada = make_user("ada")
        make_website("Ada's", owner=ada)

        response = delete(ada, transferTo=NOWHERE)

        assert response.status_code == 400
        assert response.json == bad_fields(transferTo="User not found")
        assert client_of(admin).get(f"/api/users/{ada.id}").json["username"] == "ada"
        assert holders() == {"Ada's": ada.id}

    def test_nobody_inherits_from_themselves(self, delete, make_user):
        ada = make_user()

        response = delete(ada, transferTo=str(ada.id).upper())

        assert response.status_code == 400
        assert response.json == bad_fields(transferTo="Must be a different user")

    def test_an_heir_is_named_by_an_id(self, delete, make_user):
        response = delete(make_user(), transferTo="bob")

        assert response.status_code == 400
        assert response.json == bad_fields(transferTo="Invalid UUID")
