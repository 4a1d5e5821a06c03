"""
``addCapabilities`` and ``removeCapabilities``: the cases of Matomo's own tests, but with the Tag Manager's capabilities
instead of invented ones. ``WRITE`` is implied by write and admin, ``PUBLISH`` and ``CUSTOM`` only by admin.
"""

import pytest

from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

ADD, REMOVE = "UsersManager.addCapabilities", "UsersManager.removeCapabilities"
WRITE, PUBLISH, CUSTOM = says.CAPABILITIES.split(", ")


@pytest.mark.parametrize("method", [ADD, REMOVE])
class TestBoth:
    @pytest.mark.parametrize("capabilities", ["view", ["view"], ["foobar"]], ids=["text", "array", "unknown"])
    def test_what_is_no_capability(self, superuser, add, sites, give, rows, method, capabilities):
        ada = add("ada")
        give(ada, "view", sites[0])
        word = capabilities if isinstance(capabilities, str) else capabilities[0]

        response = superuser.call(method, userLogin="ada", capabilities=capabilities, idSites=sites[0])

        assert (response.status_code, response.json) == (200, failure(says.access_values(word, says.CAPABILITIES)))
        assert rows(ada) == [(sites[0], "view")]

    def test_one_wrong_among_right_ones_changes_nothing(self, superuser, add, sites, give, rows, method):
        ada = add("ada")
        give(ada, ["view", WRITE], sites[0])

        superuser.call(method, userLogin="ada", capabilities=[WRITE, CUSTOM, "foobar"], idSites=sites[0])

        assert rows(ada) == [(sites[0], WRITE), (sites[0], "view")]

    def test_an_unknown_user(self, superuser, sites, method):
        response = superuser.call(method, userLogin="foobar", capabilities=WRITE, idSites=sites[0])

        assert response.json == failure(says.no_user("foobar"))

    def test_a_site_that_there_is_not(self, superuser, add, sites, method):
        add("ada")

        response = superuser.call(method, userLogin="ada", capabilities=WRITE, idSites=sites[-1] + 1)

        assert response.json == failure(says.unexpected_site(sites[-1] + 1))

    def test_a_site_that_one_does_not_administer(self, add, sites, give, caller_of, method):
        ada = add("ada")
        give(ada, "write", sites[0])

        response = caller_of(ada).call(method, userLogin="ada", capabilities=WRITE, idSites=sites[0])

        assert (response.status_code, response.json) == (401, failure(says.needs_site("admin", sites[0])))

    def test_whoever_is_not_logged_in(self, stranger, sites, method):
        response = stranger.call(method, userLogin="ada", capabilities=WRITE, idSites=sites[0])

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_LOGIN))

    def test_it_takes_post(self, superuser, add, sites, method):
        add("ada")

        assert superuser.call(method, verb="GET", userLogin="ada", capabilities=WRITE, idSites="all").status_code == 405


class TestAdding:
    def test_none_is_added_twice(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, ["view", PUBLISH, CUSTOM], sites[0])
        before = rows(ada)

        assert superuser.call(ADD, userLogin="ada", capabilities=[PUBLISH, CUSTOM], idSites=sites[0]).json == SUCCESS
        assert rows(ada) == before

        superuser.call(ADD, userLogin="ada", capabilities=[PUBLISH, WRITE, CUSTOM], idSites=sites[0])
        assert rows(ada) == sorted([*before, (sites[0], WRITE)])

    def test_it_takes_a_role_on_every_site(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, "view", sites[0])

        response = superuser.call(ADD, userLogin="ada", capabilities=WRITE, idSites=sites[:2])

        assert response.json == failure(says.no_capability("ada", sites[1]))
        assert rows(ada) == [(sites[0], "view")]

    def test_a_role_by_a_team_will_do(self, superuser, root, add, make_team, make_website, number, rows):
        ada = add("ada")
        site = number(make_website(team=make_team(root, view_only=ada)))

        assert superuser.call(ADD, userLogin="ada", capabilities=WRITE, idSites=site).json == SUCCESS
        assert rows(ada) == [(site, WRITE)]

    def test_what_the_role_implies_is_passed_over(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, "write", sites[0])

        superuser.call(ADD, userLogin="ada", capabilities=[WRITE, PUBLISH], idSites=sites[0])

        assert rows(ada) == [(sites[0], PUBLISH), (sites[0], "write")]

    def test_all_of_them_implied(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, "admin", sites[0])

        response = superuser.call(ADD, userLogin="ada", capabilities=[WRITE, PUBLISH, CUSTOM], idSites=sites[0])

        assert response.json == SUCCESS
        assert rows(ada) == [(sites[0], "admin")]

    def test_anonymous_has_none(self, superuser, sites, give):
        give("anonymous", "view", sites[0])

        response = superuser.call(ADD, userLogin="anonymous", capabilities=WRITE, idSites=sites[0])

        assert response.json == failure(says.NO_ANONYMOUS_CAPABILITY)

    def test_a_superuser_has_all(self, superuser, root, sites):
        response = superuser.call(ADD, userLogin=root.username, capabilities=WRITE, idSites=sites[0])

        assert response.json == failure(says.has_superuser(root.username))


class TestRemoving:
    def test_those_that_are_named(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, ["view", WRITE, PUBLISH, CUSTOM], sites[0])

        assert superuser.call(REMOVE, userLogin="ada", capabilities=[CUSTOM, PUBLISH], idSites=sites[0]).json == SUCCESS
        assert rows(ada) == [(sites[0], WRITE), (sites[0], "view")]

    def test_what_is_not_there_is_no_error(self, superuser, add, sites, give, rows):
        ada = add("ada")
        give(ada, "admin", sites[0])

        assert superuser.call(REMOVE, userLogin="ada", capabilities=WRITE, idSites=sites[0]).json == SUCCESS
        assert rows(ada) == [(sites[0], "admin")]
