"""Operations on the outbox and the mail server, for administrators."""

from uuid import UUID

from app.db.reads import fetch_window
from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import MailNotConfigured, MailNotSent, UnknownName
from app.domain.message_kinds import Kind
from app.domain.pagination import Page, Window
from app.models import new_id, utcnow
from app.queries import mail as queries
from app.queries.mail import MailRecord
from app.services import events
from app.services.acting import recheck
from app.services.events import MailRetried
from app.services.notifications import outbox
from app.services.notifications.composing import Letter
from app.services.notifications.delivery import Tally, deliver, post, send
from app.services.notifications.smtp import NotSent


def deliver_now(actor: Actor) -> Tally:
    """
    Send all due mails now; see ``deliver``.

    :raises Denied: the actor is not an administrator
    :raises MailNotConfigured: the settings name no mail server
    """
    _require_mail(actor)
    return deliver()


def list_mails(actor: Actor, window: Window) -> Page[MailRecord]:
    """
    List mails that have not been sent yet, or were given up (``due_at`` is None), oldest first.

    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    return fetch_window(queries.select_mails(capped=window.cap is not None), window, fresh=True)


@retried
def retry(actor: Actor, mail_id: UUID | None = None) -> int:
    """
    Make one mail due now, or all mails that were given up, and count their attempts anew; return how many there were.

    :raises Denied: the actor is not an administrator
    :raises UnknownName: there is no such mail in the outbox
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        recheck(actor)
        events.record(session, MailRetried(actor, mail_id))
        if mail_id is None:
            return execute_count(queries.retry_given_up, now=utcnow())
        if not execute_count(queries.retry_one, mail_id=mail_id, now=utcnow()):
            raise UnknownName("mail")
        return 1


def send_test(actor: Actor, recipient: str) -> None:
    """
    Send a test message at once, without the outbox.

    :raises Denied: the actor is not an administrator
    :raises MailNotConfigured: the settings name no mail server
    :raises MailNotSent: the mail server does not accept it; the error's message says why
    """
    _require_mail(actor)
    with post() as connection:
        try:
            send(Letter(new_id(), Kind.TEST, recipient, {}), connection)
        except NotSent as error:
            raise MailNotSent(str(error)) from error


def check_server(actor: Actor, *, timeout: float) -> None:
    """
    Connect to the mail server, encrypt and authenticate as for a mail, but send none.

    :param timeout: the longest wait for each response, in seconds, if the settings allow more
    :raises Denied: the actor is not an administrator
    :raises MailNotConfigured: the settings name no mail server
    :raises MailNotSent: the mail server would not accept mail; ``reason`` says why
    """
    _require_mail(actor)
    with post(timeout) as connection:
        try:
            connection.check()
        except NotSent as error:
            raise MailNotSent(str(error)) from error


def _require_mail(actor: Actor) -> None:
    policy.require(policy.can_administer(actor))
    if not outbox.is_configured():
        raise MailNotConfigured
