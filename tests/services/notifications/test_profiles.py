"""The services' rules for e-mail addresses and display names."""

from datetime import timedelta

import pytest
import time_machine

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import Conflict, EmailDomainNotAllowed, EmailIsUsername, Invalid, UsernameIsEmail
from app.models import User, utcnow
from app.runtime import runtime
from app.services.invitations import accept, manage
from app.services.users import accounts
from tests.actors import VISITOR
from tests.conftest import PASSWORD
from tests.racing import ROUNDS, at_once


@pytest.fixture
def create(app):
    def make(username, **given):
        with app.app_context():
            return accounts.create_user(OPERATOR, username=username, password=PASSWORD, **given)

    return make


@pytest.fixture
def update(app):
    def change(person, actor=OPERATOR, **given):
        with app.app_context():
            return accounts.update_user(actor, person.id, **given)

    return change


class TestCreate:
    def test_with_address_and_display_name(self, app, create):
        made = create("ada", email=" Ada@Example.com ", display_name=" Ada L. ")

        with app.app_context():
            row = accounts.get_user(OPERATOR, made.id)
            assert (row.email, row.display_name, row.last_seen_at, row.pending) == (
                "Ada@example.com",
                "Ada L.",
                None,
                False,
            )

    def test_with_neither(self, create):
        made = create("ada", email="", display_name=None)

        assert (made.email, made.email_key, made.display_name) == (None, None, None)

    @pytest.mark.parametrize("email", ["ADA@example.com", "ada@EXAMPLE.com", "ada@example.com"])
    def test_an_address_belongs_to_one_whatever_the_case(self, create, email):
        create("ada", email="ada@example.com")

        with pytest.raises(Conflict, match="A user with this e-mail address already exists"):
            create("bob", email=email)

    def test_many_may_have_none(self, create):
        assert {create(name).email for name in ("ada", "bob", "eve")} == {None}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"email": "ada"}, "email"),
            ({"email": "x" * 300 + "@example.com"}, "email"),
            ({"display_name": "x" * 256}, "display_name"),
            ({"display_name": "Ada\r\nBcc: eve@example.com"}, "display_name"),
        ],
    )
    def test_what_breaks_a_rule_is_refused(self, create, given, field):
        with pytest.raises(Invalid) as error:
            create("ada", **given)

        assert error.value.field == field


class TestNamesOfOthers:
    def test_an_address_that_is_somebodys_name(self, create, update):
        create("ada@example.com")
        bob = create("bob")

        with pytest.raises(EmailIsUsername):
            create("eve", email="ADA@example.com")
        with pytest.raises(EmailIsUsername):
            update(bob, email="ada@EXAMPLE.com")

    def test_a_name_that_is_somebodys_address(self, create, update):
        create("ada", email="ada@example.com")
        bob = create("bob")

        with pytest.raises(UsernameIsEmail):
            create("ADA@example.com")
        with pytest.raises(UsernameIsEmail):
            update(bob, username="ada@example.COM")

    def test_ones_own_is_free(self, create, update):
        ada = create("ada@example.com", email="ada@example.com")

        assert update(ada, email="ADA@example.com").email == "ADA@example.com"
        assert update(ada, username="ADA@example.com").username == "ADA@example.com"

    def test_a_name_and_an_address_of_one_moment_do_not_meet(self, app, create, update):
        def outcome(call):
            try:
                call()
            except Conflict:
                return "refused"
            return "done"

        for number in range(ROUNDS):
            ada, bob = create(f"ada{number}"), create(f"bob{number}")
            name = f"same{number}@example.com"

            outcomes = at_once(
                lambda ada=ada, name=name: outcome(lambda: update(ada, username=name)),
                lambda bob=bob, name=name: outcome(lambda: update(bob, email=name)),
                lambda number=number, name=name: outcome(lambda: create(f"eve{number}", email=name.upper())),
            )

            named, addressed = outcomes[0], outcomes[1:]
            assert addressed.count("done") == (named == "refused")

    def test_an_address_of_one_moment_is_one_persons(self, app, create):
        def make(number):
            try:
                create(f"user{number}", email=f"{'ada' if number % 2 else 'ADA'}@example.com")
            except Conflict as error:
                return error.message
            return "done"

        outcomes = at_once(*[lambda number=number: make(number) for number in range(8)])

        assert sorted(outcomes) == ["A user with this e-mail address already exists"] * 7 + ["done"]


