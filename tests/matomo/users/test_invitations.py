"""
``inviteUser``, ``resendInvite``, ``generateInviteLink``: the cases of Matomo's own tests.

Not covered, because Frontdesk does not have it: Matomo's events; mail to the caller; the daily deletion of expired
invitations (here they stay and can be sent again); an e-mail address as login, which Matomo accepts only in part.
"""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from app.db.session import transaction
from app.domain.roles import Role
from app.models import Invitation, User, utcnow
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says

INVITE, RESEND, LINK = "UsersManager.inviteUser", "UsersManager.resendInvite", "UsersManager.generateInviteLink"
EVE = {"userLogin": "pendingLoginTest", "email": "pendingLoginTest@matomo.com"}


@pytest.fixture
def invitation(app):
    """``invitation()``: returns the only invitation."""

    def find():
        with app.app_context(), transaction() as session:
            return session.scalars(select(Invitation)).one()

    return find


@pytest.fixture
def pending(app):
    """``pending()``: returns the usernames of all invited users."""

    def find():
        with app.app_context(), transaction() as session:
            return session.scalars(select(User.username).where(User.pending)).all()

    return find


def assert_days(invitation, days):
    left = invitation.expires_at - utcnow()
    assert timedelta(days=days) - timedelta(minutes=1) < left <= timedelta(days=days)


class TestInviting:
    def test_as_a_superuser(self, superuser, sites, stored, rows, mails, invitation):
        assert superuser.call(INVITE, **EVE, initialIdSite=sites[0]).json == SUCCESS

        user = stored("pendingLoginTest")
        assert (user.pending, user.email, user.password_hash) == (True, "pendingLoginTest@matomo.com", "")
        assert rows(user.id) == [(sites[0], "view")]
        assert mails() == [("invitation", "pendingLoginTest@matomo.com")]
        assert_days(invitation(), 7)

    def test_its_status_is_not_empty(self, superuser, sites):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])

        assert superuser.call("UsersManager.getUser", userLogin="pendingLoginTest").json["invite_status"] == 6

    def test_as_who_administers_the_site(self, add, sites, give, caller_of, pending):
        ada = add("ada")
        give(ada, "admin", sites[0])

        assert caller_of(ada).call(INVITE, **EVE, initialIdSite=sites[0]).json == SUCCESS
        assert pending() == ["pendingLoginTest"]

    @pytest.mark.parametrize(("given", "days"), [({"expiryInDays": "10"}, 10), ({"expiryInDays": "0"}, 7), ({}, 7)])
    def test_how_long_it_is_open(self, superuser, sites, invitation, given, days):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0], **given)

        assert_days(invitation(), days)


