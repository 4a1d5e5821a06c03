"""
Reports of access, with the cases of Matomo's own tests: ``getSitesAccessFromUser``, ``getSitesAccessForUser``,
``getUsersAccessFromSite``, ``getUsersSitesFromAccess`` and ``getUsersWithSiteAccess``.
"""

import pytest

from app.db.session import transaction
from app.models import WebsiteProfile
from tests.matomo.conftest import failure
from tests.matomo.users import says

FROM_USER, FOR_USER = "UsersManager.getSitesAccessFromUser", "UsersManager.getSitesAccessForUser"
TOTAL, HAS_SOME = "X-Matomo-Total-Results", "X-Matomo-Has-Some"


@pytest.fixture
def ada(add):
    return add("ada")


class TestOrder:
    NAMES = ("Alpha", "alpha two", "Beta", "eta", "Ten", "zeta", "Zeta", "Émile", "Ünï ☃")

    def names(self, caller, **parameters):
        return [row["site_name"] for row in caller.call(FOR_USER, userLogin="ada", **parameters).json]

    def test_sites_come_by_name_without_regard_to_case(self, superuser, ada):
        for name in reversed(self.NAMES):
            superuser.call("SitesManager.addSite", siteName=name)

        found = self.names(superuser)

        assert [name.casefold() for name in found] == [name.casefold() for name in self.NAMES]
        assert self.names(superuser, limit=3) + self.names(superuser, limit=20, offset=3) == found
        assert self.names(superuser, filter_access="noaccess") == found
        assert self.names(superuser, filter_search="ALPHA") == ["Alpha", "alpha two"]


class TestFromUser:
    def test_nothing_then_everything(self, superuser, root, ada, sites):
        assert superuser.call(FROM_USER, userLogin="ada").text == "[]"

        superuser.call(
            "UsersManager.setSuperUserAccess",
            userLogin="ada", hasSuperUserAccess="1", passwordConfirmation=root.password,
        )  # fmt: skip

        assert superuser.call(FROM_USER, userLogin="ada").json == [{"site": site, "access": "admin"} for site in sites]

    def test_an_entry_for_the_role_and_one_for_each_capability(self, superuser, ada, sites, give):
        give("ada", "admin", sites[1])
        give("ada", ["view", "tagmanager_write", "tagmanager_publish_live_container"], sites[0])

        assert superuser.call(FROM_USER, userLogin="ada").json == [
            {"site": sites[0], "access": "view"},
            {"site": sites[0], "access": "tagmanager_publish_live_container"},
            {"site": sites[0], "access": "tagmanager_write"},
            {"site": sites[1], "access": "admin"},
        ]

    def test_in_xml(self, superuser, ada, sites, give):
        give("ada", "view", sites[0])

        assert superuser.xml(FROM_USER, userLogin="ada") == (
            f"<result>\n\t<row>\n\t\t<site>{sites[0]}</site>\n\t\t<access>view</access>\n\t</row>\n</result>"
        )

    def test_rights_of_every_kind_the_strongest_of_each_site(
        self, superuser, ada, root, make_team, make_website, number
    ):
        team = make_team(root, member=ada)
        own, of_team = number(make_website(owner=ada)), number(make_website(team=team))
        superuser.call("UsersManager.setUserAccess", userLogin="ada", access="view", idSites=[of_team, own])

        assert superuser.call(FROM_USER, userLogin="ada").json == [
            {"site": own, "access": "admin"},
            {"site": of_team, "access": "write"},
        ]

    def test_deleted_sites_are_gone(self, superuser, root, ada, sites, give, client_of, make_website, number):
        website = make_website(owner=root)
        give("ada", "view", number(website))

        client_of(root).delete(f"/api/websites/{website}")

        assert superuser.call(FROM_USER, userLogin="ada").json == []

    @pytest.mark.parametrize("whose", ["ada", "superUserLogin"])
    def test_cut_in_the_database(self, superuser, ada, sites, give, whose):
        give("ada", "admin", *sites)

        response = superuser.call(FROM_USER, userLogin=whose, filter_limit=2, filter_offset=1)

        assert [row["site"] for row in response.json] == sites[1:3]
        assert response.headers[TOTAL] == "4"

    def test_anonymous_has_nothing_before_it_is_given_something(self, superuser, sites, give):
        assert superuser.call(FROM_USER, userLogin="anonymous").json == []

        give("anonymous", "view", sites[0])

        assert superuser.call(FROM_USER, userLogin="anonymous").json == [{"site": sites[0], "access": "view"}]

    def test_unknown(self, superuser):
        assert superuser.call(FROM_USER, userLogin="foobar").json == failure(says.no_user("foobar"))

    def test_as_a_site_admin(self, ada, sites, give, caller_of):
        give("ada", "admin", sites[0])

        response = caller_of(ada).call(FROM_USER, userLogin="ada")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SUPERUSER))


