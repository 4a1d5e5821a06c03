"""Missing parameters, then permission, then values: a caller without permission learns nothing about values."""

import pytest

from app.api.matomo import methods
from app.api.matomo.permissions import ANYONE
from app.api.matomo.registry import METHODS
from tests.matomo.conftest import failure

methods.load()
OPEN = {
    "API.getBulkRequest",
    "SitesManager.getCurrencyList",
    "SitesManager.getPatternMatchSites",
    "SitesManager.getSitesIdFromSiteUrl",
    "SitesManager.getSitesIdWithAdminAccess",
    "SitesManager.getSitesIdWithAtLeastViewAccess",
    "SitesManager.getSitesIdWithViewAccess",
    "SitesManager.getSitesIdWithWriteAccess",
    "SitesManager.getSitesWithAdminAccess",
    "SitesManager.getSitesWithAtLeastViewAccess",
    "SitesManager.getSitesWithViewAccess",
    "SitesManager.getTimezonesList",
    "UsersManager.createAppSpecificTokenAuth",
    "UsersManager.getUserPreference",
    "UsersManager.getUsersPlusRole",
    "UsersManager.hasSuperUserAccess",
    "UsersManager.userExists",
}
"""Methods that need no permission: each returns only what the caller may see, or requires a password."""
ALL = {f"{module}.{name}": method for module, found in METHODS.items() for name, method in found.items()}
GUARDED = sorted(name for name, method in ALL.items() if method.access is not ANYONE)
DENIED = {
    "SUPERUSER": "You can't access this resource as it requires a 'superuser' access.",
    "LOGIN": "You must be logged in to access this functionality.",
    "SELF": "The user has to be either a Super User or the user 'admin' itself.",
    "SOME_ADMIN": "You can't access this resource as it requires admin access for at least one website.",
    "SOME_VIEW": "You can't access this resource as it requires view access for at least one website.",
    "NO_SITE": "The parameter 'idSite=' is missing from the request.",
}


def on(role, number):
    return f"You can't access this resource as it requires '{role}' access for the website id = {number}."


def test_methods_for_everyone_are_these():
    assert {name for name, method in ALL.items() if method.access is ANYONE} == OPEN


@pytest.mark.parametrize("name", GUARDED)
class TestWithoutPermission:
    def test_what_is_missing_is_told(self, wire, name):
        required = next((p.sent for p in ALL[name].parameters if p.is_missing({})), None)
        if required is None:
            pytest.skip("there is nothing that could be missing")

        response = wire.call(name)

        assert (response.status_code, response.json) == (400, failure(f"Please specify a value for '{required}'."))

    def test_values_that_fit_nowhere_are_not(self, wire, name):
        values = {parameter.sent: {"a][b": "c"} for parameter in ALL[name].parameters}

        response = wire.call(name, **values)

        assert response.status_code == 401
        assert response.json["message"] in {*DENIED.values(), DENIED["SELF"].replace("admin", "Array")}


