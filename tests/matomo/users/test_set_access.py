"""
``setUserAccess``: the cases of Matomo's own tests.

Not covered, because Frontdesk does not have it: Matomo's events, and superusers without an account.
"""

import pytest

from app.models import ANONYMOUS_ID
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

SET = "UsersManager.setUserAccess"


@pytest.fixture
def refused(superuser, sites, rows):
    """``refused(text, …)``: expects this error; the defaults would give ``view`` on the first site."""

    def call(text, caller=None, status=200, **parameters):
        given = {"access": "view", "idSites": sites[0], **parameters}
        response = (caller or superuser).call(SET, **given)

        assert (response.status_code, response.json) == (status, failure(text))

    return call


class TestWhatIsGiven:
    @pytest.mark.parametrize("access", ["view", "write", "admin"])
    def test_a_role_as_text(self, superuser, add, sites, rows, access):
        ada = add("ada")

        response = superuser.call(SET, userLogin="ada", access=access, idSites=sites[0])

        assert response.json == SUCCESS
        assert rows(ada) == [(sites[0], access)]

    def test_a_role_as_the_only_one_of_an_array(self, superuser, add, sites, rows):
        ada = add("ada")

        superuser.call(SET, userLogin="ada", access=["view"], idSites=[sites[0]])

        assert rows(ada) == [(sites[0], "view")]

    def test_a_role_and_capabilities(self, superuser, add, sites, rows):
        ada = add("ada")
        access = ["tagmanager_write", "view", "tagmanager_use_custom_templates"]

        superuser.call(SET, userLogin="ada", access=access, idSites=sites[0])

        assert rows(ada) == sorted((sites[0], what) for what in access)

    def test_what_the_role_implies_is_not_stored(self, superuser, add, sites, rows):
        ada = add("ada")

        superuser.call(SET, userLogin="ada", access=["write", "tagmanager_write"], idSites=sites[0])

        assert rows(ada) == [(sites[0], "write")]

    def test_another_role_keeps_the_capabilities_that_it_does_not_imply(self, superuser, add, sites, rows, give):
        ada = add("ada")
        give(ada, ["view", "tagmanager_write", "tagmanager_use_custom_templates"], sites[0])

        give(ada, "write", sites[0])

        assert rows(ada) == [(sites[0], "tagmanager_use_custom_templates"), (sites[0], "write")]

    def test_listed_capabilities_replace_those_there_were(self, superuser, add, sites, rows, give):
        ada = add("ada")
        give(ada, ["view", "tagmanager_write"], sites[0])

        give(ada, ["view", "tagmanager_use_custom_templates"], sites[0])

        assert rows(ada) == [(sites[0], "tagmanager_use_custom_templates"), (sites[0], "view")]

    def test_noaccess_takes_role_and_capabilities(self, superuser, add, sites, rows, give):
        ada = add("ada")
        give(ada, ["view", "tagmanager_write"], *sites[:2])

        give(ada, "noaccess", sites[0])

        assert rows(ada) == [(sites[1], "tagmanager_write"), (sites[1], "view")]

    def test_in_xml(self, superuser, add, sites):
        add("ada")

        body = superuser.xml(SET, userLogin="ada", access="view", idSites=sites[0])

        assert body == '<result>\n\t<success message="ok" />\n</result>'

    def test_logins_are_found_in_any_case(self, superuser, add, sites, rows):
        ada = add("Ada")

        superuser.call(SET, userLogin="aDA", access="view", idSites=sites[0])

        assert rows(ada) == [(sites[0], "view")]


