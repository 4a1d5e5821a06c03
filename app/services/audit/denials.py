"""Calls that users were not allowed to make, in the audit log."""

from app.db.session import retried, transaction
from app.domain.actor import Actor
from app.domain.errors import Unavailable
from app.models import ANONYMOUS_ID
from app.services import events
from app.telemetry.log import log


def note(actor: Actor, call: str) -> None:
    """Record that a user was not allowed to make a call; a database that cannot be written to changes no response."""
    if actor.id in (None, ANONYMOUS_ID):
        return
    try:
        _record(events.PermissionDenied(actor, call))
    except Unavailable:
        log.warning("a denied call could not be recorded", call=call)


@retried
def _record(event: events.PermissionDenied) -> None:
    with transaction() as session:
        events.record(session, event)
