"""``deleteUser`` and ``setSuperUserAccess``: the cases of Matomo's own tests."""

import pytest

from app.domain.roles import Role
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

DELETE, SET = "UsersManager.deleteUser", "UsersManager.setSuperUserAccess"


@pytest.fixture
def invite(superuser, sites):
    def make(login, by=superuser, site=0):
        response = by.call(
            "UsersManager.inviteUser", userLogin=login, email=f"{login}@x.org", initialIdSite=sites[site]
        )
        assert response.json == SUCCESS

    return make


class TestDeleting:
    def test_the_account_and_all_its_access(self, superuser, add, sites, give, rows, stored):
        give(add("ada"), "view", *sites[:2])
        give("ada", "admin", sites[0], sites[2])

        assert superuser.call(DELETE, userLogin="ada").json == SUCCESS

        assert superuser.call("UsersManager.getUser", userLogin="ada").json == failure(says.no_user("ada"))
        assert rows(add("ada")) == []

    @pytest.mark.parametrize("login", ["nobody", "0"])
    def test_unknown(self, superuser, login):
        response = superuser.call(DELETE, userLogin=login)

        assert (response.status_code, response.json) == (200, failure(says.no_user(login)))

    def test_nothing(self, superuser):
        response = superuser.call(DELETE, userLogin="")

        assert (response.status_code, response.json) == (400, failure("Please specify a value for 'userLogin'."))

    def test_anonymous(self, superuser, sites, give):
        give("anonymous", "view", sites[0])

        assert superuser.call(DELETE, userLogin="anonymous").json == failure(says.EDIT_ANONYMOUS)

    def test_the_only_superuser(self, superuser, root):
        assert superuser.call(DELETE, userLogin="SUPERuserLogin").json == failure(says.last_deleted(root.username))

    def test_oneself_when_there_is_another(self, superuser, root, add, stored):
        add("second", role=Role.ADMIN)

        assert superuser.call(DELETE, userLogin=root.username).json == SUCCESS
        assert stored(root.username) is None

    def test_in_a_session_it_takes_the_password(self, superuser, root, add, stored):
        add("ada")

        assert superuser.call(DELETE, userLogin="ada", force_api_session="1").json == failure(says.CONFIRM)
        assert stored("ada") is not None
        confirmed = {"force_api_session": "1", "passwordConfirmation": root.password}
        assert superuser.call(DELETE, userLogin="ada", **confirmed).json == SUCCESS

    def test_who_administers_nothing(self, add, sites, give, caller_of, stored):
        ada = add("ada")
        give(ada, "write", *sites)

        response = caller_of(ada).call(DELETE, userLogin="ada")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))
        assert stored("ada") is not None

    def test_a_superuser_deletes_invited_ones(self, superuser, invite, stored):
        invite("eve")

        assert superuser.call(DELETE, userLogin="eve").json == SUCCESS
        assert stored("eve") is None

    def test_the_inviter_deletes_whom_they_invited(self, add, sites, give, caller_of, invite, stored):
        ada = add("ada")
        give(ada, "admin", sites[0])
        invite("eve", by=caller_of(ada))

        assert caller_of(ada).call(DELETE, userLogin="eve").json == SUCCESS
        assert stored("eve") is None

    @pytest.mark.parametrize("login", ["eve", "bob", "superUserLogin", "nobody", "ada"])
    def test_another_site_admin_deletes_nobody(self, add, sites, give, caller_of, invite, stored, login):
        ada = add("ada")
        give(ada, "admin", sites[0])
        give(add("bob"), "view", sites[0])
        invite("eve")

        response = caller_of(ada).call(DELETE, userLogin=login)

        assert (response.status_code, response.json) == (401, failure(says.no_user(login)))
        assert all(stored(name) for name in ("eve", "bob", "superUserLogin", "ada"))


class TestSuperusers:
    @pytest.fixture
    def set_to(self, superuser, root):
        def call(login, value, caller=superuser, **others):
            others.setdefault("passwordConfirmation", root.password)
            return caller.call(SET, userLogin=login, hasSuperUserAccess=value, **others)

        return call

    @pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("YES", "No")])
    def test_given_and_taken(self, add, set_to, stored, yes, no):
        add("ada")
        add("bob")

        assert set_to("ada", yes).json == SUCCESS
        assert (stored("ada").role, stored("bob").role) == ("admin", "user")
        assert set_to("ada", no).json == SUCCESS
        assert (stored("ada").role, stored("bob").role) == ("user", "user")

    def test_access_that_there_was_is_gone(self, add, sites, give, set_to, rows):
        ada = add("ada")
        give(ada, ["view", "tagmanager_write"], sites[0])
        give(ada, "admin", sites[1])

        set_to("ada", "1")

        assert rows(ada) == []

    def test_whoever_is_none_stays_what_they_are(self, add, sites, give, set_to, rows):
        ada = add("ada")
        give(ada, "view", sites[0])

        assert set_to("ada", "0").json == SUCCESS
        assert rows(ada) == [(sites[0], "view")]

    @pytest.mark.parametrize("value", ["maybe", "2", "-1"])
    def test_neither_yes_nor_no(self, add, set_to, stored, value):
        add("ada")

        response = set_to("ada", value)

        assert (response.status_code, response.json) == (
            400,
            failure("The parameter 'hasSuperUserAccess' must be one of: 1, true, yes, 0, false, no."),
        )
        assert stored("ada").role == "user"

    def test_nothing(self, add, set_to):
        add("ada")

        assert set_to("ada", "").json == failure("Please specify a value for 'hasSuperUserAccess'.")

    @pytest.mark.parametrize(("password", "text"), [("", says.CONFIRM), ("wrong password", says.WRONG_PASSWORD)])
    def test_confirmations(self, add, set_to, stored, password, text):
        """As in Matomo, the password is required with a token as well as in a session."""
        add("ada")

        assert set_to("ada", "1", passwordConfirmation=password).json == failure(text)
        assert stored("ada").role == "user"

    def test_the_only_one(self, root, set_to, stored):
        assert set_to(root.username, "0").json == failure(says.last_removed(root.username))
        assert stored(root.username).role == "admin"

    def test_unknown_and_anonymous(self, set_to):
        assert set_to("nobody", "1").json == failure(says.no_user("nobody"))
        assert set_to("anonymous", "1").json == failure(says.EDIT_ANONYMOUS)

    def test_as_a_site_admin(self, add, sites, give, caller_of, set_to, stored):
        ada = add("ada")
        give(ada, "admin", *sites)

        response = set_to("ada", "1", caller=caller_of(ada))

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SUPERUSER))
        assert stored("ada").role == "user"

    def test_as_nobody(self, stranger, set_to):
        response = set_to("ada", "1", caller=stranger)

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SUPERUSER))