class TestWhere:
    def test_several_sites_as_an_array(self, superuser, add, sites, rows):
        ada = add("ada")

        superuser.call(SET, userLogin="ada", access="view", idSites=[sites[0], sites[2]])

        assert rows(ada) == [(sites[0], "view"), (sites[2], "view")]

    def test_several_sites_with_commas(self, superuser, add, sites, rows):
        ada = add("ada")

        superuser.call(SET, userLogin="ada", access="view", idSites=f"{sites[0]},{sites[2]}")

        assert rows(ada) == [(sites[0], "view"), (sites[2], "view")]

    def test_all_as_a_superuser_are_all(self, superuser, add, sites, rows):
        ada = add("ada")

        superuser.call(SET, userLogin="ada", access="view", idSites="all")

        assert rows(ada) == [(site, "view") for site in sites]

    def test_all_as_a_site_admin_are_those_one_administers(self, add, sites, rows, give, caller_of):
        ada, bob = add("ada"), add("bob")
        give(ada, "view", *sites[:2])
        give(ada, "admin", *sites[2:])

        response = caller_of(ada).call(SET, userLogin="bob", access="view", idSites="all")

        assert response.json == SUCCESS
        assert rows(bob) == [(site, "view") for site in sites[2:]]

    def test_ids_of_websites_are_as_good_as_numbers(self, superuser, root, add, make_website, number, rows):
        ada, site = add("ada"), make_website(owner=root)

        superuser.call(SET, userLogin="ada", access="view", idSites=[str(site)])

        assert rows(ada) == [(number(site), "view")]

    def test_one_of_several_can_be_overwritten(self, add, sites, rows, give):
        ada = add("ada")
        give(ada, "view", *sites[:2])

        give(ada, "admin", sites[0])

        assert rows(ada) == [(sites[0], "admin"), (sites[1], "view")]

    def test_different_roles_on_two_sites_are_both_kept(self, add, sites, rows, give):
        ada = add("ada")

        give(ada, "view", sites[0])
        give(ada, "admin", sites[1])

        assert rows(ada) == [(sites[0], "view"), (sites[1], "admin")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("access", "text"),
        [
            (["view", "admin"], says.SEVERAL_ROLES),
            (["tagmanager_write"], says.NO_ROLE),
            ([""], says.NO_ROLE),
            ("tagmanager_write", says.access_values("tagmanager_write", says.ROLES)),
            (["admin", "foobar"], says.access_values("foobar")),
            (["admin", "noaccess"], says.access_values("noaccess")),
            ("viewnotknown", says.access_values("viewnotknown")),
            ("superuser", says.access_values("superuser")),
            ("a<b>", says.access_values("a&lt;b&gt;")),
        ],
    )
    def test_access_that_there_is_not(self, refused, add, give, sites, rows, access, text):
        ada = add("ada")
        give(ada, "view", sites[0])

        refused(text, userLogin="ada", access=access)

        assert rows(ada) == [(sites[0], "view")]

    @pytest.mark.parametrize("access", ["admin", "write", ["view", "tagmanager_write"]])
    def test_anonymous_only_views(self, refused, access):
        refused(says.ONLY_VIEW, userLogin="anonymous", access=access)

    def test_an_unknown_user(self, refused):
        refused(says.no_user("foobar"), userLogin="foobar", access="admin")

    def test_an_unknown_user_as_a_site_admin(self, refused, add, give, sites, caller_of):
        ada = add("ada")
        give(ada, "admin", sites[0])

        refused(says.no_user("foobar"), caller=caller_of(ada), userLogin="foobar")

    def test_a_superuser_needs_nothing(self, refused, root, add, give, sites, caller_of):
        ada = add("ada")
        give(ada, "admin", sites[0])

        refused(says.has_superuser(root.username), caller=caller_of(ada), userLogin=root.username)
        refused(says.has_superuser(root.username), userLogin=root.username)

    def test_no_site(self, refused, add):
        add("ada")

        refused("Please specify a value for 'idSites'.", status=400, userLogin="ada", idSites="")
        refused(says.NO_SITES, userLogin="ada", idSites=[""], status=200)

    def test_unknown_sites_are_named_and_nothing_is_written(self, refused, add, sites, rows):
        ada = add("ada")
        unknown = sites[-1] + 1

        refused(
            says.unexpected_site(f"{unknown}, 1e2, 0, abc"),
            userLogin="ada",
            idSites=[str(sites[0]), str(unknown), "1e2", "0", "abc"],
        )

        assert rows(ada) == []

    def test_ten_thousand_sites(self, superuser, add, sites, rows):
        ada = add("ada")

        response = superuser.call(SET, userLogin="ada", access="view", idSites=",".join(map(str, range(1, 10_001))))

        assert response.status_code == 400
        assert response.json == failure("The parameter 'idSites' has more than 5000 values.")
        assert rows(ada) == []

    def test_a_site_that_one_does_not_administer_spoils_the_rest(self, refused, add, give, sites, rows, caller_of):
        ada, bob = add("ada"), add("bob")
        give(ada, "admin", sites[0])
        give(ada, "write", sites[1])

        refused(
            says.needs_site("admin", sites[1]),
            caller=caller_of(ada),
            status=401,
            userLogin="bob",
            idSites=f"{sites[0]},{sites[1]}",
        )

        assert rows(bob) == []

    def test_whoever_is_not_logged_in(self, refused, stranger, add):
        add("ada")

        refused(says.NEEDS_LOGIN, caller=stranger, status=401, userLogin="ada")

    def test_by_get(self, superuser, add, sites, rows):
        ada = add("ada")

        response = superuser.call(SET, verb="GET", userLogin="ada", access="view", idSites=sites[0])

        assert response.status_code == 405
        assert rows(ada) == []


