"""Every mail arrives exactly once, or stays in the outbox with its error."""

from collections import Counter
from datetime import timedelta

import pytest

from app.db.session import transaction
from app.models import utcnow
from app.services.notifications import delivery
from app.services.notifications import outbox as service
from app.services.notifications.delivery import LEASE, MOST_ATTEMPTS, Tally, pause_after
from tests.racing import at_once


@pytest.fixture
def queue(app):
    """``queue("ada@example.com", …)``: queue a test mail to each address."""

    def write(*addresses):
        with app.app_context():
            for address in addresses:
                service.queue("test", address)

    return write


class TestAccepted:
    def test_it_arrives_and_is_struck_out(self, queue, deliver, outbox, office):
        queue("ada@example.com", "o'brien+x@example.com")

        tally = deliver()

        assert tally == Tally(sent=2)
        assert [mail["To"] for mail in office.mails] == ["ada@example.com", "o'brien+x@example.com"]
        assert outbox() == []

    def test_its_message_id_is_made_of_the_rows_id(self, queue, deliver, outbox, office):
        queue("ada@example.com")
        (row,) = outbox()

        deliver()

        assert office.mails[0]["Message-ID"] == f"<{row.id}@stats.example>"

    def test_one_connection_serves_for_all(self, queue, deliver, office):
        queue(*[f"user{number}@example.com" for number in range(5)])

        deliver()

        assert (len(office.mails), office.sessions) == (5, 1)

    def test_a_second_look_sends_nothing_again(self, queue, deliver, office):
        queue("ada@example.com")

        assert (deliver(), deliver()) == (Tally(sent=1), Tally())
        assert len(office.mails) == 1


class TestRefused:
    def test_a_recipient_that_is_refused_for_good_is_given_up_at_once(self, queue, deliver, outbox, office):
        queue("nobody@example.com", "ada@example.com")

        tally = deliver()

        assert tally == Tally(sent=1, given_up=1)
        (row,) = outbox()
        assert (row.recipient, row.due_at, row.attempts) == ("nobody@example.com", None, 1)
        assert row.last_error == "550 5.1.1 no such mailbox"
        assert deliver() == Tally()

    def test_a_mail_that_is_refused_for_good_is_given_up_at_once(self, queue, deliver, outbox, office):
        office.mode = "spam"
        queue("ada@example.com")

        assert deliver() == Tally(given_up=1)
        assert outbox()[0].last_error == "554 5.7.1 looks like spam"

    def test_a_refusal_for_now_is_tried_again_later(self, queue, deliver, outbox, office):
        queue("later@example.com", "ada@example.com")
        before = utcnow()

        tally = deliver()

        assert tally == Tally(sent=1, postponed=1)
        (row,) = outbox()
        assert row.last_error == "451 4.7.1 greylisted"
        assert timedelta(seconds=50) < row.due_at - before < timedelta(seconds=70)
        assert deliver() == Tally()

    def test_a_sender_that_is_refused_waits_for_the_operator(self, queue, deliver, outbox, office):
        office.mode = "sender refused"
        queue("ada@example.com", "bob@example.com")
        reason = "sender refused: 553 5.7.1 sender not allowed"

        assert deliver() == Tally(postponed=1, unreachable=reason)
        assert [row.last_error for row in outbox()] == [reason, None]

    def test_what_is_no_address_is_given_up(self, queue, deliver, outbox, office):
        queue("ada@example.com\r\nBcc: eve@example.com", "ada@example.com")

        assert deliver() == Tally(sent=1, given_up=1)
        assert office.to("eve@example.com") == []
        assert "no" in outbox()[0].last_error or "invalid" in outbox()[0].last_error

    def test_what_cannot_be_written_does_not_hold_up_the_others(self, queue, deliver, outbox, office, change_mails):
        queue("ada@example.com")
        change_mails(kind="password-changed")
        queue("bob@example.com")

        assert deliver() == Tally(sent=1, postponed=1)
        assert outbox()[0].last_error == "could not be composed: UndefinedError"


