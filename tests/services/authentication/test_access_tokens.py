"""Access tokens: stored as hashes, with their owner's rights, expiring, revocable."""

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.domain.actor import OPERATOR
from app.domain.errors import (
    Denied,
    Invalid,
    Missing,
    NotFound,
    Throttled,
    TooLong,
    Unauthenticated,
    WrongCredentials,
)
from app.models import ANONYMOUS_ID, AccessToken, LoginSession, User, utcnow
from app.security import password_hashing
from app.services.authentication import access_tokens, credentials, sessions
from app.services.authentication import login as auth
from app.services.authentication.bearer import identify_api
from app.services.users import accounts
from tests.actors import VISITOR, visitor_at
from tests.conftest import PASSWORD
from tests.http.test_statements import counting
from tests.racing import ROUNDS, at_once
from tests.umami.decisions.envelopes import OK, UNAUTHORIZED

NEW = "another correct horse"


@pytest.fixture
def in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def rows(in_database):
    """All rows of the table of tokens."""

    def read():
        with in_database() as session:
            return [dict(row) for row in session.execute(select(AccessToken.__table__)).mappings()]

    return read


class TestWhatIsKept:
    def test_it_is_32_hex_digits_and_only_its_sha_256_is_in_the_table(self, make_user, make_token, rows):
        token = make_token(make_user())

        (row,) = rows()
        assert len(token) == 32
        assert set(token) <= set("0123456789abcdef")
        assert row["token_hash"] == sha256(token.encode()).hexdigest()
        assert not any(token in str(value) for value in row.values())

    def test_two_are_never_the_same(self, make_user, make_token):
        ada = make_user()

        assert len({make_token(ada) for _ in range(20)}) == 20

    def test_a_description_is_trimmed(self, make_user, make_token, rows):
        make_token(make_user(), "  Monthly report ")

        assert rows()[0]["description"] == "Monthly report"

    @pytest.mark.parametrize("text", ["", "  ", "\t\n"])
    def test_an_empty_description_is_refused(self, make_user, make_token, rows, text):
        with pytest.raises(Missing):
            make_token(make_user(), text)

        assert rows() == []

    @pytest.mark.parametrize("text", ["a\x01b", "a\nb", "a\x7f"])
    def test_one_with_control_characters_as_well(self, make_user, make_token, rows, text):
        with pytest.raises(Invalid):
            make_token(make_user(), text)

        assert rows() == []

    def test_a_description_has_a_hundred_characters_at_most(self, make_user, make_token):
        ada = make_user()

        make_token(ada, "ä" * 100)

        with pytest.raises(TooLong) as refused:
            make_token(ada, "ä" * 101)
        assert (refused.value.length, refused.value.maximum) == (101, 100)


class TestOnUmamisWire:
    def test_it_has_its_owners_rights(self, make_user, admin, program_of):
        ada = make_user("ada")

        assert program_of(ada).get("/api/me").json["user"]["username"] == "ada"
        assert program_of(ada).get("/api/admin/users").json == UNAUTHORIZED
        assert program_of(admin).get("/api/admin/users").json["count"] == 2

    @pytest.mark.parametrize("change", [str.upper, lambda token: token[:-1], lambda token: f"{token}0", sha256])
    def test_nothing_else_will_do(self, make_user, make_token, client_with, change):
        changed = change(make_token(make_user()).encode() if change is sha256 else make_token(make_user()))
        token = changed.hexdigest()[:32] if change is sha256 else changed

        assert client_with(token).get("/api/me").status_code == 401

    def test_logging_out_with_it_revokes_it_alone(self, make_user, program_of, client_of, rows):
        ada = make_user()
        program, other, login = program_of(ada), program_of(ada), client_of(ada)

        assert program.post("/api/auth/logout").json == OK

        assert [client.get("/api/me").status_code for client in (program, other, login)] == [401, 200, 200]
        assert len(rows()) == 1

    def test_it_may_ask_for_a_login_of_a_day(self, make_user, program_of, client_with):
        second = client_with(program_of(make_user("ada")).post("/api/auth/sso").json["token"])

        assert second.get("/api/me").json["user"]["username"] == "ada"

    def test_it_changes_the_own_password_like_a_login(self, make_user, program_of, client_of):
        ada = make_user()
        program, login = program_of(ada), client_of(ada)

        wrong = program.post("/api/me/password", json={"currentPassword": "wrong horse", "newPassword": NEW})
        right = program.post("/api/me/password", json={"currentPassword": PASSWORD, "newPassword": NEW})

        assert (wrong.status_code, right.status_code) == (400, 200)
        assert [client.get("/api/me").status_code for client in (program, login)] == [200, 401]

    def test_who_asks_takes_one_statement(self, app, make_user, program_of):
        program = program_of(make_user())
        program.get("/api/me")

        with counting(app) as statements:
            assert program.get("/api/me").status_code == 200

        assert len(statements) == 1


