"""Mail about events: a listener that queues it in the outbox, in the transaction of the change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.db.session import Unit
from app.domain.message_kinds import Kind
from app.services import events
from app.services.events import Event
from app.services.notifications import outbox

Invited = events.InvitationCreated | events.InvitationResent


def send(_session: Unit, event: Event) -> None:
    """Queue the mail for an event, if there is one for its type."""
    notice = NOTICES.get(type(event))
    if notice is not None:
        notice(event)


def send_all(session: Unit, many: Sequence[Event]) -> None:
    """The same for many events; invitations, which an import makes by the thousand, are queued together."""
    invited = [event for event in many if isinstance(event, Invited)]
    outbox.queue_all(
        Kind.INVITATION,
        [(event.email, {"invitation_id": event.invitation_id}) for event in invited if event.email is not None],
    )
    for event in many:
        if not isinstance(event, Invited):
            send(session, event)


def _email_changed(event: events.EmailChanged) -> None:
    """Notify both addresses, so that owners notice if their account is taken over."""
    if event.pending:
        return
    for address in dict.fromkeys(filter(None, (event.old, event.new))):
        outbox.queue(Kind.EMAIL_CHANGED, address, username=event.username, old=event.old, new=event.new)


def _password_changed(event: events.PasswordChanged) -> None:
    if event.email is not None:
        outbox.queue(Kind.PASSWORD_CHANGED, event.email, username=event.username, by=event.by)


def _password_reset(event: events.PasswordResetRequested) -> None:
    """Queue without looking the account up, so that the response time does not tell whether it exists."""
    outbox.queue(Kind.PASSWORD_RESET, "", account=event.account)


def _invited(event: Invited) -> None:
    if event.email is not None:
        outbox.queue(Kind.INVITATION, event.email, invitation_id=event.invitation_id)


def _accepted(event: events.InvitationAccepted) -> None:
    if event.inviter_email is not None:
        outbox.queue(Kind.INVITATION_ACCEPTED, event.inviter_email, username=event.username)


def _declined(event: events.InvitationDeclined) -> None:
    if event.inviter_email is not None:
        outbox.queue(Kind.INVITATION_DECLINED, event.inviter_email, username=event.username)


NOTICES: Mapping[type[Event], Callable[[Any], None]] = {
    events.EmailChanged: _email_changed,
    events.PasswordChanged: _password_changed,
    events.PasswordResetRequested: _password_reset,
    events.InvitationCreated: _invited,
    events.InvitationResent: _invited,
    events.InvitationAccepted: _accepted,
    events.InvitationDeclined: _declined,
}