class TestBroken:
    @pytest.mark.parametrize("mode", ["stall", "hang up"])
    def test_a_server_that_breaks_off_has_not_got_it(self, queue, deliver, outbox, office, change_mails, mode):
        office.mode = mode
        queue("ada@example.com")

        tally = deliver()

        assert (tally.sent, tally.postponed) == (0, 1)
        (row,) = outbox()
        assert row.last_error == tally.unreachable != ""
        assert row.due_at > utcnow()
        office.mode = "accept"
        office.mails.clear()  # a stalling server may have received the mail after all
        change_mails(due_at=utcnow())
        assert deliver() == Tally(sent=1)
        assert len(office.mails) == 1

    def test_a_server_that_is_not_there_is_asked_once(self, app, queue, outbox, office, monkeypatch):
        queue("ada@example.com", "bob@example.com", "eve@example.com")
        monkeypatch.setattr("smtplib.SMTP.connect", refuse_connection)

        with app.app_context():
            tally = delivery.deliver()

        assert (tally.postponed, tally.unreachable) == (1, "ConnectionRefusedError: no listener")
        assert [row.attempts for row in outbox()] == [1, 0, 0]


def refuse_connection(*_arguments, **_options):
    raise ConnectionRefusedError("no listener")


class TestPauses:
    def test_they_double_from_a_minute_to_six_hours(self):
        minutes = [pause_after(attempts) / timedelta(minutes=1) for attempts in range(1, 13)]

        assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]

    def test_all_of_them_take_nearly_three_days(self):
        total = sum((pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS)), timedelta())

        assert timedelta(days=2.5) < total < timedelta(days=3)

    def test_the_last_attempt_is_the_last(self, queue, deliver, outbox, office, change_mails):
        queue("later@example.com")
        change_mails(attempts=MOST_ATTEMPTS - 1)

        assert deliver() == Tally(given_up=1)
        (row,) = outbox()
        assert (row.due_at, row.attempts, row.last_error) == (None, MOST_ATTEMPTS, "451 4.7.1 greylisted")


class TestSeveralSenders:
    def test_each_mail_arrives_once(self, app, queue, outbox, office):
        queue(*[f"user{number}@example.com" for number in range(40)])

        def send():
            with app.app_context():
                return delivery.deliver()

        tallies = at_once(*[send] * 4)

        assert sum(tally.sent for tally in tallies) == 40
        assert set(Counter(mail["To"] for mail in office.mails).values()) == {1}
        assert len(office.mails) == 40
        assert outbox() == []

    def test_what_somebody_is_sending_nobody_else_sends(self, app, queue, office, deliver):
        queue("ada@example.com")
        with app.app_context():
            assert delivery._claim() is not None

        assert deliver() == Tally()
        assert office.mails == []

    def test_what_a_sender_left_behind_is_sent_when_its_time_is_over(self, app, queue, office, deliver, clock):
        queue("ada@example.com")
        with app.app_context():
            claimed = delivery._claim()
        assert claimed.due_at - utcnow() > LEASE - timedelta(seconds=10)

        clock.turn(seconds=LEASE.total_seconds())

        assert deliver() == Tally(sent=1)
        assert office.mails[0]["Message-ID"] == f"<{claimed.id}@stats.example>"

    def test_a_sender_that_comes_back_late_spoils_nothing(self, app, queue, deliver, outbox, office, change_mails):
        queue("later@example.com")
        with app.app_context():
            late = delivery._claim()
        change_mails(due_at=utcnow())
        deliver()
        (before,) = outbox()

        with app.app_context():
            delivery._put_off(late, "late", Tally())
            delivery._forget(late)

        (after,) = outbox()
        assert (after.due_at, after.last_error) == (before.due_at, "451 4.7.1 greylisted")

    def test_it_holds_no_transaction_while_it_sends(self, app, queue, office, deliver):
        """On SQLite, other writers would have to wait."""
        queue("ada@example.com")
        office.mode = "stall"

        def write():
            with app.app_context(), transaction():
                began = utcnow()
                service.queue("test", "bob@example.com")
            return utcnow() - began

        _, took = at_once(deliver, write)

        assert took < timedelta(seconds=0.9)
