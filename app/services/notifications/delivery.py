"""
Sends the mails in the outbox.

One process at a time sends each mail. Failed mails are tried again after growing pauses, and given up in the end.
"""

import math
import random
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from urllib.parse import urlsplit

from app.db.reads import fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain.errors import Unavailable
from app.models import utcnow
from app.queries import mail as queries
from app.queries.mail import MailRecord
from app.runtime import runtime
from app.services.notifications.composing import Letter, compose
from app.services.notifications.messages import letter_for
from app.services.notifications.smtp import NotSent, Post, Rejected, Unreachable
from app.services.remote import readable
from app.telemetry.log import log

LEASE = timedelta(minutes=15)
"""How long a sender holds a mail. No attempt takes that long, so afterwards another sender may take over."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 20
"""With these pauses, the last attempt comes after nearly three days."""
FORGET_ATTEMPTS, FORGET_PAUSE = 5, 2.0


@dataclass
class Tally:
    """The number of due mails by outcome."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0
    dropped: int = 0
    """Mails that no longer have a purpose: their link was used, or no account has the name."""
    unreachable: str = ""
    """Why the mail server accepts no mail; the remaining mails were not tried then."""

    @property
    def anything(self) -> bool:
        return bool(self.sent or self.postponed or self.given_up or self.dropped)


def pause_after(attempts: int) -> timedelta:
    """Return the pause after this many failed attempts: a minute, doubled each time, at most ``LONGEST_PAUSE``."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def deliver(stop: Event | None = None) -> Tally:
    """
    Send all due mails, until ``stop`` is set.

    If the mail server cannot be reached, the remaining mails are not tried: they would fail as well.
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
    except Unavailable:  # nothing was sent: the mail is tried again when its lease has ended
        raise
    except Exception as error:  # a bug of ours in one mail must not hold up the others
        log.exception("mail could not be composed", kind=mail.kind, mail_id=str(mail.id))
        _put_off(mail, f"could not be composed: {type(error).__name__}", tally)
    else:
        _forget(mail)


def send(letter: Letter, connection: Post) -> None:
    """Compose a mail and send it. :raises NotSent: the mail server does not accept it"""
    try:
        message = compose(letter, sender=runtime().config.mail_from, host=host(), now=utcnow())
    except ValueError as error:  # an address that no mail server would accept
        raise Rejected(readable(str(error))) from error
    connection.send(message)


def post(timeout: float = math.inf) -> Post:
    """Return an SMTP connection as configured, with this timeout at most; it is opened with the first mail."""
    config = runtime().config
    return Post(replace(config, mail_timeout=min(config.mail_timeout, timeout)), host=host())


def host() -> str:
    """Return this server's name, for the text of mails and for the greeting to the mail server."""
    return urlsplit(runtime().config.public_url).hostname or "localhost"


@retried
def _claim() -> MailRecord | None:
    """Return the next due mail, reserved for us until its lease ends, or None if no mail is due."""
    if fetch_one(queries.select_any_due, now=utcnow()) is None:  # a read, which does not wait for SQLite's write lock
        return None
    with transaction():
        now = utcnow()
        return fetch_one(queries.claim_next, now=now, until=now + LEASE)


def _forget(mail: MailRecord) -> None:
    """Delete a mail that is done. Retry if the database is briefly unavailable, or the mail would be sent again."""
    for _ in range(FORGET_ATTEMPTS - 1):
        try:
            execute_count(queries.delete_mail, mail_id=mail.id, attempt=mail.attempts)
        except Unavailable:
            time.sleep(FORGET_PAUSE)
        else:
            return
    execute_count(queries.delete_mail, mail_id=mail.id, attempt=mail.attempts)


def _put_off(mail: MailRecord, error: str, tally: Tally, *, give_up: bool = False) -> None:
    """Schedule the next attempt, or give the mail up."""
    give_up = give_up or mail.attempts >= MOST_ATTEMPTS
    tally.given_up += give_up
    tally.postponed += not give_up
    runtime().metrics.mails.labels("given_up" if give_up else "failed").inc()
    # A little earlier or later, so that mails that failed together are not all tried together again.
    later: datetime | None = utcnow() + pause_after(mail.attempts) * random.uniform(0.9, 1.1)  # noqa: S311
    values = {"mail_id": mail.id, "attempt": mail.attempts, "next": None if give_up else later, "error": error}
    execute_count(queries.postpone_mail, **values)


def watch_outbox() -> None:
    """Update the metrics of mails that are waiting, and of mails that were given up."""
    row = fetch_one(queries.count_mails)
    if row is not None:
        metrics = runtime().metrics
        metrics.outbox.labels("waiting").set(row.waiting)
        metrics.outbox.labels("given_up").set(row.total - row.waiting)
