"""``frontdesk websites …``"""

import pytest

from tests.cli.conftest import unknown
from tests.conftest import Person

KEYS = ["id", "name", "domain", "user_id", "team_id", "share_slug", "created_at"]


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


class TestCreate:
    def test_for_a_user(self, printed, ada):
        made = printed("websites", "create", "Site", "site.example", "--owner", "ADA")

        assert list(made) == KEYS
        assert (made["name"], made["domain"]) == ("Site", "site.example")
        assert (made["user_id"], made["team_id"]) == (str(ada.id), None)

    def test_for_a_team_with_an_id(self, printed, ada, make_team):
        team, chosen = make_team(ada, "Blue"), "0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55"

        made = printed("websites", "create", "Site", "site.example", "--team", "Blue", "--id", chosen)

        assert (made["id"], made["user_id"], made["team_id"]) == (chosen, None, str(team))

    @pytest.mark.parametrize("options", [(), ("--owner", "ada", "--team", "Blue")], ids=["none", "both"])
    def test_exactly_one_owner_is_named(self, run, options: tuple[str, ...]):
        done = run("websites", "create", "Site", "site.example", *options)

        assert done.exit_code == 2
        assert done.stderr.endswith("Error: Specify either --owner or --team.\n")


class TestList:
    def test_all_or_those_of_a_user_or_a_team(self, printed, ada, make_team, make_website):
        make_website("Own", owner=ada)
        make_website("Shared", team=make_team(ada, "Blue"))

        names = {
            options: [row["name"] for row in printed("websites", "list", *options)["data"]]
            for options in [(), ("--user", "ada"), ("--team", "Blue"), ("--search", "OWN"), ("--page", "2")]
        }

        assert names == {
            (): ["Shared", "Own"],
            ("--user", "ada"): ["Own"],
            ("--team", "Blue"): ["Shared"],
            ("--search", "OWN"): ["Own"],
            ("--page", "2"): [],
        }

    @pytest.mark.parametrize("options", [(), ("--user", "ada"), ("--team", "Blue")], ids=["all", "user", "team"])
    def test_the_keys_are_always_the_same(self, printed, ada, make_team, make_website, options: tuple[str, ...]):
        make_website("Own", owner=ada)
        make_website("Shared", team=make_team(ada, "Blue"))

        page = printed("websites", "list", *options)

        assert {tuple(row) for row in page["data"]} == {tuple(KEYS)}
        assert page["count"] == len(page["data"])

    def test_a_user_and_a_team_exclude_each_other(self, run):
        done = run("websites", "list", "--user", "ada", "--team", "Blue")

        assert done.exit_code == 2
        assert done.stderr.endswith("Error: Specify either --user or --team, not both.\n")


class TestShow:
    @pytest.mark.parametrize("by", ["id", "name", "domain"])
    def test_by_id_name_or_domain(self, printed, ada, make_website, make_share, by: str):
        website = make_website("Site", "site.example", owner=ada)
        slug = make_share(website)

        found = printed("websites", "show", {"id": website, "name": "Site", "domain": "site.example"}[by])

        assert list(found) == KEYS
        assert (found["id"], found["share_slug"]) == (str(website), slug)

    def test_an_unknown_one_is_refused(self, run):
        done = run("websites", "show", "nowhere.example")

        assert (done.exit_code, done.output) == (4, f"Error: {unknown('website')}\n")


class TestUpdate:
    def test_name_and_domain(self, printed, ada, make_website):
        make_website("Site", "site.example", owner=ada)

        changed = printed("websites", "update", "Site", "--name", "New", "--domain", "new.example")

        assert (changed["name"], changed["domain"]) == ("New", "new.example")

    def test_nothing_to_change_is_wrong_usage(self, run):
        done = run("websites", "update", "Site")

        assert done.exit_code == 2
        assert done.stderr.endswith("Error: Nothing to change: specify --name or --domain.\n")


class TestDelete:
    def test_it_asks_first_then_deletes(self, run, ada, make_website):
        make_website("Site", "site.example", owner=ada)

        asked = run("websites", "delete", "Site", typed="no\n")
        done = run("websites", "delete", "Site", typed="yes\n")

        assert asked.exit_code == 1
        assert asked.stderr.startswith("Delete the website Site (site.example) permanently? [y/N]: ")
        assert (done.exit_code, done.stdout) == (0, "Deleted the website Site.\n")
        assert run("websites", "show", "Site").exit_code == 4
