"""The listener that writes each event into the audit log, in the transaction of the change."""

from collections.abc import Sequence

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


def write_all(session: Unit, many: Sequence[Event]) -> None:
    """Add the rows of many events with one statement. Failures are counted one by one, as ``write`` does."""
    rows = []
    for event in many:
        if isinstance(event, failures.BOUNDED):
            write(session, event)
        else:
            rows.append(row_of(event))
    if rows:
        session.execute(queries.insert_event, rows)
