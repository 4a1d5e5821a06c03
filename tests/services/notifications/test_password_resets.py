"""Reset links for forgotten passwords: requested, mailed, used once."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import Conflict, Denied, Invalid, NotFound, Throttled
from app.domain.roles import Role
from app.models import ANONYMOUS_ID, PasswordReset, utcnow
from app.security.tokens import hash_token
from app.services.access import holders
from app.services.authentication import password_resets, reset_links
from app.services.invitations import manage
from app.services.notifications.delivery import Tally
from app.services.users import accounts
from tests.actors import VISITOR, visitor_at
from tests.conftest import PASSWORD
from tests.http.test_statements import counting
from tests.racing import at_once
from tests.services.notifications.conftest import PUBLIC

NEW = "battery staple"
LINK = re.compile(rf"{PUBLIC}/reset-password/([0-9a-f]{{32}})\s")


@pytest.fixture
def ada(make_user, give_email):
    return give_email(make_user("ada"), "Ada@example.com")


@pytest.fixture
def ask(anonymous):
    def send(address="10.0.0.1", **body):
        return anonymous.post("/api/auth/forgot-password", json=body, environ_base={"REMOTE_ADDR": address})

    return send


@pytest.fixture
def mailed(ask, deliver, office):
    """``mailed("ada")``: request a reset link, and return the token in the mail."""

    def get(account):
        assert ask(username=account).json == {"ok": True}
        assert deliver().sent == 1
        return LINK.search(office.mails[-1].get_body(("plain",)).get_content())[1]

    return get


@pytest.fixture
def can_log_in(anonymous):
    def attempt(password, username="ada"):
        answer = anonymous.post("/api/auth/login", json={"username": username, "password": password})
        return answer.status_code == 200

    return attempt


class TestAsking:
    @pytest.mark.parametrize("account", ["ada", "ADA", "ada@example.com", "ADA@EXAMPLE.COM", " ada "])
    def test_by_name_or_address_in_any_case(self, app, ada, mailed, account):
        token = mailed(account)

        with app.app_context():
            assert password_resets.find(VISITOR, token).username == "ada"

    @pytest.mark.parametrize("body", [{"username": "ada"}, {"email": "ada@example.com"}])
    def test_under_either_name_of_the_field(self, ada, ask, deliver, body):
        assert (ask(**body).status_code, deliver().sent) == (200, 1)

    @pytest.mark.parametrize("account", ["nobody", "nobody@example.com", "x" * 320, "'; --", "ada\r\nBcc: x@y.zz"])
    def test_of_nobody_the_answer_is_the_same_and_no_mail_is_sent(self, ada, ask, deliver, outbox, office, account):
        assert (ask(username=account).json, deliver()) == ({"ok": True}, Tally(dropped=1))
        assert (outbox(), office.mails) == ([], [])

    def test_of_somebody_without_an_address_too(self, make_user, ask, deliver):
        make_user("bob")

        assert (ask(username="bob").json, deliver()) == ({"ok": True}, Tally(dropped=1))

    def test_of_somebody_who_is_invited_the_invitation_comes_again(self, app, ask, deliver, office):
        with app.app_context():
            manage.invite(OPERATOR, username="eve", email="eve@example.com")
        deliver()

        ask(email="eve@example.com")
        deliver()

        first, second = [mail.get_body(("plain",)).get_content() for mail in office.to("eve@example.com")]
        assert f"{PUBLIC}/invitations/" in first
        assert first == second

    def test_known_and_unknown_cost_the_same_statements(self, app, ada, ask):
        counts = []
        for account in ("ada", "nobody", "ada@example.com", "nobody@example.com"):
            with counting(app) as statements:
                ask(username=account)
            counts.append(statements)

        assert counts[0] == counts[1] == counts[2] == counts[3] != []

    @pytest.mark.parametrize("body", [{}, {"username": ""}, {"email": " "}, {"username": 1}, {"username": "x" * 321}])
    def test_what_names_nobody_is_refused(self, ask, outbox, body):
        assert (ask(**body).status_code, outbox()) == (400, [])

    def test_it_is_throttled_and_that_hinders_no_login(self, app, ada, ask, can_log_in):
        answers = [ask(username="ada").status_code for _ in range(11)]

        assert answers == [200] * 10 + [429]
        assert ask(address="10.0.0.2", username="ada").status_code == 200
        assert can_log_in(PASSWORD)

    def test_one_address_cannot_ask_for_everybody(self, app):
        with app.app_context():
            for number in range(100):
                password_resets.request(visitor_at("10.0.0.1"), f"user{number}")
            with pytest.raises(Throttled):
                password_resets.request(visitor_at("10.0.0.1"), "another")

    def test_many_who_ask_at_once_fill_no_mailbox(self, ada, ask, deliver, office):
        for number in range(5):
            ask(address=f"10.0.1.{number}", username="ada")

        assert deliver() == Tally(sent=1, dropped=4)
        assert len(office.mails) == 1


class TestLink:
    def test_the_database_does_not_hold_it(self, app, ada, mailed, outbox):
        token = mailed("ada")

        with app.app_context(), transaction() as session:
            row = session.scalars(select(PasswordReset)).one()
            assert token not in (row.nonce, row.token_hash, row.id.hex)

    def test_it_is_good_for_an_hour(self, app, ada, mailed, clock):
        token = mailed("ada")

        with app.app_context():
            clock.turn(minutes=59)
            assert password_resets.find(VISITOR, token)
            clock.turn(minutes=2)
            with pytest.raises(NotFound):
                password_resets.find(VISITOR, token)
            with pytest.raises(NotFound):
                password_resets.use(VISITOR, token, NEW)

    @pytest.mark.parametrize("token", ["", "x", "0" * 32, "0" * 10_000, "\ud800", "'", "\0"])
    def test_others_are_not(self, app, ada, mailed, token):
        mailed("ada")

        with app.app_context(), pytest.raises(NotFound):
            password_resets.find(VISITOR, token)

    def test_a_second_attempt_to_send_brings_the_same_one(self, app, ada, ask, deliver, office, change_mails):
        ask(username="ada")
        office.mode = "hang up"
        deliver()
        with app.app_context(), transaction() as session:
            tried = session.scalars(select(PasswordReset.token_hash)).one()
        change_mails(due_at=utcnow())
        office.mode = "accept"

        deliver()

        token = LINK.search(office.mails[-1].get_body(("plain",)).get_content())[1]
        assert hash_token(token) == tried

    @pytest.mark.parametrize(
        "change",
        [{"password": NEW}, {"email": "other@example.com"}, {"email": None}],
        ids=["password", "other address", "no address"],
    )
    def test_it_ends_when_password_or_address_change(self, app, ada, mailed, change):
        token = mailed("ada")

        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, **change)
            with pytest.raises(NotFound):
                password_resets.find(VISITOR, token)

    def test_it_ends_with_the_account(self, app, ada, mailed):
        token = mailed("ada")

        with app.app_context():
            accounts.delete_user(OPERATOR, ada.id)
            with pytest.raises(NotFound):
                password_resets.find(VISITOR, token)

    def test_the_same_mail_sent_twice_has_one_link_until_it_is_used(self, app, ada):
        mail_id = uuid4()
        with app.app_context():
            first = reset_links.make_mailed_link(ada.id, mail_id)
            again = reset_links.make_mailed_link(ada.id, mail_id)
            password_resets.use(VISITOR, first, NEW)
            after = reset_links.make_mailed_link(ada.id, mail_id)

            assert first == again != after
            with pytest.raises(NotFound):
                password_resets.find(VISITOR, first)


class TestUse:
    def test_the_password_is_new_and_all_logins_end(self, app, ada, mailed, client_of, can_log_in):
        client, token = client_of(ada), mailed("ada")

        with app.app_context():
            password_resets.use(VISITOR, token, NEW)

        assert client.get("/api/me").status_code == 401
        assert (can_log_in(NEW), can_log_in(PASSWORD)) == (True, False)

    def test_it_works_once(self, app, ada, mailed, can_log_in):
        token = mailed("ada")

        with app.app_context():
            password_resets.use(VISITOR, token, NEW)
            with pytest.raises(NotFound):
                password_resets.use(VISITOR, token, "a third horse")

        assert can_log_in(NEW)

    def test_of_many_at_once_one_succeeds(self, app, ada, mailed, can_log_in):
        token = mailed("ada")

        def use(number):
            with app.app_context():
                try:
                    password_resets.use(VISITOR, token, f"password number {number}")
                except NotFound:
                    return None
                return f"password number {number}"

        done = [password for password in at_once(*[lambda n=n: use(n) for n in range(8)]) if password]

        assert len(done) == 1
        assert can_log_in(done[0])

    def test_a_password_that_breaks_a_rule_uses_nothing_up(self, app, ada, mailed):
        token = mailed("ada")

        with app.app_context():
            for password in ("short", "x" * 73):
                with pytest.raises(Invalid):
                    password_resets.use(VISITOR, token, password)
            password_resets.use(VISITOR, token, NEW)

    def test_the_owner_is_told(self, app, ada, mailed, deliver, office):
        token = mailed("ada")
        with app.app_context():
            password_resets.use(VISITOR, token, NEW)

        deliver()

        assert office.mails[-1]["Subject"] == "Your password for stats.example has been changed"
        assert "with a password reset link" in office.mails[-1].get_body(("plain",)).get_content()


class TestLinkOfAnAdministrator:
    def test_it_takes_no_mail(self, app, admin, make_user, can_log_in, outbox):
        bob = make_user("bob")

        with app.app_context():
            password_resets.use(VISITOR, password_resets.make_link(admin.actor, bob.id), NEW)

        assert can_log_in(NEW, "bob")
        assert outbox() == []

    def test_the_one_before_is_good_no_longer(self, app, admin, ada, mailed):
        mailed_one = mailed("ada")

        with app.app_context():
            made = password_resets.make_link(admin.actor, ada.id)
            with pytest.raises(NotFound):
                password_resets.find(VISITOR, mailed_one)
            assert password_resets.find(VISITOR, made).id == ada.id

    def test_nobody_else_makes_one(self, app, ada, make_user):
        bob = make_user("bob")

        with app.app_context():
            for actor in (bob.actor, ada.actor):
                with pytest.raises(Denied):
                    password_resets.make_link(actor, ada.id)

    def test_not_for_those_who_have_no_password(self, app, admin):
        with app.app_context():
            view = manage.invite(OPERATOR, username="eve")
            with transaction() as session:
                holders.ensure_anonymous(session)
            for user_id in (view.user_id, ANONYMOUS_ID):
                with pytest.raises(Conflict):
                    password_resets.make_link(admin.actor, user_id)
            with pytest.raises(NotFound):
                password_resets.make_link(admin.actor, uuid4())

    def test_administrators_are_people_too(self, app, make_user):
        root = make_user("root", role=Role.ADMIN)

        with app.app_context():
            assert password_resets.find(VISITOR, password_resets.make_link(OPERATOR, root.id)).id == root.id
