"""Delivering: at least once, in turn, with growing pauses, and not for ever."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import DatabaseUnavailable
from app.models import AuditEvent, Webhook, WebhookDelivery, utcnow
from app.runtime import runtime
from app.services.audit import chain
from app.services.webhooks import delivery, manage
from app.services.webhooks.delivery import LEASE, PAUSES
from tests.racing import at_once
from tests.services.webhooks.receiver import receiving, status


@pytest.fixture
def audited(app):
    """``audited("webhook-given-up")``: the events of this kind."""

    def read(action):
        with app.app_context(), transaction() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))

    return read


class TestRetrying:
    def test_a_failed_message_is_tried_again_later_with_the_same_id_and_body(
        self, make_user, make_webhook, receiver, deliver, messages, change
    ):
        made = make_webhook("users")
        receiver.respond = status(500)
        make_user()

        first = deliver()
        at_once_again = deliver()
        receiver.respond = status(200)
        change(Webhook, held_until=utcnow())
        change(WebhookDelivery, due_at=utcnow())
        deliver()

        assert (first.postponed, at_once_again.anything) == (1, False)
        (message,) = messages()
        assert receiver.ids == [str(message.id)] * 2
        assert len(set(map(str, receiver.verified(made.secret)))) == 1
        assert (message.attempts, message.status, message.error, message.due_at) == (2, 200, None, None)
        assert message.delivered_at is not None

    def test_pauses_grow_until_it_is_given_up(self, make_user, make_webhook, receiver, deliver, messages, change):
        make_webhook("users")
        receiver.respond = status(503)
        make_user()
        waited = []
        while messages() == [] or messages()[0].due_at is not None:
            change(Webhook, held_until=utcnow())
            change(WebhookDelivery, due_at=utcnow())
            deliver()
            (message,) = messages()
            if message.due_at is not None:
                waited.append(message.due_at - utcnow())

        assert len(waited) == len(PAUSES)
        assert all(0.85 < found / wanted < 1.15 for found, wanted in zip(waited, PAUSES, strict=True))
        assert (message.attempts, message.status, message.error) == (len(PAUSES) + 1, 503, "status 503")
        assert deliver().anything is False

    def test_the_webhook_rests_longer_after_each_failure(
        self, make_user, make_webhook, receiver, deliver, webhook_of, change
    ):
        made = make_webhook("users")
        receiver.respond = status(500)
        rests = []
        for _ in range(10):
            make_user()
            change(Webhook, held_until=utcnow())
            deliver()
            rests.append((webhook_of(made).held_until - utcnow()).total_seconds())

        assert [round(rest) for rest in rests[:5]] == [1, 2, 4, 8, 16]
        assert 298 < rests[-1] <= 300
        assert len(receiver.requests) == 10  # one attempt each time, however many wait

    def test_a_receiver_that_is_down_does_not_hold_up_another(self, make_user, make_webhook, receiver, deliver):
        with receiving() as gone:
            url = gone.url
        make_webhook("users", url=url)
        make_webhook("users")
        for _ in range(5):
            make_user()

        tally = deliver()

        assert (tally.delivered, tally.postponed) == (5, 1)
        assert len(receiver.requests) == 5

    def test_messages_come_in_the_order_of_events(self, make_user, make_webhook, receiver, deliver):
        make_webhook("users")
        names = [make_user().username for _ in range(10)]

        deliver()

        assert [body["data"]["target"]["name"] for body in receiver.bodies] == names


class TestGivingUp:
    def test_days_of_failure_disable_it_and_the_log_says_so(
        self, make_user, make_webhook, receiver, deliver, messages, webhook_of, change, audited
    ):
        made = make_webhook("users")
        receiver.respond = status(500)
        make_user()
        make_user()
        deliver()
        change(Webhook, held_until=utcnow(), failing_since=utcnow() - timedelta(days=5, seconds=1))

        tally = deliver()

        assert tally.given_up == 1
        assert webhook_of(made).disabled_at is not None
        assert {message.due_at for message in messages()} == {None}
        (event,) = audited("webhook-given-up")
        assert (event.target_name, event.protocol, event.actor_id) == ("127.0.0.1", "server", None)
        assert '"error":"status 500"' in event.after

    def test_less_than_that_does_not(self, make_user, make_webhook, receiver, deliver, webhook_of, change):
        made = make_webhook("users")
        receiver.respond = status(500)
        make_user()
        make_user()
        deliver()
        change(Webhook, held_until=utcnow(), failing_since=utcnow() - timedelta(days=4, hours=23))

        deliver()

        assert webhook_of(made).disabled_at is None

    def test_one_success_ends_the_count(self, make_user, make_webhook, receiver, deliver, webhook_of, change, audited):
        made = make_webhook("users")
        receiver.respond = status(500)
        make_user()
        deliver()
        change(Webhook, held_until=utcnow(), failing_since=utcnow() - timedelta(days=9))
        answers = [status(200), status(500)]
        receiver.respond = lambda line: answers.pop(0)(line)
        make_user()
        make_user()

        deliver()

        found = webhook_of(made)
        assert (found.disabled_at, found.failures) == (None, 1)
        assert utcnow() - found.failing_since < timedelta(minutes=1)
        assert audited("webhook-given-up") == []

    def test_a_receiver_that_is_gone_is_disabled_at_once(self, make_user, make_webhook, receiver, deliver, webhook_of):
        made = make_webhook("users")
        receiver.respond = status(410)
        make_user()

        deliver()

        assert webhook_of(made).disabled_at is not None

    def test_enabling_it_again_starts_afresh(self, app, make_user, make_webhook, receiver, deliver, webhook_of):
        made = make_webhook("users")
        receiver.respond = status(410)
        make_user()
        deliver()
        receiver.respond = status(200)

        with app.app_context():
            manage.update(OPERATOR, made.id, enabled=True)

        found = webhook_of(made)
        assert (found.disabled_at, found.failing_since, found.failures) == (None, None, 0)


class TestDisabling:
    def test_gives_up_the_message_that_is_being_sent(
        self, app, make_user, make_webhook, receiver, deliver, messages, change
    ):
        made = make_webhook("users")
        make_user()
        arrived, go = threading.Event(), threading.Event()

        def fail_later(line):
            arrived.set()
            go.wait(5)
            status(500)(line)

        receiver.respond = fail_later

        def disable():
            arrived.wait(5)
            with app.app_context():
                manage.update(OPERATOR, made.id, enabled=False)
            go.set()

        tally, _ = at_once(deliver, disable)
        with app.app_context():
            manage.update(OPERATOR, made.id, enabled=True)
        change(Webhook, held_until=utcnow())

        (message,) = messages()
        assert (message.due_at, message.status, message.error) == (None, 500, "status 500")
        assert (tally.postponed, tally.given_up) == (0, 1)
        assert deliver().anything is False

    @pytest.mark.parametrize("by", ["an administrator", "the server"])
    def test_waits_for_messages_that_are_being_queued_and_gives_them_up(
        self, app, make_user, make_webhook, receiver, messages, by
    ):
        made = make_webhook("users")
        receiver.respond = status(410)
        make_user()
        with app.app_context():
            chain.seal()
        make_user()
        queued = threading.Event()

        def pause(_session, _rows):
            queued.set()
            time.sleep(0.5)  # others can run now, but for what the transaction has locked

        def seal():
            with app.app_context():
                runtime().on_sealed.append(pause)
                try:
                    chain.seal()
                finally:
                    runtime().on_sealed.remove(pause)

        def disable():
            queued.wait(5)
            with app.app_context():
                if by == "the server":
                    delivery.deliver()
                else:
                    manage.update(OPERATOR, made.id, enabled=False)

        at_once(seal, disable)

        assert [(message.type, message.due_at) for message in messages()] == [("user-created", None)] * 2

    def test_misses_what_happens_before_it_is_enabled_however_soon_that_is(
        self, app, make_user, make_webhook, receiver, deliver, messages
    ):
        made = make_webhook("users")
        with app.app_context():
            manage.update(OPERATOR, made.id, enabled=False)
            make_user("ada")
            manage.update(OPERATOR, made.id, enabled=True)
            make_user("bob")

        deliver()

        assert [body["data"]["target"]["name"] for body in receiver.bodies] == ["bob"]
        assert len(messages()) == 1


class TestSeveralWorkers:
    def test_each_message_is_delivered_once(self, app, make_user, make_webhook, receiver):
        for _ in range(3):
            make_webhook("users")
        for _ in range(10):
            make_user()

        def work():
            with app.app_context():
                chain.seal()
                return delivery.deliver()

        tallies = at_once(work, work, work, work)

        assert sum(tally.delivered for tally in tallies) == 30
        assert set(Counter(receiver.ids).values()) == {1}
        assert len(receiver.ids) == 30

    def test_what_a_worker_held_when_it_died_is_delivered_after_its_lease(
        self, app, make_user, make_webhook, receiver, deliver, messages, clock
    ):
        make_webhook("users")
        make_user()
        make_user()
        with app.app_context():
            chain.seal()
            turn = delivery._hold_next()
            delivery._claim(turn)  # and then it is killed

        nothing = deliver()
        clock.turn(seconds=LEASE.total_seconds() + 1)
        tally = deliver()

        assert nothing.anything is False
        assert tally.delivered == 2
        assert [message.attempts for message in messages()] == [2, 1]

    def test_a_worker_that_lost_its_lease_spoils_nothing(
        self, app, make_user, make_webhook, receiver, deliver, messages, webhook_of, clock
    ):
        made = make_webhook("users")
        make_user()
        with app.app_context():
            chain.seal()
            turn = delivery._hold_next()
            message = delivery._claim(turn)
            clock.turn(seconds=LEASE.total_seconds() + 1)
            deliver()
            late = delivery.NotDelivered("too late")
            delivery._failed(turn.webhook, message, late, delivery.Tally())
            before = webhook_of(made).held_until
            delivery._release(turn, utcnow() + timedelta(days=1))

        (found,) = messages()
        assert found.delivered_at is not None
        assert (found.due_at, found.error) == (None, None)
        assert webhook_of(made).held_until == before

    def test_if_the_database_fails_after_a_delivery_it_is_sent_again(
        self, app, make_user, make_webhook, receiver, deliver, monkeypatch, clock
    ):
        make_webhook("users")
        make_user()

        def fail(*_args):
            raise DatabaseUnavailable("gone")

        with monkeypatch.context() as broken:
            broken.setattr(delivery, "_succeeded", fail)
            with pytest.raises(DatabaseUnavailable):
                deliver()
        clock.turn(seconds=LEASE.total_seconds() + 1)
        deliver()

        assert len(receiver.ids) == 2
        assert len(set(receiver.ids)) == 1

    def test_a_webhook_can_be_deleted_while_it_is_delivered_to(self, app, make_user, make_webhook, receiver, deliver):
        made = make_webhook("users")
        make_user()
        arrived, go = threading.Event(), threading.Event()

        def wait(line):
            arrived.set()
            go.wait(5)
            status(500)(line)

        receiver.respond = wait

        def remove():
            arrived.wait(5)
            with app.app_context():
                manage.delete(OPERATOR, made.id)
            go.set()

        tally, _ = at_once(deliver, remove)

        assert tally.anything is False
        with app.app_context():
            assert manage.list_webhooks(OPERATOR) == []


class TestSecrets:
    def test_after_a_rotation_both_secrets_sign_for_a_day(self, app, make_webhook, receiver, deliver, change, clock):
        made = make_webhook("users")
        with app.app_context():
            new = manage.rotate_secret(OPERATOR, made.id).secret
            manage.test(OPERATOR, made.id)
            deliver()
            both = receiver.requests[:]
            change(Webhook, former_until=utcnow())
            manage.test(OPERATOR, made.id)
            deliver()

        assert both[0][1]["webhook-signature"].count("v1,") == 2
        assert len(receiver.verified(new)) == 2
        receiver.requests[:] = both
        assert len(receiver.verified(made.secret)) == 1

    def test_the_database_does_not_hold_them(self, make_webhook, webhook_of):
        made = make_webhook()

        row = webhook_of(made)
        assert made.secret.startswith("whsec_")
        assert made.secret[6:] not in repr(vars(row))

    def test_a_secret_that_cannot_be_decrypted_is_a_failure_that_says_so(
        self, make_user, make_webhook, receiver, deliver, messages, change
    ):
        make_webhook("users")
        make_user()
        change(Webhook, sealed_secret="A" * 80)

        deliver()

        assert receiver.requests == []
        assert "FRONTDESK_PREVIOUS_SECRET_KEYS" in messages()[0].error
