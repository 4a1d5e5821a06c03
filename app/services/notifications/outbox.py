"""Queues mail in the transaction of the change that causes it; it is sent after the commit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import event

from app.db.session import transaction
from app.domain.message_kinds import Kind
from app.models import OutboxMail
from app.runtime import runtime


def is_configured() -> bool:
    """Return whether the settings name a mail server. Without one, inviters have to copy links and pass them on."""
    return bool(runtime().config.mail_host)


def queue(kind: str, recipient: str, **parameters: str | UUID | None) -> None:
    """
    Queue a mail, to be sent once the current transaction is committed. Does nothing if mail is not configured.

    :param kind: one of ``Kind``, which documents the parameters
    :param recipient: the address; empty if it is looked up when the mail is sent
    """
    queue_all(kind, [(recipient, parameters)])


def queue_all(kind: str, mails: Sequence[tuple[str, Mapping[str, str | UUID | None]]]) -> None:
    """The same for many mails of a kind, with one statement: recipients and parameters."""
    if not mails or not is_configured():
        return
    bell = runtime().mail_bell
    with transaction() as session:
        for recipient, parameters in mails:
            told: dict[str, Any] = {name: None if value is None else str(value) for name, value in parameters.items()}
            session.add(OutboxMail(kind=Kind(kind).value, recipient=recipient, parameters=told))
        event.listen(session(), "after_commit", lambda _session: bell.set(), once=True)
