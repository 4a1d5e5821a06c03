"""Every changing call of Umami's API leaves rows in the audit log, in its own transaction and without secrets."""

import pytest
from sqlalchemy import delete, select

from app.db.session import transaction
from app.models import AuditEvent
from app.services import events
from app.services.audit.rows import action_of
from tests.listening import heard
from tests.umami.test_events import RECORDED, SUCCEEDING, send
from tests.umami.world import ACCESS_CODE, FOREIGN_SLUG, PASSWORD, SITE_SLUG

SECRETS = {"another horse", "correct horse", "new-slug", "renamed-code", PASSWORD, ACCESS_CODE, SITE_SLUG, FOREIGN_SLUG}


def log_of(world):
    """Return the rows of the log, and forget them."""
    with world.app.app_context(), transaction() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        session.execute(delete(AuditEvent))
        return rows


@pytest.mark.parametrize("call", RECORDED)
def test_a_row_for_each_event(world, call):
    log_of(world)

    response = send(world, call)

    rows = log_of(world)
    assert [row.action for row in rows] == [action_of(getattr(events, name)) for name in RECORDED[call]]
    assert {row.request_id for row in rows} == {response.headers["X-Request-Id"]}
    assert {(row.protocol, row.address) for row in rows} == {("umami", "127.0.0.1")}
    assert {row.actor_id for row in rows} <= {None, world.users.get(SUCCEEDING[call]), world.users["user"]}
    session = world.sessions.get(SUCCEEDING[call])
    assert {(row.credential_kind, row.credential_id) for row in rows} <= {("session", session), ("none", None)}
    shown = repr([vars(row) for row in rows])
    assert not [secret for secret in (*SECRETS, world.password_hash) if secret in shown]


def test_a_refused_change_leaves_none(world):
    log_of(world)

    with heard(world.app, refuse=True):
        send(world, "POST /api/users")

    assert log_of(world) == []
