"""Tokens: opaque, stored as hashes, expiring, revocable."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from app.models import LoginSession
from tests.umami.decisions.envelopes import OK, UNAUTHORIZED

NEW = "another correct horse"


@pytest.fixture
def logins(client_of):
    """``logins(person, 3)`` returns three clients, each with a session of its own."""
    return lambda person, number: [client_of(person) for _ in range(number)]


def alive(clients):
    """Return which of the clients are still logged in."""
    answers = [client.get("/api/me") for client in clients]
    assert all(answer.status_code == 200 or answer.json == UNAUTHORIZED for answer in answers)
    return [answer.status_code == 200 for answer in answers]


class TestTokens:
    def test_a_token_tells_nothing(self, log_in, make_user):
        ada = make_user("ada")

        tokens = {log_in(ada).json["token"] for _ in range(2)}

        assert len(tokens) == 2
        assert all(len(token) == 43 and token.isascii() and "." not in token for token in tokens)

    def test_only_its_sha_256_is_in_the_table(self, log_in, make_user, in_database):
        token = log_in(make_user()).json["token"]

        with in_database() as session:
            row = dict(session.execute(select(LoginSession.__table__)).mappings().one())

        assert row["token_hash"] == sha256(token.encode()).hexdigest()
        assert not any(token in str(value) for value in row.values())

    def test_the_hash_is_no_token(self, log_in, make_user, client_with):
        token = log_in(make_user()).json["token"]

        response = client_with(sha256(token.encode()).hexdigest()).get("/api/me")

        assert response.status_code == 401
        assert response.json == UNAUTHORIZED

    def test_it_ends_after_thirty_days_without_use(self, client_of, make_user, clock):
        client = client_of(make_user())

        clock.turn(days=30, seconds=1)

        assert alive([client]) == [False]

    def test_use_prolongs_it(self, client_of, make_user, clock):
        used, unused = client_of(ada := make_user()), client_of(ada)

        for _ in range(3):
            clock.turn(days=20)
            used.get("/api/me")

        assert alive([used, unused]) == [True, False]

    def test_one_for_single_sign_on_lives_a_day(self, client_of, client_with, make_user, clock):
        client = client_of(make_user())
        second = client_with(client.post("/api/auth/sso").json["token"])

        before = alive([client, second])
        clock.turn(days=1, seconds=1)

        assert before == [True, True]
        assert alive([client, second]) == [True, False]


class TestLastUse:
    @pytest.fixture
    def last_use(self, in_database):
        def read():
            with in_database() as session:
                return session.scalars(select(LoginSession.last_used_at)).one()

        return read

    def test_it_is_written_at_most_once_in_five_minutes(self, client_of, make_user, clock, last_use):
        client = client_of(make_user())
        seen = [last_use()]

        for minutes in (4, 2, 2, 2, 2):
            clock.turn(minutes=minutes)
            client.get("/api/me")
            seen.append(last_use())

        at_login, after_4, after_6, after_8, after_10, after_12 = seen
        assert at_login == after_4
        assert after_4 < after_6 == after_8 == after_10
        assert after_10 < after_12

    def test_a_use_is_told(self, client_of, make_user, clock):
        client = client_of(make_user())
        before = client.get("/api/me/sessions").json["data"][0]

        clock.turn(hours=1)
        client.get("/api/me")

        after = client.get("/api/me/sessions").json["data"][0]
        assert after["lastUsedAt"] > before["lastUsedAt"]
        assert after["expiresAt"] > before["expiresAt"]
        assert after["createdAt"] == before["createdAt"]


class TestRevoking:
    def test_logging_out_ends_the_login_that_asks(self, logins, make_user):
        clients = logins(make_user(), 2)

        response = clients[0].post("/api/auth/logout")

        assert response.status_code == 200
        assert response.json == OK
        assert alive(clients) == [False, True]

    def test_changing_ones_password_ends_ones_other_logins(self, logins, make_user):
        clients = logins(ada := make_user(), 3)

        clients[1].post("/api/me/password", json={"currentPassword": ada.password, "newPassword": NEW})

        assert alive(clients) == [False, True, False]

    def test_so_does_changing_it_by_ones_record(self, logins, make_user):
        clients = logins(ada := make_user(), 3)

        clients[1].post(f"/api/users/{ada.id}", json={"currentPassword": ada.password, "password": NEW})

        assert alive(clients) == [False, True, False]

    def test_an_administrator_who_changes_their_own_stays_logged_in(self, logins, admin):
        clients = logins(admin, 2)

        clients[0].post(f"/api/users/{admin.id}", json={"password": NEW})

        assert alive(clients) == [True, False]

    def test_a_password_set_by_an_administrator_ends_all_logins(self, logins, client_of, admin, make_user):
        clients, others = logins(ada := make_user(), 2), logins(make_user(), 1)

        client_of(admin).post(f"/api/users/{ada.id}", json={"password": NEW})

        assert alive(clients) == [False, False]
        assert alive(others) == [True]

    def test_a_wrong_current_password_ends_nothing(self, logins, make_user):
        clients = logins(make_user(), 2)

        response = clients[0].post("/api/me/password", json={"currentPassword": "wrong", "newPassword": NEW})

        assert response.status_code == 400
        assert alive(clients) == [True, True]

    @pytest.mark.parametrize(("before", "after"), [("user", "admin"), ("admin", "user"), ("admin", "view-only")])
    def test_becoming_or_ceasing_to_be_an_administrator_ends_all(
        self, logins, client_of, admin, make_user, before, after
    ):
        clients = logins(ada := make_user(role=before), 2)

        client_of(admin).post(f"/api/users/{ada.id}", json={"role": after})

        assert alive(clients) == [False, False]

    @pytest.mark.parametrize("change", [{"role": "view-only"}, {"username": "lovelace"}, {"role": "user"}])
    def test_lesser_changes_end_none(self, logins, client_of, admin, make_user, change):
        clients = logins(ada := make_user(role="user"), 2)

        client_of(admin).post(f"/api/users/{ada.id}", json=change)

        assert alive(clients) == [True, True]

    def test_deletion_ends_all(self, logins, client_of, admin, make_user, in_database):
        clients = logins(ada := make_user(), 2)

        client_of(admin).delete(f"/api/users/{ada.id}")

        assert alive(clients) == [False, False]
        with in_database() as session:
            assert not session.scalars(select(LoginSession).where(LoginSession.user_id == ada.id)).all()