class TestForUser:
    def test_all_sites_with_what_there_is(self, superuser, ada, sites, give):
        give("ada", "admin", sites[0])
        give("ada", ["view", "tagmanager_write"], *sites[1:3])

        response = superuser.call(FOR_USER, userLogin="ada")

        assert response.text == (
            f'[{{"idsite":{sites[0]},"site_name":"test1","role":"admin","capabilities":[]}},'
            f'{{"idsite":{sites[1]},"site_name":"test2","role":"view","capabilities":["tagmanager_write"]}},'
            f'{{"idsite":{sites[2]},"site_name":"test3","role":"view","capabilities":["tagmanager_write"]}},'
            f'{{"idsite":{sites[3]},"site_name":"test4","role":"noaccess","capabilities":[]}}]'
        )
        assert (response.headers[TOTAL], response.headers[HAS_SOME]) == ("4", "1")

    def test_in_xml(self, superuser, ada, sites, give):
        give("ada", ["view", "tagmanager_write"], sites[0])

        assert superuser.xml(FOR_USER, userLogin="ada", filter_access="view") == (
            "<result>\n\t<row>\n"
            f"\t\t<idsite>{sites[0]}</idsite>\n\t\t<site_name>test1</site_name>\n\t\t<role>view</role>\n"
            "\t\t<capabilities>\n\t\t\t<row>tagmanager_write</row>\n\t\t</capabilities>\n"
            "\t</row>\n</result>"
        )

    def test_limit_and_offset(self, superuser, ada, sites):
        """An offset without a limit is ignored."""
        response = superuser.call(FOR_USER, userLogin="ada", limit=2, offset=1)

        assert [row["idsite"] for row in response.json] == sites[1:3]
        assert response.headers[TOTAL] == "4"
        assert len(superuser.call(FOR_USER, userLogin="ada", offset=1).json) == 4

    def test_search_in_name_address_and_group(self, superuser, root, ada, make_website, number, app):
        """One site matches by name, one by URL, one by group; a fourth does not match."""
        named = number(make_website("c searchTerm", "c.example", owner=root))
        addressed = number(make_website("a", "searchterm.example", owner=root))
        grouped_id = make_website("b", "b.example", owner=root)
        make_website("d", "d.example", owner=root)
        with app.app_context(), transaction() as session:
            session.merge(WebsiteProfile(website_id=grouped_id, urls=[], settings={"group": "SearchTerm group"}))

        response = superuser.call(FOR_USER, userLogin="ada", filter_search="searchTerm")

        assert [row["idsite"] for row in response.json] == [addressed, number(grouped_id), named]
        assert response.headers[TOTAL] == "3"
        assert HAS_SOME not in response.headers

    @pytest.mark.parametrize("blank", ["  ", " \n"])
    def test_spaces_around_a_search_do_not_count(self, superuser, ada, sites, make_website, number, root, blank):
        named = number(make_website("searchTerm site", owner=root))

        response = superuser.call(FOR_USER, userLogin="ada", filter_search=f"{blank}searchTerm{blank}")
        everything = superuser.call(FOR_USER, userLogin="ada", filter_search=blank)

        assert [row["idsite"] for row in response.json] == [named]
        assert everything.headers[TOTAL] == superuser.call(FOR_USER, userLogin="ada").headers[TOTAL]

    def test_search_without_a_hit(self, superuser, ada, sites):
        response = superuser.call(FOR_USER, userLogin="ada", filter_search="nothing like it")

        assert (response.text, response.headers[TOTAL]) == ("[]", "0")

    @pytest.mark.parametrize(
        ("access", "found"),
        [
            ("view", [0]),
            ("admin", [1]),
            ("write", []),
            ("some", [0, 1]),
            ("noaccess", [2, 3]),
            ("tagmanager_write", [0]),
            ("superuser", []),
        ],
    )
    def test_by_access(self, superuser, ada, sites, give, access, found):
        give("ada", ["view", "tagmanager_write"], sites[0])
        give("ada", "admin", sites[1])

        response = superuser.call(FOR_USER, userLogin="ada", filter_access=access)

        assert [row["idsite"] for row in response.json] == [sites[index] for index in found]
        assert (response.headers[TOTAL], response.headers[HAS_SOME]) == (str(len(found)), "1")

    def test_as_a_site_admin_the_own_sites(self, ada, add, sites, give, caller_of):
        bob = add("bob")
        give(bob, "admin", *sites[:2])
        give("ada", "view", *sites[1:3])

        response = caller_of(bob).call(FOR_USER, userLogin="ada")
        assert [(row["idsite"], row["role"]) for row in response.json] == [(sites[0], "noaccess"), (sites[1], "view")]
        response = caller_of(bob).call(FOR_USER, userLogin="ada", filter_access="view")
        assert ([row["idsite"] for row in response.json], response.headers[TOTAL]) == ([sites[1]], "1")
        response = caller_of(bob).call(FOR_USER, userLogin="ada", filter_access="noaccess")
        assert [row["idsite"] for row in response.json] == [sites[0]]

    def test_superusers_are_not_asked_about(self, superuser, root):
        assert superuser.call(FOR_USER, userLogin=root.username).json == failure(says.NO_SUPERUSERS)

    def test_as_a_viewer(self, ada, sites, give, caller_of):
        give("ada", "view", sites[0])

        response = caller_of(ada).call(FOR_USER, userLogin="ada")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))

    def test_unknown(self, superuser):
        assert superuser.call(FOR_USER, userLogin="foobar").json == failure(says.no_user("foobar"))


