"""Sending what the outbox holds: each mail by one sender at a time, again with growing pauses, and not for ever."""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from urllib.parse import urlsplit

import structlog

from app.db.reads import fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain.errors import Unavailable
from app.models import utcnow
from app.queries import mail as queries
from app.queries.mail import MailRecord
from app.runtime import runtime
from app.services.notifications.composing import Letter, compose
from app.services.notifications.messages import letter_for
from app.services.notifications.smtp import NotSent, Post, Rejected, Unreachable, readable

log = structlog.get_logger()
LEASE = timedelta(minutes=15)
"""A sender that has not said what became of a mail after this is taken for dead. No attempt lasts so long."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 20
"""With these pauses, nearly three days."""
FORGET_ATTEMPTS, FORGET_PAUSE = 5, 2.0


@dataclass
class Tally:
    """What became of the mails that were due."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0
    dropped: int = 0
    """There was no point in sending them any more: a link used up, a name that nobody has."""
    unreachable: str = ""
    """Why the mail server takes nothing; the others were left alone then."""

    @property
    def anything(self) -> bool:
        return bool(self.sent or self.postponed or self.given_up or self.dropped)


def pause_after(attempts: int) -> timedelta:
    """How long a mail rests after so many attempts: a minute, and twice as long each time."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def deliver(stop: Event | None = None) -> Tally:
    """
    Send everything that is due, until ``stop``. A mail server that cannot be reached ends it: whatever else is due
    would fail as well.
    """
    tally = Tally()
    with post() as connection:
        while not (stop and stop.is_set()) and not tally.unreachable:
            mail = _claim()
            if mail is None:
                break
            _deliver_one(mail, connection, tally)
    return tally


def _deliver_one(mail: MailRecord, connection: Post, tally: Tally) -> None:
    try:
        letter = letter_for(mail)
        if letter is None:
            tally.dropped += 1
        else:
            send(letter, connection)
            tally.sent += 1
            runtime().metrics.mails.labels("sent").inc()
    except NotSent as error:
        if isinstance(error, Unreachable):
            tally.unreachable = str(error)
        _put_off(mail, str(error), tally, give_up=isinstance(error, Rejected))
    except Unavailable:  # nothing was sent; whoever finds the mail when its time is over tries again
        raise
    except Exception as error:  # a fault of ours must not hold up the others
        log.exception("mail could not be written", kind=mail.kind, mail_id=str(mail.id))
        _put_off(mail, f"could not be written: {type(error).__name__}", tally)
    else:
        _forget(mail)


def send(letter: Letter, connection: Post) -> None:
    """:raises NotSent: the mail server does not take it"""
    try:
        message = compose(letter, sender=runtime().config.mail_from, host=host(), now=utcnow())
    except ValueError as error:  # an address that no mail server would take
        raise Rejected(readable(str(error))) from error
    connection.send(message)


def post() -> Post:
    """The mail server of the settings, to be asked for a connection."""
    return Post(runtime().config, host=host())


def host() -> str:
    """What this server is called in mails, and tells mail servers."""
    return urlsplit(runtime().config.public_url).hostname or "localhost"


@retried
def _claim() -> MailRecord | None:
    """The next mail that is due, from now on ours for a while; None when there is none."""
    if fetch_one(queries.select_any_due, now=utcnow()) is None:  # without waiting for whoever writes to SQLite
        return None
    with transaction():
        now = utcnow()
        return fetch_one(queries.claim_next, now=now, until=now + LEASE)


def _forget(mail: MailRecord) -> None:
    """Strike a mail out. It is on its way, so a database that is away for a moment is waited for."""
    for _ in range(FORGET_ATTEMPTS - 1):
        try:
            execute_count(queries.delete_mail, mail_id=mail.id, attempt=mail.attempts)
        except Unavailable:
            time.sleep(FORGET_PAUSE)
        else:
            return
    execute_count(queries.delete_mail, mail_id=mail.id, attempt=mail.attempts)


def _put_off(mail: MailRecord, error: str, tally: Tally, *, give_up: bool = False) -> None:
    """Let it rest until its next attempt, if there is to be one."""
    give_up = give_up or mail.attempts >= MOST_ATTEMPTS
    tally.given_up += give_up
    tally.postponed += not give_up
    runtime().metrics.mails.labels("given_up" if give_up else "failed").inc()
    # A little later or earlier, so that what failed together is not all tried together again.
    later: datetime | None = utcnow() + pause_after(mail.attempts) * random.uniform(0.9, 1.1)  # noqa: S311
    values = {"mail_id": mail.id, "attempt": mail.attempts, "next": None if give_up else later, "error": error}
    execute_count(queries.postpone_mail, **values)


def watch_outbox() -> None:
    """Let the metrics know how many mails wait, and how many were given up."""
    row = fetch_one(queries.count_mails)
    if row is not None:
        metrics = runtime().metrics
        metrics.outbox.labels("waiting").set(row.waiting)
        metrics.outbox.labels("given_up").set(row.total - row.waiting)
