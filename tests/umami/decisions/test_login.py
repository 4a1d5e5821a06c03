"""Guessing passwords is slowed down, and the response time does not tell whether a name exists."""

import re

import bcrypt
import pytest

from app.runtime import runtime
from tests.http.test_statements import counting
from tests.umami.decisions.envelopes import refusal, unauthorized

WRONG = refusal(401, "Unauthorized", "incorrect-username-password")
THROTTLED = unauthorized("Too many failed attempts. Please try again later.")
THROTTLED["error"]["status"] = 429
ATTEMPTS = 10
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


@pytest.fixture
def comparisons(monkeypatch):
    """The hashes that passwords are compared with, in order."""
    seen = []
    compare = bcrypt.checkpw

    def counted(password, hashed):
        seen.append(hashed.decode())
        return compare(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    return seen


class TestThrottling:
    def test_after_ten_failures_even_the_right_password_is_refused(self, log_in, make_user):
        ada = make_user("ada")

        failures = [log_in(ada, password="wrong", address=HOME) for _ in range(ATTEMPTS)]
        response = log_in(ada, address=HOME)

        assert [failure.status_code for failure in failures] == [401] * ATTEMPTS
        assert all(failure.json == WRONG for failure in failures)
        assert response.status_code == 429
        assert response.json == THROTTLED
        assert 0 < int(response.headers["Retry-After"]) <= 900

    def test_a_refused_guess_costs_no_comparison(self, log_in, make_user, comparisons):
        ada = make_user("ada")
        for _ in range(ATTEMPTS):
            log_in(ada, password="wrong", address=HOME)

        log_in(ada, password="wrong", address=HOME)

        assert len(comparisons) == ATTEMPTS

    def test_a_stranger_does_not_lock_the_owner_out(self, log_in, make_user):
        ada = make_user("ada")

        strangers = [log_in(ada, password="wrong", address=ELSEWHERE) for _ in range(ATTEMPTS + 1)]
        response = log_in(ada, address=HOME)

        assert strangers[-1].status_code == 429
        assert response.status_code == 200

    def test_other_accounts_at_the_same_address_go_on(self, log_in, make_user):
        ada, bob = make_user("ada"), make_user("bob")
        for _ in range(ATTEMPTS):
            log_in(ada, password="wrong", address=HOME)

        response = log_in(bob, address=HOME)

        assert response.status_code == 200

    @pytest.mark.parametrize(
        "spelling", ["ADA", " ada ", "\uff41\uff44\uff41"], ids=["capitals", "blanks", "full width"]
    )
    def test_another_spelling_of_the_name_is_the_same_account(self, log_in, make_user, spelling):
        make_user("ada")
        for _ in range(ATTEMPTS):
            log_in("ada", password="wrong", address=HOME)

        response = log_in(spelling, password="wrong", address=HOME)

        assert response.status_code == 429

    def test_name_and_email_address_share_one_count(self, log_in, make_user, client_of, admin):
        ada = make_user("ada")
        client_of(admin).post(f"/api/users/{ada.id}", json={"email": "ada@example.com"})

        wrong = [log_in(("ada", "Ada@Example.com")[number % 2], password="wrong") for number in range(ATTEMPTS)]
        right = [log_in(account, password=ada.password) for account in ("ada", "ada@example.com")]

        assert [response.status_code for response in wrong] == [401] * ATTEMPTS
        assert [response.json for response in right] == [THROTTLED] * 2

    def test_unknown_names_are_throttled_alike(self, log_in, make_user):
        make_user("ada")

        answers = {
            name: [log_in(name, password="wrong", address=HOME) for _ in range(ATTEMPTS + 1)]
            for name in ("ada", "nobody")
        }

        known, unknown = ([(answer.status_code, answer.json) for answer in given] for given in answers.values())
        assert known == unknown
        assert known[-1] == (429, THROTTLED)

    def test_many_accounts_from_one_address_are_too_many(self, log_in, make_user):
        bob = make_user("bob")

        statuses = [log_in(f"name{number}", password="wrong", address=HOME).status_code for number in range(101)]

        assert statuses == [401] * 100 + [429]
        assert log_in(bob, address=HOME).json == THROTTLED
        assert log_in(bob, address=ELSEWHERE).status_code == 200

    def test_success_forgives_earlier_typing_errors(self, log_in, make_user):
        ada = make_user("ada")

        rounds = [
            [log_in(ada, password=given, address=HOME).status_code for given in [*["wrong"] * (ATTEMPTS - 1), None]]
            for _ in range(3)
        ]

        assert rounds == [[401] * (ATTEMPTS - 1) + [200]] * 3

    def test_a_forwarded_address_that_nobody_vouches_for_is_not_believed(self, anonymous, make_user):
        make_user("ada")

        answers = [
            anonymous.post(
                "/api/auth/login",
                json={"username": "ada", "password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            )
            for number in range(ATTEMPTS + 1)
        ]

        assert [answer.status_code for answer in answers] == [401] * ATTEMPTS + [429]


class TestOwnPassword:
    @pytest.mark.parametrize("way", ["me/password", "users/:self"])
    def test_guessing_the_current_password_counts_too(self, client_of, log_in, make_user, way):
        ada = make_user("ada")
        client = client_of(ada)
        path, field = {
            "me/password": ("/api/me/password", "newPassword"),
            "users/:self": (f"/api/users/{ada.id}", "password"),
        }[way]

        guesses = [
            client.post(path, json={"currentPassword": "wrong", field: "another horse"}) for _ in range(ATTEMPTS + 1)
        ]

        assert [guess.status_code for guess in guesses] == [400] * ATTEMPTS + [429]
        assert guesses[-1].json == THROTTLED
        assert int(guesses[-1].headers["Retry-After"]) > 0
        assert log_in(ada, address="127.0.0.1").status_code == 429
        assert log_in(ada, address=HOME).status_code == 200


class TestEmailAddress:
    @pytest.fixture
    def ada(self, make_user, client_of, admin):
        person = make_user("ada")
        client_of(admin).post(f"/api/users/{person.id}", json={"email": "Ada@Example.com"})
        return person

    @pytest.mark.parametrize("account", ["ada@example.com", "ADA@EXAMPLE.COM", " Ada@Example.com "])
    def test_it_is_as_good_as_the_name_in_any_case(self, log_in, ada, account):
        response = log_in(account, password=ada.password)

        assert (response.status_code, response.json["user"]["username"]) == (200, "ada")

    def test_with_a_wrong_password_it_is_refused_alike(self, log_in, ada):
        answers = [log_in(account, password="wrong") for account in ("ada", "ada@example.com", "bob@example.com")]

        assert [(answer.status_code, answer.json) for answer in answers] == [(401, WRONG)] * 3

    def test_one_that_has_been_changed_is_good_no_longer(self, log_in, ada, client_of, admin):
        client_of(admin).post(f"/api/users/{ada.id}", json={"email": "new@example.com"})

        answers = [log_in(account, password=ada.password) for account in ("ada@example.com", "new@example.com")]

        assert [answer.status_code for answer in answers] == [401, 200]


class TestCost:
    def test_an_unknown_name_costs_one_comparison_as_a_known_one_does(self, log_in, make_user, comparisons):
        make_user("ada")

        answers = [log_in(name, password="wrong") for name in ("ada", "nobody", "nobody@example.com")]

        assert [answer.status_code for answer in answers] == [401] * 3
        assert [answer.json for answer in answers] == [WRONG] * 3
        assert len(comparisons) == 3

    def test_nor_does_it_take_other_statements(self, app, log_in, make_user):
        make_user("ada")
        taken = []

        for name in ("ada", "nobody", "nobody@example.com"):
            with counting(app) as statements:
                log_in(name, password="wrong")
            taken.append(statements)

        assert taken[0] == taken[1] == taken[2] != []

    def test_a_right_password_takes_three_reads_before_the_session(self, app, log_in, make_user):
        ada = make_user("ada")
        log_in(ada)

        with counting(app) as statements:
            assert log_in(ada).status_code == 200

        before = [statement.split()[0] for statement in statements][:4]
        assert before[:3] == ["SELECT"] * 3  # the account; the count of failures, before and after the comparison
        assert not any("INSERT INTO failed_attempt" in statement for statement in statements)

    def test_and_as_dear_a_one(self, app, log_in, make_user, comparisons):
        make_user("ada")
        for name in ("ada", "nobody"):
            log_in(name, password="wrong")

        known, unknown = (re.fullmatch(r"\$2b\$(\d\d)\$[./A-Za-z0-9]{53}", seen) for seen in comparisons)

        with app.app_context():
            assert int(known[1]) == int(unknown[1]) == runtime().config.bcrypt_cost

    def test_no_password_opens_the_account_that_is_not_there(self, log_in, make_user):
        make_user("ada")

        answers = [log_in("nobody", password=password) for password in ("", "." * 31, "correct horse")]

        assert [answer.json for answer in answers] == [WRONG] * 3
