"""Mail that is to be sent: written in the transaction that gives reason for it, sent afterwards."""

from typing import Any
from uuid import UUID

from sqlalchemy import event

from app.db.session import transaction
from app.domain.message_kinds import Kind
from app.models import OutboxMail
from app.runtime import runtime


def is_configured() -> bool:
    """Whether mail can be sent at all. Without it, there are links to copy."""
    return bool(runtime().config.mail_host)


def queue(kind: str, recipient: str, **parameters: str | UUID | None) -> None:
    """
    Have a mail sent, if the transaction at hand is committed; nothing where mail is not configured.

    :param kind: one of ``Kind``, which says what parameters it takes
    :param recipient: the address; empty where it is found out when the mail is sent
    """
    if not is_configured():
        return
    told: dict[str, Any] = {name: None if value is None else str(value) for name, value in parameters.items()}
    bell = runtime().mail_bell
    with transaction() as session:
        session.add(OutboxMail(kind=Kind(kind).value, recipient=recipient, parameters=told))
        event.listen(session(), "after_commit", lambda _session: bell.set(), once=True)
