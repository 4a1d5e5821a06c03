"""Agreement between servers on which of them does the daily work. For the server itself."""

from datetime import timedelta

from app.db.reads import fetch_one
from app.db.session import execute_count, transaction
from app.models import utcnow
from app.queries import housekeeping as queries

DAILY = timedelta(days=1)


def is_due() -> bool:
    """
    Return whether to run the daily ``purge`` now: of all processes on all servers, one is told so, once a day.
    """
    now = utcnow()
    due = (now - DAILY).isoformat()
    row = fetch_one(queries.select_purged_at)
    if row is not None and row.value >= due:
        return False
    with transaction() as session:
        added = queries.add_purged_at(session.get_bind().dialect.name)
        session.execute(added, {"name": queries.PURGED_AT, "value": ""})
        return bool(execute_count(queries.claim_purge, due=due, now=now.isoformat()))
