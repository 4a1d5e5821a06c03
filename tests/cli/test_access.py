"""``frontdesk grants …`` and ``frontdesk access``"""

import pytest

from app.models import ANONYMOUS_ID
from tests.cli.conftest import unknown
from tests.conftest import Person

PUBLISH = "tagmanager_publish_live_container"


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


@pytest.fixture
def site(make_user, make_website):
    return make_website("Shop", "shop.example", owner=make_user("bob"))


@pytest.fixture
def row(ada, site):
    """The expected output for ada's grant."""

    def shown(number: int, role: str, granted: list[str], implied: list[str]):
        return {
            "user": {"id": str(ada.id), "username": "ada", "pending": False},
            "website": {"id": str(site), "name": "Shop", "domain": "shop.example", "number": number},
            "right": role,
            "capabilities": {"granted": granted, "implied": implied},
            "reasons": [{"source": "grant", "right": role, "team": None, "grantedBy": None}],
        }

    return shown


class TestSetAndRemove:
    @pytest.mark.parametrize("name", ["Shop", "shop.example", "id"])
    def test_the_website_is_called_by_name_domain_or_id(self, printed, ada, site, row, name):
        made = printed("grants", "set", "ADA", site if name == "id" else name, "view")

        assert made == row(made["website"]["number"], "view", [], [])

    def test_capabilities_stay_unless_others_or_none_are_named(self, printed, ada, site):
        def granted(*options):
            return printed("grants", "set", "ada", "Shop", *options)["capabilities"]["granted"]

        assert granted("view", "--capability", PUBLISH, "--capability", "tagmanager_write") == [
            "tagmanager_write",
            PUBLISH,
        ]
        assert granted("write") == [PUBLISH]
        assert granted("write", "--no-capabilities") == []

    def test_people_read_a_table(self, run, ada, site):
        done = run("grants", "set", "ada", "Shop", "view", "--capability", PUBLISH)

        assert done.exit_code == 0
        lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
        assert [line for line in lines if line[0] != "number"] == [
            ["user", "ada"],
            ["website", "Shop"],
            ["domain", "shop.example"],
            ["right", "view"],
            ["capabilities", PUBLISH],
            ["why", "view by grant"],
        ]

    def test_removing_says_so_also_when_there_was_nothing(self, run, printed, ada, site):
        run("grants", "set", "ada", "Shop", "admin")

        told = printed("grants", "delete", "ada", "Shop", "--yes")
        again = run("grants", "delete", "ada", "Shop", "--yes")

        assert told == {"ok": True, "user_id": str(ada.id), "website_id": str(site)}
        assert (again.exit_code, again.stdout) == (0, "ada has no grant on the website Shop.\n")
        assert printed("access", "ada")["data"] == []

    def test_the_account_of_those_who_are_not_logged_in(self, printed, run, site):
        made = printed("grants", "set", "anonymous", "Shop", "view")
        refused = run("grants", "set", "Anonymous", "Shop", "write")

        assert made["user"]["id"] == str(ANONYMOUS_ID)
        assert (refused.exit_code, refused.stderr) == (
            5,
            "Error: The account 'anonymous' can only have view access.\n",
        )
        assert [row["right"] for row in printed("access", "anonymous")["data"]] == ["view"]

    @pytest.mark.parametrize(
        ("arguments", "code", "message"),
        [
            (("ada", "Shop", "owner"), 2, "'owner' is not one of 'view', 'write', 'admin'."),
            (("ada", "Shop", "view", "--capability", "x"), 6, "capabilities: Unknown capability: x"),
            (
                ("ada", "Shop", "view", "--capability", "x", "--no-capabilities"),
                2,
                "Specify either --capability or --no-capabilities, not both.",
            ),
            (("eve", "Shop", "view"), 4, unknown("user")),
            (("ada", "Nowhere", "view"), 4, unknown("website")),
            (("admin", "Shop", "view"), 5, "admin is an administrator and already has full access to every website."),
        ],
    )
    def test_what_cannot_be_is_refused(self, run, admin, ada, site, arguments, code, message):
        done = run("grants", "set", *arguments)

        assert done.exit_code == code
        assert done.stderr.endswith(f"{message}\n")


class TestLists:
    @pytest.fixture
    def blue(self, make_team, make_website, ada, make_user):
        """A team's website."""
        return make_website("Blog", "blog.example", team=make_team(make_user("carl"), "Blue", view_only=ada))

    def test_access_tells_every_website_and_why(self, run, printed, ada, site, blue):
        run("grants", "set", "ada", "Shop", "write", "--capability", PUBLISH)

        done, told = run("access", "ada"), printed("access", "ADA")

        head, *lines = done.stdout.splitlines()
        assert head.split() == ["website", "domain", "number", "right", "capabilities", "why"]
        words = [line.split() for line in lines]
        assert [line[:2] + line[3:] for line in words] == [
            ["Blog", "blog.example", "view", "view", "as", "team-view-only", "of", "Blue"],
            ["Shop", "shop.example", "write", PUBLISH, "write", "by", "grant"],
        ]
        assert done.stderr == "2 of 2\n"
        assert told["count"] == 2
        assert [(row["website"]["name"], row["right"]) for row in told["data"]] == [("Blog", "view"), ("Shop", "write")]
        assert told["data"][0]["reasons"][0]["team"]["role"] == "team-view-only"
        assert printed("grants", "list", "--user", "ada") == told

    def test_one_of_a_website_tells_everybody_and_why(self, run, printed, admin, ada, site):
        run("grants", "set", "ada", "Shop", "view")

        lines = run("grants", "list", "--website", "Shop").stdout.splitlines()[1:]
        told = printed("grants", "list", "--website", "Shop", "--search", "AD")

        assert [line.split() for line in lines] == [
            ["ada", "false", "view", "view", "by", "grant"],
            ["admin", "false", "admin", "administrator"],
            ["bob", "false", "admin", "owner"],
        ]
        assert [row["user"]["username"] for row in told["data"]] == ["ada", "admin"]

    def test_they_come_in_pages_and_are_searched(self, printed, ada, site, blue, run):
        run("grants", "set", "ada", "Shop", "view")

        second = printed("access", "ada", "--page-size", 1, "--page", 2)
        found = printed("access", "ada", "--search", "BLOG")

        assert ([row["website"]["name"] for row in second["data"]], second["count"]) == (["Shop"], 2)
        assert ([row["website"]["name"] for row in found["data"]], found["count"]) == (["Blog"], 1)

    @pytest.mark.parametrize("options", [(), ("--website", "Shop", "--user", "ada")], ids=["none", "both"])
    def test_a_list_is_of_one_user_or_one_website(self, run, options):
        done = run("grants", "list", *options)

        assert done.exit_code == 2
        assert done.stderr.endswith("Error: Specify either --website or --user.\n")

    def test_an_unknown_user_has_none(self, run):
        assert run("access", "eve").stderr == f"Error: {unknown('user')}\n"