class TestTime:
    def test_it_is_good_for_ever_unless_said_otherwise(self, make_user, program_of, clock):
        program = program_of(make_user())

        clock.turn(days=20_000)

        assert program.get("/api/me").status_code == 200

    def test_it_ends_when_it_was_to_end_used_or_not(self, make_user, program_of, clock):
        program = program_of(make_user(), expires_at=utcnow() + timedelta(hours=2))

        clock.turn(hours=1, minutes=59)
        before = program.get("/api/me").status_code
        clock.turn(minutes=2)

        assert (before, program.get("/api/me").status_code) == (200, 401)

    def test_its_use_is_noted_every_ten_minutes(self, make_user, program_of, clock, rows):
        program = program_of(make_user())
        uses = []

        for minutes in (0, 9, 2):
            clock.turn(minutes=minutes)
            program.get("/api/me")
            uses.append(rows()[0]["last_used_at"])

        assert uses[0] is not None
        assert uses[1] == uses[0]
        assert uses[2] - uses[0] > timedelta(minutes=10)

    def test_its_owner_was_there_and_the_account_is_unchanged(self, make_user, program_of, in_database):
        ada = make_user()
        with in_database() as session:
            before = session.get(User, ada.id).updated_at

        program_of(ada).get("/api/me")

        with in_database() as session:
            user = session.get(User, ada.id)
            assert utcnow() - user.last_seen_at < timedelta(minutes=1)
            assert user.updated_at == before

    def test_ended_ones_go_when_the_next_is_made_and_when_asked_to(self, app, make_user, make_token, rows, clock):
        ada, bob = make_user(), make_user()
        soon = utcnow() + timedelta(hours=1)
        for person in (ada, bob):
            make_token(person, "ends", expires_at=soon)
            make_token(person, "stays")
        clock.turn(hours=2)

        make_token(ada, "new")

        assert sorted(row["description"] for row in rows()) == ["ends", "new", "stays", "stays"]
        with app.app_context():
            assert access_tokens.prune(OPERATOR) == 1
        assert sorted(row["description"] for row in rows()) == ["new", "stays", "stays"]


class TestRevocation:
    @pytest.fixture
    def alive(self, make_user, make_token, in_app):
        """``alive(change)``: whether a token of ada is still valid after ``change(ada)``."""
        ada = make_user("ada")
        token = make_token(ada)

        def after(change):
            change(ada)
            return credentials.find_bearer(token) is not None

        return after

    def test_a_password_set_by_an_administrator_ends_all(self, alive, admin):
        assert not alive(lambda ada: accounts.update_user(admin.actor, ada.id, password=NEW))

    @pytest.mark.parametrize("role", ["user", "admin"])
    def test_ones_own_new_password_ends_none(self, make_user, make_token, in_app, role):
        ada = make_user("ada", role=role)
        token = make_token(ada)

        accounts.update_user(ada.actor, ada.id, password=NEW, current_password=PASSWORD)

        assert credentials.find_bearer(token) is not None

    def test_becoming_an_administrator_ends_all(self, alive, admin):
        assert not alive(lambda ada: accounts.update_user(admin.actor, ada.id, role="admin"))

    def test_becoming_a_viewer_ends_none(self, alive, admin):
        assert alive(lambda ada: accounts.update_user(admin.actor, ada.id, role="view-only"))

    def test_ceasing_to_be_one_ends_all(self, admin, make_user, make_token, in_app):
        boss = make_user(role="admin")
        token = make_token(boss)

        accounts.update_user(admin.actor, boss.id, role="user")

        assert credentials.find_bearer(token) is None

    def test_deletion_ends_all(self, alive, admin, rows):
        assert not alive(lambda ada: accounts.delete_user(admin.actor, ada.id))
        assert rows() == []

    def test_a_new_name_ends_none(self, alive, admin):
        assert alive(lambda ada: accounts.update_user(admin.actor, ada.id, username="ada.l"))

    def test_one_is_ended_by_its_owner_or_an_administrator(self, admin, make_user, make_token, in_app):
        ada, bob = make_user(), make_user()
        for _ in range(2):
            make_token(ada)
        first, second = access_tokens.list_tokens(ada.actor, ada.id)

        with pytest.raises(NotFound):
            access_tokens.revoke_token(bob.actor, first.id)
        with pytest.raises(Denied):
            access_tokens.revoke_token(bob.actor, first.id, user_id=ada.id)
        access_tokens.revoke_token(ada.actor, first.id)
        access_tokens.revoke_token(admin.actor, second.id, user_id=ada.id)

        assert access_tokens.list_tokens(ada.actor, ada.id) == []


