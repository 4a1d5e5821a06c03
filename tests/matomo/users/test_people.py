"""Reading users: whole bodies in JSON and XML, and which users a caller may see."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.domain.roles import Role
from app.models import Invitation, User, new_id, utcnow
from tests.matomo.conftest import failure
from tests.matomo.users import says
from tests.matomo.users.conftest import MOMENT

READ = "UsersManager."


@pytest.fixture
def ada(add, set_user):
    person = add("ada", "Ada+1@Example.ORG")
    set_user(person, created_at=MOMENT)
    return person


@pytest.fixture
def invited(superuser, app):
    """``invited("eve", site, expires_at=…)``: a user whom the superuser, or ``by``, has invited."""

    def invite(login, site, by=superuser, **values):
        answer = by.call("UsersManager.inviteUser", userLogin=login, email=f"{login}@x.org", initialIdSite=site)
        assert answer.json == {"result": "success", "message": "ok"}
        if values:
            with app.app_context(), transaction() as session:
                session.execute(update(Invitation).values(**values))

    return invite


def logins(response):
    assert response.status_code == 200, response.text
    return [row["login"] for row in response.json]


class TestOne:
    def test_as_a_superuser(self, superuser, ada):
        assert superuser.call("UsersManager.getUser", userLogin="ADA").text == (
            '{"login":"ada","email":"Ada+1@example.org","superuser_access":0,"date_registered":"2024-03-05 16:07:08",'
            '"invited_by":null,"invite_expired_at":null,"invite_accept_at":null,"invite_status":"active",'
            '"uses_2fa":false}'
        )

    def test_as_a_superuser_in_xml(self, superuser, ada):
        assert superuser.xml("UsersManager.getUser", userLogin="ada") == (
            "<result>\n\t<row>\n"
            "\t\t<login>ada</login>\n"
            "\t\t<email>Ada+1@example.org</email>\n"
            "\t\t<superuser_access>0</superuser_access>\n"
            "\t\t<date_registered>2024-03-05 16:07:08</date_registered>\n"
            "\t\t<invited_by />\n"
            "\t\t<invite_expired_at />\n"
            "\t\t<invite_accept_at />\n"
            "\t\t<invite_status>active</invite_status>\n"
            "\t\t<uses_2fa>0</uses_2fa>\n"
            "\t</row>\n</result>"
        )

    def test_as_oneself_even_without_any_site(self, ada, caller_of, set_user):
        set_user(ada, last_seen_at=MOMENT + timedelta(days=1))

        assert caller_of(ada).call("UsersManager.getUser", userLogin="ada").text == (
            '{"login":"ada","email":"Ada+1@example.org","superuser_access":0,"last_seen":"2024-03-06 16:07:08",'
            '"invite_status":"active"}'
        )

    def test_a_superuser_of_oneself(self, superuser, root):
        response = superuser.call("UsersManager.getUser", userLogin=root.username)

        assert response.json["superuser_access"] == 1

    def test_without_an_address(self, superuser, add):
        add("bob", None)

        assert superuser.call("UsersManager.getUser", userLogin="bob").json["email"] == ""

    def test_somebody_else(self, ada, add, caller_of):
        response = caller_of(add("bob")).call("UsersManager.getUser", userLogin="ada")

        assert (response.status_code, response.json) == (401, failure(says.needs_oneself("ada")))

    def test_unknown(self, superuser):
        response = superuser.call("UsersManager.getUser", userLogin="nobody")

        assert (response.status_code, response.json) == (200, failure(says.no_user("nobody")))

    def test_callers_without_an_account_may_see_the_one_that_stands_for_them(self, sites, give, stranger):
        give("anonymous", "view", sites[0])

        response = stranger.call("UsersManager.getUser", userLogin="anonymous")

        assert (response.status_code, response.json) == (
            200,
            {"login": "anonymous", "email": "", "superuser_access": 0, "invite_status": "active"},
        )

    def test_which_is_not_there_before_it_may_see_something(self, stranger):
        response = stranger.call("UsersManager.getUser", userLogin="anonymous")

        assert (response.status_code, response.json) == (200, failure(says.no_user("anonymous")))

    def test_without_a_login(self, stranger):
        response = stranger.call("UsersManager.getUser")

        assert (response.status_code, response.json) == (400, failure("Please specify a value for 'userLogin'."))

    def test_a_list_where_a_login_belongs(self, superuser):
        response = superuser.call("UsersManager.getUser", userLogin=["ada"])

        assert (response.status_code, response.json) == (
            400,
            failure("The parameter 'userLogin' must be text, not a list."),
        )


class TestInvited:
    """``invite_status``, and the record of an invited user."""

    def test_the_whole_record(self, superuser, root, sites, invited):
        invited("eve", sites[0])

        record = superuser.call("UsersManager.getUser", userLogin="eve").json

        assert list(record) == [
            "login", "email", "superuser_access", "date_registered", "invited_by", "invite_expired_at",
            "invite_accept_at", "invite_status", "uses_2fa",
        ]  # fmt: skip
        assert (record["invited_by"], record["invite_status"]) == (root.username, 6)
        assert record["invite_accept_at"] is None

    @pytest.mark.parametrize(
        ("left", "status"),
        [
            (timedelta(days=10, hours=1), 10),
            (timedelta(hours=3), 0),
            (timedelta(seconds=-1), "expired"),
            (timedelta(days=-4), "expired"),
        ],
    )
    def test_days_that_are_left(self, superuser, sites, invited, left, status):
        invited("eve", sites[0], expires_at=utcnow() + left)

        assert superuser.call("UsersManager.getUser", userLogin="eve").json["invite_status"] == status

    def test_as_the_site_admin_who_invited(self, add, sites, give, caller_of, invited):
        ada = add("ada")
        give(ada, "admin", sites[0])
        invited("eve", sites[0], by=caller_of(ada))

        assert caller_of(ada).call("UsersManager.getUsers").json[1] == {
            "login": "eve",
            "superuser_access": 0,
            "invite_status": 6,
            "invited_by": "ada",
        }

    def test_users_of_another_inviter_are_hidden_logins_are_not(self, add, sites, give, caller_of, invited):
        ada = add("ada")
        give(ada, "admin", sites[0])
        invited("eve", sites[0])

        assert logins(caller_of(ada).call("UsersManager.getUsers")) == ["ada"]
        assert caller_of(ada).call("UsersManager.getUsersLogin").json == ["ada", "eve"]
        assert caller_of(ada).call("UsersManager.getUsersAccessFromSite", idSite=sites[0]).json == {
            "ada": "admin",
            "eve": "view",
        }


class TestByEmail:
    @pytest.mark.parametrize("email", ["ada+1@example.org", "ADA+1@EXAMPLE.org"])
    def test_the_record(self, superuser, ada, email):
        found = superuser.call("UsersManager.getUserByEmail", userEmail=email)

        assert found.json == superuser.call("UsersManager.getUser", userLogin="ada").json

    def test_unknown(self, superuser):
        response = superuser.call("UsersManager.getUserByEmail", userEmail="no@x.org")

        assert response.json == failure(says.no_user("no@x.org"))

    def test_as_anybody_else(self, ada, caller_of):
        response = caller_of(ada).call("UsersManager.getUserByEmail", userEmail="ada+1@example.org")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SUPERUSER))

    @pytest.mark.parametrize("email", ["ada+1@example.org", "ADA+1@EXAMPLE.org"])
    def test_the_login_as_a_site_admin(self, ada, add, sites, give, caller_of, email):
        bob = add("bob")
        give(bob, "admin", sites[0])

        response = caller_of(bob).call("UsersManager.getUserLoginFromUserEmail", userEmail=email)

        assert response.json == {"value": "ada"}
        assert caller_of(bob).xml("UsersManager.getUserLoginFromUserEmail", userEmail=email) == "<result>ada</result>"

    def test_the_login_of_nobody(self, superuser):
        response = superuser.call("UsersManager.getUserLoginFromUserEmail", userEmail="no@x.org")

        assert (response.status_code, response.json) == (200, failure(says.no_user("no@x.org")))

    def test_the_login_as_a_viewer(self, ada, sites, give, caller_of):
        give(ada, "view", sites[0])

        response = caller_of(ada).call("UsersManager.getUserLoginFromUserEmail", userEmail="no@x.org")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))


class TestExistence:
    @pytest.mark.parametrize(("login", "there"), [("ada", True), ("ADA", True), ("bob", False), ("anonymous", True)])
    def test_of_a_login(self, ada, add, sites, give, caller_of, login, there):
        viewer = add("viewer")
        give(viewer, "view", sites[0])

        assert caller_of(viewer).call("UsersManager.userExists", userLogin=login).json == {"value": there}

    @pytest.mark.parametrize(("email", "there"), [("ADA+1@example.org", True), ("bob@x.org", False)])
    def test_of_an_address(self, ada, add, sites, give, caller_of, email, there):
        viewer = add("viewer")
        give(viewer, "view", sites[0])

        assert caller_of(viewer).call("UsersManager.userEmailExists", userEmail=email).json == {"value": there}

    def test_in_xml(self, superuser, ada):
        assert superuser.xml("UsersManager.userExists", userLogin="ada") == "<result>1</result>"
        assert superuser.xml("UsersManager.userExists", userLogin="bob") == "<result>0</result>"

    def test_whoever_sees_nothing_may_ask_for_themselves(self, ada, add, caller_of):
        add("bob")

        assert caller_of(ada).call("UsersManager.userExists", userLogin="ada").json == {"value": True}
        response = caller_of(ada).call("UsersManager.userExists", userLogin="bob")
        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_VIEW))

    @pytest.mark.parametrize(("method", "name"), [("userExists", "userLogin"), ("userEmailExists", "userEmail")])
    def test_whoever_is_not_logged_in(self, stranger, give, sites, method, name):
        give("anonymous", "view", sites[0])

        response = stranger.call(f"UsersManager.{method}", **{name: "ada"})

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_LOGIN))
        assert stranger.call("UsersManager.userExists", userLogin="anonymous").json == {"value": True}


class TestSuperusers:
    def test_as_one_of_them(self, superuser, root, add, set_user):
        second = add("a-second", role=Role.ADMIN)
        set_user(second, last_seen_at=MOMENT)

        assert superuser.call("UsersManager.getUsersHavingSuperUserAccess").text == (
            '[{"login":"superUserLogin","email":"superUserLogin@password.de","superuser_access":1,'
            '"invite_status":"active","uses_2fa":false},'
            '{"login":"a-second","email":"a-second@password.de","superuser_access":1,"last_seen":"2024-03-05 16:07:08",'
            '"invite_status":"active","uses_2fa":false}]'
        )

    def test_as_anybody_who_is_logged_in(self, ada, root, caller_of):
        assert caller_of(ada).call("UsersManager.getUsersHavingSuperUserAccess").json == [
            {
                "login": "superUserLogin",
                "email": "superUserLogin@password.de",
                "superuser_access": 1,
                "invite_status": "active",
            }
        ]

    def test_whoever_is_not_logged_in(self, stranger):
        response = stranger.call("UsersManager.getUsersHavingSuperUserAccess")

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_LOGIN))

    def test_whether_oneself_is_one(self, superuser, ada, caller_of, stranger):
        for caller, one in ((superuser, True), (caller_of(ada), False), (stranger, False)):
            assert caller.call("UsersManager.hasSuperUserAccess").json == {"value": one}


class TestLists:
    def test_in_the_order_of_their_logins(self, superuser, root, add):
        for login in ("bob", "Ada", "cyd"):
            add(login)

        assert logins(superuser.call("UsersManager.getUsers")) == ["Ada", "bob", "cyd", root.username]
        assert superuser.call("UsersManager.getUsersLogin").json == ["Ada", "bob", "cyd", root.username]
        assert superuser.xml("UsersManager.getUsersLogin") == (
            "<result>\n\t<row>Ada</row>\n\t<row>bob</row>\n\t<row>cyd</row>\n\t<row>superUserLogin</row>\n</result>"
        )

    def test_last_seen_only_where_it_is_known(self, superuser, root, add, set_user):
        set_user(add("ada"), last_seen_at=MOMENT)

        ada, first = superuser.call("UsersManager.getUsers").json

        assert ada["last_seen"] == "2024-03-05 16:07:08"
        assert "last_seen" not in first

    @pytest.mark.parametrize(
        ("named", "found"),
        [
            ("ada", ["ada"]),
            ("cyd,ada", ["ada", "cyd"]),
            ("ADA,unknown,,ada", ["ada"]),
            ("nobody", []),
            ("0", ["ada", "bob", "cyd", "superUserLogin"]),
            ("", ["ada", "bob", "cyd", "superUserLogin"]),
        ],
    )
    def test_those_of_some_logins(self, superuser, root, add, named, found):
        for login in ("ada", "bob", "cyd"):
            add(login)

        assert logins(superuser.call("UsersManager.getUsers", userLogins=named)) == found

    def test_none_is_an_empty_list(self, superuser, root):
        assert superuser.call("UsersManager.getUsers", userLogins="nobody").text == "[]"
        assert superuser.xml("UsersManager.getUsers", userLogins="nobody") == "<result />"

    def test_an_array_of_logins(self, superuser, root):
        response = superuser.call("UsersManager.getUsers", userLogins=["ada"])

        assert (response.status_code, response.json) == (
            400,
            failure("Parameter userLogins needs to be a string containing a comma separated list of users"),
        )

    @pytest.mark.parametrize("method", ["getUsers", "getUsersLogin"])
    def test_as_a_viewer(self, add, sites, give, caller_of, method):
        ada = add("ada")
        give(ada, "view", *sites)

        response = caller_of(ada).call(READ + method)

        assert (response.status_code, response.json) == (401, failure(says.NEEDS_SOME_ADMIN))


class TestFilters:
    """Only the rows that the generic filters keep are fetched, and the total is in a header."""

    @pytest.fixture
    def many(self, root, add):
        return ["superUserLogin", *(add(f"user{index:03}").username for index in range(12))]

    @pytest.mark.parametrize("method", ["getUsers", "getUsersLogin"])
    def test_limit_and_offset(self, superuser, many, method):
        response = superuser.call(READ + method, filter_limit=3, filter_offset=5)

        found = [row if isinstance(row, str) else row["login"] for row in response.json]
        assert found == many[5:8]
        assert response.headers["X-Matomo-Total-Results"] == "13"

    def test_offset_beyond_the_end(self, superuser, many):
        response = superuser.call("UsersManager.getUsers", filter_limit=3, filter_offset=50)

        assert (response.text, response.headers["X-Matomo-Total-Results"]) == ("[]", "13")

    def test_nothing_at_all(self, superuser, many):
        assert superuser.call("UsersManager.getUsers", filter_limit=0).json == []

    def test_everything_without_a_header(self, superuser, many):
        response = superuser.call("UsersManager.getUsers", filter_limit=-1)

        assert len(response.json) == 13
        assert "X-Matomo-Total-Results" not in response.headers

    def test_a_pattern_looks_at_all_of_them(self, superuser, many):
        response = superuser.call(
            "UsersManager.getUsers",
            filter_column=["login", "email"],
            filter_pattern="user01",
            filter_limit=1,
            filter_offset=1,
        )

        assert logins(response) == ["user011"]

    def test_columns(self, superuser, many):
        response = superuser.call("UsersManager.getUsers", filter_limit=1, showColumns="login,invite_status")

        assert response.json == [{"login": "superUserLogin", "invite_status": "active"}]

    def test_a_hundred_by_default(self, superuser, root, app):
        with app.app_context(), transaction() as session:
            for index in range(105):
                session.add(User(id=new_id(), username=f"u{index:03}", password_hash="", role=Role.USER))

        response = superuser.call("UsersManager.getUsers")

        assert (len(response.json), response.headers["X-Matomo-Total-Results"]) == (100, "106")