class TestAnonymous:
    def test_it_may_view_and_then_no_more(self, superuser, sites, rows, stranger):
        response = superuser.call(SET, userLogin="anonymous", access="view", idSites=sites[:2])

        assert response.json == SUCCESS
        assert rows(ANONYMOUS_ID) == [(sites[0], "view"), (sites[1], "view")]
        assert superuser.call("UsersManager.getUsersLogin").json == ["anonymous", "superUserLogin"]

        superuser.call(SET, userLogin="anonymous", access="noaccess", idSites=sites[0])

        assert rows(ANONYMOUS_ID) == [(sites[1], "view")]

    def test_nothing_is_taken_from_it_before_it_has_something(self, superuser, sites):
        assert superuser.call(SET, userLogin="anonymous", access="noaccess", idSites="all").json == SUCCESS
        assert superuser.call("UsersManager.getUsersLogin").json == ["superUserLogin"]

    def test_in_a_session_it_takes_the_password(self, superuser, root, refused, sites, rows):
        session = {"userLogin": "anonymous", "access": "view", "force_api_session": "1"}

        refused(says.CONFIRM, **session)
        refused(says.WRONG_PASSWORD, **session, passwordConfirmation="another one")
        assert superuser.call(SET, idSites=sites[0], **session, passwordConfirmation=root.password).json == SUCCESS
        assert rows(ANONYMOUS_ID) == [(sites[0], "view")]

    def test_taking_access_away_in_a_session_does_not(self, superuser, sites):
        session = {"userLogin": "anonymous", "access": "noaccess", "force_api_session": "1"}

        assert superuser.call(SET, idSites=sites[0], **session).json == SUCCESS


class TestOneself:
    """Site admins cannot give themselves access that would outlast the access they have."""

    def test_a_site_admin_by_a_team(self, add, make_team, make_website, number, caller_of, rows):
        ada = add("ada")
        site = number(make_website(team=make_team(add("owner"), manager=ada)))

        answer = caller_of(ada).call(SET, userLogin="ada", access="admin", idSites=site)

        assert answer.json == failure("You cannot give yourself access to a website.")
        assert rows(ada) == []

    def test_less_than_what_one_was_given_is_fine(self, add, give, sites, caller_of, rows):
        ada = add("ada")
        give(ada, "admin", sites[0])

        answer = caller_of(ada).call(SET, userLogin="ada", access="view", idSites=sites[0])

        assert answer.json == SUCCESS
        assert rows(ada) == [(sites[0], "view")]