class TestRefusals:
    @pytest.fixture
    def refused(self, superuser, sites, pending, mails):
        def call(text, caller=superuser, status=200, **parameters):
            response = caller.call(INVITE, **EVE | parameters)
            assert (response.status_code, response.json) == (status, failure(text))
            assert (pending(), mails()) == ([], [])

        return call

    def test_no_site_be_it_by_a_superuser(self, refused):
        refused(says.NO_FIRST_SITE)
        refused(says.NO_FIRST_SITE, initialIdSite="")

    def test_a_domain_that_is_not_allowed(self, refused, sites, with_domains):
        with_domains("password.de")

        refused(says.domain(EVE["email"], "password.de"), initialIdSite=sites[0])

    def test_a_site_that_there_is_not(self, refused, sites):
        refused(says.unexpected_site(sites[-1] + 1), initialIdSite=sites[-1] + 1)

    @pytest.mark.parametrize(("access", "missing"), [("noaccess", "view"), ("view", "admin"), ("write", "admin")])
    def test_as_the_admin_of_another_site(self, refused, add, sites, give, caller_of, access, missing):
        ada = add("ada")
        give(ada, "admin", sites[0])
        give(ada, access, sites[1])

        refused(says.needs_site(missing, sites[1]), caller=caller_of(ada), status=401, initialIdSite=sites[1])

    @pytest.mark.parametrize("access", ["write", "view"])
    def test_as_who_administers_nothing(self, refused, add, sites, give, caller_of, access):
        ada = add("ada")
        give(ada, access, *sites)

        refused(says.NEEDS_SOME_ADMIN, caller=caller_of(ada), status=401, initialIdSite=sites[0])

    def test_logins_and_addresses(self, refused, add, sites):
        add("taken", "taken@x.org")

        for given, text in (
            ({"userLogin": "x"}, says.LOGIN_FORMAT),
            ({"userLogin": "TAKEN"}, "Username: Username 'TAKEN' already exists."),
            ({"userLogin": "taken@x.org"}, "Username: Username 'taken@x.org' already used as an email."),
            ({"email": "ema il@x.org"}, says.bad_email("ema il@x.org")),
            ({"email": "Taken@x.org"}, "Email: User with email 'Taken@x.org' already exists."),
        ):
            refused(text, initialIdSite=sites[0], **given)

    def test_who_has_been_invited_already(self, refused, add, sites, give, caller_of, superuser):
        ada = add("ada")
        give(ada, "admin", *sites)
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])

        for given, text in (
            ({"userLogin": EVE["userLogin"]}, f"Username: Username '{EVE['userLogin']}' already exists."),
            ({"email": EVE["email"]}, f"Email: User with email '{EVE['email']}' already exists."),
        ):
            (name,) = given.values()
            again = f"{name} has been invited already. Use UsersManager.resendInvite to send the invitation again."
            given = {"userLogin": "another", "email": "another@x.org"} | given
            assert superuser.call(INVITE, **given, initialIdSite=sites[0]).json == failure(again)
            assert caller_of(ada).call(INVITE, **given, initialIdSite=sites[0]).json == failure(text)

    @pytest.mark.parametrize("days", ["-1", "100000"])
    def test_times_that_cannot_be(self, refused, sites, days):
        refused("Must be between 0.01 and 365 days", initialIdSite=sites[0], expiryInDays=days)

    def test_no_number_of_days(self, refused, sites):
        refused(
            "The parameter 'expiryInDays' must be a whole number.",
            status=400, initialIdSite=sites[0], expiryInDays="soon",
        )  # fmt: skip

    def test_in_a_session_it_takes_the_password(self, refused, superuser, root, sites):
        refused(says.CONFIRM, initialIdSite=sites[0], force_api_session="1")
        confirmed = {"force_api_session": "1", "passwordConfirmation": root.password}
        assert superuser.call(INVITE, **EVE, initialIdSite=sites[0], **confirmed).json == SUCCESS


class TestAgain:
    """Each test covers both the link that is mailed and the link to copy."""

    @pytest.fixture(params=[RESEND, LINK], ids=["mailed", "copied"])
    def method(self, request):
        return request.param

    @pytest.fixture
    def ada(self, add, sites, give, caller_of):
        """A site admin who has invited a user."""
        person = add("ada")
        give(person, "admin", sites[0])
        assert caller_of(person).call(INVITE, **EVE, initialIdSite=sites[0]).json == SUCCESS
        return person

    def test_as_a_superuser(self, superuser, ada, method, invitation):
        response = superuser.call(method, userLogin="pendingLoginTest", expiryInDays=30)

        assert response.status_code == 200
        assert response.json.get("result") != "error"
        assert_days(invitation(), 30)

    def test_as_the_inviter(self, ada, caller_of, method, invitation):
        response = caller_of(ada).call(method, userLogin="pendingLoginTest")

        assert response.json.get("result") != "error"
        assert_days(invitation(), 7)

    def test_who_is_not_pending(self, superuser, add, method):
        add("bob")

        for login in ("bob", "nobody", "anonymous"):
            assert superuser.call(method, userLogin=login).json == failure(says.no_user(login))

    def test_an_inviter_who_is_no_admin_any_more(self, ada, sites, give, caller_of, method):
        give(ada, "write", sites[0])

        response = caller_of(ada).call(method, userLogin="pendingLoginTest")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))

    def test_another_admin(self, ada, add, sites, give, caller_of, method):
        bob = add("bob")
        give(bob, "admin", sites[0])

        response = caller_of(bob).call(method, userLogin="pendingLoginTest")

        assert (response.status_code, response.json) == (401, failure(says.resend_denied("pendingLoginTest")))

    def test_in_a_session_it_takes_the_password(self, superuser, ada, root, method):
        asked = {"userLogin": "pendingLoginTest", "force_api_session": "1"}

        assert superuser.call(method, **asked).json == failure(says.CONFIRM)
        assert superuser.call(method, **asked, passwordConfirmation=root.password).json.get("result") != "error"

    def test_it_takes_post(self, superuser, ada, method):
        assert superuser.call(method, verb="GET", userLogin="pendingLoginTest").status_code == 405


