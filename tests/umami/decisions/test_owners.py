"""A team always has an owner, and managers cannot change owners."""

import pytest

from tests.umami.decisions.envelopes import NOT_IN_CHARGE, OK, bad_request


@pytest.fixture
def owner(make_user):
    return make_user("owner")


@pytest.fixture
def manager(make_user):
    return make_user("manager")


@pytest.fixture
def member(make_user):
    return make_user("member")


@pytest.fixture
def team(make_team, owner, manager, member):
    return make_team(owner, "Blue", manager=manager, member=member)


@pytest.fixture
def roles(client_of, admin, team):
    """``roles()`` returns the members' roles."""

    def read():
        listed = client_of(admin).get(f"/api/teams/{team}/users").json["data"]
        return {row["user"]["username"]: row["role"].removeprefix("team-") for row in listed}

    return read


UNCHANGED = {"owner": "owner", "manager": "manager", "member": "member"}
LAST_OWNER_DEMOTED = bad_request("The last owner of a team cannot be demoted.")
LAST_OWNER_LEAVES = bad_request("The last owner of a team cannot leave it.")


class TestOwnerOfATeam:
    @pytest.mark.parametrize("role", ["team-manager", "team-member", "team-view-only"])
    def test_a_manager_may_not_change_an_owner(self, client_of, team, owner, manager, roles, role):
        response = client_of(manager).post(f"/api/teams/{team}/users/{owner.id}", json={"role": role})

        assert response.status_code == 401
        assert response.json == NOT_IN_CHARGE
        assert roles() == UNCHANGED

    def test_a_manager_may_not_remove_an_owner(self, client_of, team, owner, manager, roles):
        response = client_of(manager).delete(f"/api/teams/{team}/users/{owner.id}")

        assert response.status_code == 401
        assert response.json == NOT_IN_CHARGE
        assert roles() == UNCHANGED

    def test_not_even_one_of_several(self, client_of, admin, team, owner, manager, member, roles):
        client_of(admin).post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-owner"})

        response = client_of(manager).delete(f"/api/teams/{team}/users/{owner.id}")

        assert response.status_code == 401
        assert roles() == {"owner": "owner", "manager": "manager", "member": "owner"}

    @pytest.mark.parametrize("who", ["manager", "member"])
    def test_a_manager_makes_no_owners(self, client_of, team, manager, member, roles, who):
        target = {"manager": manager, "member": member}[who]

        response = client_of(manager).post(f"/api/teams/{team}/users/{target.id}", json={"role": "team-owner"})

        assert response.status_code == 401
        assert response.json == NOT_IN_CHARGE
        assert roles() == UNCHANGED

    @pytest.mark.parametrize("who", ["owner", "admin"])
    def test_the_last_owner_cannot_be_demoted(self, client_of, team, owner, admin, roles, who):
        client = client_of({"owner": owner, "admin": admin}[who])

        response = client.post(f"/api/teams/{team}/users/{owner.id}", json={"role": "team-member"})

        assert response.status_code == 400
        assert response.json == LAST_OWNER_DEMOTED
        assert roles() == UNCHANGED

    @pytest.mark.parametrize("who", ["owner", "admin"])
    def test_the_last_owner_can_neither_leave_nor_be_removed(self, client_of, team, owner, admin, roles, who):
        client = client_of({"owner": owner, "admin": admin}[who])

        response = client.delete(f"/api/teams/{team}/users/{owner.id}")

        assert response.status_code == 400
        assert response.json == LAST_OWNER_LEAVES
        assert roles() == UNCHANGED

    def test_a_deleted_owner_does_not_count(self, client_of, admin, team, owner, member, roles, in_database):
        client_of(admin).post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-owner"})
        with in_database() as session:
            session.connection().exec_driver_sql(
                "UPDATE \"user\" SET deleted_at = created_at WHERE username = 'member'"
            )

        response = client_of(owner).delete(f"/api/teams/{team}/users/{owner.id}")

        assert response.status_code == 400
        assert response.json == LAST_OWNER_LEAVES
        assert roles() == {"owner": "owner", "manager": "manager"}


class TestHandingOver:
    @pytest.mark.parametrize("who", ["owner", "admin"])
    def test_owners_and_administrators_make_owners(self, client_of, team, owner, admin, member, roles, who):
        client = client_of({"owner": owner, "admin": admin}[who])

        response = client.post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-owner"})

        assert response.status_code == 200
        assert response.json == {
            "id": response.json["id"],
            "teamId": str(team),
            "userId": str(member.id),
            "role": "team-owner",
            "createdAt": response.json["createdAt"],
            "updatedAt": response.json["updatedAt"],
        }
        assert roles() == {"owner": "owner", "manager": "manager", "member": "owner"}

    def test_then_the_old_owner_may_step_down(self, client_of, team, owner, member, roles):
        client_of(owner).post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-owner"})

        response = client_of(owner).post(f"/api/teams/{team}/users/{owner.id}", json={"role": "team-member"})

        assert response.status_code == 200
        assert roles() == {"owner": "member", "manager": "manager", "member": "owner"}

    def test_or_leave(self, client_of, team, owner, member, roles):
        client_of(owner).post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-owner"})

        response = client_of(owner).delete(f"/api/teams/{team}/users/{owner.id}")

        assert response.status_code == 200
        assert response.json == OK
        assert roles() == {"manager": "manager", "member": "owner"}

    def test_somebody_outside_is_not_made_an_owner_in_one_step(self, client_of, team, owner, make_user, roles):
        outsider = make_user()

        response = client_of(owner).post(f"/api/teams/{team}/users/{outsider.id}", json={"role": "team-owner"})

        assert response.status_code == 400
        assert response.json == bad_request("The User does not exists on this team.")
        assert roles() == UNCHANGED

    def test_a_manager_still_changes_and_removes_the_others(self, client_of, team, manager, member, roles):
        client = client_of(manager)

        changed = client.post(f"/api/teams/{team}/users/{member.id}", json={"role": "team-view-only"})
        removed = client.delete(f"/api/teams/{team}/users/{member.id}")

        assert [changed.status_code, removed.status_code] == [200, 200]
        assert roles() == {"owner": "owner", "manager": "manager"}