class TestOfSites:
    @pytest.fixture
    def world(self, add, sites, give):
        """Two users, three sites: u1 views 1 and 2; u2 administers 1, views 3 and 2."""
        add("u1")
        add("u2")
        give("u1", ["view", "tagmanager_write"], sites[0])
        give("u1", "view", sites[1])
        give("u2", "admin", sites[0])
        give("u2", "view", sites[2], sites[1])

    def test_users_of_a_site(self, superuser, world, sites):
        """Returns the role, where Matomo would return the last capability instead."""
        call = "UsersManager.getUsersAccessFromSite"

        assert superuser.call(call, idSite=sites[0]).json == {"u1": "view", "u2": "admin"}
        assert superuser.call(call, idSite=sites[2]).json == {"u2": "view"}
        assert superuser.call(call, idSite=sites[3]).text == "[]"
        assert superuser.xml(call, idSite=sites[0]) == (
            "<result>\n\t<row>\n\t\t<u1>view</u1>\n\t\t<u2>admin</u2>\n\t</row>\n</result>"
        )

    def test_sites_of_users(self, superuser, world, sites):
        call = "UsersManager.getUsersSitesFromAccess"

        assert superuser.call(call, access="view").json == {"u1": sites[:2], "u2": sites[1:3]}
        assert superuser.call(call, access="admin").json == {"u2": [sites[0]]}
        assert superuser.call(call, access="tagmanager_write").json == {"u1": [sites[0]]}
        assert superuser.call(call, access="write").text == "[]"
        assert superuser.xml(call, access="admin") == (
            f"<result>\n\t<u2>\n\t\t<row>{sites[0]}</row>\n\t</u2>\n</result>"
        )

    @pytest.mark.parametrize(
        ("site", "access", "found"),
        [
            (0, "view", ["u1"]),
            (1, "view", ["u1", "u2"]),
            (2, "view", ["u2"]),
            (2, "admin", []),
            (0, "tagmanager_write", ["u1"]),
        ],
    )
    def test_users_with_exactly_that(self, superuser, world, sites, site, access, found):
        response = superuser.call("UsersManager.getUsersWithSiteAccess", idSite=sites[site], access=access)

        assert [row["login"] for row in response.json] == found

    def test_their_records_are_those_of_getusers(self, superuser, world, sites):
        found = superuser.call("UsersManager.getUsersWithSiteAccess", idSite=sites[0], access="admin").json

        assert found == superuser.call("UsersManager.getUsers", userLogins="u2").json

    @pytest.mark.parametrize(
        ("method", "parameters"),
        [("getUsersSitesFromAccess", {}), ("getUsersWithSiteAccess", {"idSite": 0})],
    )
    def test_access_that_there_is_not(self, superuser, sites, method, parameters):
        given = {"idSite": sites[0]} if parameters else {}

        response = superuser.call(f"UsersManager.{method}", access="unknown", **given)

        assert response.json == failure(says.access_values("unknown"))

    @pytest.mark.parametrize(
        ("method", "parameters"), [("getUsersAccessFromSite", {}), ("getUsersWithSiteAccess", {"access": "view"})]
    )
    def test_as_who_does_not_administer_it(self, add, sites, give, caller_of, method, parameters):
        ada = add("ada")
        give(ada, "write", sites[0])
        give(ada, "admin", sites[1])

        response = caller_of(ada).call(f"UsersManager.{method}", idSite=sites[0], **parameters)

        assert (response.status_code, response.json) == (401, failure(says.needs_site("admin", sites[0])))

    def test_sites_of_users_as_a_site_admin(self, add, sites, give, caller_of):
        ada = add("ada")
        give(ada, "admin", sites[0])

        response = caller_of(ada).call("UsersManager.getUsersSitesFromAccess", access="view")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SUPERUSER))