class TestLinks:
    @pytest.fixture
    def page(self, anonymous):
        return lambda link: anonymous.get(urlsplit(link).path)

    def test_a_link_to_be_copied_leads_to_a_page_with_a_password_field(self, superuser, sites, page):
        eve = {"userLogin": "000pendingUser3", "email": "pendinguser3light@example.com"}
        superuser.call(INVITE, **eve, initialIdSite=sites[0], expiryInDays=7)

        link = superuser.call(LINK, userLogin="000pendingUser3", expiryInDays=7).json["value"]

        assert "Password" in page(link).text
        assert 'type="password"' in page(link).text

    def test_in_xml(self, superuser, sites):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])

        body = superuser.xml(LINK, userLogin="pendingLoginTest")

        assert body.startswith("<result>http://localhost/invitations/")
        assert len(body) == len("<result>http://localhost/invitations/</result>") + 32

    def test_another_copied_link_replaces_the_last_one(self, superuser, sites, page):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])
        first, second = (superuser.call(LINK, userLogin="pendingLoginTest").json["value"] for _ in range(2))

        assert 'type="password"' not in page(first).text
        assert 'type="password"' in page(second).text

    def test_sending_again_makes_copied_links_void(self, superuser, sites, page):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])
        copied = superuser.call(LINK, userLogin="pendingLoginTest").json["value"]

        assert superuser.call(RESEND, userLogin="pendingLoginTest").json == SUCCESS

        assert 'type="password"' not in page(copied).text

    def test_who_is_invited_stays_after_the_time_is_over(self, superuser, sites, app, pending, page):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])
        link = superuser.call(LINK, userLogin="pendingLoginTest").json["value"]
        with app.app_context(), transaction() as session:
            session.execute(update(Invitation).values(expires_at=utcnow() - timedelta(days=1)))

        assert 'type="password"' not in page(link).text
        assert pending() == ["pendingLoginTest"]
        assert superuser.call(RESEND, userLogin="pendingLoginTest").json == SUCCESS

    def test_whoever_accepts_is_a_user_like_others(self, superuser, root, sites, anonymous, stored):
        superuser.call(INVITE, **EVE, initialIdSite=sites[0])
        path = urlsplit(superuser.call(LINK, userLogin="pendingLoginTest").json["value"]).path

        chosen = {"action": "accept", "password": "a password of hers", "repeat": "a password of hers"}
        assert anonymous.post(path, data=chosen).status_code == 200

        record = superuser.call("UsersManager.getUser", userLogin="pendingLoginTest").json
        assert (record["invite_status"], record["invited_by"], record["invite_expired_at"]) == (
            "active",
            root.username,
            None,
        )
        assert record["invite_accept_at"][:4] == str(utcnow().year)
        assert stored("pendingLoginTest").role == Role.USER
        assert superuser.call(RESEND, userLogin="pendingLoginTest").json == failure(says.no_user("pendingLoginTest"))
