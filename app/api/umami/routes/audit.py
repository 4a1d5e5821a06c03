"""``/api/admin/audit``: the audit log."""

from typing import Any

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.audit import AuditPage, AuditQuery
from app.domain.scopes import Scope
from app.services.audit import log

bp = Blueprint("audit", __name__)


@bp.get("/admin/audit")
@operation(AuditPage, query=AuditQuery, scope=Scope.AUDIT_READ)
def list_audit_events(query: dict[str, Any]) -> Any:
    """
    List events, newest first.

    Events appear in the list within seconds, and do not change.
    """
    if "after" in query:
        return log.list_after(current_actor(), **query)
    read = log.list_page if "window" in query else log.list_before
    return read(current_actor(), **query)
