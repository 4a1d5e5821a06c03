"""
``addUser``: the cases of Matomo's own tests, and the rules for usernames, passwords and e-mail addresses.

Not covered, because Frontdesk does not have it: hashing over MD5 (bcrypt hashes the password itself), passwords of more
than 72 bytes (bcrypt would ignore the rest, so they are an error), mail to the caller, and Matomo's events.
"""

import pytest

from app.security import password_hashing
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

ADD = "UsersManager.addUser"
NEW = {"userLogin": "geggeqgeqag", "password": "geqgeagae", "email": "test@test.com"}


@pytest.fixture
def admin_of(add, sites, give, caller_of):
    """``admin_of(0)``: a caller with the token of ``boss``, who administers that site."""

    def make(*indexes):
        boss = add("boss", "boss@x.org")
        give(boss, "admin", *(sites[index] for index in indexes))
        return caller_of(boss)

    return make


class TestSuccess:
    def test_by_a_superuser(self, superuser, root, stored, rows):
        assert superuser.call(ADD, **NEW).json == SUCCESS

        user = stored("geggeqgeqag")
        assert (user.email, user.role, user.pending) == ("test@test.com", "user", False)
        assert password_hashing.matches("geqgeagae", user.password_hash)
        assert len(user.password_hash) == 60
        assert rows(user.id) == []

    def test_with_a_first_site(self, superuser, sites, stored, rows):
        assert superuser.xml(ADD, **NEW, initialIdSite=sites[1]) == '<result>\n\t<success message="ok" />\n</result>'
        assert rows(stored("geggeqgeqag").id) == [(sites[1], "view")]

    def test_by_whoever_administers_the_first_site(self, admin_of, sites, stored, rows):
        assert admin_of(0).call(ADD, **NEW, initialIdSite=sites[0]).json == SUCCESS
        assert rows(stored("geggeqgeqag").id) == [(sites[0], "view")]

    def test_the_new_one_can_log_in(self, superuser, root, anonymous):
        superuser.call(ADD, **NEW)

        response = anonymous.post("/api/auth/login", json={"username": "geggeqgeqag", "password": "geqgeagae"})

        assert response.status_code == 200

    @pytest.mark.parametrize("login", ["ab", "a" * 100, "a_b.c-d@e+f", "ä", "Österreich", "123", "a@b", "straße"])
    def test_logins(self, superuser, root, stored, login):
        assert superuser.call(ADD, **NEW | {"userLogin": login}).json == SUCCESS
        assert stored(login) is not None

    @pytest.mark.parametrize("email", ["a+b@x.org", "o'brien@x.org", "A@X.ORG", "a@b.co", "x&y@x.org"])
    def test_addresses(self, superuser, root, stored, email):
        assert superuser.call(ADD, **NEW | {"email": email}).json == SUCCESS

    @pytest.mark.parametrize("password", ["zbcdef", "a" * 71 + "b", "aaaaab", "<b>&amp;", "ä€ß"])
    def test_passwords(self, superuser, root, stored, password):
        assert superuser.call(ADD, **NEW | {"password": password}).json == SUCCESS
        assert password_hashing.matches(password, stored("geggeqgeqag").password_hash)

    def test_login_and_address_may_be_the_same(self, superuser, root, stored):
        assert superuser.call(ADD, **NEW | {"userLogin": "a@x.org", "email": "a@x.org"}).json == SUCCESS

    def test_an_allowed_domain(self, superuser, root, with_domains):
        with_domains("Matomo.org, @test.COM")

        assert superuser.call(ADD, **NEW | {"email": "x@TEST.com"}).json == SUCCESS


@pytest.fixture
def refused(superuser, stored):
    """``refused(text, …)``: expects this error, and no account, if these parameters replace those of ``NEW``."""

    def call(text, caller=None, status=200, **parameters):
        given = NEW | parameters

        response = (caller or superuser).call(ADD, **given)

        assert (response.status_code, response.json) == (status, failure(text))
        assert stored(given["userLogin"]) is None

    return call


