"""``UsersManager.…``: preferences of users."""

import pytest

from app.domain.roles import SiteRole
from app.services.access import grants
from app.services.matomo.lookup import site_numbers
from tests.matomo.conftest import SUCCESS, failure
from tests.racing import at_once

SET, GET = "UsersManager.setUserPreference", "UsersManager.getUserPreference"


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def boss(caller_of, admin):
    return caller_of(admin)


@pytest.fixture
def hers(caller_of, ada):
    return caller_of(ada)


class TestKeeping:
    def test_what_was_set_comes_back_as_text(self, hers, boss):
        assert hers.call(SET, userLogin="ada", preferenceName="defaultReport", preferenceValue=5).json == SUCCESS
        assert hers.call(SET, userLogin="ada", preferenceName="defaultReport", preferenceValue=7).json == SUCCESS

        assert hers.call(GET, preferenceName="defaultReport").json == {"value": "7"}
        assert boss.call(GET, preferenceName="defaultReport", userLogin="ada").json == {"value": "7"}
        assert hers.xml(GET, preferenceName="defaultReport") == "<result>7</result>"

    def test_each_user_has_their_own(self, hers, boss):
        boss.call(SET, userLogin="ada", preferenceName="defaultReportDate", preferenceValue="today")

        assert hers.call(GET, preferenceName="defaultReportDate").json == {"value": "today"}
        assert boss.call(GET, preferenceName="defaultReportDate").json == {"value": "yesterday"}

    def test_two_at_once_leave_one(self, hers, caller_of, ada):
        callers = [caller_of(ada) for _ in range(6)]

        answers = at_once(
            *[
                lambda caller=caller, n=n: caller.call(
                    SET, userLogin="ada", preferenceName="isLDAPUser", preferenceValue=n
                )
                for n, caller in enumerate(callers, 1)
            ]
        )

        assert [answer.json for answer in answers] == [SUCCESS] * 6
        assert hers.call(GET, preferenceName="isLDAPUser").json["value"] in set("123456")

    @pytest.mark.parametrize("name", ["defaultReport", "defaultReportDate", "isLDAPUser"])
    def test_they_go_with_the_account(self, client_of, admin, hers, boss, ada, make_user, name):
        hers.call(SET, userLogin="ada", preferenceName=name, preferenceValue="mine")
        client_of(admin).delete(f"/api/users/{ada.id}")
        make_user("ada")

        assert boss.call(GET, preferenceName=name, userLogin="ada").json != {"value": "mine"}


class TestUsual:
    def test_the_first_website_that_one_sees(self, app, admin, ada, hers, boss, make_website):
        first, second = make_website(owner=admin), make_website(owner=admin)
        with app.app_context():
            grants.set_access(admin.actor, ada.id, [second], SiteRole.VIEW)
            numbers = site_numbers([first, second])

        assert boss.call(GET, preferenceName="defaultReport").json == {"value": numbers[first]}
        assert hers.call(GET, preferenceName="defaultReport").json == {"value": numbers[second]}

    def test_without_any_there_is_none(self, hers):
        assert hers.call(GET, preferenceName="defaultReport").json == {"value": False}
        assert hers.xml(GET, preferenceName="defaultReport") == "<result>0</result>"

    @pytest.mark.parametrize(
        ("name", "value"),
        [("defaultReportDate", "yesterday"), ("isLDAPUser", False), ("hideSegmentDefinitionChangeMessage", False)],
    )
    def test_others(self, hers, name, value):
        assert hers.call(GET, preferenceName=name).json == {"value": value}

    def test_superusers_are_told_it_of_nobody_as_well(self, boss):
        assert boss.call(GET, preferenceName="defaultReportDate", userLogin="nobody").json == {"value": "yesterday"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("default_Report", "Preference name cannot contain underscores."),
            ("favouriteColour", "Not supported preference name: favouriteColour"),
            ("DEFAULTREPORT", "Not supported preference name: DEFAULTREPORT"),
        ],
    )
    def test_names_that_are_none(self, hers, name, text):
        setting = hers.call(SET, userLogin="ada", preferenceName=name, preferenceValue="x")
        getting = hers.call(GET, preferenceName=name)

        assert (setting.status_code, setting.json) == (200, failure(text))
        assert (getting.status_code, getting.json) == (200, failure(text))

    def test_other_peoples(self, hers, stranger, make_user):
        make_user("bob")

        for caller in (hers, stranger):
            for response in (
                caller.call(SET, userLogin="bob", preferenceName="defaultReport", preferenceValue="1"),
                caller.call(GET, preferenceName="defaultReport", userLogin="bob"),
            ):
                assert response.status_code == 401
                assert response.json == failure("The user has to be either a Super User or the user 'bob' itself.")

    @pytest.mark.parametrize("login", [{}, {"userLogin": "anonymous"}])
    def test_callers_without_an_account_read_what_is_usual(self, stranger, login):
        assert stranger.call(GET, preferenceName="defaultReport", **login).json == {"value": False}
        assert stranger.call(GET, preferenceName="defaultReportDate", **login).json == {"value": "yesterday"}
        assert stranger.call(GET, preferenceName="a_b", **login).json == failure(
            "Preference name cannot contain underscores."
        )

    def test_they_set_nothing(self, stranger):
        response = stranger.call(SET, userLogin="anonymous", preferenceName="defaultReport", preferenceValue="1")

        assert response.status_code == 401
        assert response.json == failure("You can't access this resource as it requires a 'superuser' access.")

    def test_users_do_not_read_those_of_anonymous(self, hers):
        response = hers.call(GET, userLogin="anonymous", preferenceName="defaultReport")

        assert response.status_code == 401
        assert response.json == failure("The user has to be either a Super User or the user 'anonymous' itself.")

    def test_of_nobody(self, boss):
        assert boss.call(SET, userLogin="unknown", preferenceName="defaultReport", preferenceValue="1").json == failure(
            "User does not exist: unknown"
        )

    def test_too_much(self, hers):
        response = hers.call(SET, userLogin="ada", preferenceName="defaultReport", preferenceValue="x" * 4001)

        assert response.json == failure("A preference can be at most 4000 characters long.")
        assert hers.call(GET, preferenceName="defaultReport").json == {"value": False}

    def test_nothing_is_set_by_get(self, hers):
        values = {"userLogin": "ada", "preferenceName": "defaultReportDate", "preferenceValue": "today"}

        assert hers.call(SET, verb="GET", **values).status_code == 405
        assert hers.call(GET, verb="GET", preferenceName="defaultReportDate").json == {"value": "yesterday"}
