"""``updateUser``: the cases of Matomo's own tests, except switching mail off, for which there is no setting."""

import pytest

from app.security import password_hashing
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

UPDATE = "UsersManager.updateUser"


@pytest.fixture
def ada(add):
    return add("ada")


@pytest.fixture
def unchanged(stored, ada):
    """``unchanged()``: returns whether ada's account is as it was."""
    before = stored("ada")

    def compare():
        now = stored("ada")
        return (now.email, now.password_hash, now.updated_at) == (before.email, before.password_hash, before.updated_at)

    return compare


class TestSuccess:
    def test_password_and_address_of_oneself(self, ada, caller_of, stored, mails):
        new = {"password": "aNewPassword", "email": "email@example.com"}

        response = caller_of(ada).call(UPDATE, userLogin="ada", **new, passwordConfirmation=ada.password)

        assert response.json == SUCCESS
        assert stored("ada").email == "email@example.com"
        assert password_hashing.matches("aNewPassword", stored("ada").password_hash)
        assert mails() == [
            ("email-changed", "ada@password.de"),
            ("email-changed", "email@example.com"),
            ("password-changed", "ada@password.de"),
        ]

    def test_of_somebody_else_with_the_superusers_password(self, superuser, root, ada, stored):
        response = superuser.call(UPDATE, userLogin="ada", email="e@x.org", passwordConfirmation=root.password)

        assert response.json == SUCCESS
        assert stored("ada").email == "e@x.org"

    def test_six_characters_will_do(self, ada, caller_of, stored):
        caller_of(ada).call(UPDATE, userLogin="ada", password="zbcdef", passwordConfirmation=ada.password)

        assert password_hashing.matches("zbcdef", stored("ada").password_hash)

    def test_the_case_of_an_address_needs_no_confirmation(self, ada, caller_of, stored, mails):
        assert caller_of(ada).call(UPDATE, userLogin="ada", email="ADA@password.de").json == SUCCESS
        assert stored("ada").email == "ADA@password.de"
        assert mails() == []

    def test_an_address_alone_leaves_the_password(self, ada, caller_of, stored):
        before = stored("ada").password_hash

        caller_of(ada).call(UPDATE, userLogin="ada", email="e@x.org", passwordConfirmation=ada.password)

        assert stored("ada").password_hash == before

    @pytest.mark.parametrize("given", [{}, {"email": "", "password": ""}, {"email": "ada@password.de"}])
    def test_nothing_to_change(self, ada, caller_of, unchanged, given):
        assert caller_of(ada).call(UPDATE, userLogin="ada", **given).json == SUCCESS
        assert unchanged()

    @pytest.mark.parametrize("email", ["o'brien@x.org", "a+b@x.org"])
    def test_addresses(self, superuser, root, ada, stored, email):
        superuser.call(UPDATE, userLogin="ada", email=email, passwordConfirmation=root.password)

        assert stored("ada").email == email

    def test_the_own_login_as_an_address(self, superuser, root, add, stored):
        add("me@x.org", "other@x.org")

        response = superuser.call(UPDATE, userLogin="me@x.org", email="me@x.org", passwordConfirmation=root.password)

        assert response.json == SUCCESS
        assert stored("me@x.org").email == "me@x.org"

    def test_an_invited_one_is_invited_at_the_new_address(self, superuser, root, sites, mails, stored):
        superuser.call("UsersManager.inviteUser", userLogin="eve", email="eve@x.org", initialIdSite=sites[0])
        before = mails()

        superuser.call(UPDATE, userLogin="eve", email="new@x.org", passwordConfirmation=root.password)

        assert stored("eve").email == "new@x.org"
        assert mails()[len(before) :] == [("invitation", "new@x.org")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("password", "text"),
        [
            ("pas", says.TOO_SHORT),
            ("a" * 8, says.TOO_WEAK),
            ("ab" * 100 + "c", says.TOO_LONG),
            ("ab" * 40, "A password can be at most 72 bytes long in UTF-8."),
        ],
    )
    def test_passwords(self, ada, caller_of, unchanged, password, text):
        response = caller_of(ada).call(UPDATE, userLogin="ada", password=password)

        assert (response.status_code, response.json) == (200, failure(text))
        assert unchanged()

    def test_an_address_of_another(self, superuser, ada, add, unchanged):
        add("bob", "bob@x.org")

        response = superuser.call(UPDATE, userLogin="ada", email="BOB@x.org")

        assert response.json == failure("email: User with email 'BOB@x.org' already exists.")
        assert unchanged()

    def test_a_login_of_another(self, superuser, ada, add, unchanged):
        add("existed@example.com", "bob@x.org")

        response = superuser.call(UPDATE, userLogin="ada", email="existed@example.com")

        assert response.json == failure("email: Email 'existed@example.com' already used as a username.")
        assert unchanged()

    def test_no_address_at_all(self, superuser, ada, unchanged):
        response = superuser.call(UPDATE, userLogin="ada", email="no <b>address</b>")

        assert response.json == failure(says.bad_email("no &lt;b&gt;address&lt;/b&gt;", "email"))
        assert superuser.xml(UPDATE, userLogin="ada", email="no <b>") == (
            '<result>\n\t<error message="email: The value &quot;no &lt;b&gt;&quot; '
            'does not look like a valid email." />\n</result>'
        )
        assert unchanged()

    def test_a_domain_that_is_not_allowed(self, superuser, ada, with_domains, unchanged):
        with_domains("password.de")

        response = superuser.call(UPDATE, userLogin="ada", email="email@example.com")

        assert response.json == failure(says.domain("email@example.com", "password.de", "email"))
        assert unchanged()

    def test_an_address_of_before_the_setting_may_stay(self, superuser, ada, with_domains):
        with_domains("other.org")

        assert superuser.call(UPDATE, userLogin="ada", email="ADA@password.de").json == SUCCESS

    @pytest.mark.parametrize("change", [{"password": "aNewPassword"}, {"email": "e@x.org"}])
    @pytest.mark.parametrize("who", ["oneself", "superuser"])
    def test_confirmations(self, superuser, root, ada, caller_of, unchanged, change, who):
        caller, others = (caller_of(ada), root) if who == "oneself" else (superuser, ada)

        for confirmation, text in (
            ({}, says.CONFIRM),
            ({"passwordConfirmation": ""}, says.CONFIRM),
            ({"passwordConfirmation": "another one"}, says.WRONG_PASSWORD),
        ):
            response = caller.call(UPDATE, userLogin="ada", **change, **confirmation)
            assert (response.status_code, response.json) == (200, failure(text)), others
        assert unchanged()

    def test_the_targets_password_confirms_nothing(self, superuser, add, unchanged):
        add("bob", password="the password of bob")

        response = superuser.call(UPDATE, userLogin="bob", email="e@x.org", passwordConfirmation="the password of bob")

        assert response.json == failure(says.WRONG_PASSWORD)

    def test_somebody_else(self, ada, add, caller_of, unchanged):
        bob = add("bob")

        response = caller_of(bob).call(UPDATE, userLogin="ada", email="e@x.org", passwordConfirmation=bob.password)

        assert (response.status_code, response.json) == (401, failure(says.needs_oneself("ada")))
        assert unchanged()

    def test_unknown_and_anonymous(self, superuser, root, sites, give):
        give("anonymous", "view", sites[0])

        for login, text in (("nobody", says.no_user("nobody")), ("anonymous", says.EDIT_ANONYMOUS)):
            response = superuser.call(UPDATE, userLogin=login, email="e@x.org", passwordConfirmation=root.password)
            assert response.json == failure(text)

    def test_a_hash(self, superuser, root, ada, unchanged):
        response = superuser.call(
            UPDATE, userLogin="ada", password="5f4dcc3b5aa765d61d8327deb882cf99", _isPasswordHashed="true"
        )

        assert response.json == failure("Send the password itself, not a hash of it.")
        assert unchanged()

    def test_the_password_of_who_has_not_accepted_yet(self, superuser, root, sites, stored):
        superuser.call("UsersManager.inviteUser", userLogin="eve", email="eve@x.org", initialIdSite=sites[0])

        response = superuser.call(
            UPDATE, userLogin="eve", password="aNewPassword", email="e@x.org", passwordConfirmation=root.password
        )

        assert response.json == failure("The invitation to this account has not been accepted yet.")
        assert (stored("eve").email, stored("eve").pending) == ("eve@x.org", True)

    def test_guessing_the_password_is_slowed_down(self, ada, caller_of):
        caller = caller_of(ada)

        answers = [
            caller.call(UPDATE, userLogin="ada", email="e@x.org", passwordConfirmation=f"guess {number}")
            for number in range(12)
        ]

        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        assert answers[-1].json == failure("Too many failed logins. Please wait and try logging in again later.")
        assert int(answers[-1].headers["Retry-After"]) > 0