class TestLists:
    def test_newest_first_without_ended_ones(self, make_user, make_token, in_app):
        ada = make_user()
        for name in ("first", "second"):
            make_token(ada, name)
        make_token(ada, "ended", expires_at=utcnow() - timedelta(seconds=1))
        make_token(make_user(), "someone else's")

        found = access_tokens.list_tokens(ada.actor, ada.id)

        assert [row.description for row in found] == ["second", "first"]
        assert not hasattr(found[0], "token_hash")

    def test_they_are_for_oneself_and_administrators(self, admin, make_user, in_app):
        ada, bob = make_user(), make_user()

        with pytest.raises(Denied):
            access_tokens.list_tokens(bob.actor, ada.id)
        with pytest.raises(Denied):
            access_tokens.create_token(bob.actor, ada.id, description="x")
        assert access_tokens.list_tokens(OPERATOR, ada.id) == []
        with pytest.raises(NotFound):
            access_tokens.create_token(admin.actor, uuid4(), description="x")

    def test_with_a_hundred_the_least_used_goes(self, make_user, make_token, client_with, clock, rows):
        ada = make_user()
        tokens = []
        for number in range(100):
            tokens.append(make_token(ada, str(number)))
            clock.turn(seconds=1)
        clock.turn(minutes=1)
        client_with(tokens[0]).get("/api/me")

        make_token(ada, "new")

        assert {row["description"] for row in rows()} == {"new", *map(str, range(100))} - {"1"}


class TestWithPassword:
    @pytest.fixture
    def ask(self, in_app):
        def create(account, password, visitor=VISITOR, **values):
            return auth.create_access_token(visitor, account, password, description="Reports", **values)

        return create

    def test_the_name_in_any_case_or_the_address_will_do(self, ask, make_user, in_database):
        ada = make_user("Ada")
        with in_database() as session:
            session.get(User, ada.id).email = "Ada@Example.org"

        for account in ("Ada", "ADA", "ada@example.org", "ADA@EXAMPLE.ORG"):
            assert identify_api(VISITOR, ask(account, PASSWORD)).username == "Ada"

    @pytest.mark.parametrize("account", ["ada", "nobody", "nobody@example.org", "", "x" * 5000])
    def test_wrong_and_unknown_are_refused_alike(self, ask, make_user, rows, account):
        make_user("ada")

        with pytest.raises(WrongCredentials) as refused:
            ask(account, "wrong horse")

        assert refused.value.message == WrongCredentials().message
        assert rows() == []

    @pytest.mark.parametrize("state", ["pending", "deleted", "anonymous"])
    def test_accounts_that_nobody_can_log_in_to_have_none(self, ask, make_user, in_database, state):
        ada = make_user("ada")
        values = {"pending": {"pending": True}, "deleted": {"deleted_at": utcnow()}, "anonymous": {"password_hash": ""}}
        with in_database() as session:
            session.execute(update(User).where(User.id == ada.id).values(**values[state]))

        for password in (PASSWORD, ""):
            with pytest.raises(WrongCredentials):
                ask("ada", password)

    @pytest.mark.parametrize("account", ["ada", "nobody", "void"])
    def test_each_refusal_costs_one_bcrypt(self, ask, make_user, in_database, monkeypatch, account):
        void = make_user("void")
        make_user("ada")
        with in_database() as session:
            session.get(User, void.id).password_hash = ""
        compared = []
        matches = password_hashing.matches
        monkeypatch.setattr(
            "app.security.password_hashing.matches",
            lambda *given: compared.append(given[1]) or matches(*given),
        )

        with pytest.raises(WrongCredentials):
            ask(account, "wrong horse")

        assert [password_hashing.cost_of(hashed) for hashed in compared] == [4]

    def test_wrong_ones_count_with_wrong_logins_under_either_name(self, ask, log_in, make_user, in_database):
        ada = make_user("ada")
        with in_database() as session:
            session.get(User, ada.id).email = "ada@example.org"
        for number in range(10):
            with pytest.raises(WrongCredentials):
                ask("ada@example.org" if number % 2 else "ADA", "wrong horse", visitor_at("192.0.2.1"))

        for account in ("ada", "ada@example.org"):
            with pytest.raises(Throttled):
                ask(account, PASSWORD, visitor_at("192.0.2.1"))
        assert log_in(ada).status_code == 429
        assert ask("ada", PASSWORD, visitor_at("198.51.100.1"))

    def test_a_password_changed_meanwhile_keeps_others_out(self, ask, make_user, rows, monkeypatch):
        ada = make_user("ada")
        open_token = auth.open_token

        def change_then(*given, **named):
            accounts.update_user(OPERATOR, ada.id, password=NEW)
            return open_token(*given, **named)

        monkeypatch.setattr(auth, "open_token", change_then)

        with pytest.raises(WrongCredentials):
            ask("ada", PASSWORD)
        assert rows() == []