CASES = [
    ("UsersManager.getUsers", {"userLogins": ["ada"]}, DENIED["SOME_ADMIN"]),
    ("UsersManager.getUsersSitesFromAccess", {"access": "nope"}, DENIED["SUPERUSER"]),
    ("UsersManager.getUsersWithSiteAccess", {"idSite": 1, "access": "nope"}, on("admin", 1)),
    ("UsersManager.getSitesAccessForUser", {"userLogin": "admin", "limit": "x"}, DENIED["SOME_ADMIN"]),
    ("UsersManager.setUserAccess", {"userLogin": "admin", "access": "nope", "idSites": "1"}, on("admin", 1)),
    ("UsersManager.setUserAccess", {"userLogin": "admin", "access": "nope", "idSites": "x"}, DENIED["SOME_ADMIN"]),
    ("UsersManager.setUserAccess", {"userLogin": "admin", "access": "view", "idSites": "x,1"}, on("admin", 1)),
    ("UsersManager.setUserAccess", {"userLogin": "admin", "access": "view", "idSites": "x"}, DENIED["SOME_ADMIN"]),
    ("UsersManager.addCapabilities", {"userLogin": "x", "capabilities": "nope", "idSites": ["1"]}, on("admin", 1)),
    (
        "UsersManager.addUser",
        {"userLogin": "", "password": "x", "email": "x"},
        "Please specify a value for 'userLogin'.",
    ),
    ("UsersManager.addUser", {"userLogin": "x", "password": "x", "email": "x"}, DENIED["SOME_ADMIN"]),
    ("UsersManager.addUser", {"userLogin": ["x"], "password": "x", "email": "x"}, DENIED["SOME_ADMIN"]),
    ("UsersManager.updateUser", {"userLogin": "admin", "password": "x"}, DENIED["SELF"]),
    ("UsersManager.updateUser", {"userLogin": "admin", "_isPasswordHashed": 1}, DENIED["SELF"]),
    ("UsersManager.setSuperUserAccess", {"userLogin": "x", "hasSuperUserAccess": "maybe"}, DENIED["SUPERUSER"]),
    ("SitesManager.addSite", {"siteName": "x", "currency": "no", "ecommerce": "maybe"}, DENIED["SUPERUSER"]),
    ("SitesManager.updateSite", {"idSite": 1, "startDate": "no", "ecommerce": "maybe"}, on("admin", 1)),
    *[("SitesManager.getSiteFromId", {"idSite": name}, DENIED["NO_SITE"]) for name in ("x", "0", "-1", ",", "all")],
    *[("SitesManager.getSiteFromId", {"idSite": name}, on("view", 1)) for name in ("1", "x,1", "1,2", "1.5", ["1"])],
    *[("UsersManager.getUsersAccessFromSite", {"idSite": name}, on("admin", 1)) for name in ("1", "1,2", ["1", "2"])],
]


@pytest.fixture
def ada(caller_of, make_user):
    return caller_of(make_user("ada"))


@pytest.mark.parametrize(("name", "values", "text"), CASES)
def test_permission_comes_before_values(ada, name, values, text):
    response = ada.call(name, **values)

    assert response.json == failure(text)
    assert response.status_code == (400 if text.startswith("Please") else 401)


class TestWithPermission:
    @pytest.fixture
    def site(self, admin, make_website, number):
        return number(make_website(owner=admin))

    @pytest.fixture
    def number(self, app):
        from app.services.matomo.lookup import site_numbers

        def find(website):
            with app.app_context():
                return site_numbers([website])[website]

        return find

    @pytest.fixture
    def hers(self, make_user, make_website, number, caller_of):
        """A caller who administers one website, and the number of that website."""
        ada = make_user("ada")
        return caller_of(ada), number(make_website(owner=ada))

    def test_values_are_told_about(self, hers):
        caller, own = hers

        response = caller.call("UsersManager.getUsersWithSiteAccess", idSite=own, access="nope")

        assert response.status_code == 200
        assert response.json["message"].startswith("The parameter access must have one of the following values:")

    def test_sites_that_are_none_are_named(self, hers):
        caller, own = hers

        response = caller.call("UsersManager.setUserAccess", userLogin="ada", access="view", idSites=f"{own},x,y")

        assert response.json == failure(
            "An unexpected website was found in the request: website id was set to 'x, y' ."
        )

    def test_a_list_for_one_site_is_refused(self, hers):
        caller, own = hers

        listed = caller.call("UsersManager.getUsersAccessFromSite", idSite=[own])
        several = caller.call("UsersManager.getUsersAccessFromSite", idSite=f"{own},{own}")

        assert listed.json == failure("The parameter 'idSite' must be text, not a list.")
        assert several.json == failure(
            f"An unexpected website was found in the request: website id was set to '{own},{own}' ."
        )

    def test_all_sites_are_those_that_the_caller_sees(self, hers, app, admin, site):
        caller, _ = hers
        with app.app_context():
            from app.domain.roles import SiteRole
            from app.services.access import grants
            from app.services.matomo import site_lists
            from app.services.matomo.lookup import find_person

            grants.set_access(
                admin.actor, find_person("ada").id, [site_lists.get_site(admin.actor, site).id], SiteRole.VIEW
            )

        response = caller.call("UsersManager.getUsersAccessFromSite", idSite="all")

        assert (response.status_code, response.json) == (401, failure(on("admin", site)))
