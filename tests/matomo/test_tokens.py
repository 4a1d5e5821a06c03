"""``UsersManager.…``: access tokens on both APIs, ending sessions, no newsletter."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.models import AccessToken, LoginSession, User, utcnow
from tests.conftest import PASSWORD
from tests.matomo.conftest import SUCCESS, Caller, failure

CREATE = "UsersManager.createAppSpecificTokenAuth"
WRONG = failure("The current password you entered is not correct.")
BAD_TOKEN = failure("Unable to authenticate with the provided token. It is either invalid or expired.")


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def create(stranger):
    """``create(userLogin=…)``: the response to a call that is valid apart from these parameters."""

    def ask(**values):
        given = {"userLogin": "ada", "passwordConfirmation": PASSWORD, "description": "Reports"} | values
        return stranger.call(CREATE, **{name: value for name, value in given.items() if value is not None})

    return ask


@pytest.fixture
def ends(app):
    """When each stored token expires."""

    def read():
        with app.app_context(), transaction() as session:
            return list(session.scalars(select(AccessToken.expires_at).order_by(AccessToken.id)))

    return read


class TestCreating:
    def test_a_token_in_json_and_in_xml(self, create, stranger, ada):
        in_json = create().json
        in_xml = stranger.xml(CREATE, userLogin="ada", passwordConfirmation=PASSWORD, description="Reports")

        assert list(in_json) == ["value"]
        assert len(in_json["value"]) == 32
        assert in_xml.startswith("<result>")
        assert len(in_xml) == len("<result></result>") + 32

    def test_it_is_good_on_both_wires(self, app, create, ada, admin):
        token = create().json["value"]
        client = app.test_client()

        me = client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        own = Caller(client, token).call("UsersManager.getUser", userLogin="ada")
        bearer = client.get(
            "/index.php?module=API&method=UsersManager.getUser&userLogin=ada&format=json",
            headers={"Authorization": f"Bearer {token}"},
        )

        assert me.json["user"]["username"] == "ada"
        assert own.json["login"] == bearer.json["login"] == "ada"
        assert client.get("/api/admin/users", headers={"Authorization": f"Bearer {token}"}).status_code == 401

    def test_so_is_a_logins(self, app, anonymous, ada):
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD}).json["token"]

        assert Caller(app.test_client(), login).call("UsersManager.getUser", userLogin="ada").json["login"] == "ada"

    def test_the_e_mail_address_will_do(self, app, create, ada):
        with app.app_context(), transaction() as session:
            session.get(User, ada.id).email = "ada@example.org"

        assert len(create(userLogin="ADA@example.org").json["value"]) == 32

    @pytest.mark.parametrize(
        "values", [{"userLogin": "nobody"}, {"passwordConfirmation": "wrong horse"}, {"passwordConfirmation": "x"}]
    )
    def test_unknown_and_wrong_are_refused_alike(self, create, ada, ends, values):
        response = create(**values)

        assert (response.status_code, response.json) == (200, WRONG)
        assert ends() == []

    @pytest.mark.parametrize("name", ["userLogin", "passwordConfirmation", "description"])
    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_what_must_be_given(self, create, ada, ends, name, value):
        if (name, value) == ("passwordConfirmation", "  "):
            pytest.skip("space is a password, if a wrong one")

        response = create(**{name: value})

        assert (response.status_code, response.json) == (400, failure(f"Please specify a value for '{name}'."))
        assert ends() == []

    def test_a_description_that_is_too_long_counts_its_characters(self, create, ada):
        assert create(description="ä" * 101).json == failure(
            "Description: The value contains &quot;101&quot; characters but should contain at most 100 characters."
        )

    def test_wrong_passwords_are_counted(self, create, ada):
        for _ in range(10):
            create(passwordConfirmation="wrong horse")

        response = create()

        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
        assert response.json == failure("Too many failed logins. Please wait and try logging in again later.")

    def test_it_is_no_part_of_a_bulk_request(self, stranger, ada, ends):
        part = f"method={CREATE}&userLogin=ada&passwordConfirmation={PASSWORD}&description=x"

        (answer,) = stranger.call("API.getBulkRequest", urls=[part]).json

        assert answer["result"] == "error"
        assert ends() == []

    def test_nor_made_by_get(self, stranger, ada, ends):
        response = stranger.call(CREATE, verb="GET", userLogin="ada", passwordConfirmation=PASSWORD, description="x")

        assert response.status_code == 405
        assert ends() == []

    def test_password_and_token_are_in_no_log(self, create, ada, capfd):
        token = create().json["value"]

        logged = "".join(capfd.readouterr())
        assert "/index.php" in logged
        assert token not in logged
        assert PASSWORD not in logged


class TestTime:
    @pytest.mark.parametrize(
        ("text", "ahead"),
        [
            ("+30 days", timedelta(days=30)),
            ("+2 hours", timedelta(hours=2)),
            ("+1 week", timedelta(days=7)),
            ("1 year", timedelta(days=365)),
            ("-1 day", timedelta(days=-1)),
            ("now", timedelta()),
        ],
    )
    def test_so_far_from_now(self, create, ada, ends, text, ahead):
        create(expireDate=text)

        assert abs(ends()[0] - utcnow() - ahead) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2030-05-01", "2030-05-01 00:00:00+00:00"),
            ("2030-05-01 12:30:15", "2030-05-01 12:30:15+00:00"),
            ("2030-05-01T12:30:15", "2030-05-01 12:30:15+00:00"),
            ("2030-05-01T12:30:15Z", "2030-05-01 12:30:15+00:00"),
            ("2030-05-01t12:30:15z", "2030-05-01 12:30:15+00:00"),
            ("2030-05-01 12:30:15 UTC", "2030-05-01 12:30:15+00:00"),
            ("2030-05-01T12:30", "2030-05-01 12:30:00+00:00"),
            ("2030-05-01T12:30Z", "2030-05-01 12:30:00+00:00"),
            ("2030-05-01 12:30+02:00", "2030-05-01 10:30:00+00:00"),
            ("2030-05-01T12:30:15+0200", "2030-05-01 10:30:15+00:00"),
            ("2030-05-01T12:30:15-05", "2030-05-01 17:30:15+00:00"),
            ("2030-05-01 12:30:15 -05:30", "2030-05-01 18:00:15+00:00"),
            ("2030-05-01T12:30:15 02:00", "2030-05-01 10:30:15+00:00"),
            ("2030-05-01T12:30:15.5Z", "2030-05-01 12:30:15.500000+00:00"),
            ("2030-05-01T12:30:15,123456789+00:00", "2030-05-01 12:30:15.123456+00:00"),
            ("20300501", "2030-05-01 00:00:00+00:00"),
            ("20300501T123015Z", "2030-05-01 12:30:15+00:00"),
            ("1900000000", "2030-03-17 17:46:40+00:00"),
        ],
    )
    def test_at_a_moment(self, create, ada, ends, text, moment):
        create(expireDate=text)

        assert str(ends()[0]) == moment

    @pytest.mark.parametrize(("text", "days"), [("today", 0), ("Yesterday", -1), ("tomorrow", 1)])
    def test_at_the_beginning_of_a_day(self, create, ada, ends, text, days):
        create(expireDate=text)

        assert ends()[0] == datetime.combine(utcnow().date(), datetime.min.time(), utcnow().tzinfo) + timedelta(days)

    @pytest.mark.parametrize(
        "text",
        [
            "soon",
            "2030-02-30",
            "2030-5",
            "2030-05-01T",
            "2030-05-01T12",
            "2030-05-01T25:00Z",
            "2030-05-01T12:30+99:00",
            "9999-12-31T23:59:59-14:00",
            "2030-W18-3",
            "2030-05-01Z",
            "+1 fortnight",
            "99999-01-01",
            "+999999 years",
            "x" * 9999,
        ],
    )
    def test_no_moment(self, create, ada, ends, text):
        response = create(expireDate=text)

        assert response.status_code == 400
        assert response.json == failure(
            "Date format must be: YYYY-MM-DD, or 'today' or 'yesterday' or any keyword supported by the strtotime "
            f"function (see http://php.net/strtotime for more information): '{text[:64]}'"
        )
        assert ends() == []

    def test_hours_count_where_there_is_no_date(self, create, ada, ends):
        create(expireHours="36")
        create(expireHours="0.5")
        create(expireHours="36", expireDate="+1 hour")
        create(expireHours="0")
        create(expireHours="")

        ahead = [None if end is None else round((end - utcnow()) / timedelta(hours=1), 1) for end in ends()]
        assert ahead == [36.0, 0.5, 1.0, None, None]

    @pytest.mark.parametrize("text", ["many", "-1", "1e9", "99999999", "nan", "inf"])
    def test_no_hours(self, create, ada, ends, text):
        response = create(expireHours=text)

        assert (response.status_code, response.json) == (
            400,
            failure("The parameter 'expireHours' must be a number of hours."),
        )
        assert ends() == []

    def test_one_that_has_ended_is_none(self, app, create, ada):
        token = create(expireDate="yesterday").json["value"]

        response = Caller(app.test_client(), token).call("UsersManager.getUser", userLogin="ada")

        assert (response.status_code, response.json) == (401, BAD_TOKEN)
        assert app.test_client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


class TestLogout:
    @pytest.fixture
    def logins(self, app):
        def count():
            with app.app_context(), transaction() as session:
                return len(session.scalars(select(LoginSession.id)).all())

        return count

    def test_ones_own_and_by_superusers(self, app, create, caller_of, token_of, ada, admin, logins):
        program = Caller(app.test_client(), create().json["value"])
        boss = caller_of(admin)
        for caller in (program, boss):
            token_of(ada)
            assert logins() == 2
            assert caller.call("UsersManager.logoutUser", userLogin="ada").json == SUCCESS
            assert logins() == 1

        assert program.xml("UsersManager.logoutUser", userLogin="ada") == (
            '<result>\n\t<success message="ok" />\n</result>'
        )

    def test_not_anybody_elses(self, caller_of, stranger, make_user, ada, token_of, logins):
        bob = caller_of(make_user("bob"))
        token_of(ada)

        for caller in (bob, stranger):
            response = caller.call("UsersManager.logoutUser", userLogin="ada")
            assert response.status_code == 401
            assert response.json == failure("The user has to be either a Super User or the user 'ada' itself.")
        assert logins() == 2

    def test_nobodys(self, caller_of, admin):
        assert caller_of(admin).call("UsersManager.logoutUser", userLogin="nobody").json == failure(
            "User 'nobody' doesn't exist."
        )


class TestNewsletter:
    def test_nobody_is_signed_up(self, caller_of, ada):
        caller = caller_of(ada)

        assert caller.call("UsersManager.newsletterSignup").json == {"error": True}
        assert caller.xml("UsersManager.newsletterSignup") == (
            "<result>\n\t<row>\n\t\t<error>1</error>\n\t</row>\n</result>"
        )

    def test_strangers_are_asked_to_log_in(self, stranger):
        response = stranger.call("UsersManager.newsletterSignup")

        assert (response.status_code, response.json) == (
            401,
            failure("You must be logged in to access this functionality."),
        )
