"""``/api/bulk``: many operations in one call."""

from typing import Any

from flask import Blueprint
from marshmallow import ValidationError

from app.api.umami.bulk import change
from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.bulk import Bulk, BulkDone
from app.domain.errors import DomainError
from app.domain.scopes import ANY_KEY
from app.services import bulk

bp = Blueprint("bulk", __name__)


@bp.post("/bulk")
@operation(BulkDone, takes=Bulk, scope=ANY_KEY, creates=True, in_parts=True)
def bulk_operations(data: dict[str, Any]) -> bulk.Done:
    """
    Do up to 1000 operations on users, teams, memberships, websites and grants.

    All are done in one transaction. An operation that fails undoes only its own changes (207), or with `atomic` those
    of all operations (400).
    """
    changes = [change(index, item) for index, item in enumerate(data["operations"])]
    return bulk.make_all(current_actor(), changes, atomic=data["atomic"], failures=(DomainError, ValidationError))
