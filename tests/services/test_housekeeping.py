"""``frontdesk purge`` and the daily run of the server: what has expired is deleted, and nothing else."""

from datetime import timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import func, null, select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR, SERVER
from app.domain.errors import Denied
from app.models import (
    AccessToken,
    ApiKey,
    BackupCode,
    Base,
    FailedAttempt,
    Grant,
    IdempotencyKey,
    Invitation,
    LoginSession,
    OutboxMail,
    PartialLogin,
    PasswordReset,
    SecondFactor,
    ServerSetting,
    Share,
    UsedStep,
    User,
    Webhook,
    WebhookDelivery,
    Website,
    new_id,
    utcnow,
)
from app.queries import housekeeping as queries
from app.server.housekeeper import Housekeeper
from app.services import daily, housekeeping
from app.services.invitations import manage
from app.services.users import accounts
from tests.listening import heard, names
from tests.racing import at_once

NOTHING = {
    "sessions": 0,
    "access_tokens": 0,
    "api_keys": 0,
    "partial_logins": 0,
    "idempotency_keys": 0,
    "password_resets": 0,
    "failed_attempts": 0,
    "unconfirmed_second_factors": 0,
    "unsent_mails": 0,
    "webhook_deliveries": 0,
    "used_codes": 0,
    "invitations": 0,
    "accounts": 0,
}
ONE = dict.fromkeys(NOTHING, 1)
LONG = timedelta(days=40)


def rows(app, *models):
    """Return the numbers of rows, by table."""
    with app.app_context(), transaction() as session:
        found = {model.__tablename__: session.scalar(select(func.count()).select_from(model)) for model in models}
    return {name: number for name, number in found.items() if number}


ALL = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_ is not ServerSetting]


