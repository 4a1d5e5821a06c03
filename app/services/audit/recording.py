"""The listener that writes each event into the audit log, in the transaction of the change."""

from app.db.session import Unit
from app.queries import audit as queries
from app.services.audit import failures
from app.services.audit.rows import row_of
from app.services.events import Event


def write(session: Unit, event: Event) -> None:
    """Add the event's row. It has no number yet, so that transactions never wait for each other here."""
    row = row_of(event)
    if isinstance(event, failures.BOUNDED):
        failures.write(session, row)
    else:
        session.execute(queries.insert_event, row)
