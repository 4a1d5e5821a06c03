"""PyPI's ``matomo-api`` 1.0b5 and ``matomopy`` 0.1.0, unchanged, against the running server."""

import re
from collections.abc import Iterator

import matomo_api
import matomopy
import pytest

from tests.clients.matomo import Installation, furnished
from tests.databases import fresh_database
from tests.live import serving

OK = {"result": "success", "message": "ok"}
BOB = {"userLogin": "bob", "password": "SecurePass123", "email": "bob@example.com", "initialIdSite": "1"}
OWN = {"login", "email", "superuser_access", "date_registered", "invite_status", "uses_2fa"}


@pytest.fixture(scope="module")
def installation(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server that allows writes by GET, since the first of the two clients sends everything by GET."""
    folder = tmp_path_factory.mktemp(f"matomo-{database}")
    with fresh_database(database, folder) as url, serving(url, folder, matomo_allow_get_writes="true") as server:
        yield furnished(server)


@pytest.fixture(autouse=True)
def nobody_else(installation: Installation) -> Iterator[None]:
    """Delete all users but the superuser after each test."""
    yield
    for login in installation.call("UsersManager.getUsersLogin"):
        if login != "admin":
            installation.call("UsersManager.deleteUser", userLogin=login)


class TestMatomoApi:
    @pytest.fixture
    def users(self, installation):
        """Calls the client with a new object each time, since it keeps the parameters of the previous call."""
        client = matomo_api.MatomoApi(f"{installation.url}/index.php", installation.token)

        def call(method, **parameters):
            answer = getattr(client.UsersManager(), method)(matomo_api.format.json | parameters)
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
            return answer.json()

        return call

    def test_an_account_is_opened_changed_and_closed(self, users, installation: Installation):
        opened = users("addUser", **BOB)
        exists = users("userExists", userLogin="bob"), users("userEmailExists", userEmail="BOB@example.com")
        login = users("getUserLoginFromUserEmail", userEmail="bob@example.com")
        changed = users(
            "updateUser", userLogin="bob", email="bob@example.org", passwordConfirmation="administrator's own"
        )
        found = users("getUserByEmail", userEmail="bob@example.org")
        closed = users("deleteUser", userLogin="bob")

        assert (opened, changed, closed) == (OK, OK, OK)
        assert exists == ({"value": True}, {"value": True})
        assert login == {"value": "bob"}
        assert (found["login"], found["email"], found["superuser_access"]) == ("bob", "bob@example.org", 0)
        assert users("userExists", userLogin="bob") == {"value": False}

    def test_access_is_given_reported_and_taken(self, users):
        users("addUser", **BOB)

        given = users("setUserAccess", userLogin="bob", access="write", idSites="1,2")
        of_bob = users("getSitesAccessFromUser", userLogin="bob")
        on_site = users("getUsersAccessFromSite", idSite="2")
        by_access = users("getUsersSitesFromAccess", access="write")
        with_access = users("getUsersWithSiteAccess", idSite="1", access="write")
        taken = users("setUserAccess", userLogin="bob", access="noaccess", idSites="all")

        assert (given, taken) == (OK, OK)
        assert sorted(of_bob, key=lambda row: row["site"]) == [
            {"site": 1, "access": "write"},
            {"site": 2, "access": "write"},
        ]
        assert on_site == {"bob": "write"}
        assert by_access == {"bob": [1, 2]}
        assert [row["login"] for row in with_access] == ["bob"]
        assert users("getSitesAccessFromUser", userLogin="bob") == []

    def test_capabilities_stand_beside_a_role(self, users):
        users("addUser", **BOB)

        added = users("addCapabilities", userLogin="bob", capabilities="tagmanager_write", idSites="1")
        role, capability = users("getSitesAccessFromUser", userLogin="bob")
        removed = users("removeCapabilities", userLogin="bob", capabilities="tagmanager_write", idSites="1")

        assert (added, removed) == (OK, OK)
        assert (role, capability) == ({"site": 1, "access": "view"}, {"site": 1, "access": "tagmanager_write"})
        assert users("getSitesAccessFromUser", userLogin="bob") == [{"site": 1, "access": "view"}]

    def test_superusers_are_made_and_unmade(self, users):
        users("addUser", **BOB)
        own = {"passwordConfirmation": "administrator's own"}

        made = users("setSuperUserAccess", userLogin="bob", hasSuperUserAccess="1", **own)
        superusers = [row["login"] for row in users("getUsersHavingSuperUserAccess")]
        unmade = users("setSuperUserAccess", userLogin="bob", hasSuperUserAccess="0", **own)

        assert (made, unmade) == (OK, OK)
        assert sorted(superusers) == ["admin", "bob"]
        assert users("hasSuperUserAccess") == {"value": True}

    def test_preferences_are_kept(self, users):
        kept = users(
            "setUserPreference", userLogin="admin", preferenceName="defaultReport", preferenceValue="MultiSites"
        )

        assert kept == OK
        assert users("getUserPreference", userLogin="admin", preferenceName="defaultReport") == {"value": "MultiSites"}

    def test_everybody_is_listed(self, users):
        users("addUser", **BOB)

        people = users("getUsers")
        plus = users("getUsersPlusRole", idSite="1")

        assert [row["login"] for row in people] == ["admin", "bob"]
        assert all(row.keys() >= OWN for row in people)
        assert [(row["login"], row["role"]) for row in plus] == [("admin", "superuser"), ("bob", "view")]
        assert [role["id"] for role in users("getAvailableRoles")] == ["view", "write", "admin"]
        assert len(users("getAvailableCapabilities")) == 3

    def test_a_token_is_made_and_logins_end(self, users):
        users("addUser", **BOB)

        token = users(
            "createAppSpecificTokenAuth", userLogin="bob", passwordConfirmation="SecurePass123", description="cron"
        )

        assert re.fullmatch("[0-9a-f]{32}", token["value"])

    def test_a_refusal_is_told_in_the_body(self, users):
        assert users("getUser", userLogin="eve") == {"result": "error", "message": "User 'eve' doesn't exist."}


@pytest.mark.parametrize("auth_method", ["post", "bearer"])
class TestMatomopy:
    @pytest.fixture
    def client(self, installation, auth_method):
        with matomopy.MatomoClient(installation.url, installation.token, auth_method=auth_method) as client:
            yield client

    def test_calls_are_answered_as_python(self, client):
        assert client.UsersManager.addUser(**BOB) == OK
        assert client.UsersManager.setUserAccess(userLogin="bob", access="admin", idSites=[1, 2]) == OK
        assert client.UsersManager.getUsersSitesFromAccess(access="admin") == {"bob": [1, 2]}
        assert client.call("UsersManager.getUsersLogin") == ["admin", "bob"]
        assert client.SitesManager.getSiteFromId(id_site=2)["main_url"] == "https://2.example"
        assert client.API.getMatomoVersion() == {"value": "5.2.0"}

    def test_somebody_is_invited(self, client):
        person = {"userLogin": "newuser", "email": "newuser@example.com", "initialIdSite": 1, "expiryInDays": 3}

        assert client.UsersManager.inviteUser(**person) == OK
        found = client.UsersManager.getUser(userLogin="newuser")
        assert (found["invited_by"], found["invite_status"]) == ("admin", 2)
        assert client.UsersManager.resendInvite(userLogin="newuser") == OK
        assert "/invitations/" in client.UsersManager.generateInviteLink(userLogin="newuser")["value"]

    def test_other_formats_come_as_text(self, client):
        assert client.call("UsersManager.userExists", userLogin="admin", format="xml") == (
            '<?xml version="1.0" encoding="utf-8" ?>\n<result>1</result>'
        )

    def test_a_refusal_is_the_clients_own_error(self, client):
        with pytest.raises(matomopy.MatomoAPIError, match="User 'eve' doesn't exist"):
            client.UsersManager.getUser(userLogin="eve")

    def test_a_bad_token_is_an_error_of_its_transport(self, installation, auth_method):
        client = matomopy.MatomoClient(installation.url, "0" * 32, auth_method=auth_method)

        with pytest.raises(matomopy.MatomoHTTPError) as refused:
            client.UsersManager.getUsers()

        assert refused.value.status_code == 401