def fill(session, user_id, *, moment, number):
    """Add one row of each kind that expires or begins at this moment."""
    key, later = f"{number:064}", timedelta(days=1)
    webhook_id = new_id()
    session.add(Webhook(id=webhook_id, url="https://example.com/", events="*", sealed_secret=""))
    session.flush()
    old_message = {"type": "x", "payload": "{}", "created_at": moment - 30 * later, "due_at": null()}
    session.add_all(
        [
            WebhookDelivery(webhook_id=webhook_id, **old_message),
            LoginSession(user_id=user_id, token_hash=key, expires_at=moment, lifetime=60),
            AccessToken(user_id=user_id, token_hash=key, description="x", expires_at=moment),
            ApiKey(user_id=user_id, name="x", token_hash=key, key_prefix="x", expires_at=moment - 30 * later),
            PartialLogin(user_id=user_id, token_hash=key, password_mark=key, expires_at=moment),
            IdempotencyKey(user_id=user_id, key_hash=key, sealed_fingerprint="x", expires_at=moment),
            PasswordReset(user_id=user_id, nonce="0" * 32, token_hash=key, expires_at=moment),
            FailedAttempt(place_key="0" * 32, expires_at=moment),
            SecondFactor(user_id=user_id, sealed_secret="x", created_at=moment - later),
            OutboxMail(kind="x", recipient="", parameters={}, created_at=moment - 30 * later, due_at=null()),
            UsedStep(user_id=user_id, step=int(moment.timestamp()) // 30 - 101),
        ]
    )


@pytest.fixture
def expired(app, make_user, make_website):
    """One row of each kind that has expired, and an account with a website that was deleted 40 days ago."""
    ada, gone = make_user("ada"), make_user("gone")
    make_website(owner=gone)
    with app.app_context():
        invited = manage.invite(OPERATOR, username="invited").user_id
        accounts.delete_user(OPERATOR, gone.id)
        with transaction() as session:
            fill(session, ada.id, moment=utcnow() - timedelta(seconds=1), number=1)
            session.execute(update(User).where(User.id == gone.id).values(deleted_at=utcnow() - LONG))
            session.execute(update(Website).values(deleted_at=utcnow() - LONG))
            late = {"created_at": utcnow() - LONG, "expires_at": utcnow() - timedelta(days=31)}
            session.execute(update(Invitation).where(Invitation.user_id == invited).values(late))
    return ada


def left(app):
    """Return the number of rows in each table, except the audit log, which has its own retention."""
    return {table: count for table, count in rows(app, *ALL).items() if not table.startswith("audit")}


class TestPurge:
    def test_what_has_expired_goes(self, app, admin, expired):
        with app.app_context():
            counted, purged = housekeeping.count_expired(OPERATOR), housekeeping.purge(OPERATOR)
            again = housekeeping.purge(OPERATOR)

        assert counted == purged == ONE
        assert again == NOTHING
        assert left(app) == {"user": 2, "webhook": 1}

    def test_what_has_not_stays(self, app, admin, make_user, make_website):
        ada, gone = make_user("ada"), make_user("gone")
        make_website(owner=gone)
        with app.app_context():
            manage.invite(OPERATOR, username="invited")
            accounts.delete_user(OPERATOR, gone.id)
            with transaction() as session:
                fill(session, ada.id, moment=utcnow() + timedelta(minutes=1), number=1)
                session.add(AccessToken(user_id=ada.id, token_hash="1" * 64, description="for ever", expires_at=None))
                session.add(OutboxMail(kind="x", recipient="", parameters={}, created_at=utcnow() - LONG))
                session.add(BackupCode(user_id=ada.id, code_hash="1" * 64, used_at=utcnow() - LONG))
        before = rows(app, *ALL)

        with app.app_context():
            counted, purged = housekeeping.count_expired(OPERATOR), housekeeping.purge(OPERATOR)

        assert counted == purged == NOTHING
        assert rows(app, *ALL) == before

    def test_an_invited_user_who_owns_websites_stays(self, app, expired, make_website):
        with app.app_context(), transaction() as session:
            invited = session.scalars(select(User).where(User.pending)).one()
            session.add(Website(name="Site", user_id=invited.id))

        with app.app_context():
            assert housekeeping.count_expired(OPERATOR)["invitations"] == 0
            assert housekeeping.purge(OPERATOR) == {**ONE, "invitations": 0}

    def test_accounts_go_with_all_that_is_theirs(self, app, make_user, make_website, make_share):
        gone, other = make_user("gone"), make_user("other")
        make_share(make_website(owner=gone), "a-slug")
        site = make_website(owner=other)
        with app.app_context():
            with transaction() as session:
                session.add(Grant(user_id=gone.id, website_id=site, role="view"))
            accounts.delete_user(OPERATOR, gone.id)
            with transaction() as session:
                session.execute(update(User).where(User.id == gone.id).values(deleted_at=utcnow() - LONG))
            assert housekeeping.purge(OPERATOR)["accounts"] == 1

        assert rows(app, User, Website, Share, Grant) == {"user": 1, "website": 1}

    def test_more_than_a_batch_goes(self, app, admin):
        with app.app_context():
            now = utcnow() - timedelta(days=1)
            with transaction() as session:
                session.add_all(FailedAttempt(place_key="0" * 32, expires_at=now) for _ in range(2 * queries.BATCH + 1))
            assert housekeeping.purge(OPERATOR)["failed_attempts"] == 2 * queries.BATCH + 1

        assert rows(app, FailedAttempt) == {}

    def test_accounts_and_invitations_are_events(self, app, admin, expired):
        with app.app_context(), heard(app) as events:
            housekeeping.purge(SERVER)

        assert names(events) == ["UserDeleted", "InvitationRevoked", "UserPurged"]
        assert {event.actor.origin.protocol for event in events} == {"server"}

    def test_several_at_once_do_the_work_once(self, app, admin, expired):
        def run():
            with app.app_context():
                return housekeeping.purge(OPERATOR)

        first, second, third = at_once(run, run, run)

        assert {name: first[name] + second[name] + third[name] for name in NOTHING} == ONE

    def test_a_session_in_use_survives(self, app, admin, client_of, expired):
        client = client_of(admin)

        with app.app_context():
            housekeeping.purge(OPERATOR)

        assert client.get("/api/me").status_code == 200

    def test_others_may_not(self, app, make_user):
        ada = make_user("ada")
        with app.app_context():
            for call in (housekeeping.purge, housekeeping.count_expired):
                with pytest.raises(Denied):
                    call(ada.actor)


class TestTheDailyRun:
    def test_it_is_due_once_a_day(self, app, clock):
        with app.app_context():
            first, second = daily.is_due(), daily.is_due()
            clock.turn(hours=23)
            third = daily.is_due()
            clock.turn(hours=2)
            fourth = daily.is_due()

        assert (first, second, third, fourth) == (True, False, False, True)

    @pytest.mark.parametrize("known", [False, True])
    def test_one_of_many_processes_is_told_so(self, app, known):
        with app.app_context(), transaction() as session:
            if known:
                session.add(ServerSetting(name=queries.PURGED_AT, value=(utcnow() - LONG).isoformat()))

        def ask():
            with app.app_context():
                return daily.is_due()

        assert sorted(at_once(ask, ask, ask, ask)) == [False, False, False, True]

    def test_the_thread_of_a_server_runs_it(self, app, admin, expired):
        housekeeper = Housekeeper(app, first=0.01, every=0.01)
        housekeeper.start()
        until = monotonic() + 20
        while left(app) != {"user": 2, "webhook": 1} and monotonic() < until:
            sleep(0.02)
        housekeeper.stop()

        assert left(app) == {"user": 2, "webhook": 1}
