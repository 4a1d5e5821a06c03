"""
Failures in the audit log, of which only the first become rows: an attacker must not be able to fill the disk.

They are counted in the database, so the limits hold for all workers and hosts together. When the window has ended, one
more row tells how many were left out.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import orjson

from app.db.session import Unit
from app.models import utcnow
from app.queries import audit as queries
from app.security.throttle import network_of
from app.services import events
from app.services.audit.rows import Row, as_json
from app.services.events import Event

BOUNDED: tuple[type[Event], ...] = (
    events.LoginFailed,
    events.ConfirmationFailed,
    events.SecondFactorFailed,
    events.PasswordResetRequested,
    events.PermissionDenied,
)
"""The events that a caller without any permission can cause any number of times."""
WINDOW = timedelta(hours=1)
SHOWN = 10
"""Rows of one action in a window from one address, for one account."""
SHOWN_IN_ALL = 500
"""Rows of one action in a window, from all addresses."""
IDS = ("actor_id", "credential_id", "target_id")
WITHOUT_ACTOR = {
    **dict.fromkeys(IDS),
    "actor_name": "",
    "credential_kind": "none",
    "protocol": "",
    "address": "",
    "request_id": "",
    "target_kind": "server",
    "target_name": "",
}


def write(session: Unit, row: Row) -> None:
    """Add the row of a failure, unless there have been too many."""
    report(session)
    who = f"{row['action']} {network_of(row['address'])} {row['actor_id'] or row['target_id'] or ''}"
    if _counted(session, row["action"], SHOWN_IN_ALL, row | WITHOUT_ACTOR) and _counted(
        session, sha256(who.encode()).hexdigest(), SHOWN, row
    ):
        session.execute(queries.insert_event, row)


def report(session: Unit) -> None:
    """Add a row for each window that has ended and in which rows were left out."""
    now = utcnow()
    for total, shown, event in session.execute(queries.take_ended_tallies, {"now": now}).all():
        if total > shown:
            row = orjson.loads(event)
            ids = {name: UUID(row[name]) if row[name] else None for name in IDS}
            told = {"created_at": now, "before": None, "after": as_json({"leftOut": total - shown})}
            session.execute(queries.insert_event, row | ids | told)


def _counted(session: Unit, key: str, shown: int, row: Row) -> bool:
    """Count the failure under a key, and return whether it is one of the first."""
    event = orjson.dumps({name: value for name, value in row.items() if name != "created_at"}).decode()
    statement = queries.count_failure(session.get_bind().dialect.name)
    values = {"key": key, "total": 1, "shown": shown, "event": event, "ends_at": row["created_at"] + WINDOW}
    return bool(session.scalar(statement, values) <= shown)
