"""The events that each writing method records, in the transaction of the change."""

import pytest

from app.api.matomo.registry import METHODS
from tests.conftest import PASSWORD
from tests.listening import heard, names, stored

LOGIN = {"userLogin": "ada"}
CASES = {
    "UsersManager.addUser": (
        {"userLogin": "eve", "password": PASSWORD, "email": "eve@example.org", "initialIdSite": 1},
        ["UserCreated", "GrantsChanged"],
    ),
    "UsersManager.updateUser": (
        LOGIN | {"email": "new@example.org", "passwordConfirmation": PASSWORD},
        ["PasswordConfirmed", "EmailChanged"],
    ),
    "UsersManager.deleteUser": (LOGIN, ["SessionsRevoked", "UserDeleted"]),
    "UsersManager.setSuperUserAccess": (
        LOGIN | {"hasSuperUserAccess": 1, "passwordConfirmation": PASSWORD},
        ["PasswordConfirmed", "SessionsRevoked", "GrantsChanged", "RoleChanged"],
    ),
    "UsersManager.createAppSpecificTokenAuth": (
        LOGIN | {"passwordConfirmation": PASSWORD, "description": "Reports"},
        ["AccessTokenCreated"],
    ),
    "UsersManager.logoutUser": (LOGIN, ["SessionsRevoked"]),
    "UsersManager.newsletterSignup": ({}, []),
    "UsersManager.setUserAccess": (LOGIN | {"access": "view", "idSites": 1}, ["GrantsChanged"]),
    "UsersManager.addCapabilities": (
        LOGIN | {"capabilities": "tagmanager_write", "idSites": 2},
        ["CapabilitiesChanged"],
    ),
    "UsersManager.removeCapabilities": (
        LOGIN | {"capabilities": "tagmanager_write", "idSites": 2},
        ["CapabilitiesChanged"],
    ),
    "UsersManager.setUserPreference": (
        LOGIN | {"preferenceName": "defaultReport", "preferenceValue": "1"},
        ["PreferenceChanged"],
    ),
    "UsersManager.inviteUser": (
        {"userLogin": "eve", "email": "eve@example.org", "initialIdSite": 1},
        ["InvitationCreated"],
    ),
    "UsersManager.resendInvite": ({"userLogin": "pending"}, ["InvitationResent"]),
    "UsersManager.generateInviteLink": ({"userLogin": "pending"}, ["InvitationLinkCreated"]),
    "SitesManager.addSite": ({"siteName": "New", "urls": "https://new.example"}, ["WebsiteCreated"]),
    "SitesManager.updateSite": ({"idSite": 1, "siteName": "New", "currency": "EUR"}, ["WebsiteUpdated"] * 2),
    "SitesManager.deleteSite": ({"idSite": 1}, ["WebsiteDeleted"]),
}
SITES = ("idSite", "idSites", "initialIdSite")


@pytest.fixture
def send(app, superuser, sites, add, give, token_of):
    """``send(method, parameters)``, in a world with ada, who has a session and a grant, and one invited user."""
    ada = add("ada")
    token_of(ada)
    give(ada, "view", sites[1])
    superuser.call("UsersManager.inviteUser", userLogin="pending", email="pending@example.org", initialIdSite=sites[0])

    def call(method, parameters):
        numbered = {name: sites[value - 1] if name in SITES else value for name, value in parameters.items()}
        return superuser.call(method, **numbered)

    return call


def test_every_writing_method_is_told_here():
    writing = {f"{module}.{name}" for module, found in METHODS.items() for name, m in found.items() if m.writes}

    assert set(CASES) == writing


@pytest.mark.parametrize("method", CASES)
class TestEveryChange:
    def test_it_is_recorded_with_who_made_it_and_from_where(self, app, root, send, method):
        parameters, expected = CASES[method]

        with heard(app) as events:
            answer = send(method, parameters)

        assert answer.json.get("result") != "error" if isinstance(answer.json, dict) else True, answer.json
        assert names(events) == expected
        for event in events:
            assert (event.actor.username, event.actor.origin.protocol) == (
                "ada" if method == "UsersManager.createAppSpecificTokenAuth" else root.username,
                "matomo",
            )

    def test_it_is_recorded_in_the_transaction_of_the_change(self, app, send, method):
        parameters, expected = CASES[method]
        before = stored(app)

        with heard(app, refuse=True):
            answer = send(method, parameters)

        if expected:
            assert answer.status_code == 500
            assert stored(app) == before