class TestAtOnce:
    def test_no_more_than_a_hundred_whoever_asks_when(self, make_user, make_token, rows):
        ada = make_user()
        for number in range(98):
            make_token(ada, str(number))

        at_once(*[lambda: make_token(ada, "new")] * 8)

        assert len(rows()) == 100

    def test_a_new_password_leaves_no_token_of_the_old_one(self, app, make_user, rows):
        ada = make_user("ada")

        def create():
            with app.app_context(), suppress(WrongCredentials):
                auth.create_access_token(VISITOR, "ada", PASSWORD, description="old")

        def change():
            with app.app_context():
                accounts.update_user(OPERATOR, ada.id, password=NEW)

        for _ in range(ROUNDS):
            at_once(*[create] * 4, change)
            assert rows() == []
            with app.app_context():
                accounts.update_user(OPERATOR, ada.id, password=PASSWORD)


class TestCallersWithoutAToken:
    @pytest.mark.parametrize("token", [None, ""])
    def test_they_are_nobody(self, in_app, token):
        actor = identify_api(visitor_at("192.0.2.1"), token)

        assert (actor.id, actor.role, actor.address) == (None, None, "192.0.2.1")

    def test_or_the_account_of_the_anonymous_where_there_is_one(self, in_database, in_app):
        with in_database() as session:
            session.add(User(id=ANONYMOUS_ID, username="anonymous", password_hash="", role="view-only"))

        actor = identify_api(VISITOR, None)

        assert (actor.id, actor.username, actor.role) == (ANONYMOUS_ID, "anonymous", "view-only")

    @pytest.mark.parametrize("token", ["0" * 32, "anything", "x" * 10_000])
    def test_a_bad_token_is_refused_rather_than_nobodys(self, in_app, token):
        with pytest.raises(Unauthenticated):
            identify_api(VISITOR, token)

    def test_both_kinds_of_tokens_are_good(self, make_user, make_token, token_of, in_app):
        ada = make_user()

        program, login = identify_api(VISITOR, make_token(ada)), identify_api(VISITOR, token_of(ada))

        assert program.id == login.id == ada.id
        assert (program.session_id, login.token_id) == (None, None)
        assert program.token_id is not None
        assert login.session_id is not None


class TestEndingLogins:
    def test_of_oneself_and_by_administrators_but_of_nobody_else(self, admin, make_user, token_of, make_token, in_app):
        ada, bob = make_user(), make_user()

        for actor in (ada.actor, admin.actor):
            token, program = token_of(ada), make_token(ada)
            assert sessions.revoke_user(actor, ada.id) == 1
            assert credentials.find_bearer(token) is None
            assert credentials.find_bearer(program) is not None
        with pytest.raises(Denied):
            sessions.revoke_user(bob.actor, ada.id)


class TestBehindAReplica:
    """The time of a caller's last write decides whether its lists can come from a replica."""

    @pytest.fixture
    def replicated(self, app, monkeypatch):
        monkeypatch.setitem(app.extensions, "frontdesk_replica", type("Away", (), {"may_answer": lambda *_: False})())

    @pytest.fixture
    def writes(self, in_database):
        """The times at which access tokens, and sessions, last wrote."""

        def read():
            with in_database() as session:
                return [list(session.scalars(select(kind.wrote_at))) for kind in (AccessToken, LoginSession)]

        return read

    def test_a_write_with_a_token_is_noted_at_the_token(self, replicated, admin, program_of, client_of, writes):
        program, login = program_of(admin), client_of(admin)
        body = {"username": "bob", "password": PASSWORD, "role": "user"}
        (token,), (session,) = writes()

        assert program.post("/api/users", json=body).status_code == 200
        (token_after,), (session_after,) = writes()

        assert token_after > token
        assert session_after == session
        assert login.post("/api/users", json=body | {"username": "eve"}).status_code == 200
        assert writes()[0] == [token_after]
        assert writes()[1][0] > session

    def test_lists_ask_for_what_its_token_wrote_last(self, app, monkeypatch, admin, program_of, writes):
        asked = []
        noting = type("Noting", (), {"may_answer": lambda _, wrote_at: asked.append(wrote_at)})()
        monkeypatch.setitem(app.extensions, "frontdesk_replica", noting)

        assert program_of(admin).get("/api/users").status_code == 200

        assert asked == [writes()[0][0]]
