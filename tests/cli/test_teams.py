"""``frontdesk teams …``"""

import pytest

from tests.conftest import Person

KEYS = ["id", "name", "created_at"]
MEMBER = ["user_id", "username", "role", "created_at"]


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


@pytest.fixture
def bob(make_user) -> Person:
    return make_user("bob")


def roles(printed, team: str) -> list[tuple[str, str]]:
    return [(row["username"], row["role"]) for row in printed("teams", "members", team)["data"]]


class TestCreate:
    def test_it_has_an_owner_and_an_access_code_that_is_shown_on_request(self, printed, ada):
        made = printed("teams", "create", "Blue", "--owner", "ADA")

        assert list(made) == list(printed("teams", "show", "Blue")) == KEYS
        assert printed("teams", "show", "Blue", "--access-code")["access_code"].startswith("team_")
        (row,) = printed("teams", "list", "--access-code")["data"]
        assert row["access_code"].startswith("team_")
        assert roles(printed, "Blue") == [("ada", "team-owner")]

    def test_an_unknown_owner_is_refused(self, run):
        done = run("teams", "create", "Blue", "--owner", "nobody")

        assert (done.exit_code, done.output) == (4, "Error: There is no such user.\n")


class TestList:
    def test_websites_and_members_are_counted(self, printed, ada, bob, make_team, make_website):
        make_website(team=make_team(ada, "Blue", member=bob))

        page = printed("teams", "list", "--search", "lu")

        assert [list(row) for row in page["data"]] == [[*KEYS, "website_count", "member_count"]]
        assert [(row["website_count"], row["member_count"]) for row in page["data"]] == [(1, 2)]
        assert page["count"] == 1


class TestShow:
    @pytest.mark.parametrize("by", ["name", "id"])
    def test_by_name_or_id(self, printed, ada, make_team, by: str):
        team = make_team(ada, "Blue")

        found = printed("teams", "show", "Blue" if by == "name" else team)

        assert list(found) == KEYS
        assert found["id"] == str(team)

    def test_a_name_that_several_have_takes_an_id(self, run, ada, make_team):
        ids = sorted(make_team(ada, "Blue") for _ in range(2))

        done = run("teams", "show", "Blue")

        assert (done.exit_code, done.output) == (
            5,
            f"Error: More than one team has that name. Use the id instead: {ids[0]}, {ids[1]}\n",
        )

    def test_an_unknown_one_is_refused(self, run):
        done = run("teams", "show", "Blue")

        assert (done.exit_code, done.output) == (4, "Error: There is no such team.\n")


class TestMembers:
    def test_they_are_added_promoted_and_removed(self, printed, run, ada, bob, make_team):
        make_team(ada, "Blue")

        added = printed("teams", "add-member", "Blue", "BOB")
        promoted = run("teams", "set-member-role", "Blue", "bob", "team-manager")
        both = roles(printed, "Blue")
        removed = run("teams", "remove-member", "Blue", "bob")

        assert added == {"ok": True, "user_id": str(bob.id), "role": "team-member"}
        assert promoted.output == "bob now has the role team-manager.\n"
        assert both == [("ada", "team-owner"), ("bob", "team-manager")]
        assert removed.output == "bob is no longer in the team.\n"
        assert roles(printed, "Blue") == [("ada", "team-owner")]

    def test_their_list_has_stable_keys(self, printed, ada, make_team):
        make_team(ada, "Blue")

        page = printed("teams", "members", "Blue")

        assert [list(row) for row in page["data"]] == [MEMBER]
        assert page["count"] == 1

    def test_the_last_owner_stays(self, run, ada, make_team):
        make_team(ada, "Blue")

        done = run("teams", "remove-member", "Blue", "ada")

        assert (done.exit_code, done.stdout) == (5, "")
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1


class TestDelete:
    def test_it_asks_first(self, run, ada, make_team):
        make_team(ada, "Blue")

        done = run("teams", "delete", "Blue", stdin="\n")

        assert done.exit_code == 1
        assert done.stderr.startswith("Delete the team Blue permanently? [y/N]: ")
        assert run("teams", "show", "Blue").exit_code == 0

    def test_its_websites_pass_to_the_owner(self, run, printed, ada, make_team, make_website):
        website = make_website(team=make_team(ada, "Blue"))

        done = run("teams", "delete", "Blue", "--yes")

        assert (done.exit_code, done.output) == (0, "Deleted the team Blue.\n")
        found = printed("websites", "show", website)
        assert (found["user_id"], found["team_id"]) == (str(ada.id), None)