class TestVocabulary:
    """``getAvailableRoles`` and ``getAvailableCapabilities``: names and links, in order."""

    def test_roles(self, superuser):
        found = superuser.call("UsersManager.getAvailableRoles").json

        assert [list(role) for role in found] == [["id", "name", "description", "helpUrl"]] * 3
        assert [(role["id"], role["name"], role["helpUrl"]) for role in found] == [
            ("view", "View", "https://matomo.org/faq/general/faq_70/"),
            ("write", "Write", "https://matomo.org/faq/general/faq_26910"),
            ("admin", "Admin", "https://matomo.org/faq/general/faq_69/"),
        ]

    def test_capabilities(self, superuser):
        found = superuser.call("UsersManager.getAvailableCapabilities").json

        assert [list(known) for known in found] == [
            ["id", "name", "description", "helpUrl", "includedInRoles", "category"]
        ] * 3
        assert [(known["id"], known["name"], known["helpUrl"], known["includedInRoles"]) for known in found] == [
            ("tagmanager_write", "Write", "", ["write", "admin"]),
            ("tagmanager_publish_live_container", "Publish Live Container", "", ["admin"]),
            ("tagmanager_use_custom_templates", "Use Custom Templates", "", ["admin"]),
        ]
        assert {known["category"] for known in found} == {"Tag Manager"}

    @pytest.mark.parametrize("method", ["getAvailableRoles", "getAvailableCapabilities"])
    def test_they_are_for_site_admins(self, add, sites, give, caller_of, method):
        ada = add("ada")
        give(ada, "write", sites[0])

        response = caller_of(ada).call(f"UsersManager.{method}")
        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))

        give(ada, "admin", sites[0])
        assert caller_of(ada).call(f"UsersManager.{method}").status_code == 200
