"""``/api/admin/state``: declarative state. Umami has nothing like it."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.state import AppliedOut, PlanOut, StateApply, StateOut, StatePlan
from app.domain.scopes import Scope
from app.services.state import exporting, together

bp = Blueprint("state", __name__, url_prefix="/admin/state")


@bp.get("")
@operation(StateOut, scope=Scope.ADMIN)
def get_state() -> Any:
    """Return users, teams, websites and grants as a state file, which plans to no change."""
    return SimpleNamespace(content="".join(exporting.export_state(current_actor())))


@bp.post("/plan")
@operation(PlanOut, takes=StatePlan, scope=Scope.ADMIN)
def plan_state(data: dict[str, Any]) -> Any:
    """Return what has to change so that everything is as in a state file. Nothing is changed."""
    return together.look(current_actor(), **data)


@bp.post("/apply")
@operation(AppliedOut, takes=StateApply, refuses=(503,), scope=Scope.ADMIN)
def apply_state(data: dict[str, Any]) -> Any:
    """
    Change what a plan has, one change after the other.

    If one fails, the former ones remain, and `error` says why. API keys are not made or ended in this way.
    """
    return together.carry_out(current_actor(), **data)