class TestRefusals:
    @pytest.mark.parametrize(
        "login", ["9", "gegag'ggea'", "gegag11gge&", "geg'ag11gge@", "é", "a" * 101, "a b", "a\x07b", "ä" * 51, "a]]>b"]
    )
    def test_logins(self, refused, root, login):
        refused(says.LOGIN_FORMAT, userLogin=login)

    @pytest.mark.parametrize(
        "email", ["ema il@email.com", "a@localhost", "a..b@x.org", "ü@x.org", "nothing", "a@", "@x.org", "a@b.c<x>"]
    )
    def test_addresses(self, refused, root, email):
        refused(says.bad_email(email.replace("<x>", "&lt;x&gt;")), email=email)

    def test_lines_in_an_address_are_one_in_the_answer(self, refused, root):
        refused(says.bad_email("a@b.c Bcc: x@x.org"), email="a@b.c\nBcc: x@x.org")

    def test_a_long_address(self, refused, root):
        email = f"{'a' * 300}@x.org"

        refused(says.bad_email(email), email=email)

    @pytest.mark.parametrize(
        ("password", "text"),
        [
            ("pas", says.TOO_SHORT),
            ("12345", says.TOO_SHORT),
            ("aaaaaa", says.TOO_WEAK),
            ("ab" * 101, says.TOO_LONG),
            ("ab" * 50, "A password can be at most 72 bytes long in UTF-8."),
        ],
    )
    def test_passwords(self, refused, root, password, text):
        refused(text, password=password)

    def test_hashes_of_passwords(self, refused, root):
        refused(
            "Send the password itself, not a hash of it.",
            password="5f4dcc3b5aa765d61d8327deb882cf99",
            _isPasswordHashed="1",
        )

    def test_perhaps_a_hash(self, refused, root):
        refused(
            "The parameter '_isPasswordHashed' must be one of: 1, true, yes, 0, false, no.",
            status=400,
            _isPasswordHashed="maybe",
        )

    @pytest.mark.parametrize("name", ["userLogin", "password", "email"])
    def test_what_is_missing(self, superuser, stored, name):
        response = superuser.call(ADD, **NEW | {name: ""})

        assert (response.status_code, response.json) == (400, failure(f"Please specify a value for '{name}'."))

    @pytest.mark.parametrize("login", ["test", "TeSt"])
    def test_a_taken_login(self, superuser, add, login):
        add("test", "other@x.org")

        response = superuser.call(ADD, **NEW | {"userLogin": login})

        assert response.json == failure(f"Username: Username '{login}' already exists.")

    def test_the_callers_own_login_and_anonymous(self, superuser, root, refused):
        response = superuser.call(ADD, **NEW | {"userLogin": root.username})
        assert response.json == failure(f"Username: Username '{root.username}' already exists.")

        refused("Username: Username 'anonymous' already exists.", userLogin="anonymous")

    @pytest.mark.parametrize("email", ["test@test.com", "TEST@test.COM"])
    def test_a_taken_address(self, refused, add, email):
        add("other", "test@test.com")

        refused(f"Email: User with email '{email}' already exists.", email=email)

    def test_an_address_that_is_a_login(self, refused, add):
        add("existed@example.com", "other@x.org")

        refused("Email: Email 'existed@example.com' already used as a username.", email="existed@example.com")

    def test_a_login_that_is_an_address(self, refused, add):
        add("other", "existed@example.com")

        refused("Username: Username 'existed@example.com' already used as an email.", userLogin="existed@example.com")

    def test_a_domain_that_is_not_allowed(self, refused, root, with_domains):
        with_domains("example.org,password.de,matomo.com")

        refused(says.domain("user@password.com", "example.org, password.de, matomo.com"), email="user@password.com")

    def test_no_first_site(self, refused, admin_of):
        refused(says.NO_FIRST_SITE, caller=admin_of(0))

    def test_a_first_site_of_others(self, refused, admin_of, sites):
        refused(says.needs_site("admin", sites[0]), caller=admin_of(1), status=401, initialIdSite=sites[0])

    def test_a_first_site_that_there_is_not(self, refused, sites):
        refused(says.unexpected_site(sites[-1] + 1), initialIdSite=sites[-1] + 1)

    @pytest.mark.parametrize("access", ["view", "write"])
    def test_who_administers_nothing(self, refused, add, sites, give, caller_of, access):
        ada = add("ada")
        give(ada, access, *sites)

        refused(says.NEEDS_SOME_ADMIN, caller=caller_of(ada), status=401, initialIdSite=sites[0])

    def test_in_a_session_it_takes_the_callers_password(self, superuser, root, refused):
        refused(says.CONFIRM, force_api_session="1")
        refused(says.WRONG_PASSWORD, force_api_session="1", passwordConfirmation="another one")
        confirmed = {"force_api_session": "1", "passwordConfirmation": root.password}
        assert superuser.call(ADD, **NEW, **confirmed).json == SUCCESS

    def test_by_get(self, superuser, stored):
        assert superuser.call(ADD, verb="GET", **NEW).status_code == 405
        assert stored("geggeqgeqag") is None

    def test_lists_where_text_belongs(self, superuser, root):
        for name in NEW:
            response = superuser.call(ADD, **NEW | {name: ["x"]})
            assert (response.status_code, response.json) == (
                400,
                failure(f"The parameter '{name}' must be text, not a list."),
            )


class TestOrderOfChecks:
    """If several things are wrong, the first one is reported."""

    @pytest.mark.parametrize(
        ("mended", "text"),
        [
            ({}, says.NO_FIRST_SITE),
            ({"initialIdSite": 1}, None),
            ({"initialIdSite": 0}, says.TOO_SHORT),
            ({"password": "zbcdef", "initialIdSite": 0}, says.LOGIN_FORMAT),
            ({"password": "zbcdef", "initialIdSite": 0, "userLogin": "abc"}, says.bad_email("x@y")),
        ],
    )
    def test_of_a_site_admin(self, admin_of, sites, mended, text):
        given = {"userLogin": "a", "password": "x", "email": "x@y", **mended}
        if "initialIdSite" in given:
            given["initialIdSite"] = sites[given["initialIdSite"]]

        response = admin_of(0).call(ADD, **given)

        assert response.json == failure(text or says.needs_site("admin", sites[1]))