class TestOwn:
    """Changes by users who are not administrators."""

    @pytest.fixture
    def ada(self, make_user, give_email):
        return give_email(make_user("ada"), "ada@example.com")

    def test_the_display_name_freely(self, ada, update):
        assert update(ada, ada.actor, display_name="Ada").display_name == "Ada"

    @pytest.mark.parametrize("email", ["new@example.com", "", None])
    def test_the_address_with_the_password(self, ada, update, email):
        for wrong in ({}, {"current_password": "wrong horse"}):
            with pytest.raises(Conflict, match="Current password is incorrect"):
                update(ada, ada.actor, email=email, **wrong)

        assert update(ada, ada.actor, email=email, current_password=PASSWORD).email == (email or None)

    @pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com"])
    def test_the_same_address_without(self, ada, update, email):
        assert update(ada, ada.actor, email=email).email == email

    def test_an_address_that_changed_meanwhile_needs_it_after_all(self, ada, admin, update, monkeypatch):
        clashes = accounts.clashes

        def change_then(*given):
            monkeypatch.undo()
            update(ada, admin.actor, email="new@example.com")
            return clashes(*given)

        monkeypatch.setattr(accounts, "clashes", change_then)

        with pytest.raises(Conflict, match="Current password is incorrect"):
            update(ada, ada.actor, email="ada@example.com")

    def test_administrators_need_none(self, admin, ada, update):
        assert update(ada, admin.actor, email="new@example.com").email == "new@example.com"
        assert update(admin, admin.actor, email="root@example.com").email == "root@example.com"


class TestDomains:
    @pytest.fixture(autouse=True)
    def only_example(self, app, monkeypatch):
        with app.app_context():
            object.__setattr__(runtime().config, "email_domains", "example.com, example.org")
            yield
            object.__setattr__(runtime().config, "email_domains", "")

    def test_others_are_refused(self, app, create, update):
        ada = create("ada", email="ada@example.com")

        with pytest.raises(EmailDomainNotAllowed):
            create("bob", email="bob@example.net")
        with pytest.raises(EmailDomainNotAllowed):
            update(ada, email="ada@sub.example.com")
        assert update(ada, email="ada@EXAMPLE.org").email == "ada@example.org"

    def test_an_address_that_stays_is_left_alone(self, make_user, give_email, update):
        ada = give_email(make_user("ada"), "ada@elsewhere.example")

        assert update(ada, email="ada@elsewhere.example", display_name="Ada").display_name == "Ada"


class TestPending:
    def test_another_address_gets_a_link_of_its_own(self, app, update, deliver, office):
        with app.app_context():
            view = manage.invite(OPERATOR, username="eve", email="old@example.com")
        deliver()
        with app.app_context(), transaction() as session:
            eve = session.get(User, view.user_id)

        update(eve, email="new@example.com")
        deliver()

        (old,), (new,) = office.to("old@example.com"), office.to("new@example.com")
        assert old["Subject"] == new["Subject"]
        tokens = [mail.get_body(("plain",)).get_content().partition("/invitations/")[2][:32] for mail in (old, new)]
        assert [found(app, token) for token in tokens] == [False, True]


def found(app, token):
    """Return whether the token opens an invitation."""

    with app.app_context():
        try:
            return accept.find(VISITOR, token) is not None
        except Exception:
            return False


class TestLastSeen:
    @pytest.fixture
    def seen(self, app):
        def read(person):
            with app.app_context(), transaction() as session:
                user = session.get(User, person.id)
                return user.last_seen_at, user.updated_at

        return read

    def test_a_login_is_noted_and_is_no_change(self, make_user, anonymous, seen):
        ada = make_user("ada")
        before, updated = seen(ada)

        anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})

        after, updated_then = seen(ada)
        assert before is None
        assert utcnow() - after < timedelta(seconds=30)
        assert updated_then == updated

    def test_a_use_is_noted_with_the_logins_own_time(self, app, make_user, client_of, seen):
        ada = make_user("ada")
        client = client_of(ada)
        assert client.get("/api/me").status_code == 200
        assert seen(ada)[0] is None
        later = utcnow() + timedelta(minutes=6)

        with time_machine.travel(later, tick=False):
            client.get("/api/me")

        assert seen(ada)[0] == later


def test_the_operator_is_nobody(app, create, update):
    ada = create("ada", email="ada@example.com")

    assert update(ada, OPERATOR, email=None).email is None
